"""How one wants to be told, as it is chosen on a page."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.web.forms import AppForm
from notifications.models import Channel, Kind
from notifications.selectors.preferences import choices_of, chosen_zone

_NOT_PLACES: Final = ("Etc/", "posix/", "right/", "SystemV/", "US/")


@cache
def _zones() -> list[str]:
    """Zones that are called after a place."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(_NOT_PLACES))


class PreferencesForm(AppForm):
    """One way for each kind, and the time zone."""

    timezone = forms.ChoiceField(
        label=gettext_lazy("Time zone of your letters"),
        required=False,
        choices=lambda: [
            ("", _("That of your site")),
            *((name, name.replace("_", " ")) for name in _zones()),
        ],
        error_messages={"invalid_choice": gettext_lazy("Choose a time zone of the list.")},
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        chosen = {choice.kind.value: choice.channel.value for choice in choices_of(person)}
        super().__init__(*args, current={**chosen, "timezone": chosen_zone(person)}, **options)
        for kind in Kind:
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label,
                choices=lambda: Channel.choices,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    @property
    def kind_fields(self) -> list[forms.BoundField]:
        """The fields of the kinds, in their order."""
        return [self[kind.value] for kind in Kind]

    def channels(self) -> Mapping[Kind, Channel]:
        """Return what was chosen."""
        return {kind: Channel(self.cleaned_data[kind.value]) for kind in Kind}
