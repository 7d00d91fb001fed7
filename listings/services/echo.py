"""What was understood of an amount and a price, in the reader's words, before it binds: “= 50 t/yr, 450 EUR/yr”."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.models import Resource
from common.errors import Invalid
from common.reading.numbers import spaced
from common.units import CANONICAL_UNIT, PLACES, canonical_factor, unit_label
from listings.models import PERIODS_PER_YEAR, Period
from listings.services.terms import conversion_of

_MONEY = Decimal("0.01")
_SHARE = Decimal("0.001")


@dataclass(frozen=True)
class Echo:
    """An amount, and what it costs, exact or to the cent; empty where it was not typed."""

    amount: str
    """In the canonical unit, per year for a flow."""
    total: str
    """The whole price of it, per year for a flow."""
    price: str
    """The price of one canonical unit."""
    months: str
    """What the chosen months mean: how much in each of them. A listing says which months, never more in one of them."""


def echo_of(
    *,
    resource: Resource | None,
    quantity: Decimal | None,
    unit: str,
    period: str,
    price: Decimal | None,
    seller_pays: bool,
    currency: str,
    months: int = 0,
) -> Echo | None:
    """Return the amount in canonical units and years, and its price; None where there is nothing to say.

    `quantity` counts in `unit` per `period`, `price` is unsigned and per `unit`; `months`: how many are chosen.
    """
    if resource is None or (quantity is None and price is None) or period not in Period.values:
        return None
    try:
        factor = canonical_factor(unit, dimension=resource.dimension, conversion=conversion_of(resource))
    except Invalid:
        return None
    label = unit_label(CANONICAL_UNIT[resource.dimension])
    once = period == Period.ONCE
    per_year = Decimal(1) if once else PERIODS_PER_YEAR[Period(period)]
    rate = "" if once else _("/yr")
    payer = _("the seller pays") if seller_pays else _("the buyer pays")
    amount = total = each = in_months = ""
    if quantity is not None:
        amount = f"{spaced((quantity * factor * per_year).quantize(PLACES))} {label}{rate}"
    if price is not None:
        each = f"{spaced((price / factor).quantize(PLACES))} {currency}/{label}"
    if quantity is not None and price is not None:
        total = f"{spaced((quantity * per_year * price).quantize(_MONEY))} {currency}{rate}, {payer}"
    if quantity is not None and months and not once:
        in_each = f"{spaced((quantity * factor * per_year / months).quantize(_SHARE))} {label}"
        in_months = ngettext(
            "= %(share)s in the one month, %(amount)s",
            "= %(share)s in each of %(count)d months, %(amount)s in all",
            months,
        ) % {"share": in_each, "count": months, "amount": amount}
    return Echo(amount, total, each, in_months)
