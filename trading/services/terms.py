"""What a bid says, and whether it can be so; and what a transport paper needs."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalogue.models import EwcCode
from common.errors import Invalid
from common.parts import TYPED_PLACES
from common.reading.dates import check_day
from common.reading.refusals import Unreadable
from common.units import PLACES, canonical_factor
from listings.models import PERIODS_PER_YEAR, Listing, Period
from listings.services.terms import LARGEST, LARGEST_PRICE, conversion_of
from trading.models import TREATMENT_OPERATIONS, Agreement, Bid, Carrier, Synergy, TransportPayer
from trading.selectors.days import days_at

_PRICE_PLACES: Final = Decimal("0.00000001")
TYPED_PRICE_PLACES: Final = 4
"""Of a price as it is typed, and of its column."""
LONGEST_TEXT: Final = 4000


@dataclass(frozen=True)
class BidTerms:
    """What somebody bids.

    `quantity` and `price` count in `unit`, `quantity` per `period`. `price` is signed: positive, the receiver pays;
    negative, the supplier pays. `expires_at` is aware; None: the bid stands until it is answered.
    """

    quantity: Decimal
    unit: str
    period: str
    price: Decimal
    currency: str
    starts_on: date
    ends_on: date | None = None
    carrier: str = Carrier.RECEIVER
    transport_paid_by: str = TransportPayer.RECEIVER
    conditions: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class CanonicalBid:
    """The same in canonical units of what moves, and the amount in those of the request."""

    amount: Decimal
    request_amount: Decimal
    unit_price: Decimal


@dataclass(frozen=True)
class Papers:
    """What the paper that travels with waste names: code, operation (R1–R13, D1–D15), permits, packaging."""

    ewc_code: str = ""
    treatment_operation: str = ""
    supplier_permit: str = ""
    receiver_permit: str = ""
    container: str = ""


def terms_of_bid(bid: Bid) -> BidTerms:
    """Return what a bid says, to counter it with changes."""
    return BidTerms(**{each.name: getattr(bid, each.name) for each in fields(BidTerms)})


def papers_of(agreement: Agreement) -> Papers:
    """Return an agreement's papers, to change some of them."""
    return Papers(**{each.name: getattr(agreement, each.name) for each in fields(Papers)})


def check_bid_terms(
    terms: BidTerms, *, synergy: Synergy, listings: list[Listing], sealed: bool = False
) -> CanonicalBid:
    """Return the canonical values, or raise `Invalid` with every field that cannot be so and what would be right."""
    errors = _check_choices(terms) | _check_numbers(terms)
    errors |= _check_period(terms, synergy) | _check_window(terms, synergy, listings)
    errors |= _check_currency(terms, listings) | _check_expiry(terms, sealed=sealed)
    canonical = CanonicalBid(Decimal(0), Decimal(0), Decimal(0))
    try:
        factor = canonical_factor(
            terms.unit, dimension=synergy.resource.dimension, conversion=conversion_of(synergy.resource)
        )
    except Invalid as error:
        errors |= {name: texts[0] for name, texts in error.fields.items()}
    else:
        if not errors:
            canonical = _canonical(terms, factor, synergy)
            if canonical.amount <= 0 or canonical.request_amount <= 0:
                errors["quantity"] = _("This is less than we can count. Type a larger quantity.")
            if terms.price and not canonical.unit_price:
                errors["price"] = _("This is less than we can count. Type a price per larger unit.")
    if errors:
        raise Invalid(errors)
    return canonical


def _canonical(terms: BidTerms, factor: Decimal, synergy: Synergy) -> CanonicalBid:
    per_year = Decimal(1) if terms.period == Period.ONCE else PERIODS_PER_YEAR[Period(terms.period)]
    amount = (terms.quantity * factor * per_year).quantize(PLACES)
    return CanonicalBid(
        amount=amount,
        request_amount=synergy.request_amount(amount),
        unit_price=(terms.price / factor).quantize(_PRICE_PLACES),
    )


def _check_choices(terms: BidTerms) -> dict[str, str]:
    errors = {}
    for name, value, choices in (
        ("period", terms.period, Period),
        ("carrier", terms.carrier, Carrier),
        ("transport_paid_by", terms.transport_paid_by, TransportPayer),
    ):
        if value not in choices.values:
            errors[name] = _("Choose one of: %(choices)s.") % {"choices": ", ".join(choices.values)}
    return errors


def _check_numbers(terms: BidTerms) -> dict[str, str]:
    errors = {}
    if not terms.quantity.is_finite() or terms.quantity <= 0:
        errors["quantity"] = _("Type a number above zero.")
    elif terms.quantity > LARGEST:
        errors["quantity"] = _("This is more than the whole world has. Check the unit.")
    elif terms.quantity != round(terms.quantity, TYPED_PLACES):
        errors["quantity"] = _("At most %(most)d decimals are kept. Choose a smaller unit.") % {
            "most": TYPED_PLACES
        }
    if not terms.price.is_finite() or abs(terms.price) > LARGEST_PRICE:
        errors["price"] = _("Type a price per unit; negative means that the supplier pays.")
    elif terms.price != round(terms.price, TYPED_PRICE_PLACES):
        errors["price"] = _("At most %(most)d decimals are kept. Choose a larger unit.") % {
            "most": TYPED_PRICE_PLACES
        }
    if len(terms.conditions) > LONGEST_TEXT:
        errors["conditions"] = _("At most %(most)s characters.") % {"most": LONGEST_TEXT}
    return errors


def _check_period(terms: BidTerms, synergy: Synergy) -> dict[str, str]:
    if terms.period not in Period.values or (terms.period != Period.ONCE) == synergy.is_rate:
        return {}
    if synergy.is_rate:
        return {"period": _("This flows: say how much per year, month, week or day.")}
    return {"period": _("This is one lot: the quantity is one-off, not per year or month.")}


def _check_window(terms: BidTerms, synergy: Synergy, listings: list[Listing]) -> dict[str, str]:
    start, end = terms.starts_on, terms.ends_on
    today, _latest = days_at(synergy)
    for name, typed in (("starts_on", start), ("ends_on", end)):
        if typed is not None:
            try:
                check_day(typed, today=today)
            except Unreadable as error:
                return {name: error.message}
    if end is not None and end < start:
        return {
            "ends_on": _("The end must not be before the start (%(start)s).") % {"start": date_format(start)}
        }
    if end is not None and end < today:
        return {"ends_on": _("This window is over already.")}
    for listing in listings:
        if listing.available_until is not None and listing.over_on(start):
            day = date_format(listing.available_until)
            return {
                "starts_on": _("The %(side)s ends on %(day)s.")
                % {"side": listing.get_side_display(), "day": day}
            }
        if end is not None and end < listing.available_from:
            day = date_format(listing.available_from)
            return {
                "ends_on": _("The %(side)s begins on %(day)s.")
                % {"side": listing.get_side_display(), "day": day}
            }
    return {}


def _check_currency(terms: BidTerms, listings: list[Listing]) -> dict[str, str]:
    if not (len(terms.currency) == 3 and terms.currency.isascii() and terms.currency.isupper()):
        return {"currency": _("Use the three capital letters of ISO 4217, as EUR.")}
    known = {listing.currency for listing in listings}
    if known and terms.currency not in known:
        return {
            "currency": _("Nothing is converted here: bid in %(currency)s.")
            % {"currency": " / ".join(sorted(known))}
        }
    return {}


def _check_expiry(terms: BidTerms, *, sealed: bool) -> dict[str, str]:
    if terms.expires_at is None:
        return {}
    if sealed:
        return {"expires_at": _("A sealed bid stands until the tender is decided.")}
    if terms.expires_at <= timezone.now():
        return {"expires_at": _("Choose a time that is still to come.")}
    return {}


def check_papers(papers: Papers) -> None:
    """Raise `Invalid` naming what cannot stand on a transport paper."""
    errors = {}
    if papers.ewc_code and not EwcCode.objects.filter(code=papers.ewc_code, level=3).exists():
        errors["ewc_code"] = _("This code is not in the European List of Waste; six digits, as 100102.")
    if papers.treatment_operation not in ("", *TREATMENT_OPERATIONS):
        errors["treatment_operation"] = _("Recovery is R1 to R13, disposal D1 to D15.")
    for name in ("supplier_permit", "receiver_permit", "container"):
        if len(getattr(papers, name)) > 120:
            errors[name] = _("At most %(most)s characters.") % {"most": 120}
    if errors:
        raise Invalid(errors)
