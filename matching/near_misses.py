"""Who almost fits a listing: partners that fail one gate, by how much, and who could lift it.

Only what the reader may see on the market is named. What fails for its owner or its programme is no near miss: to say
so would tell who stands behind a listing, or that there is one.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Self

import numpy as np
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import AnyUser
from catalogue.models import Dimension, QualityProperty, Resource, TransportMode
from common.copying import Table
from common.templatetags.loopyard import number
from listings.access import listings_on_market, mark_identities
from listings.models import Listing, Side, State
from matching.adapters import Ids, Rules, day_number, load_rules, load_takers
from matching.assumptions import (
    ANY_REMEDY,
    DRYING_MWH_PER_T_WATER,
    DRYING_SOURCE,
    REMEDIES,
    TRANSPORT_SOURCE,
    Lifter,
)
from matching.engine import Candidates, Gate, Listings
from matching.explain import CURRENCY, PER_UNIT_PLACES, PER_YEAR_PLACES
from matching.models import Match, MatchState
from matching.processes import HEAT
from matching.refresh import Scene, market_rows
from matching.related import related_words

BEYOND_REACH: Final = 2.5
"""Partners are looked for up to so many times the reach."""
MOST_ROWS: Final = 3000
"""Of all that may be near only so many of the nearest are looked at."""
GATES: Final[Mapping[int, str]] = {
    Gate.DISTANCE: "distance",
    Gate.WINDOW: "window",
    Gate.QUALITY: "quality",
    Gate.PERMIT: "permit",
    Gate.LOT: "lot",
}
"""The gates that somebody could lift, with their codes."""
_KM_PER_DEGREE: Final = 6371.0088 * math.pi / 180
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True)
class Gap:
    """By how much a gate is missed."""

    name: str
    """`distance`, `days`, `lot`, or the slug of a quality property."""
    amount: Decimal
    unit: str
    words: str


@dataclass(frozen=True)
class Lift:
    """Who could lift the gate, and how."""

    who: Lifter
    how: str
    cost_per_unit: Decimal | None = None
    """EUR per canonical unit offered; None: not known."""
    cost_unit: str = ""
    cost_words: str = ""
    cost_source: str = ""


@dataclass(frozen=True)
class NearMiss:
    """A partner that fits but for one gate. Score and figures are what they would be without it."""

    listing: Listing
    """The partner, marked for the reader."""
    related: str
    """How the two resources are related; empty where they are the same, or one is a kind of the other."""
    gate: str
    gaps: tuple[Gap, ...]
    """Empty for a permit, which is held or not."""
    words: str
    lifts: tuple[Lift, ...]
    score: float
    distance_km: Decimal
    amount_per_year: Decimal | None
    """Units offered; None: not known, or there is no common time."""
    unit: str
    benefit_eur_per_year: Decimal | None
    """Of both together, before what lifting the gate costs."""

    @property
    def percent(self) -> int:
        """The score in whole percent."""
        return round(self.score * 100)


def near_misses(user: AnyUser, listing: Listing, *, limit: int = 5) -> list[NearMiss]:
    """Return who almost fits a listing on the market, the best first, as far as the user may see them."""
    today = day_number(timezone.now().date())
    own = market_rows("m.listing_id = %s", [listing.pk])
    if listing.state != State.PUBLISHED or not len(own) or own["last_day"][0] < today:
        return []
    scene = Scene(load_rules(), load_takers(), today)
    around = _around(scene.rules, own)
    around = around.take(np.flatnonzero(around["last_day"] >= today))
    if not len(around):
        return []
    this, those = scene.listings(own), scene.listings(around)
    found = _evaluated(scene, this, those, of_offer=listing.side == Side.OFFER)
    rows = _single(scene.rules, found, this if listing.side == Side.OFFER else those)
    rows = rows[np.lexsort((those.id[rows], found.distance_km[rows], -found.score[rows]))]
    shown = _visible(user, listing, those.id[rows].tolist(), limit)
    row_of = {pk: row for row, pk in enumerate(those.id.tolist())}
    pairs = [
        _Pair.of(scene, listing, partner, _Terms.of(this, 0), _Terms.of(those, row_of[partner.pk]))
        for partner in shown
    ]
    said = _Said.of(pairs)
    return [_near_miss(pair, found, row_of[pair.partner.pk], said) for pair in pairs]


# --- who ----------------------------------------------------------------------------------------------------
def _around(rules: Rules, own: Table) -> Table:
    """Rows of the market of what could serve, the nearest, in a box that holds all within the widened reach."""
    own_resource = int(own["resource_id"][0])
    is_offer = bool(own["is_offer"][0])
    partners = rules.partner_resources(own_resource, of_offer=is_offer)
    reaching = rules.row_of(np.array([own_resource]) if is_offer else partners)
    if not len(reaching) or not len(partners):
        return market_rows("false", [])
    straight_km = (rules.resources.reach_km[reaching] / rules.resources.road_factor[reaching]).max()
    degrees = BEYOND_REACH * float(straight_km) / _KM_PER_DEGREE + 0.01
    latitude, longitude = float(own["latitude"][0]), float(own["longitude"][0])
    south, north = max(latitude - degrees, -90.0), min(latitude + degrees, 90.0)
    # Where the box holds a pole or crosses the date line, its longitudes say nothing.
    widest = math.cos(math.radians(min(max(abs(south), abs(north)), 89.9)))
    wide = degrees / widest
    everywhere = max(abs(south), abs(north)) >= 89.0 or abs(longitude) + wide > 180.0
    west, east = (-180.0, 180.0) if everywhere else (longitude - wide, longitude + wide)
    bands = [min(int((edge + 90.0) * 2), 359) for edge in (south, north)]
    flattened = math.cos(math.radians(latitude))
    return market_rows(
        "m.listing_id IN (SELECT r.listing_id FROM matching_marketrow r WHERE r.is_offer = %s "
        "AND r.resource_id = ANY(%s) AND r.latitude_row BETWEEN %s AND %s AND r.longitude BETWEEN %s AND %s "
        "AND r.organization_id <> %s ORDER BY (r.latitude - %s) ^ 2 + (least(abs(r.longitude - %s), "
        "360 - abs(r.longitude - %s)) * %s) ^ 2, r.listing_id LIMIT %s)",
        [
            not is_offer,
            partners.tolist(),
            *bands,
            west,
            east,
            int(own["organization_id"][0]),
            latitude,
            longitude,
            longitude,
            flattened,
            MOST_ROWS,
        ],
    )


def _evaluated(scene: Scene, this: Listings, those: Listings, *, of_offer: bool) -> Candidates:
    """Every pair with the listing, in the order of its partners."""
    from matching.engine.search import evaluate_pairs

    zero, rows = np.zeros(len(those), np.int64), np.arange(len(those))
    offers, requests = (this, those) if of_offer else (those, this)
    offer_rows, request_rows = (zero, rows) if of_offer else (rows, zero)
    return evaluate_pairs(
        offers, requests, offer_rows=offer_rows, request_rows=request_rows, **scene.tables()
    )


def _single(rules: Rules, found: Candidates, offers: Listings) -> Ids:
    """Rows of the pairs that fail exactly one gate, and one that somebody could lift."""
    reach_km = rules.resources.reach_km[offers.resource[found.offer_row]]
    near = found.distance_km <= BEYOND_REACH * reach_km
    return np.flatnonzero(np.isin(found.gate, [int(gate) for gate in GATES]) & near)


def _visible(user: AnyUser, listing: Listing, ids: list[int], limit: int) -> list[Listing]:
    """The first of the listings that the user may see, in this order; not those that a facilitator dismissed."""
    own, other = ("offer", "request") if listing.side == Side.OFFER else ("request", "offer")
    dismissed = Match.objects.filter(state=MatchState.DISMISSED, **{own: listing, f"{other}__in": ids})
    on_market = listings_on_market(user).filter(pk__in=ids).exclude(pk__in=dismissed.values(other))
    seen = set(on_market.values_list("pk", flat=True))
    first = [pk for pk in ids if pk in seen][:limit]
    shown = Listing.objects.filter(pk__in=first).with_cards()
    return sorted(mark_identities(user, shown), key=lambda partner: first.index(partner.pk))


# --- by how much, and what lifts it -------------------------------------------------------------------------
@dataclass(frozen=True)
class _Terms:
    """What one side of a pair says, as the engine read it."""

    amount: float
    minimum_lot: float
    first_day: int
    last_day: int
    quality: Mapping[int, tuple[float, float]]

    @classmethod
    def of(cls, listings: Listings, row: int) -> Self:
        quality = listings.quality.take(np.array([row]))
        ends = zip(quality.low.tolist(), quality.high.tolist(), strict=True)
        names = ("amount", "minimum_lot", "first_day", "last_day")
        amount, lot, first, last = (getattr(listings, name)[row].item() for name in names)
        return cls(amount, lot, first, last, dict(zip(quality.property.tolist(), ends, strict=True)))


@dataclass(frozen=True)
class _Pair:
    """Both sides, and what the rules say of their resources."""

    partner: Listing
    offer: Listing
    request: Listing
    offered: _Terms
    sought: _Terms
    today: int
    reach_km: float
    transport_eur_per_km: float
    yield_per_unit: float
    as_it_is: bool
    """Without treatment."""

    @classmethod
    def of(cls, scene: Scene, listing: Listing, partner: Listing, own: _Terms, other: _Terms) -> Self:
        is_offer = listing.side == Side.OFFER
        offer, request = (listing, partner) if is_offer else (partner, listing)
        rules, table = scene.rules, scene.rules.compatibility
        row, sought_row = rules.row_of(np.array([offer.resource_id, request.resource_id]))
        entry = np.flatnonzero((table.offer_resource == row) & (table.request_resource == sought_row))
        return cls(
            partner=partner,
            offer=offer,
            request=request,
            offered=own if is_offer else other,
            sought=other if is_offer else own,
            today=scene.today,
            reach_km=float(rules.resources.reach_km[row]),
            transport_eur_per_km=float(rules.resources.transport_cost_per_km[row]),
            yield_per_unit=float(table.yield_per_unit[entry].sum()) or 1.0,
            as_it_is=bool(table.direct[entry].any()),
        )

    @property
    def unit(self) -> str:
        return self.offer.canonical_unit

    def disjoint(self) -> list[int]:
        """Keys of the properties of which the two sides share nothing."""
        both = [key for key in self.sought.quality if key in self.offered.quality]
        return [key for key in both if self.too_high(key) > 0 or self.too_low(key) > 0]

    def too_high(self, key: int) -> float:
        """By how much the least that is offered lies above the most that is sought; NaN: an end is open."""
        return self.offered.quality[key][0] - self.sought.quality[key][1]

    def too_low(self, key: int) -> float:
        """By how much the most that is offered lies below the least that is sought; NaN: an end is open."""
        return self.sought.quality[key][0] - self.offered.quality[key][1]


@dataclass(frozen=True)
class _Said:
    """Rows of the catalogue behind the words of all pairs."""

    properties: Mapping[int, QualityProperty]
    heat_eur_per_mwh: Decimal | None

    @classmethod
    def of(cls, pairs: list[_Pair]) -> Self:
        keys = {key for pair in pairs for key in pair.disjoint()}
        if not keys:
            return cls({}, None)
        prices = Resource.objects.filter(slug=HEAT).values_list("purchase_price_eur_per_unit", flat=True)
        return cls(QualityProperty.objects.in_bulk(keys), prices.first())


_Told = tuple[list[Gap], list[Lift]]


def _near_miss(pair: _Pair, found: Candidates, row: int, said: _Said) -> NearMiss:
    distance_km = float(found.distance_km[row])
    gate = GATES[int(found.gate[row])]
    tell: Mapping[str, Callable[[], _Told]] = {
        "distance": lambda: _distance(pair, distance_km),
        "window": lambda: _window(pair),
        "quality": lambda: _quality(pair, said),
        "permit": _permit,
        "lot": lambda: _lot(pair),
    }
    gaps, lifts = tell[gate]()
    flows = gate != "window"
    return NearMiss(
        listing=pair.partner,
        related=related_words(pair.offer.resource, pair.request.resource) if pair.as_it_is else "",
        gate=gate,
        gaps=tuple(gaps),
        words="; ".join(gap.words for gap in gaps) or _("no permit for hazardous waste where it would go"),
        lifts=tuple(lifts),
        score=float(found.score[row]),
        distance_km=Decimal(str(round(distance_km, 1))),
        amount_per_year=_known(found.amount_per_year[row], PER_YEAR_PLACES) if flows else None,
        unit=pair.unit,
        benefit_eur_per_year=_known(found.benefit_per_year[row], 0) if flows else None,
    )


def _known(value: Any, places: int) -> Decimal | None:
    return _rounded(value, places) if math.isfinite(value) else None


def _rounded(value: Any, places: int) -> Decimal:
    return Decimal(str(round(float(value), places) + 0.0))


def _distance(pair: _Pair, distance_km: float) -> _Told:
    beyond = _rounded(distance_km - pair.reach_km, 1)
    gap = _("%(beyond)s km beyond the usual reach of %(reach)s km") % {
        "beyond": number(beyond),
        "reach": number(pair.reach_km),
    }
    hows = {
        TransportMode.LORRY: _("cheaper transport: rail, ship or a return load"),
        TransportMode.PIPE: _("a longer pipe, which pays for large and steady amounts"),
        TransportMode.WIRE: _("a contract over the public grid"),
    }
    how = hows.get(TransportMode(pair.offer.resource.transport_mode), _("the buyer comes to it"))
    cost = _known(pair.transport_eur_per_km * float(beyond), PER_UNIT_PLACES)
    lift = Lift(Lifter.BOTH, how)
    if cost:
        unit = f"{CURRENCY}/{pair.unit}"
        words = _("the way beyond costs about %(cost)s as it is") % {"cost": f"{number(cost)} {unit}"}
        lift = replace(
            lift, cost_per_unit=cost, cost_unit=unit, cost_words=words, cost_source=TRANSPORT_SOURCE
        )
    return [Gap("distance", beyond, "km", gap)], [lift]


def _window(pair: _Pair) -> _Told:
    offered, sought = pair.offered, pair.sought
    offer_first = offered.last_day < sought.first_day
    ends, begins = (
        (offered.last_day, sought.first_day) if offer_first else (sought.last_day, offered.first_day)
    )
    days = begins - ends
    dates = {"end": _day(ends), "begin": _day(begins)}
    if offer_first:
        said = _("the offer ends on %(end)s, the request begins on %(begin)s") % dates
    else:
        said = _("the request ends on %(end)s, the offer begins on %(begin)s") % dates
    apart = ngettext("%(days)s day apart", "%(days)s days apart", days) % {"days": number(days)}
    how = _("moving one of the two windows")
    if offer_first and pair.offer.resource.transport_mode == TransportMode.LORRY:
        how = _("storing it until then, or moving one of the two windows")
    return [Gap("days", Decimal(days), _("days"), f"{apart}: {said}")], [Lift(Lifter.BOTH, how)]


def _day(number_of_day: int) -> str:
    return date_format(_EPOCH + timedelta(days=number_of_day), "j M Y")


def _quality(pair: _Pair, said: _Said) -> _Told:
    gaps, lifts = [], []
    for key in pair.disjoint():
        found = said.properties[key]
        direction, gap = (
            ("high", pair.too_high(key)) if pair.too_high(key) > 0 else ("low", pair.too_low(key))
        )
        offered, sought = (
            (pair.offered.quality[key][0], pair.sought.quality[key][1])
            if direction == "high"
            else (pair.offered.quality[key][1], pair.sought.quality[key][0])
        )
        gaps.append(_quality_gap(found, direction, gap, offered, sought))
        lift = _remedied(pair, found.slug, direction, offered, sought, said.heat_eur_per_mwh)
        if lift not in lifts:
            lifts.append(lift)
    return gaps, lifts


def _quality_gap(found: QualityProperty, direction: str, gap: float, offered: float, sought: float) -> Gap:
    amount = _rounded(gap, 4)
    # Between two shares lie points, not percent.
    unit = _("points") if found.unit.startswith("%") else found.unit
    values = {
        "property": found.name,
        "gap": f"{number(amount)} {unit}",
        "offered": number(_rounded(offered, 4)),
        "sought": f"{number(_rounded(sought, 4))} {found.unit}",
    }
    if direction == "high":
        words = _("%(property)s %(gap)s too high: %(offered)s offered, at most %(sought)s sought") % values
    else:
        words = _("%(property)s %(gap)s too low: %(offered)s offered, at least %(sought)s sought") % values
    return Gap(found.slug, amount, unit, words)


def _remedied(
    pair: _Pair, slug: str, direction: str, offered: float, sought: float, heat_eur_per_mwh: Decimal | None
) -> Lift:
    remedy = REMEDIES.get((slug, direction), ANY_REMEDY)
    lift = Lift(remedy.who, str(remedy.how))
    if not remedy.dries or heat_eur_per_mwh is None or pair.offer.resource.dimension != Dimension.MASS:
        return lift
    # Water in percent of the wet mass, before and after.
    wet, dry = (offered, sought) if slug == "moisture" else (100 - offered, 100 - sought)
    if not 0 <= dry < wet <= 100:
        return lift
    cost, unit = drying_mwh_per_t(wet, dry) * float(heat_eur_per_mwh), f"{CURRENCY}/t"
    return replace(
        lift,
        cost_per_unit=_rounded(cost, PER_UNIT_PLACES),
        cost_unit=unit,
        cost_words=_("its heat costs about %(cost)s") % {"cost": f"{number(_rounded(cost, 4))} {unit}"},
        cost_source=DRYING_SOURCE,
    )


def drying_mwh_per_t(wet_percent: float, dry_percent: float) -> float:
    """Return MWh of heat per tonne of wet lot that drive its water from one share of the mass down to another.

    The solids stay: of one tonne (wet − dry) ÷ (100 − dry) must go as vapour. `dry_percent` below 100.
    """
    return DRYING_MWH_PER_T_WATER * (wet_percent - dry_percent) / (100 - dry_percent)


def _permit() -> _Told:
    return [], [Lift(Lifter.AUTHORITY, _("a permit for hazardous waste for the site that takes it"))]


def _lot(pair: _Pair) -> _Told:
    gaps = []
    needed = pair.sought.amount / pair.yield_per_unit
    if needed < pair.offered.minimum_lot:
        values = _lot_values(pair.offered.minimum_lot, needed, pair.unit)
        words = _("%(gap)s below the smallest lot: %(amount)s sought, at least %(lot)s a lot") % values
        gaps.append(Gap("lot", _rounded(pair.offered.minimum_lot - needed, 3), pair.unit, words))
    got = pair.offered.amount * pair.yield_per_unit
    if got < pair.sought.minimum_lot:
        unit = pair.request.canonical_unit
        values = _lot_values(pair.sought.minimum_lot, got, unit)
        words = _("%(gap)s below the smallest lot: %(amount)s offered, at least %(lot)s a lot") % values
        gaps.append(Gap("lot", _rounded(pair.sought.minimum_lot - got, 3), unit, words))
    return gaps, [Lift(Lifter.BOTH, _("a smaller lot, or pooling with others nearby"))]


def _lot_values(lot: float, amount: float, unit: str) -> dict[str, str]:
    return {
        "gap": f"{number(_rounded(lot - amount, 3))} {unit}",
        "amount": f"{number(_rounded(amount, 3))} {unit}",
        "lot": f"{number(_rounded(lot, 3))} {unit}",
    }
