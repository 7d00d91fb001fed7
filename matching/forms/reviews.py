"""What a facilitator says of a match, and what the queue is narrowed to."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import AnyUser
from accounts.models import Programme
from catalogue.forms import ResourceField
from common.web.fields import LineField, TextField
from common.web.forms import AppForm
from matching.models import DismissReason, MatchState
from matching.selectors.audit import CLASSES
from matching.selectors.queue import Narrowing

LONGEST_REMARK = 1000
MOST_AT_ONCE = 100


def _capitalized(choices: Iterable[tuple[Any, Any]]) -> list[tuple[str, str]]:
    """Choices as they stand alone in a list, in the reader's language."""
    return [(str(code), capfirst(str(label))) for code, label in choices]


class ApprovalForm(AppForm):
    """A word for the other facilitators; the button alone sends none."""

    remark = LineField(required=False, max_length=LONGEST_REMARK)


class DismissalForm(AppForm):
    """Why a match is taken out."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=lambda: [("", _("Choose")), *_capitalized(DismissReason.choices)],
        error_messages={"required": gettext_lazy("Choose a reason.")},
    )
    remark = TextField(
        rows=2,
        label=gettext_lazy("In words"),
        required=False,
        max_length=LONGEST_REMARK,
        help_text=gettext_lazy("Needed for another reason."),
    )

    def __init__(self, *args: Any, match_id: int, **options: Any) -> None:
        # Many stand on one page.
        super().__init__(*args, auto_id=f"match-{match_id}-%s", **options)


class SeveralForm(AppForm):
    """The matches that were ticked, and whether their reviews are taken back."""

    match = forms.TypedMultipleChoiceField(coerce=int)
    take_back = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        ticked = [(pk, pk) for pk in data.getlist("match") if pk.isdecimal()]
        self.fields["match"].choices = ticked[:MOST_AT_ONCE]  # type: ignore[attr-defined]


class QueueForm(AppForm):
    """State, programme, resource and what an expert would look at; what is none of them narrows nothing, and says why
    beside its field."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=lambda: _capitalized(MatchState.choices),
        required=False,
        initial=MatchState.PROPOSED,
    )
    programme = forms.ModelChoiceField(
        Programme.objects.none(),
        label=gettext_lazy("Programme"),
        required=False,
        to_field_name="slug",
        empty_label=gettext_lazy("All mine"),
    )
    resource = ResourceField(label=gettext_lazy("Resource"), required=False)
    finding = forms.ChoiceField(
        label=gettext_lazy("To look at"),
        choices=lambda: [("", _("All")), *_capitalized((each.key, each.words) for each in CLASSES)],
        required=False,
    )

    def __init__(self, data: Any, *, user: AnyUser) -> None:
        given = {name: data[name] for name in ("state", "programme", "resource", "finding") if data.get(name)}
        if given.get("state") not in MatchState.values:
            given["state"] = str(MatchState.PROPOSED)
        programmes = Programme.objects.filter(facilitators=user.pk)
        super().__init__(given)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        self.fields["resource"].widget.attrs["placeholder"] = gettext_lazy("any")
        self.is_valid()

    def narrowing(self) -> Narrowing:
        """Return what the checked form narrows the queue to."""
        said = self.cleaned_data
        return Narrowing(
            MatchState(said["state"]), said.get("programme"), said.get("resource"), said.get("finding", "")
        )
