"""What facilitators type about a documented exchange."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Programme, User
from accounts.selectors.towns import country_names
from catalogue.forms import ResourceField
from catalogue.models import FIRST_YEAR, LAST_YEAR, Precedent
from catalogue.precedents.access import facilitated_programmes
from catalogue.precedents.services import PrecedentDetails, details_of
from common.reading.numbers import typed
from common.units import CANONICAL_UNIT, unit_label
from common.versions import version_of
from common.web.fields import LineField, NumberField
from common.web.forms import AppForm

YEAR, ONCE = "year", "once"
WAYS = [(YEAR, gettext_lazy("per year")), (ONCE, gettext_lazy("once, in all"))]
_TYPEAHEAD = {
    "autocomplete": "off",
    "data-typeahead-url": reverse_lazy("resource_suggest"),
    "data-icons": lazy(static, str)("icons.svg"),
}


def _countries() -> list[tuple[str, str]]:
    return [("", _("Choose a country")), *country_names().items()]


def _units() -> list[tuple[str, str]]:
    return [("", "–"), *((unit, unit_label(unit)) for unit in CANONICAL_UNIT.values())]


def _text(name: str, help_text: Any = "", *, required: bool = True) -> LineField:
    field = Precedent._meta.get_field(name)
    return LineField(
        label=capfirst(field.verbose_name),  # type: ignore[union-attr]  # no relation is asked for
        max_length=field.max_length,  # type: ignore[union-attr]  # as above
        required=required,
        help_text=help_text,
    )


def _year(label: Any, help_text: Any = "") -> NumberField:
    return NumberField(
        label=label,
        least=FIRST_YEAR,
        most=LAST_YEAR,
        whole=True,
        grouped=False,
        required=False,
        help_text=help_text,
    )


class PrecedentForm(AppForm):
    """An exchange as a publication tells it."""

    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=gettext_lazy("Added for"), empty_label=None
    )
    resource = ResourceField(
        label=gettext_lazy("What is given"),
        max_length=120,
        widget=forms.TextInput(attrs=_TYPEAHEAD),
        help_text=gettext_lazy("A name, another name or a waste code."),
    )
    serves_as = ResourceField(
        label=gettext_lazy("What it is taken as"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs=_TYPEAHEAD),
        help_text=gettext_lazy("Where it replaces or serves as something else: gypsum, for FGD gypsum."),
    )
    giver = _text("giver", gettext_lazy("As the source names it."))
    receiver = _text("receiver", gettext_lazy("As the source names it."))
    giver_activity = _text(
        "giver_activity", gettext_lazy("A NACE code, as 35.11, or a kind of plant."), required=False
    )
    receiver_activity = _text(
        "receiver_activity", gettext_lazy("A NACE code, as 23.51, or a kind of plant."), required=False
    )
    place = _text("place", gettext_lazy("The network, park or town: Kalundborg Symbiosis."))
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=_countries)
    since = _year(gettext_lazy("Since"), gettext_lazy("The year in which it began."))
    quantity = NumberField(label=gettext_lazy("Quantity"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=_units, required=False)
    per = forms.ChoiceField(label=gettext_lazy("Counted"), choices=WAYS, initial=YEAR)
    quantity_year = _year(gettext_lazy("Year of the quantity"))
    source = LineField(
        label=gettext_lazy("Source"),
        max_length=Precedent._meta.get_field("source").max_length,
        help_text=gettext_lazy("Where it can be read: author, title, page or address, year."),
    )
    note = _text("note", gettext_lazy("What a reader must know of the figures."), required=False)

    def __init__(self, *args: Any, user: User, precedent: Precedent | None = None, **options: Any) -> None:
        if precedent is not None:
            options["initial"] = _as_typed(details_of(precedent))
            options["version"] = version_of(details_of(precedent))
        super().__init__(*args, **options)
        programmes = cast("forms.ModelChoiceField[Programme]", self.fields["programme"])
        programmes.queryset = facilitated_programmes(user)
        if precedent is not None:
            # For whom it was added stays.
            del self.fields["programme"]

    def details(self) -> PrecedentDetails:
        """What was typed, for the service."""
        values = {
            name: value for name, value in self.cleaned_data.items() if name not in ("programme", "per")
        }
        if values["quantity"] is None:
            # The unit is chosen before the number is typed; alone it says nothing.
            values["unit"] = ""
        for name in ("since", "quantity_year"):
            values[name] = None if values[name] is None else int(values[name])
        return PrecedentDetails(**values, per_year=self.cleaned_data["per"] == YEAR)

    def saved_values(self, current: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is saved as the form's fields hold it."""
        return _as_typed(current)


def _as_typed(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return details by the form's fields, as somebody would type them."""
    names = set(PrecedentForm.base_fields) - {"programme", "per"}
    return {name: details[name] for name in names} | {
        "quantity": typed(details["quantity"]),
        "per": YEAR if details["per_year"] else ONCE,
        "resource": details["resource"].name,
        "serves_as": details["serves_as"].name if details["serves_as"] else "",
    }
