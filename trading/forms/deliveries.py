"""Forms of what is planned, what was delivered, and how much it really was."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from common.web.fields import LineField, NumberField, TextField
from common.web.forms import AppForm
from trading.forms.base import day_input, unit_choices
from trading.models import Agreement
from trading.selectors.days import days_at
from trading.services.deliveries import Consignment


class DeliveryForm(AppForm):
    """A consignment that is planned or that moved."""

    PLANNED, ACTUAL = "planned", "actual"

    kind = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        choices=[(ACTUAL, gettext_lazy("it was delivered")), (PLANNED, gettext_lazy("it is planned"))],
        widget=forms.RadioSelect,
        initial=ACTUAL,
    )
    reference = LineField(
        label=gettext_lazy("Number of the transport paper"),
        max_length=80,
        help_text=gettext_lazy("A number counts once, whichever of you reports it."),
    )
    happened_on = forms.DateField(label=gettext_lazy("Day"), widget=day_input())
    quantity = NumberField(
        label=gettext_lazy("Quantity"),
        help_text=gettext_lazy("What left the supplier; what a pipe or a wire loses is taken off by itself."),
    )
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    note = TextField(label=gettext_lazy("Note"), rows=2, max_length=1000, required=False)
    file = forms.FileField(
        label=gettext_lazy("Evidence"),
        required=False,
        help_text=gettext_lazy("Weighbridge ticket, transport paper or photograph."),
    )

    def __init__(self, *args: Any, agreement: Agreement, **options: Any) -> None:
        super().__init__(*args, **options)
        cast(forms.ChoiceField, self.fields["unit"]).choices = unit_choices(agreement.resource)
        self.initial.setdefault("happened_on", days_at(agreement.synergy)[0])

    @property
    def is_planned(self) -> bool:
        """Whether the valid form announces instead of recording."""
        return bool(self.cleaned_data["kind"] == self.PLANNED)

    def consignment(self) -> Consignment:
        """Return what the valid form says."""
        named = ("reference", "happened_on", "quantity", "unit", "note")
        return Consignment(**{name: self.cleaned_data[name] for name in named})


class CorrectionForm(AppForm):
    """How much a delivery really was."""

    quantity = NumberField(label=gettext_lazy("It really was"), help_text=gettext_lazy("0: it never came."))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    note = TextField(label=gettext_lazy("Why it is corrected"), rows=2, max_length=1000)

    def __init__(self, *args: Any, agreement: Agreement, **options: Any) -> None:
        super().__init__(*args, **options)
        cast(forms.ChoiceField, self.fields["unit"]).choices = unit_choices(agreement.resource)
