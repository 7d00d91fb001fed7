"""Forms that ask for sealed bids, and award them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.reading.numbers import typed
from common.web.fields import NumberField, TextField
from common.web.forms import AppForm
from trading.forms.base import moment_input
from trading.models import Bid


class TenderForm(AppForm):
    """Until when sealed bids are taken, and under which conditions."""

    deadline = forms.DateTimeField(
        label=gettext_lazy("Deadline (UTC)"),
        widget=moment_input(),
        help_text=gettext_lazy("By the clock of the exchange. Until then nobody sees a bid but who made it."),
    )
    conditions = TextField(label=gettext_lazy("Conditions"), max_length=4000, required=False)


class AwardForm(AppForm):
    """How much of each bid is taken; empty: nothing."""

    def __init__(self, *args: Any, bids: Iterable[Bid], left: Decimal | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.bids = list(bids)
        rest = left
        for bid in self.bids:
            suggested = bid.amount if rest is None else min(bid.amount, rest)
            rest = None if rest is None else rest - suggested
            self.fields[f"bid-{bid.pk}"] = NumberField(
                label=_("Award"), required=False, initial=typed(suggested) if suggested else ""
            )

    def rows(self) -> list[tuple[Bid, forms.BoundField]]:
        """Return each bid with its field, the best first."""
        return [(bid, self[f"bid-{bid.pk}"]) for bid in self.bids]

    def awards(self) -> dict[int, Decimal]:
        """Return what the valid form awards."""
        amounts = {bid.pk: self.cleaned_data[f"bid-{bid.pk}"] for bid in self.bids}
        return {pk: amount for pk, amount in amounts.items() if amount}
