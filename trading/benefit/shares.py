"""Who of the two parties gains what in money."""

from dataclasses import dataclass
from decimal import Decimal, localcontext

from matching.economics import avoids_disposal
from trading.benefit.facts import Facts
from trading.benefit.lines import (
    COST_DISPOSAL,
    COST_PURCHASE,
    COST_SAVED,
    COST_TRANSPORT,
    COST_TREATMENT,
    EXACTLY,
    Benefit,
    rounded,
)


@dataclass(frozen=True)
class Shares:
    """What each party gains in money, price included, as far as it is known."""

    supplier: Decimal | None
    receiver: Decimal | None


def shares_of(facts: Facts, benefit: Benefit, amount: Decimal) -> Shares:
    """Return who gains what: the supplier its disposal, the receiver its purchase less the treatment.

    The price changes hands between them, and transport is paid as agreed. None where a part is not known, or the
    price is in another currency than the catalogue.
    """
    if facts.currency != facts.catalogue_currency or benefit.gross(COST_SAVED) is None:
        return Shares(None, None)
    with localcontext(EXACTLY):
        price = rounded(facts.unit_price * amount)
        transport = benefit.gross(COST_TRANSPORT) or Decimal(0)
        share = {"supplier": Decimal(1), "shared": Decimal("0.5")}.get(facts.transport_paid_by, Decimal(0))
        by_supplier = rounded(transport * share)
        disposal, purchase = benefit.gross(COST_DISPOSAL), benefit.gross(COST_PURCHASE)
        if disposal is None and facts.is_waste and not avoids_disposal(facts.unit_price, Decimal(0)):
            disposal = Decimal(0)  # what is paid for would not be disposed of: known to be nothing
        treatment = benefit.gross(COST_TREATMENT) or Decimal(0)
        return Shares(
            None if disposal is None else disposal + price + by_supplier,
            None if purchase is None else purchase + treatment - price + (transport - by_supplier),
        )
