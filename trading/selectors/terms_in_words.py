"""The terms of a bid or an agreement in words: exact, in the unit that was typed, the canonical one beside it.

One place for the room, the page that asks before it binds, the agreement and its PDF, so that all say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.reading.dates import written_day
from common.templatetags.loopyard import exact
from common.units import CANONICAL_UNIT, unit_label
from listings.models import PERIODS_PER_YEAR, Listing, Period
from trading.models import Agreement, Bid, Carrier, TransportPayer
from trading.selectors.words import pays_words

MONEY_PLACES: Final = 2
_CENT: Final = Decimal("0.01")
_SHOWN_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True)
class TermRow:
    """One term; `beside` says the same otherwise (canonical units), `was` what it was before, where that differs."""

    name: str
    label: str
    words: str
    beside: str = ""
    was: str = ""


@dataclass(frozen=True)
class Said:
    """A quantity and a price as they were typed, of a bid or of what became of it."""

    quantity: Decimal
    unit: str
    period: str
    price: Decimal
    price_unit: str

    @property
    def total(self) -> Decimal:
        """What changes hands per year, for a lot in all; positive: the receiver pays."""
        per_year = Decimal(1) if self.period == Period.ONCE else PERIODS_PER_YEAR[Period(self.period)]
        return self.quantity * per_year * self.price


def said_of(terms: Bid | Agreement) -> Said:
    """Return what was typed; of a bid that was awarded in part, the amount of the award, in canonical units."""
    bid = terms.bid if isinstance(terms, Agreement) else terms
    if terms.amount == bid.amount:
        return Said(bid.quantity, bid.unit, bid.period, bid.price, bid.unit)
    period = Period.YEAR if bid.is_rate else Period.ONCE
    return Said(terms.amount, canonical_unit_of(terms), period.value, bid.price, bid.unit)


def canonical_unit_of(terms: Bid | Agreement) -> str:
    """Return the unit in which what moves is counted, such as t."""
    resource = terms.resource if isinstance(terms, Agreement) else terms.synergy.resource
    return CANONICAL_UNIT[resource.dimension]


def total_of(terms: Bid | Agreement) -> Decimal:
    """Return what changes hands per year, for a lot in all; positive: the receiver pays."""
    said = said_of(terms)
    if said.unit == said.price_unit:
        return said.total
    return terms.amount * terms.unit_price


def rows_of(
    terms: Bid | Agreement, *, side: str = "", before: Bid | None = None, with_total: bool = True
) -> list[TermRow]:
    """Return the terms in words for a reader on a side ("" for neither); with `before`, also what each was then."""
    now = _words(terms, side)
    then = {row.name: row for row in _words(before, side)} if before is not None else {}
    return [
        TermRow(row.name, row.label, row.words, row.beside, _was(row, then.get(row.name)) if then else "")
        for row in now
        if with_total or row.name != "total"
    ]


def changed(rows: Sequence[TermRow]) -> list[TermRow]:
    """Return the terms that are not what they were."""
    return [row for row in rows if row.was]


def _was(row: TermRow, then: TermRow | None) -> str:
    if then is None:
        return ""
    return "" if (then.words, then.beside) == (row.words, row.beside) else then.words


def _words(terms: Bid | Agreement, side: str) -> list[TermRow]:
    said = said_of(terms)
    canonical = canonical_unit_of(terms)
    return [
        TermRow("quantity", _("Quantity"), quantity_words(said), _quantity_beside(terms, said, canonical)),
        TermRow(
            "price",
            _("Price"),
            _capitalized(pays_words(said.price, terms.currency, said.price_unit, side)),
            _price_beside(terms, said, canonical),
        ),
        TermRow("total", _("In money"), total_words(terms)),
        TermRow("days", _("When"), days_words(terms)),
        TermRow(
            "transport",
            _("Transport"),
            _("carried by %(who)s, paid by %(payer)s")
            % {
                "who": Carrier(terms.carrier).label,
                "payer": TransportPayer(terms.transport_paid_by).label,
            },
        ),
        TermRow("conditions", _("Conditions"), terms.conditions or _("none")),
    ]


def quantity_words(said: Said) -> str:
    """Write a quantity as it was typed: "1,234.5 short ton (US) per month", "10 t, one lot"."""
    amount = f"{exact(said.quantity)}\u00a0{unit_label(said.unit)}"
    if said.period == Period.ONCE:
        return _("%(amount)s, one lot") % {"amount": amount}
    return f"{amount} {Period(said.period).label}"


def _quantity_beside(terms: Bid | Agreement, said: Said, canonical: str) -> str:
    if said.unit == canonical and said.period in (Period.YEAR, Period.ONCE):
        return ""
    unit = unit_label(canonical)
    return f"= {exact(terms.amount)}\u00a0" + (_("%(unit)s/yr") % {"unit": unit} if terms.is_rate else unit)


def _price_beside(terms: Bid | Agreement, said: Said, canonical: str) -> str:
    if not said.price or said.price_unit == canonical:
        return ""
    price = abs(terms.unit_price)
    shown = price.quantize(_SHOWN_PLACES, rounding=ROUND_HALF_UP)
    sign = "=" if shown == price else "≈"
    return f"{sign} {exact(shown, MONEY_PLACES)}\u00a0{terms.currency}/{unit_label(canonical)}"


def total_words(terms: Bid | Agreement) -> str:
    """Write what changes hands for the whole amount, to the cent: per year of a flow, in all of a lot."""
    total = abs(total_of(terms))
    if not total:
        return _("nothing changes hands")
    shown = total.quantize(_CENT, rounding=ROUND_HALF_UP)
    money = f"{exact(shown, MONEY_PLACES)}\u00a0{terms.currency}"
    words = (
        _("%(money)s per year") % {"money": money}
        if terms.is_rate
        else _("%(money)s in all") % {"money": money}
    )
    return words if shown == total else f"≈ {words}"


def award_words(bid: Bid, amount: Decimal) -> tuple[str, str]:
    """Write what an award takes of a bid and what it is worth, and beside it what was bid where that is more."""
    canonical = canonical_unit_of(bid)
    unit = unit_label(canonical)
    if bid.is_rate:
        unit = _("%(unit)s/yr") % {"unit": unit}
    total = (amount * bid.unit_price).copy_abs().quantize(_CENT, rounding=ROUND_HALF_UP)
    money = f"{exact(total, MONEY_PLACES)}\u00a0{bid.currency}"
    price = pays_words(bid.price, bid.currency, bid.unit)
    words = f"{exact(amount)}\u00a0{unit}; {price}; {money}"
    if bid.is_rate:
        words = _("%(words)s per year") % {"words": words}
    offered = _("of %(amount)s bid") % {"amount": f"{exact(bid.amount)}\u00a0{unit}"}
    return f"{words}; {days_words(bid)}", offered if amount != bid.amount else ""


def days_words(terms: Bid | Agreement) -> str:
    """Write over which days the terms hold; with both ends, how many days that are."""
    start = written_day(terms.starts_on)
    if terms.ends_on is None:
        return _("from %(start)s, open end") % {"start": start}
    days = (terms.ends_on - terms.starts_on).days + 1
    words = {"start": start, "end": written_day(terms.ends_on), "days": days}
    return ngettext("%(start)s – %(end)s (%(days)d day)", "%(start)s – %(end)s (%(days)d days)", days) % words


def left_rows(taken: Sequence[tuple[Listing, Decimal]]) -> list[TermRow]:
    """Return, for each listing and what would be taken of it, what is left of it after that, and before."""
    rows = []
    for listing, amount in taken:
        left = listing.left
        if left is None:
            continue
        label = _("Left of the offer after it") if listing.side == "offer" else _("Still sought after it")
        after = max(left - amount, Decimal(0))
        unit = listing.canonical_unit
        if listing.is_rate:
            unit = _("%(unit)s/yr") % {"unit": unit}
        before = _("now %(left)s") % {"left": f"{exact(left)}\u00a0{unit}"}
        rows.append(TermRow(f"left_{listing.side}", label, f"{exact(after)}\u00a0{unit}", before))
    return rows


def _capitalized(words: str) -> str:
    return words[:1].upper() + words[1:]
