"""What a match's numbers rest on, and what other assumptions would make of them.

Nothing of it is stored. It is worked out when it is shown, by the engine, from the listings as they were last matched
and the catalogue as it is now; a what-if is the same with other assumptions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from catalogue.models import TransportMode
from common.errors import Conflict, Invalid
from common.reading.numbers import parted
from matching.market.rules import DEFAULT_COUNTRY, MatchingRules
from matching.market.scene import scene_now
from matching.models import Match
from matching.routing import road_km
from matching.selectors.explanations.assumptions import assumptions_of
from matching.selectors.explanations.balance import (
    Co2eBalance,
    benefit_lines_of,
    has_suspicious_prices,
    price_bands,
)
from matching.selectors.explanations.explanation import (
    ASSUMED,
    CHANGEABLE,
    KM_PLACES,
    PER_UNIT_PLACES,
    PER_YEAR_PLACES,
    Explanation,
    PathwayStep,
    limit_code,
    rounded,
)
from matching.selectors.explanations.figures import Figures, figures_by_match
from matching.selectors.explanations.sources import Sources
from matching.selectors.explanations.steps import pathway_steps


def explained(matches: Iterable[Match]) -> dict[int, Explanation]:
    """Return by key what each match's numbers rest on; the matches must be loaded by `access.with_sides`."""
    shown = list(matches)
    if not shown:
        return {}
    scene = scene_now()
    behind = Sources.of(shown, scene.rules)
    figures = figures_by_match(shown, scene)
    return {match.pk: _explanation(match, figures.get(match.pk), scene.rules, behind) for match in shown}


def explained_by_road(match: Match, *, may_ask: bool = True) -> Explanation:
    """Return the same of one match, with how far it is by road, where the operator has a router: it is asked for the
    places as they are public, or only what it said before is told."""
    explanation = explained([match])[match.pk]
    if match.offer.resource.transport_mode != TransportMode.LORRY:
        return explanation
    km = road_km(match.offer.public_point, match.request.public_point, may_ask=may_ask)
    return replace(explanation, road_km=km)


def what_if(match: Match, changes: Mapping[str, Decimal]) -> Explanation:
    """Return the same with other assumptions, by the keys of `CHANGEABLE`; nothing is stored.

    Raises `Invalid` naming each value that cannot be so, and `Conflict` where a listing left the market.
    """
    check_assumptions(changes)
    scene = scene_now()
    scene = replace(scene, rules=_changed(scene.rules, match, changes))
    figures = figures_by_match([match], scene).get(match.pk)
    if figures is None:
        raise Conflict(
            _("One of the listings is off the market: nothing can be worked out from it."), code="off_market"
        )
    if "amount_per_year" in changes:
        figures = figures._replace(amount_per_year=float(changes["amount_per_year"]))
    return _explanation(match, figures, scene.rules, Sources.of([match], scene.rules), frozenset(changes))


def check_assumptions(changes: Mapping[str, Decimal]) -> None:
    """Raise `Invalid` naming each value that cannot be assumed."""
    wrong = {}
    for key, value in changes.items():
        if key not in CHANGEABLE:
            names = {"known": ", ".join(CHANGEABLE)}
            wrong[key] = _("Not an assumption that can be changed; these can: %(known)s.") % names
            continue
        low, high = CHANGEABLE[key]
        # NaN and infinity cannot be compared, or are no amount of anything.
        if not value.is_finite() or not low <= value <= high:
            wrong[key] = _("Choose a number from %(low)s to %(high)s.") % {
                "low": parted(f"{low:f}"),
                "high": parted(f"{high:,f}"),
            }
    if wrong:
        raise Invalid(wrong)


def _changed(rules: MatchingRules, match: Match, changes: Mapping[str, Decimal]) -> MatchingRules:
    """The tables with other numbers for the resources of this match."""
    offered = rules.offered_row(match.offer)
    [sought] = rules.row_of(np.array([match.request.resource_id]))
    table = rules.compatibility
    entry = np.flatnonzero((table.offer_resource == offered) & (table.request_resource == sought))
    places: dict[str, Any] = {
        "disposal_low": offered,
        "disposal_high": offered,
        "purchase_low": sought,
        "purchase_high": sought,
        "transport_cost_per_load": offered,
        "transport_cost_per_km": offered,
        "road_factor": offered,
        "treatment_cost": entry,
        "yield_per_unit": entry,
    }

    def columns(of: Any) -> dict[str, Any]:
        found = {}
        for key, row in places.items():
            if key in changes and hasattr(of, key):
                found[key] = getattr(of, key).copy()
                found[key][row] = float(changes[key])
        for name in ("disposal", "purchase"):
            _keep_in_order(found, of, name, places.get(f"{name}_low"))
        return found

    return replace(
        rules,
        resources=replace(rules.resources, **columns(rules.resources)),
        compatibility=replace(table, **columns(table)),
    )


def _keep_in_order(found: dict[str, Any], of: Any, name: str, row: Any) -> None:
    """Let an end that was put in move the other one along, where that would lie beyond it or is not known."""
    low, high = f"{name}_low", f"{name}_high"
    if low in found:
        found.setdefault(high, getattr(of, high).copy())
        if not found[high][row] >= found[low][row]:
            found[high][row] = found[low][row]
    elif high in found:
        found[low] = getattr(of, low).copy()
        if not found[low][row] <= found[high][row]:
            found[low][row] = found[high][row]


def _explanation(
    match: Match,
    figures: Figures | None,
    rules: MatchingRules,
    behind: Sources,
    changed: frozenset[str] = frozenset(),
) -> Explanation:
    pathway = rules.pathways.get((match.offer.resource_id, match.request.resource_id))
    steps = pathway_steps(pathway, behind)
    if figures is None:
        return _stored(match, steps)
    amount = figures.amount_per_year
    band, widest = price_bands(figures)
    [row] = rules.row_of(np.array([match.offer.resource_id]))
    country = match.offer.site.country if rules.buys_power_at_home(match.offer) else DEFAULT_COUNTRY
    return Explanation(
        is_on_market=True,
        unit=match.offer.canonical_unit,
        assumptions=assumptions_of(match, figures, rules, steps, changed),
        benefit_lines=benefit_lines_of(match, figures, treated=pathway is not None),
        benefit_low_eur_per_unit=rounded(figures.benefit_low, PER_UNIT_PLACES),
        benefit_high_eur_per_unit=rounded(figures.benefit_high, PER_UNIT_PLACES),
        benefit_low_eur_per_year=rounded(amount * figures.benefit_low, 0),
        benefit_high_eur_per_year=rounded(amount * figures.benefit_high, 0),
        price_band=band,
        widest_band=widest,
        is_suspicious=has_suspicious_prices(match, figures),
        co2e_lines=Co2eBalance(match, figures, pathway, behind, country).lines(),
        saved_kg_per_unit=rounded(figures.saved_kg_per_unit, PER_UNIT_PLACES),
        saved_t_per_year=rounded(amount * figures.saved_kg_per_unit / 1000, PER_YEAR_PLACES),
        amount_per_year=rounded(amount, PER_YEAR_PLACES),
        limited_by=ASSUMED if "amount_per_year" in changed else limit_code(figures.limit),
        distance_km=rounded(figures.distance_km, KM_PLACES) or Decimal(0),
        road_km=None,
        break_even_km=rounded(figures.break_even_km, KM_PLACES),
        reach_km=rounded(float(rules.resources.reach_km[row]), KM_PLACES),
        pathway=steps,
        changed=changed,
    )


def _stored(match: Match, steps: tuple[PathwayStep, ...]) -> Explanation:
    """What can still be told of a match whose listing left the market."""
    return Explanation(
        is_on_market=False,
        unit=match.offer.canonical_unit,
        assumptions=(),
        benefit_lines=(),
        benefit_low_eur_per_unit=None,
        benefit_high_eur_per_unit=None,
        benefit_low_eur_per_year=match.benefit_low_eur_per_year,
        benefit_high_eur_per_year=match.benefit_high_eur_per_year,
        price_band=None,
        widest_band=None,
        is_suspicious=False,
        co2e_lines=(),
        saved_kg_per_unit=None,
        saved_t_per_year=match.saved_t_per_year,
        amount_per_year=match.amount_per_year,
        limited_by=limit_code(match.limited_by),
        distance_km=rounded(match.distance_km, KM_PLACES) or Decimal(0),
        road_km=None,
        break_even_km=None if match.break_even_km is None else rounded(match.break_even_km, KM_PLACES),
        reach_km=None,
        pathway=steps,
        changed=frozenset(),
    )
