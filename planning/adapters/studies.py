"""Studies of a plan as JSON; companies and listings by the network's names, for the page to put theirs in."""

from typing import Any, Final

import numpy as np

from planning.adapters.inputs import Inputs
from planning.optimize.answers import Plan, make_plan
from planning.optimize.network import Metric, Network
from planning.optimize.solving import Settings
from planning.studies.front import front
from planning.studies.knockouts import knock_out
from planning.studies.prices import settle
from planning.studies.sampling import sample
from planning.studies.sharing import MOST_PARTIES, coalition_values, equal_split, shapley, stability

_SETTINGS: Final = Settings(seconds=60)
_MOST_ROWS: Final = 100
DRAWS: Final = 200


def front_of(_inputs: Inputs, network: Network, plan: Plan) -> dict[str, Any]:
    """Return plans from the cheapest to the one with the least CO2e."""
    points = front(network, Metric.CO2E, settings=_SETTINGS)
    most = max((abs(each.other - points[0].other) for each in points), default=0.0) or 1.0
    return {
        "points": [
            {
                "cost": each.cost - points[0].cost,
                "co2e": points[0].other - each.other,
                "per_t": each.costs_per_unit,
                "share": round(100 * abs(each.other - points[0].other) / most),
            }
            for each in points
        ]
    }


def accounts_of(_inputs: Inputs, network: Network, plan: Plan) -> dict[str, Any]:
    """Return what each company gains at the plan's prices, beside other rules, and whether some would rather leave."""
    baseline = _baseline(network)
    settled = settle(plan, baseline)
    gaining = sorted(settled.accounts, key=lambda each: -each.gain)
    parties = sorted({trade.giver for trade in settled.trades} | {trade.receiver for trade in settled.trades})
    equal = equal_split(settled.gain, parties) if parties else {}
    values = coalition_values(network, parties, _SETTINGS) if 0 < len(parties) <= MOST_PARTIES else None
    fair = shapley(values, parties) if values is not None else {}
    given = {each.party: each.gain for each in settled.accounts if each.party in parties}
    found = stability(values, given) if values is not None else None
    return {
        "total": settled.gain,
        "companies": [
            {
                "company": network.parties[each.party],
                "gain": each.gain,
                "equal": equal.get(each.party),
                "shapley": fair.get(each.party),
            }
            for each in gaining
            if each.party in parties
        ][:_MOST_ROWS],
        "most_parties": MOST_PARTIES,
        "is_stable": None if found is None else not found.objections,
        "objections": [
            {"companies": [network.parties[party] for party in sorted(some)], "lacks": lack}
            for some, lack in (found.objections[:10] if found else ())
        ],
        "subsidy": None if found is None else found.subsidy,
    }


def knockouts_of(_inputs: Inputs, network: Network, plan: Plan) -> dict[str, Any]:
    """Return what the others lose without each company and each of the largest flows, the worst first."""
    found = knock_out(plan, _baseline(network), _SETTINGS)
    rows = [
        {
            "what": _arc(network, each.arc) if each.arc is not None else network.parties[each.party or 0],
            "is_company": each.arc is None,
            "lost": each.lost,
            "share": each.share_lost,
            "rerouted": [_arc(network, arc) for arc in each.rerouted[:5]],
            "is_single_point": each.is_single_point_of_failure,
        }
        for each in found
    ]
    rows.sort(key=lambda row: (row["lost"] is not None, -(row["lost"] or 0.0)))  # type: ignore[operator]
    return {"rows": rows[:_MOST_ROWS]}


def sample_of(_inputs: Inputs, network: Network, plan: Plan) -> dict[str, Any]:
    """Return what holds in two hundred draws of amounts and prices."""
    found = sample(network, draws=DRAWS, settings=_SETTINGS)
    low, middle, high = found.band
    arcs = np.argsort(-found.planned, kind="stable")
    return {
        "draws": found.draws,
        "seed": found.seed,
        "infeasible": found.infeasible,
        "low": low,
        "middle": middle,
        "high": high,
        "flows": [
            {
                "what": _arc(network, int(arc)),
                "share": float(found.planned[arc]),
                "low": float(found.amounts[arc, 0]),
                "high": float(found.amounts[arc, 2]),
                "unit": network.nodes.units[network.arcs.tail[arc]],
            }
            for arc in arcs[:30].tolist()
            if found.planned[arc] > 0
        ],
        "average": _design(found.best_on_average) if found.designs else None,
        "worst": _design(found.best_in_the_worst_case) if found.designs else None,
    }


def _design(design: Any) -> dict[str, Any]:
    return {"mean": design.mean_gain, "worst": design.worst_gain, "found_in": design.found_in}


def _baseline(network: Network) -> Plan:
    baseline, outcome = make_plan(network.without_exchange(), _SETTINGS)
    if baseline is None:
        raise RuntimeError(f"without any exchange: {outcome.status}")
    return baseline


def _arc(network: Network, arc: int) -> str:
    names = network.nodes.names
    return f"{names[network.arcs.tail[arc]]} → {names[network.arcs.head[arc]]}"
