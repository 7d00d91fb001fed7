"""A few listings beside each other: the same questions to each, in the same units, and where they differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from accounts.access import AnyUser, sites_of
from catalogue.called import called
from common.geo import Point, distance_km
from common.reading.dates import written_day
from common.templatetags.loopyard import exact, km, number, price_words, window_words
from common.units import CANONICAL_UNIT, unit_label
from listings.access import listings_seen, mark_identities
from listings.disclosure.rules import told_at
from listings.models import Listing, ListingQuality
from listings.selectors.data_quality import mark_data_quality
from listings.selectors.files import mark_pictures

MOST_COMPARED: Final = 4


@dataclass(frozen=True)
class Row:
    """One question, and what each listing says to it; empty: nothing."""

    label: str
    cells: Sequence[str]
    numeric: bool = False

    @property
    def differs(self) -> bool:
        """Whether they do not all say the same."""
        return len(set(self.cells)) > 1


def listings_to_compare(user: AnyUser, keys: Sequence[int]) -> list[Listing]:
    """Return those of the listings that the user may see, in the order that is asked for, marked for their cards."""
    seen = listings_seen(user).filter(pk__in=keys).with_cards()
    by_key = {each.pk: each for each in mark_data_quality(mark_pictures(mark_identities(user, seen)))}
    return [by_key[key] for key in keys if key in by_key]


def compare(user: AnyUser, listings: Sequence[Listing]) -> list[Row]:
    """Return what listings say, a row for each question that any of them answers.

    Amounts and prices stand in canonical units, and as typed where that is another one; places, names and times as
    the reader may know them (`mark_identities`).
    """
    own = [Point(site.latitude, site.longitude) for site in sites_of(user)] if user.is_authenticated else []
    said: list[tuple[str, Callable[[Listing], str], bool]] = [
        (_("Offered or sought"), lambda each: str(each.get_side_display()).capitalize(), False),
        (_("Resource"), lambda each: called(each.resource.name), False),
        # The same as the quantity as long as nothing is agreed.
        (_("Left"), _left if any(each.allocated for each in listings) else _nothing, True),
        (_("Quantity"), _amount, True),
        (_("Smallest lot"), _smallest, True),
        # Where nobody states a price, "open" once is enough.
        (
            _("Price in one unit"),
            _nothing if all(each.unit_price is None for each in listings) else _unit_price,
            True,
        ),
        (_("Price"), _price, False),
        (_("When"), _window, False),
        (_("Where"), lambda each: each.party_place, False),
        (_("From my nearest site"), lambda each: _away(each, own), True),
        (_("Who"), lambda each: each.party_name, False),
        (_("Hazardous waste"), lambda each: _("yes") if each.hazardous else _("no"), False),
        (_("Waste code"), lambda each: _code(each.ewc_code), False),
        (_("In law"), lambda each: str(each.get_legal_status_display()) if each.legal_status else "", False),
        (
            _("REACH number"),
            lambda each: each.told_reach_number if each.reach_number else "",
            False,
        ),
        (_("Described"), _described, True),
        (_("On the market since"), _since, False),
    ]
    rows = [Row(label, [say(each) for each in listings], numeric) for label, say, numeric in said]
    return [row for row in [*rows, *_quality_rows(listings)] if any(row.cells)]


def _with_unit(value: Decimal | None, listing: Listing, *, per_year: bool) -> str:
    if value is None:
        return _("open")
    unit = listing.canonical_unit
    return f"{number(value)}\u00a0{_('%(unit)s/yr') % {'unit': unit} if per_year else unit}"


def _nothing(_listing: Listing) -> str:
    return ""


def _left(listing: Listing) -> str:
    return _with_unit(listing.left, listing, per_year=listing.is_rate)


def _amount(listing: Listing) -> str:
    said = _with_unit(listing.amount, listing, per_year=listing.is_rate)
    if listing.quantity is None or listing.quantity == listing.amount:
        return (
            said if listing.is_rate or listing.amount is None else _("%(amount)s, one lot") % {"amount": said}
        )
    typed = f"{exact(listing.quantity)}\u00a0{unit_label(listing.unit)} {listing.get_period_display()}"
    return f"{said} ({typed})"


def _smallest(listing: Listing) -> str:
    return (
        "" if listing.minimum_amount is None else _with_unit(listing.minimum_amount, listing, per_year=False)
    )


def _unit_price(listing: Listing) -> str:
    if listing.unit_price is None:
        return _("open")
    unit = unit_label(CANONICAL_UNIT[listing.resource.dimension])
    return f"{number(listing.unit_price)}\u00a0{listing.currency}/{unit}"


def _price(listing: Listing) -> str:
    return price_words(listing.price, listing.currency, listing.unit, listing.side)


def _window(listing: Listing) -> str:
    return window_words(listing.available_from, listing.available_until, listing.months)


def _away(listing: Listing, own: Sequence[Point]) -> str:
    """Return how far the place is that the reader may know, along the great circle."""
    if not own:
        return ""
    return km(min(distance_km(site, listing.public_point) for site in own))


def _code(code: str) -> str:
    return f"{code[:2]} {code[2:4]} {code[4:]}" if code else ""


def _described(listing: Listing) -> str:
    return f"{listing.data_quality.level_percent}\u00a0%"


def _since(listing: Listing) -> str:
    moment = told_at(listing.published_at, is_known=listing.identity_known)
    return written_day(moment.date()) if moment else ""


def _quality_rows(listings: Sequence[Listing]) -> list[Row]:
    """Return a row for each property that any of them states, in the order of the catalogue."""
    stated = {(row.property_id, listing.pk): row for listing in listings for row in listing.quality.all()}
    properties = {row.property_id: row.property for row in stated.values()}
    rows = []
    for key in sorted(properties):
        each = properties[key]
        unit = called(each.unit)
        cells = [_interval(stated.get((key, listing.pk)), unit) for listing in listings]
        rows.append(Row(called(each.name).capitalize(), cells, numeric=True))
    return rows


def _interval(row: ListingQuality | None, unit: str) -> str:
    if row is None:
        return ""
    if row.low is None or row.high is None:
        bound = f"≤ {number(row.high)}" if row.low is None else f"≥ {number(row.low)}"
    else:
        bound = number(row.low) if row.low == row.high else f"{number(row.low)}–{number(row.high)}"
    return f"{bound}\u00a0{unit}" if unit else bound
