"""What a facilitator types about a programme."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import Organization, Programme
from accounts.services.weights import COMMON_WEIGHTS, SCORE_PARTS
from common.reading.numbers import typed
from common.versions import version_of
from common.web.fields import LineField, NumberField
from common.web.forms import AppForm


class ProgrammeMemberForm(AppForm):
    """An organization by its name, or by its short name where several share one; or a person by e-mail."""

    organization = LineField(
        label=gettext_lazy("Invite an organization"),
        max_length=Organization._meta.get_field("name").max_length,
        help_text=gettext_lazy(
            "Its name or short name. If it is not here yet, the e-mail address of somebody who works there."
        ),
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].widget.attrs["data-typeahead-url"] = reverse(
            "organization_suggest", args=[programme.slug]
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
        super().__init__(
            *args,
            initial=self.saved_values(programme.weights),
            version=version_of(programme.weights),
            **kwargs,
        )
        for part in SCORE_PARTS:
            field = NumberField(label=PART_LABELS[part], help_text=PART_MEANINGS[part], least=0, most=1000)
            field.widget.attrs["class"] = "form-control"
            self.fields[part] = field

    def saved_values(self, current: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the weights as they are typed; the common ones where a programme has none of its own."""
        common = {part: round(100 * weight) for part, weight in COMMON_WEIGHTS.items()}
        return {part: typed(Decimal(str(weight))) for part, weight in (current or common).items()}

    def weights(self) -> dict[str, float]:
        """What was typed, for the service."""
        return {part: float(self.cleaned_data[part]) for part in SCORE_PARTS}
