"""Each number that a match's benefit rests on, with its source."""

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from catalogue.models import LegalStatus, TransportMode
from matching.market.assumptions import ROAD_FACTOR_SOURCE
from matching.market.rules import MatchingRules
from matching.models import Match
from matching.selectors.explanations.explanation import (
    CURRENCY,
    KM_PLACES,
    PER_UNIT_PLACES,
    PER_YEAR_PLACES,
    Assumption,
    PathwayStep,
    by_ship_or_round,
    rounded,
    said_once,
    unit_of,
)
from matching.selectors.explanations.figures import Figures


def _exact(value: Any) -> Decimal | None:
    """A number of the tables as it was put in."""
    return None if math.isnan(value) else Decimal(str(float(value)))


def assumptions_of(
    match: Match,
    figures: Figures,
    rules: MatchingRules,
    steps: tuple[PathwayStep, ...],
    changed: frozenset[str],
) -> tuple[Assumption, ...]:
    offered, sought = match.offer.resource, match.request.resource
    unit, sought_unit = unit_of(offered), unit_of(sought)
    resources = rules.resources
    row = rules.offered_row(match.offer)
    [sought_row] = rules.row_of(np.array([sought.pk]))
    # As the engine does: a general request without a price takes that of what is offered.
    priced, priced_row = sought, sought_row
    if not steps and math.isnan(resources.purchase_high[sought_row]):
        priced, priced_row = offered, row
    unknown = _("not known")
    no_disposal = _("a product has none") if offered.usual_status == LegalStatus.PRODUCT else ""
    if match.offer.origin_of_gas:
        no_disposal = match.offer.get_origin_of_gas_display()
    load = rules.loads.get(offered.pk)
    carried = unknown if load is None else f"{load.name}: {load.source}"
    if offered.transport_mode == TransportMode.NONE:
        carried = _("it does not travel")
    rows = [
        Assumption(
            "disposal_low",
            _("disposal, at least"),
            _exact(resources.disposal_low[row]),
            f"{CURRENCY}/{unit}",
            no_disposal or offered.price_source or unknown,
        ),
        Assumption(
            "disposal_high",
            _("disposal, at most"),
            _exact(resources.disposal_high[row]),
            f"{CURRENCY}/{unit}",
            no_disposal or offered.price_source or unknown,
        ),
        Assumption(
            "purchase_low",
            _("purchase, at least"),
            _exact(resources.purchase_low[priced_row]),
            f"{CURRENCY}/{sought_unit}",
            priced.price_source or unknown,
        ),
        Assumption(
            "purchase_high",
            _("purchase, at most"),
            _exact(resources.purchase_high[priced_row]),
            f"{CURRENCY}/{sought_unit}",
            priced.price_source or unknown,
        ),
        Assumption(
            "treatment_cost",
            _("treatment"),
            rounded(figures.treatment_cost, PER_UNIT_PLACES),
            f"{CURRENCY}/{unit}",
            _treatment_source(steps),
        ),
        Assumption(
            "yield_per_unit",
            _("yield"),
            rounded(figures.yield_per_unit, 6),
            f"{sought_unit}/{unit}",
            said_once(step.source for step in steps) or _replacement(match),
        ),
        Assumption(
            "transport_cost_per_load",
            _("loading"),
            _exact(resources.transport_cost_per_load[row]),
            f"{CURRENCY}/{unit}",
            carried,
        ),
        Assumption(
            "transport_cost_per_km",
            _("transport"),
            _exact(resources.transport_cost_per_km[row]),
            f"{CURRENCY}/{unit}·km",
            carried,
        ),
        Assumption(
            "road_factor",
            _("detour by road"),
            _exact(resources.road_factor[row]),
            "×",
            ROAD_FACTOR_SOURCE
            if offered.transport_mode == TransportMode.LORRY
            else _("it takes the straight line"),
        ),
        Assumption(
            "distance_km",
            _("distance"),
            rounded(figures.distance_km, KM_PLACES),
            "km",
            _distance_source(match),
        ),
        Assumption(
            "amount_per_year",
            _("amount"),
            rounded(figures.amount_per_year, PER_YEAR_PLACES),
            _("%(unit)s/yr") % {"unit": unit},
            _("what meets in the first twelve months that both have in common"),
        ),
    ]
    put_in = _("put in by you")
    return tuple(replace(each, source=put_in) if each.key in changed else each for each in rows)


def _distance_source(match: Match) -> str:
    straight = _("straight line between the places as they are public, times the road factor")
    if match.open_water_km is None:
        return straight
    crossed = _("it crosses %(km)s km of open water, so take it as the least: %(way)s")
    return f"{straight}; {crossed % {'km': match.open_water_km, 'way': by_ship_or_round()}}"


def _replacement(match: Match) -> str:
    if match.relation:
        return _("assumed, to be checked: one unit replaces one unit, although the two are not the same")
    return _("used as it is: one unit replaces one unit")


def _treatment_source(steps: tuple[PathwayStep, ...]) -> str:
    sources = said_once(step.cost_source for step in steps)
    if not sources:
        return _("none: used as it is")
    return _("%(sources)s; energy and what is bought in at the catalogue's purchase prices") % {
        "sources": sources
    }
