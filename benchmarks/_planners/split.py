"""Two regions that touch: planned whole in one process, and apart in two that prices bring together."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks._planners.networks import market
from planning.optimize.model import build_model
from planning.optimize.network import Int, Network
from planning.optimize.solving import solve
from planning.studies.regions import plan_regions

CROSSING = 40
"""Ways between the two: as many as the nearest of both."""


def two_regions(seed: int, offers: int = 6_000, arcs: int = 60_000) -> tuple[Network, Int]:
    """Return a market and each node's region: two halves of its resources, and `CROSSING` ways between them."""
    network = market(offers, offers, arcs, seed)
    draw = np.random.default_rng(seed)
    region = (draw.random(network.nodes.party.size) < 0.5).astype(np.int64)
    ways = network.arcs
    crossing = np.flatnonzero(region[ways.tail] != region[ways.head])
    dropped = np.setdiff1d(crossing, draw.choice(crossing, CROSSING, replace=False))
    return replace(network, arcs=ways.take(np.setdiff1d(np.arange(ways.tail.size), dropped))), region


def split(seed: int) -> dict[str, Any]:
    """Return objective, bound, rounds and time of both ways."""
    network, region = two_regions(seed)
    started_s = time.perf_counter()
    whole = solve(build_model(network))
    whole_s = time.perf_counter() - started_s
    started_s = time.perf_counter()
    apart = plan_regions(network, region)
    return {
        "arcs": int(network.arcs.tail.size),
        "crossing": CROSSING,
        "whole_s": round(whole_s, 2),
        "split_s": round(time.perf_counter() - started_s, 2),
        "rounds": apart.rounds,
        "gap": apart.gap,
        "difference": abs(apart.objective - whole.objective) / abs(whole.objective),
    }
