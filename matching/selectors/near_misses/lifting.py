"""By how much a gate is missed, and who could lift it, in numbers and words."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.law.terms import Status, Topic
from catalogue.models import Dimension, QualityProperty, TransportMode
from common.templatetags.loopyard import number
from listings.selectors.law import verdict_of
from matching.economics import LEAST_COVERED
from matching.engine import Candidates
from matching.models.relation import relation_words
from matching.selectors.explanations.explanation import CURRENCY, PER_UNIT_PLACES, PER_YEAR_PLACES
from matching.selectors.near_misses.near_miss import GATES, Gap, Lift, NearMiss
from matching.selectors.near_misses.pairs import AlmostPair, CatalogueWords
from matching.selectors.near_misses.remedies import (
    ANY_REMEDY,
    DRYING_MWH_PER_T_WATER,
    DRYING_SOURCE,
    REMEDIES,
    Lifter,
)

_EPOCH: Final = date(1970, 1, 1)


_Told = tuple[list[Gap], list[Lift]]


def near_miss_of(pair: AlmostPair, found: Candidates, row: int, said: CatalogueWords) -> NearMiss:
    distance_km = float(found.distance_km[row])
    gate = GATES[int(found.gate[row])]
    tell: Mapping[str, Callable[[], _Told]] = {
        "distance": lambda: _distance(pair, distance_km),
        "window": lambda: _window(pair),
        "quality": lambda: _quality(pair, said),
        "permit": _permit,
        "lot": lambda: _lot(pair),
        "price": lambda: _price(pair, found, row),
        "coverage": lambda: _coverage(found, row),
        "law": lambda: _law(pair),
    }
    gaps, lifts = tell[gate]()
    flows = gate != "window"
    return NearMiss(
        listing=pair.partner,
        relation=relation_words(pair.offer.resource, pair.request.resource) if pair.as_it_is else "",
        gate=gate,
        gaps=tuple(gaps),
        words="; ".join(gap.words for gap in gaps) or _("no permit for hazardous waste where it would go"),
        lifts=tuple(lifts),
        score=float(found.score[row]),
        distance_km=Decimal(str(round(distance_km, 1))),
        amount_per_year=known(found.amount_per_year[row], PER_YEAR_PLACES) if flows else None,
        unit=pair.unit,
        benefit_low_eur_per_year=known(found.benefit_low_per_year[row], 0) if flows else None,
    )


def known(value: Any, places: int) -> Decimal | None:
    """Return a figure of the engine to so many places; None where it is not known."""
    return _rounded(value, places) if math.isfinite(value) else None


def _rounded(value: Any, places: int) -> Decimal:
    return Decimal(str(round(float(value), places) + 0.0))


def _distance(pair: AlmostPair, distance_km: float) -> _Told:
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
    cost = known(pair.transport_eur_per_km * float(beyond), PER_UNIT_PLACES)
    lift = Lift(Lifter.BOTH, how)
    if cost:
        unit = f"{CURRENCY}/{pair.unit}"
        words = _("the way beyond costs about %(cost)s as it is") % {"cost": f"{number(cost)} {unit}"}
        lift = replace(
            lift, cost_per_unit=cost, cost_unit=unit, cost_words=words, cost_source=pair.transport_source
        )
    return [Gap("distance", beyond, "km", gap)], [lift]


def _window(pair: AlmostPair) -> _Told:
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


def _quality(pair: AlmostPair, said: CatalogueWords) -> _Told:
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
    pair: AlmostPair,
    slug: str,
    direction: str,
    offered: float,
    sought: float,
    heat_eur_per_mwh: Decimal | None,
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


def _price(pair: AlmostPair, found: Candidates, row: int) -> _Told:
    """By how much the two would lose per unit even at the best that the catalogue allows."""
    spent = found.treatment_cost[row] + found.residue_low[row] + found.transport_cost[row]
    gap = _rounded(found.seller_favourable[row] + spent - found.buyer_favourable[row], 2)
    unit = f"{CURRENCY}/{pair.unit}"
    words = _("at no price could both gain: %(gap)s are missing even at the best") % {
        "gap": f"{number(gap)} {unit}"
    }
    return [Gap("price", gap, unit, words)], [
        Lift(Lifter.BOTH, _("another price, or a cheaper way: ask, bid and transport decide"))
    ]


def _coverage(found: Candidates, row: int) -> _Told:
    share = _rounded(found.covered_share[row] * 100, 1)
    least = _rounded(LEAST_COVERED * 100, 0)
    words = _("covers %(share)s %% of what is sought; a treatment needs at least %(least)s %%") % {
        "share": number(share),
        "least": number(least),
    }
    gap = Gap("coverage", least - share, "%", words)
    return [gap], [Lift(Lifter.SELLER, _("more of it, pooled with others nearby"))]


def _law(pair: AlmostPair) -> _Told:
    """What forbids it, and where that stands."""
    found = verdict_of(pair.offer, pair.request, delivered=pair.delivered)
    banned = [each for each in found.of(Topic.USE) if each.status == Status.FORBIDDEN]
    gaps = [Gap("law", Decimal(0), "", f"{each.text} ({each.source})") for each in banned]
    if not gaps:
        gaps = [Gap("law", Decimal(0), "", _("the law forbids this use"))]
    return gaps, [Lift(Lifter.BOTH, _("another use, or another material: no price and no permit lifts this"))]


def _permit() -> _Told:
    return [], [Lift(Lifter.AUTHORITY, _("a permit for hazardous waste for the site that takes it"))]


def _lot(pair: AlmostPair) -> _Told:
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
