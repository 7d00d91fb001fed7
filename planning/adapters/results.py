"""A plan as it is kept: what flows between which listings in which month, at which price, and who gains."""

from typing import Any, Final

import numpy as np

from planning.adapters.inputs import Inputs
from planning.optimize.answers import Plan
from planning.optimize.network import METRICS, Float, Metric, Network

LEAST_SHARE: Final = 1e-6
"""What flows less than this share of the largest flow is the solver's rounding."""


def network_size(network: Network) -> dict[str, int]:
    """Return how large the network and its programme are: a variable per alternative and arc, a balance per node."""
    periods = network.periods.count
    nodes, others, arcs = len(network.nodes.names), len(network.alternatives.names), network.arcs.tail.size
    return {
        "nodes": nodes,
        "arcs": int(arcs),
        "periods": periods,
        "columns": int((others + arcs) * periods),
        "rows": nodes * periods,
    }


def kept_result(inputs: Inputs, plan: Plan, baseline: Plan) -> dict[str, Any]:
    """Return the plan as JSON: flows (the one that gains most first), what is left at each listing, metrics, sums.

    Prices are per unit sent, at the seller's gate; the buyer bears the costs of the way. None where the objective
    puts no price on money.
    """
    flows = _flows(inputs, plan)
    metrics = {
        metric.value: {"plan": plan.metrics[metric], "baseline": baseline.metrics[metric]}
        for metric in METRICS
    }
    spared = baseline.metrics[Metric.COST] - plan.metrics[Metric.COST]
    return {
        "flows": flows,
        "metrics": metrics,
        "spared_per_year": spared,
        "present_value": spared * plan.network.economy.present_value(plan.network.economy.horizon_years),
        "listings": _listings(inputs, plan),
        "assumed": [
            inputs.listings["id"][row] for row in np.flatnonzero(inputs.listings["is_assumed"]).tolist()
        ],
    }


def _flows(inputs: Inputs, plan: Plan) -> list[dict[str, Any]]:
    arcs, listings = plan.network.arcs, inputs.listings
    sent = plan.flow.sum(axis=1)
    carried = np.flatnonzero(sent > LEAST_SHARE * max(float(sent.max(initial=0.0)), 1e-9))
    keys = [*inputs.pairs["match"], *inputs.agreements["agreement"]]
    gain = np.array([*inputs.pairs["gain"], *inputs.agreements["gain"]], dtype=np.float64)
    km = [*inputs.pairs["km"], *[None] * len(inputs.agreements["agreement"])]
    matched = len(inputs.pairs["match"])
    worth = np.array(listings["worth"], dtype=np.float64)
    money = plan.network.economy.weights.get(Metric.COST, 0.0)
    found = []
    for arc in carried.tolist():
        offer, request = int(arcs.tail[arc]), int(arcs.head[arc])
        is_agreed = arc >= matched
        amount = float(sent[arc])
        joint = float(gain[arc])
        price = _agreed_price(inputs, arc - matched) if is_agreed else _price(plan, arc, offer, money)
        found.append(
            {
                "offer": listings["id"][offer],
                "request": listings["id"][request],
                "match": None if is_agreed else keys[arc],
                "agreement": keys[arc] if is_agreed else None,
                "unit": listings["unit"][offer],
                "kind": listings["kind"][offer],
                "months": [round(each, 6) for each in plan.flow[arc].tolist()],
                "sent": round(amount, 6),
                "received": round(amount * float(arcs.kept[arc]), 6),
                "received_unit": listings["unit"][request],
                "km": km[arc],
                "price": None if price is None else round(price, 6),
                "gain": round(joint * amount, 4),
                "seller_gain": None if price is None else round((price - float(worth[offer])) * amount, 4),
                "buyer_gain": (
                    None if price is None else round((joint - price + float(worth[offer])) * amount, 4)
                ),
            }
        )
    return sorted(found, key=lambda flow: (-flow["gain"], flow["offer"], flow["request"]))


def _price(plan: Plan, arc: int, offer: int, money: float) -> float | None:
    """What one more unit of the offer is worth, averaged over what flows."""
    if money <= 0 or money < max(plan.network.economy.weights.values()) * 1e-3:
        return None
    sent: Float = plan.flow[arc]
    return float((plan.price[offer] * sent).sum() / sent.sum()) / money


def _agreed_price(inputs: Inputs, row: int) -> float | None:
    price: float | None = inputs.agreements["price"][row]
    return price


def _listings(inputs: Inputs, plan: Plan) -> dict[str, list[Any]]:
    """By listing: how much there is in the year, and how much of it goes without a partner."""
    total = np.abs(plan.network.nodes.fixed).sum(axis=1)
    alone = plan.alternative.sum(axis=1)
    return {
        "id": inputs.listings["id"],
        "amount": np.round(total, 6).tolist(),
        "alone": np.round(alone, 6).tolist(),
    }
