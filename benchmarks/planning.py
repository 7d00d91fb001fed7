"""The planner: a market of 100,000 arcs, a region with plants and pipes to build, and a peer on the same instance.

    make bench-planning ARGS="--case transport"

One line of JSON per result. `transport`: from arrays to a checked plan, HiGHS alone on the same matrix, greedy's loss.
`region`: ten seeded instances to a gap of 0.1 %. `peer`: PyPSA on an instance that both can say, in an environment of
its own (`requirements/peers.txt`), objective and time of both. `calliope`: its urban-scale example beside what its
tests assert. `split`: two regions that touch, by prices, in two processes. `database`: a programme of the nearest 5,000
companies out of a market of `--listings`, until its programme stands. Exit code 1 if an answer is not proven, does not
check, or differs from the peer's.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from typing import Any

from benchmarks._planners.calliope import urban_scale
from benchmarks._planners.database import region_from_database
from benchmarks._planners.networks import greedy, market, region
from benchmarks._planners.peer import beside_pypsa
from benchmarks._planners.split import split
from planning.optimize.answers import read_plan
from planning.optimize.decompose import solve_in_parts
from planning.optimize.model import build_model
from planning.optimize.solving import Settings, Status, solve
from planning.optimize.verify import verify

CASES = ("transport", "region", "peer", "calliope", "split", "database")


def main(arguments: list[str]) -> int:
    """Measure, and return the exit code."""
    parser = argparse.ArgumentParser(description="The planner, beside its solver alone and a peer.")
    parser.add_argument("--case", choices=CASES, action="append", help="all, if none is named")
    parser.add_argument("--offers", type=int, default=20_000)
    parser.add_argument("--arcs", type=int, default=100_000)
    parser.add_argument("--instances", type=int, default=10)
    parser.add_argument("--listings", type=int, default=100_000, help="in the database")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    cases = {
        "transport": _transport,
        "region": _region,
        "peer": _peer,
        "calliope": _calliope,
        "split": _split,
        "database": _database,
    }
    sound = [cases[case](options) for case in options.case or CASES]
    return 0 if all(sound) else 1


def _say(case: str, **result: Any) -> None:
    print(json.dumps({"bench": "planning", "case": case, **result}), flush=True)


def _transport(options: argparse.Namespace) -> bool:
    network = market(options.offers, options.offers, options.arcs, options.seed)
    started_s = time.perf_counter()
    model = build_model(network)
    built_s = time.perf_counter()
    outcome = solve_in_parts(model)
    solved_s = time.perf_counter()
    faults = verify(read_plan(network, model, outcome)) if outcome.has_plan else []
    checked_s = time.perf_counter()
    alone = solve(model)
    alone_s = time.perf_counter() - checked_s
    equal = abs(alone.objective - outcome.objective) <= 1e-6 * abs(alone.objective)
    by_hand = greedy(network)
    baseline = solve(build_model(network.without_exchange())).objective
    _say(
        "transport",
        arcs=int(network.arcs.tail.size),
        build_s=round(built_s - started_s, 3),
        solve_s=round(solved_s - built_s, 3),
        check_s=round(checked_s - solved_s, 3),
        total_s=round(checked_s - started_s, 3),
        highs_alone_s=round(alone_s, 3),
        ratio=round((checked_s - started_s) / alone_s, 2),
        greedy_loss=round((by_hand - outcome.objective) / (baseline - outcome.objective), 4),
        proven=outcome.status is Status.OPTIMAL and equal,
        faults=len(faults),
    )
    return outcome.status is Status.OPTIMAL and equal and not faults


def _region(options: argparse.Namespace) -> bool:
    taken, sound = [], True
    for seed in range(options.seed, options.seed + options.instances):
        network = region(seed)
        started_s = time.perf_counter()
        model = build_model(network)
        built_s = time.perf_counter()
        outcome = solve(model, Settings(seconds=300, gap=1e-3, seed=seed))
        taken.append(time.perf_counter() - started_s)
        plan = read_plan(network, model, outcome)
        faults = verify(plan)
        sound &= outcome.status is Status.OPTIMAL and not faults
        _say(
            "region",
            seed=seed,
            columns=int(model.cost.size),
            rows=int(model.row_lower.size),
            build_s=round(built_s - started_s, 3),
            solve_s=round(taken[-1], 2),
            gap=outcome.gap,
            built=int(plan.is_built.sum()),
            status=outcome.status.value,
            faults=len(faults),
        )
    _say("region_median", solve_s=round(statistics.median(taken), 2), worst_s=round(max(taken), 2))
    return sound


def _peer(options: argparse.Namespace) -> bool:
    result = beside_pypsa(options.seed)
    _say("peer", **result)
    return bool(result["difference"] <= 1e-4)


def _calliope(_: argparse.Namespace) -> bool:
    result = urban_scale()
    _say("calliope", **result)
    return bool(result["difference"] <= 1e-4 and not result["faults"])


def _split(options: argparse.Namespace) -> bool:
    result = split(options.seed)
    _say("split", **result)
    return bool(result["difference"] <= 1e-4)


def _database(options: argparse.Namespace) -> bool:
    result = region_from_database(options.listings)
    _say("database", **result)
    return bool(result["nodes"] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
