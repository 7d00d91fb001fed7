"""What a listing says, and whether it can be so. One place of rules for the form, the API and imports."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Site
from catalogue.called import called
from catalogue.models import LegalStatus, Resource
from common.currencies import is_currency
from common.errors import Invalid
from common.reading.dates import check_day
from common.reading.refusals import Unreadable
from common.reading.text import bare_code, clean_code, clean_line, clean_text
from common.units import PLACES, Conversion, canonical_factor
from listings.models import (
    PERIODS_PER_YEAR,
    REACH_NUMBER,
    AbpCategory,
    Disclosure,
    GasOrigin,
    Period,
    SafetyProperty,
    Side,
)
from listings.selectors.knowledge import ASKED_ANEW, Knowledge

Interval = tuple[Decimal | None, Decimal | None]
LARGEST = Decimal(10) ** 12
LARGEST_PRICE = Decimal(10) ** 9
# How many decimals are stored; what has more is refused rather than rounded away.
QUANTITY_PLACES, PRICE_PLACES, QUALITY_PLACES = 6, 4, 4
LONGEST_EXTERNAL_ID = 80
# Read once: an enumeration puts its values together at each question.
_SIDES, _PERIODS, _DISCLOSURES, _STATUSES = Side.values, Period.values, Disclosure.values, LegalStatus.values
_CATEGORIES, _SAFETY = AbpCategory.values, frozenset(SafetyProperty.values)


@dataclass(frozen=True)
class ListingTerms:
    """What somebody says of an offer or a request.

    `quantity`, `minimum_lot` and `price` count in `unit`; `quantity` is per `period` and None when not stated.
    `price` is signed: positive, the buyer pays; negative, the seller pays. `quality` maps a property's slug to an
    interval, open where None. `months` are 1–12; none means all year.
    """

    side: str
    resource: Resource
    site: Site
    quantity: Decimal | None
    unit: str
    period: str
    available_from: date
    available_until: date | None = None
    months: tuple[int, ...] = ()
    quality: Mapping[str, Interval] = field(default_factory=dict)
    price: Decimal | None = None
    currency: str = "EUR"
    minimum_lot: Decimal | None = None
    hazardous: bool = False
    ewc_code: str = ""
    legal_status: str = ""
    abp_category: int | None = None
    reach_number: str = ""
    safety_present: tuple[str, ...] = ()
    safety_absent: tuple[str, ...] = ()
    origin_of_gas: str = ""
    disclosure: str = Disclosure.OPEN
    title: str = ""
    description: str = ""
    external_id: str = ""
    """What the organization calls it in its own books; of one organization no two listings have the same."""


@dataclass(frozen=True)
class CanonicalTerms:
    """The same in canonical units: `amount` per year for a rate, of the whole lot for a one-off."""

    amount: Decimal | None
    minimum_amount: Decimal | None
    unit_price: Decimal | None


def said_by(terms: ListingTerms) -> dict[str, Any]:
    """Return the terms by their names: what makes the version of a listing, and what a form shows of it."""
    return {each.name: getattr(terms, each.name) for each in fields(terms)}


def cleaned(terms: ListingTerms, knowledge: Knowledge = ASKED_ANEW) -> ListingTerms:
    """Return the terms with every text as it is seen, and codes in plain characters."""
    return replace(
        terms,
        title=clean_line(terms.title),
        description=clean_text(terms.description),
        external_id=clean_line(terms.external_id),
        ewc_code=bare_code(terms.ewc_code, "EWC", "LoW"),
        currency=clean_code(terms.currency),
        reach_number=bare_reach(terms.reach_number),
        safety_present=tuple(sorted(set(terms.safety_present))),
        safety_absent=tuple(sorted(set(terms.safety_absent))),
        hazardous=terms.hazardous or _always_hazardous(terms, knowledge),
    )


def bare_reach(text: str) -> str:
    """Return a REACH registration number without blanks and the word before it."""
    return clean_code(text).removeprefix("REACH").lstrip(": ")


def _always_hazardous(terms: ListingTerms, knowledge: Knowledge) -> bool:
    """Say whether hazard follows: the offer is waste without a code, and every code that it may have is starred."""
    status = terms.legal_status or terms.resource.usual_status
    if terms.side != Side.OFFER or terms.ewc_code or status != LegalStatus.WASTE:
        return False
    return knowledge.is_always_hazardous(terms.resource, timezone.localdate())


def conversion_of(resource: Resource) -> Conversion:
    """Return what lets a quantity of this resource cross dimensions."""
    return Conversion(resource.density_t_per_m3, resource.energy_mwh_per_t, resource.energy_mwh_per_m3)


def check_terms(terms: ListingTerms, *, today: date, knowledge: Knowledge = ASKED_ANEW) -> CanonicalTerms:
    """Return the canonical values, or raise `Invalid` with every field that cannot be so and what would be right."""
    errors: dict[str, str] = {}
    errors |= _check_choices(terms)
    errors |= _check_quantities(terms)
    errors |= _check_window(terms, today)
    errors |= _check_quality(terms, knowledge)
    errors |= _check_price(terms)
    errors |= _check_waste(terms, today, knowledge)
    errors |= _check_law(terms)
    errors |= _check_origin(terms, knowledge)
    errors |= _check_external_id(terms)
    canonical = CanonicalTerms(None, None, None)
    try:
        factor = canonical_factor(
            terms.unit, dimension=terms.resource.dimension, conversion=conversion_of(terms.resource)
        )
    except Invalid as error:
        errors |= {name: texts[0] for name, texts in error.fields.items()}
    else:
        if not errors:
            canonical = _canonical(terms, factor)
            errors |= _check_canonical(terms, canonical)
    if errors:
        raise Invalid(errors)
    return canonical


def _canonical(terms: ListingTerms, factor: Decimal) -> CanonicalTerms:
    per_year = Decimal(1) if terms.period == Period.ONCE else PERIODS_PER_YEAR[Period(terms.period)]
    return CanonicalTerms(
        amount=None if terms.quantity is None else (terms.quantity * factor * per_year).quantize(PLACES),
        minimum_amount=None if terms.minimum_lot is None else (terms.minimum_lot * factor).quantize(PLACES),
        unit_price=None if terms.price is None else (terms.price / factor).quantize(Decimal("0.00000001")),
    )


def _check_canonical(terms: ListingTerms, canonical: CanonicalTerms) -> dict[str, str]:
    if canonical.amount is not None and canonical.amount <= 0:
        return {"quantity": _("This is less than we can count. Type a larger quantity or a smaller unit.")}
    if canonical.amount is not None and canonical.amount > LARGEST:
        return {"quantity": _("This is more than the whole world has. Check the unit.")}
    if canonical.minimum_amount is not None and canonical.minimum_amount <= 0:
        return {"minimum_lot": _("This is less than we can count.")}
    if terms.price and not canonical.unit_price:
        return {"price": _("This is less than we can count. Take a smaller unit.")}
    if canonical.amount and canonical.minimum_amount and canonical.minimum_amount > canonical.amount:
        return {"minimum_lot": _("The smallest lot cannot be more than the whole quantity.")}
    return {}


def _check_choices(terms: ListingTerms) -> dict[str, str]:
    errors = {}
    for name, value, choices in (
        ("side", terms.side, _SIDES),
        ("period", terms.period, _PERIODS),
        ("disclosure", terms.disclosure, _DISCLOSURES),
    ):
        if value not in choices:
            errors[name] = _("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)}
    return errors


def _check_quantities(terms: ListingTerms) -> dict[str, str]:
    errors = {}
    for name, value in (("quantity", terms.quantity), ("minimum_lot", terms.minimum_lot)):
        if value is None:
            continue
        if not value.is_finite() or value <= 0:
            errors[name] = _("Type a number above zero, or leave it empty if it is not known.")
        elif value > LARGEST:
            errors[name] = _("This is more than the whole world has. Check the unit.")
        elif wrong := _too_fine(value, QUANTITY_PLACES):
            errors[name] = wrong
    return errors


def _too_fine(value: Decimal, places: int) -> str:
    """Say that a number has more decimals than are kept; empty where it has not."""
    if value == round(value, places):
        return ""
    return _("At most %(places)d decimals are kept. Round it, or take another unit.") % {"places": places}


def _check_window(terms: ListingTerms, today: date) -> dict[str, str]:
    start, end = terms.available_from, terms.available_until
    for name, day in (("available_from", start), ("available_until", end)):
        try:
            if day is not None:
                check_day(day, today=today)
        except Unreadable as error:
            return {name: error.message}
    if end is not None and end < start:
        return {
            "available_until": _("The end must not be before the start (%(start)s).")
            % {"start": date_format(start)}
        }
    if end is not None and end < today:
        return {
            "available_until": _("This window is over already. Choose a day from today on, or leave it open.")
        }
    if any(month not in range(1, 13) for month in terms.months):
        return {"months": _("Months are 1 to 12.")}
    if end is not None and terms.months and not set(terms.months) & _months_between(start, end):
        return {"months": _("None of these months lies between the start and the end.")}
    return {}


def _months_between(start: date, end: date) -> set[int]:
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return {month % 12 + 1 for month in range(first, min(last, first + 11) + 1)}


def _check_quality(terms: ListingTerms, knowledge: Knowledge) -> dict[str, str]:
    if not terms.quality:
        return {}
    known = {found.slug for found in knowledge.properties_of(terms.resource)}
    errors = {}
    for slug, (low, high) in terms.quality.items():
        if slug not in known:
            errors["quality"] = _("%(resource)s has no property “%(slug)s”; it has: %(known)s.") % {
                "resource": called(terms.resource.name),
                "slug": slug[:40],
                "known": ", ".join(sorted(known)) or _("none"),
            }
        elif any(
            value is not None and (not value.is_finite() or abs(value) >= LARGEST) for value in (low, high)
        ):
            errors[f"quality_{slug}"] = _("Type numbers below a million millions.")
        elif wrong := next(
            (w for v in (low, high) if v is not None and (w := _too_fine(v, QUALITY_PLACES))), ""
        ):
            errors[f"quality_{slug}"] = wrong
        elif low is not None and high is not None and low > high:
            errors[f"quality_{slug}"] = _("The lower end must not be above the upper end.")
    return errors


def _check_price(terms: ListingTerms) -> dict[str, str]:
    errors = {}
    if terms.price is not None and (not terms.price.is_finite() or abs(terms.price) > LARGEST_PRICE):
        errors["price"] = _("Type a price per unit; negative means that the seller pays.")
    elif terms.price is not None and _too_fine(terms.price, PRICE_PLACES):
        errors["price"] = _(
            "Prices are kept to four decimals, so that this one would be another. Take a larger unit, as t instead "
            "of kg."
        )
    if not is_currency(terms.currency):
        errors["currency"] = _("Use a currency of ISO 4217: three capital letters, as EUR.")
    return errors


def _check_origin(terms: ListingTerms, knowledge: Knowledge) -> dict[str, str]:
    if not terms.origin_of_gas:
        return {}
    if terms.origin_of_gas not in GasOrigin.values:
        return {"origin_of_gas": _("Choose one of: %(choices)s.") % {"choices": ", ".join(GasOrigin.values)}}
    if terms.side != Side.OFFER or not knowledge.is_gas(terms.resource):
        return {"origin_of_gas": _("Only an offer of a gas says this: leave it empty.")}
    return {}


def is_gas(resource: Resource) -> bool:
    """Say whether it is asked what becomes of this resource without a buyer."""
    return ASKED_ANEW.is_gas(resource)


def _check_external_id(terms: ListingTerms) -> dict[str, str]:
    if len(terms.external_id) <= LONGEST_EXTERNAL_ID:
        return {}
    text = _("Your number for it has at most %(most)d characters.") % {"most": LONGEST_EXTERNAL_ID}
    return {"external_id": text}


def _check_law(terms: ListingTerms) -> dict[str, str]:
    errors = {}
    if terms.legal_status and terms.legal_status not in _STATUSES:
        errors["legal_status"] = _("Choose one of: %(choices)s.") % {"choices": ", ".join(LegalStatus.values)}
    if terms.abp_category is not None and terms.abp_category not in _CATEGORIES:
        errors["abp_category"] = _(
            "Animal by-products are of category 1, 2 or 3; leave it empty if it is none."
        )
    if terms.reach_number and not re.fullmatch(REACH_NUMBER, terms.reach_number):
        errors["reach_number"] = _("A registration number looks like 01-2119458838-20-0000.")
    for name in ("safety_present", "safety_absent"):
        if unknown := set(getattr(terms, name)) - _SAFETY:
            errors[name] = _("“%(slug)s” is not one of: %(known)s.") % {
                "slug": min(unknown)[:40],
                "known": ", ".join(SafetyProperty.values),
            }
    if both := set(terms.safety_present) & set(terms.safety_absent):
        errors["safety_absent"] = _("“%(slug)s” cannot be both there and tested as not there.") % {
            "slug": min(both)
        }
    if terms.ewc_code and terms.legal_status in (LegalStatus.BY_PRODUCT, LegalStatus.PRODUCT):
        errors["legal_status"] = _(
            "What has a waste code is waste, or was until it ended to be: take the code off."
        )
    return errors


def _check_waste(terms: ListingTerms, today: date, knowledge: Knowledge) -> dict[str, str]:
    if not terms.ewc_code:
        return {}
    code = knowledge.waste_code(terms.ewc_code)
    if code is None:
        return {
            "ewc_code": _(
                "This code is not in the European List of Waste; six digits, as 100102, or leave it empty."
            )
        }
    if not code.is_in_force_on(today):
        if code.valid_from and today < code.valid_from:
            text = _("%(code)s can be used from %(day)s on.") % {
                "code": code.display,
                "day": date_format(code.valid_from),
            }
        else:
            following = knowledge.codes(code.replaced_by)
            text = _("%(code)s has ended. Choose one of: %(following)s.") % {
                "code": code.display,
                "following": ", ".join(each.display_on(today) for each in following) or _("none follows it"),
            }
        return {"ewc_code": text}
    if code.is_hazardous_on(today) and not terms.hazardous:
        return {
            "hazardous": _("%(code)s is a hazardous entry: tick this, or choose the mirror entry.")
            % {"code": code.code}
        }
    return {}
