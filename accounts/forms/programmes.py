"""What a facilitator types about a programme."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import Organization, Programme
from accounts.services.weights import COMMON_WEIGHTS, SCORE_PARTS
from common.forms import AppForm


class ProgrammeMemberForm(AppForm):
    """An organization by its name, or by its short name where several share one."""

    organization = forms.CharField(
        label=gettext_lazy("Add an organization"),
        max_length=Organization._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": gettext_lazy("Its full name")}),
    )


PART_LABELS = {
    "resource": gettext_lazy("Resource"),
    "distance": gettext_lazy("Distance"),
    "quantity": gettext_lazy("Quantity"),
    "season": gettext_lazy("Season"),
    "quality": gettext_lazy("Quality"),
    "price": gettext_lazy("Price"),
}
PART_MEANINGS = {
    "resource": gettext_lazy("how exactly what is offered is what is sought"),
    "distance": gettext_lazy("how near the sites are, for what is carried"),
    "quantity": gettext_lazy("how much of the need is covered"),
    "season": gettext_lazy("whether the months meet"),
    "quality": gettext_lazy("how well the properties lie in what is tolerated"),
    "price": gettext_lazy("whether what is asked and given meet"),
}


class WeightsForm(AppForm):
    """How much each part of the score counts; only the proportions matter."""

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        common = {part: round(100 * weight) for part, weight in COMMON_WEIGHTS.items()}
        super().__init__(*args, initial=programme.weights or common, **kwargs)
        for part in SCORE_PARTS:
            self.fields[part] = forms.FloatField(
                label=PART_LABELS[part],
                help_text=PART_MEANINGS[part],
                min_value=0,
                max_value=1000,
                widget=forms.NumberInput(
                    attrs={"step": "any", "inputmode": "decimal", "class": "form-control"}
                ),
            )
