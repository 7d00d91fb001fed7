"""What one may suppose of a published case."""

from decimal import Decimal
from typing import Any

from common.reading.numbers import typed
from common.web.fields import NumberField
from common.web.forms import AppForm
from planning.cases.assumptions import Assumption, Assumptions


class AssumptionsForm(AppForm):
    """A field for each assumption, with the case's own value where nothing is typed."""

    def __init__(self, *args: Any, assumptions: Assumptions, **options: Any) -> None:
        self.assumptions = assumptions.all()
        super().__init__(*args, **options)
        for place, each in enumerate(self.assumptions):
            field = NumberField(label=each.name.replace("_", " "), places=9, required=False)
            field.initial = typed(Decimal(repr(each.value)))
            field.widget.attrs["class"] = "form-control"
            field.widget.attrs["aria-labelledby"] = f"assumption-{place} unit-{place}"
            self.fields[f"a{place}"] = field

    def rows(self) -> list[tuple[Assumption, Any]]:
        """Each assumption with its field."""
        return [(each, self[f"a{place}"]) for place, each in enumerate(self.assumptions)]

    def changes(self) -> dict[str, float]:
        """The values that are not the case's own."""
        said = self.cleaned_data
        return {
            each.name: float(said[f"a{place}"])
            for place, each in enumerate(self.assumptions)
            if said.get(f"a{place}") is not None and float(said[f"a{place}"]) != each.value
        }
