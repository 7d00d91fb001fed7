"""What-if on the page of a match: the assumptions as numbers to change."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from common.errors import Invalid
from common.reading.numbers import typed
from common.web.fields import NumberField
from common.web.forms import AppForm
from matching.selectors.explanations.explain import check_assumptions
from matching.selectors.explanations.explanation import Assumption, Explanation


class AssumptionField(NumberField):
    """A number with its unit beside the label."""

    def __init__(self, assumption: Assumption) -> None:
        label = assumption.label[:1].upper() + assumption.label[1:]
        super().__init__(label=label, required=False, initial=typed(assumption.value))
        self.unit = assumption.unit


class AssumptionsForm(AppForm):
    """Every assumption that can be changed, filled in with what it is now; what stays as it is changes nothing."""

    def __init__(self, data: Mapping[str, Any], *, explanation: Explanation) -> None:
        rows = [row for row in explanation.assumptions if row.is_changeable]
        asked = any(row.key in data for row in rows)
        shown = {row.key: typed(row.value) for row in rows}
        given = {key: data[key] for key in shown if key in data}
        super().__init__(shown | given if asked else None, auto_id="what-if-%s")
        self.now = {row.key: row.value for row in rows}
        for row in rows:
            self.fields[row.key] = AssumptionField(row)

    def clean(self) -> dict[str, Any]:
        """Say beside its field what cannot be assumed, also where another one is no number."""
        cleaned = super().clean() or {}
        try:
            check_assumptions(self.changes())
        except Invalid as refusal:
            for name, texts in refusal.fields.items():
                self.add_error(name, texts)
        return cleaned

    def changes(self) -> dict[str, Decimal]:
        """Return what was changed, and is a number."""
        given = {key: self.cleaned_data.get(key) for key in self.now}
        return {key: value for key, value in given.items() if value is not None and value != self.now[key]}
