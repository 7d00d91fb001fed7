"""What could be built here, each alone and all together, and what it is worth to whom: studies as JSON.

Companies and listings stand by the network's names, as in `planning.adapters.studies`.
"""

from typing import Any, Final

from planning.adapters.around import with_candidates
from planning.adapters.inputs import Inputs
from planning.library import facilities
from planning.optimize.answers import Plan, make_plan
from planning.optimize.network import HOURS_PER_YEAR, Metric, Network
from planning.optimize.solving import Settings
from planning.studies.candidates import Candidates
from planning.studies.finance import Kind, View, company_view
from planning.studies.investment import project_of, study_investment
from planning.studies.missing import Missing, find_missing, loops

_SETTINGS: Final = Settings(seconds=30)
_TOGETHER: Final = Settings(seconds=120)
_MOST_TRIED: Final = 300
_MOST_ROWS: Final = 40


def missing_of(inputs: Inputs, _network: Network, _plan: Plan) -> dict[str, Any]:
    """Return every plant that pays where it alone is built, the best first, and what was left out."""
    if not inputs.around:
        return {"is_kept": False}
    network, candidates = with_candidates(inputs)
    tried = list(candidates.investments)[:_MOST_TRIED]
    without, found = find_missing(network, tried, _SETTINGS)
    return {
        "is_kept": True,
        "tried": len(tried),
        "not_tried": len(candidates.investments) - len(tried),
        "rows": [_row(candidates, each, without) for each in found[:_MOST_ROWS] if without is not None],
        "left_out": _left_out(candidates),
        "left_out_count": len(candidates.left_out),
    }


def investment_of(inputs: Inputs, _network: Network, _plan: Plan) -> dict[str, Any]:
    """Return the best of all plants together as an investment: to all companies, to the public, to each company."""
    if not inputs.around:
        return {"is_kept": False}
    network, _candidates = with_candidates(inputs)
    best, outcome = make_plan(network, _TOGETHER)
    without, _ = make_plan(network.without_exchange(), _SETTINGS)
    if best is None or without is None:
        return {"is_kept": True, "status": outcome.status.value, "built": []}
    weights = network.economy.weights
    study = study_investment(
        best,
        without,
        carbon_price=weights.get(Metric.CO2E, 0.0),
        landfill_cost=weights.get(Metric.LANDFILL, 0.0),
    )
    return {
        "is_kept": True,
        "status": outcome.status.value,
        "gap": outcome.gap,
        "rate": network.economy.rate,
        "built": [
            {
                "what": one.name,
                "capex": one.capital(float(best.size[i])),
                "life": one.life_years,
            }
            for i, one in enumerate(network.investments)
            if best.is_built[i] and best.size[i] > 0
        ],
        "exchanges": len(loops(best)),
        "views": [_view(view) for view in study.views[:_MOST_ROWS]],
        "swings": [
            {"what": swing.name, "low": swing.npv_low, "high": swing.npv_high} for swing in study.swings
        ],
        "needed": study.advice.needed,
        "is_worth_while": study.advice.is_worth_while,
        "public_npv": study.advice.public_npv,
    }


def _row(candidates: Candidates, found: Missing, without: Plan) -> dict[str, Any]:
    slug, place = candidates.investments[found.investment]
    facility = facilities()[slug]
    project = project_of(found.plan, without)
    view = company_view(project)
    size = found.size * HOURS_PER_YEAR
    return {
        "facility": facility.name,
        "place": place,
        "size": size,
        "unit": facility.unit,
        "value": found.value,
        "co2e": found.co2e,
        "landfill": found.landfill,
        "virgin": found.virgin,
        "loops": found.loops_closed,
        "capex": project.capex,
        "npv": view.npv,
        "irr": view.irr.value,
        "payback": view.payback_years,
        "takes": [
            {"what": flow.resource, "amount": flow.amount * size, "unit": flow.unit}
            for flow in facility.inputs
        ],
        "gives": [
            {"what": flow.resource, "amount": flow.amount * size, "unit": flow.unit}
            for flow in facility.outputs
        ],
        "basis": facility.basis,
        "source": facility.source,
    }


def _left_out(candidates: Candidates) -> list[dict[str, Any]]:
    """Return, by kind of plant, the first reason and at how many places."""
    places: dict[tuple[str, str], int] = {}
    for slug, _place, why in candidates.left_out:
        places[slug, why] = places.get((slug, why), 0) + 1
    return [
        {"facility": facilities()[slug].name, "why": why, "places": count}
        for (slug, why), count in sorted(places.items(), key=lambda item: -item[1])[:_MOST_ROWS]
    ]


def _view(view: View) -> dict[str, Any]:
    return {
        "investor": view.investor,
        "outlay": view.outlay,
        "npv": view.npv,
        "irr": view.irr.value,
        "payback": view.payback_years,
        "cash_flow": [round(each, 2) for each in view.cash_flow],
        "capex": view.total(Kind.CAPEX),
        "profit": view.total(Kind.PROFIT),
    }
