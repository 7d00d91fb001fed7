"""The same region in PyPSA: what both can say, without whole numbers; objective and time of each, in one run.

PyPSA stays out of Loopyard's own packages: it lives in an environment of its own, made from `requirements/peers.txt`
the first time, in which this file runs as a script.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import venv
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
HOME: Final = ROOT / "var" / "peers"


def beside_pypsa(seed: int) -> dict[str, Any]:
    """Return objective, time to build and to solve of both, and how far the objectives differ."""
    from benchmarks._planners.networks import region
    from planning.optimize.model import build_model
    from planning.optimize.solving import solve

    network = _linear(region(seed))
    started_s = time.perf_counter()
    model = build_model(network)
    built_s = time.perf_counter()
    outcome = solve(model)
    solved_s = time.perf_counter()
    peer = _ask(_as_words(network))
    return {
        "build_s": round(built_s - started_s, 3),
        "solve_s": round(solved_s - built_s, 3),
        "pypsa_build_s": peer["build_s"],
        "pypsa_solve_s": peer["solve_s"],
        "objective": outcome.objective,
        "pypsa_objective": peer["objective"],
        "pypsa": peer["version"],
        "difference": abs(outcome.objective - peer["objective"]) / abs(outcome.objective),
    }


def _linear(network: Any) -> Any:
    """Return the network with sizes to choose but nothing that is whole."""
    return replace(
        network,
        processes=tuple(replace(one, on_off=None) for one in network.processes),
        storages=tuple(replace(one, kept=1.0) for one in network.storages),
        investments=tuple(
            replace(one, capex=0.0, opex=0.0, smallest=0.0, largest=float("inf"))
            for one in network.investments
        ),
    )


def _as_words(network: Any) -> dict[str, Any]:
    others, arcs = network.alternatives, network.arcs
    recovery = network.economy.recovery
    grows = {one.limit: one for one in network.investments if one.limit is not None}
    limit_of = {a: number for number, limit in enumerate(network.limits) for a, _ in limit.arcs}
    stored = {one.storage: one for one in network.investments if one.storage is not None}

    def yearly(one: Any) -> float:
        return float(one.capex_per_size * recovery(one.life_years) + one.opex_per_size)

    return {
        "hours": network.periods.hours.tolist(),
        "fixed": network.nodes.fixed.tolist(),
        "alternatives": [
            [int(others.node[m]), bool(others.brings[m]), float(others.cost[m, 0])]
            for m in range(others.node.size)
        ],
        "arcs": [
            [
                int(arcs.tail[a]),
                int(arcs.head[a]),
                float(arcs.kept[a]),
                float(arcs.cost[a, 0]),
                yearly(grows[limit_of[a]]) if a in limit_of else None,
            ]
            for a in range(arcs.tail.size)
        ],
        "processes": [
            [[[node, float(amount[0])] for node, amount in one.flows], float(one.cost[0]), one.capacity]
            for one in network.processes
        ],
        "stores": [[one.node, yearly(stored[s])] for s, one in enumerate(network.storages)],
    }


def _ask(words: dict[str, Any]) -> dict[str, Any]:
    python = HOME / "bin" / "python"
    if not python.exists():
        venv.create(HOME, with_pip=True)
        wanted = ROOT / "requirements" / "peers.txt"
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", wanted], check=True
        )
    answered = subprocess.run(
        [python, "-I", __file__], input=json.dumps(words), capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(answered.stdout.splitlines()[-1])
    return found


def _in_pypsa(words: dict[str, Any]) -> dict[str, Any]:
    """Return what PyPSA makes of it: powers are amounts per hour, snapshots weigh their hours."""
    import numpy as np
    import pandas as pd
    import pypsa

    hours = np.array(words["hours"])
    started_s = time.perf_counter()
    network = pypsa.Network()
    snapshots = pd.RangeIndex(hours.size)
    network.set_snapshots(snapshots)
    network.snapshot_weightings = pd.DataFrame(
        dict.fromkeys(network.snapshot_weightings.columns, hours), index=snapshots
    )
    fixed = np.array(words["fixed"])
    buses = [f"n{number}" for number in range(len(fixed))]
    network.add("Bus", buses)
    loads = np.flatnonzero(np.abs(fixed).any(axis=1))
    network.add(
        "Load",
        [f"l{n}" for n in loads],
        bus=[buses[n] for n in loads],
        p_set=pd.DataFrame(
            -fixed[loads].T / hours[:, None], index=snapshots, columns=[f"l{n}" for n in loads]
        ),
    )
    node, brings, cost = zip(*words["alternatives"], strict=True)
    network.add(
        "Generator",
        [f"g{m}" for m in range(len(node))],
        bus=[buses[n] for n in node],
        sign=[1.0 if one else -1.0 for one in brings],
        p_nom=1e6,
        marginal_cost=list(cost),
    )
    tail, head, kept, way, yearly = zip(*words["arcs"], strict=True)
    network.add(
        "Link",
        [f"a{a}" for a in range(len(tail))],
        bus0=[buses[n] for n in tail],
        bus1=[buses[n] for n in head],
        efficiency=list(kept),
        marginal_cost=list(way),
        p_nom=[1e6 if one is None else 0.0 for one in yearly],
        p_nom_extendable=[one is not None for one in yearly],
        capital_cost=[one or 0.0 for one in yearly],
    )
    for number, (flows, per_activity, capacity) in enumerate(words["processes"]):
        (first, taken), *rest = flows
        ends = {f"bus{place}": buses[n] for place, (n, _) in enumerate(rest, start=1)}
        shares = {
            "efficiency" + (str(place) if place > 1 else ""): amount / -taken
            for place, (_, amount) in enumerate(rest, start=1)
        }
        network.add(
            "Link", f"p{number}", bus0=buses[first], p_nom=capacity * -taken,
            marginal_cost=per_activity / -taken, **ends, **shares,
        )  # fmt: skip
    for number, (n, per_size) in enumerate(words["stores"]):
        network.add(
            "Store", f"s{number}", bus=buses[n], e_nom_extendable=True, e_cyclic=True, capital_cost=per_size
        )
    built_s = time.perf_counter()
    network.optimize(solver_name="highs", log_to_console=False, output_flag=False)
    return {
        "objective": float(network.objective),
        "build_s": round(built_s - started_s, 3),
        "solve_s": round(time.perf_counter() - built_s, 3),
        "version": pypsa.__version__,
    }


if __name__ == "__main__":
    print(json.dumps(_in_pypsa(json.load(sys.stdin))))
