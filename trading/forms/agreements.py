"""The form of what the transport paper needs."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from common.reading.text import bare_code
from common.web.fields import CodeField, LineField
from common.web.forms import AppForm
from trading.models import TREATMENT_OPERATIONS, Agreement
from trading.services.terms import Papers, papers_of


class PapersForm(AppForm):
    """What the paper that travels with waste names."""

    ewc_code = CodeField(
        "EWC",
        "LoW",
        label=gettext_lazy("Waste code (EWC)"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Six digits, if it is waste by law."),
    )
    treatment_operation = forms.ChoiceField(
        label=gettext_lazy("Treatment operation"),
        required=False,
        choices=[("", gettext_lazy("not said")), *((code, code) for code in TREATMENT_OPERATIONS)],
        help_text=gettext_lazy("R1 to R13: recovery; D1 to D15: disposal (Directive 2008/98/EC)."),
    )
    supplier_permit = LineField(label=gettext_lazy("Permit of the supplier"), required=False, max_length=120)
    receiver_permit = LineField(label=gettext_lazy("Permit of the receiver"), required=False, max_length=120)
    container = LineField(
        label=gettext_lazy("Container"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Silo lorry, skip, big bags, pipe …"),
    )

    def __init__(self, data: Any = None, *, agreement: Agreement) -> None:
        super().__init__(data, current=asdict(papers_of(agreement)))

    def clean_ewc_code(self) -> str:
        """Take "10 01 02*" as well as 100102."""
        return bare_code(self.cleaned_data["ewc_code"])

    def papers(self) -> Papers:
        """Return what the valid form says."""
        return Papers(**self.cleaned_data)
