"""Calliope's urban-scale example in our words: three sites, gas and grid, roofs, heat pipes, one day.

Its time series carry licences of their own, so they are read from Calliope's own source package, fetched by its hash
into `var/peers`. Said otherwise here: a roof may be used, not must, which makes no difference in this instance.
"""

from __future__ import annotations

import csv
import math
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from planning.optimize.answers import read_plan
from planning.optimize.draft import Draft
from planning.optimize.model import build_model
from planning.optimize.network import Economy, Float, Investment, Network, Periods
from planning.optimize.solving import solve
from planning.optimize.verify import verify

ROOT: Final = Path(__file__).parents[2]
HOME: Final = ROOT / "var" / "peers" / "calliope"
WANTED: Final = ROOT / "requirements" / "calliope.txt"
PUBLISHED: Final = {"its tests, release 0.6.10": 430.089188, "its tests, bdda2dbb": 430.082290}
DAYS: Final = ("2005-07-01",)
"""As its tests."""
SITES: Final = {"X1": (2, 7, 500), "X2": (8, 7, 1300), "X3": (5, 3, 900)}
"""Coordinates and m² of roof."""
BOILERS: Final = {"X2": 43.1, "X3": 78.0}
"""Money per kW."""
LIFE: Final = 25


def urban_scale() -> dict[str, Any]:
    """Return our objective beside the published ones."""
    folder = _fetched()
    started_s = time.perf_counter()
    network = _network(folder)
    model = build_model(network)
    outcome = solve(model)
    seconds = time.perf_counter() - started_s
    faults = verify(read_plan(network, model, outcome))
    nearest = min(PUBLISHED.values(), key=lambda one: abs(one - outcome.objective))
    return {
        "objective": round(outcome.objective, 6),
        "published": PUBLISHED,
        "seconds": round(seconds, 3),
        "faults": len(faults),
        "difference": abs(outcome.objective - nearest) / nearest,
    }


def _fetched() -> Path:
    if not HOME.exists():
        HOME.mkdir(parents=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes",
             "--no-binary", ":all:", "-r", str(WANTED), "-d", str(HOME)],
            check=True,
        )  # fmt: skip
        with tarfile.open(next(HOME.glob("*.tar.gz"))) as archive:
            archive.extractall(HOME, filter="data")
    return next(HOME.glob("calliope-*/calliope/example_models/urban_scale/timeseries_data"))


def _series(folder: Path, name: str, column: str) -> Float:
    with (folder / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    first = next(iter(rows[0]))
    return np.array([float(row[column]) for row in rows if row[first][:10] in DAYS])


def _network(folder: Path) -> Network:
    hours = len(DAYS) * 24
    draft = Draft(Periods(tuple(str(hour) for hour in range(hours)), np.ones(hours)), Economy(rate=0.10))
    party = draft.party("town")
    share = hours / 8760  # Calliope counts capital for the share of the year that is looked at.

    def node(name: str, demand: Float | float = 0.0) -> int:
        return draft.node(name, party=party, resource=name.split()[0], unit="kWh", demand=demand)

    power, heat, gas = {}, {}, {}
    for site in SITES:
        power[site] = node(f"power at {site}", -_series(folder, "demand_power.csv", site))
        heat[site] = node(f"heat at {site}", -_series(folder, "demand_heat.csv", site))
        gas[site] = node(f"gas at {site}")
    heat["N1"] = node("heat at N1")

    def sized(
        name: str, ways: dict[int, float], *, is_arc: bool, capex: float, most: float, **more: Any
    ) -> None:
        limit = draft.limit(name, arcs=ways if is_arc else None, processes=None if is_arc else ways, **more)
        draft.investment(
            Investment(
                name=name,
                party=party,
                limit=limit,
                largest=most,
                capex_per_size=capex * share,
                life_years=LIFE,
            )
        )

    def bought(name: str, at: int, price: float, capex: float) -> None:
        outside = node(f"{name} outside")
        draft.purchase(outside, price=price)
        sized(name, {draft.arc(outside, at): 1.0}, is_arc=True, capex=capex, most=2000)

    bought("grid", power["X1"], 0.1, 100)
    for site in SITES:
        bought(f"gas for {site}", gas[site], 0.025, 1)
    for site, capex in BOILERS.items():
        boiler = draft.process(
            f"boiler {site}",
            party=party,
            takes={gas[site]: 1 / 0.85},
            gives={heat[site]: 1.0},
            cost=0.004 / 0.85,
        )
        sized(f"boiler {site}", {boiler: 1.0}, is_arc=False, capex=capex, most=600)
    made = node("power of the engine")
    engine = draft.process(
        "engine", party=party, takes={gas["X1"]: 1 / 0.405}, gives={made: 1.0, heat["X1"]: 0.8}, cost=0.004
    )
    sized("engine", {engine: 1.0}, is_arc=False, capex=750, most=1500)
    draft.arc(made, power["X1"])
    draft.dispose(made, cost=_series(folder, "export_power.csv", "X1"), name="export")
    _roofs(draft, folder, party, power, share)
    for start, end, km in (("X1", "X2", 10.0), ("X1", "X3", 5.0)):
        ways = [draft.arc(power[one], power[other], kept=0.98) for one, other in ((start, end), (end, start))]
        _line(draft, party, f"line {start} {end}", ways, 0.01 * km * share)
    for start, end, km in (("X1", "N1", 3.0), ("N1", "X2", 3.0), ("N1", "X3", 4.0)):
        kept = 0.975**km
        ways = [draft.arc(heat[one], heat[other], kept=kept) for one, other in ((start, end), (end, start))]
        _line(draft, party, f"pipe {start} {end}", ways, 0.3 * km * share)
    return draft.network()


def _line(draft: Draft, party: int, name: str, ways: list[int], capex: float) -> None:
    limit = draft.limit(name, arcs={ways[0]: 1.0})
    draft.limit(f"{name} back", arcs={ways[1]: 1.0}, grows_with=limit)
    draft.investment(
        Investment(name=name, party=party, limit=limit, largest=2000, capex_per_size=capex, life_years=LIFE)
    )


def _roofs(draft: Draft, folder: Path, party: int, power: dict[str, int], share: float) -> None:
    per_m2 = _series(folder, "pv_resource.csv", "per_area") * 0.85
    earns = {"X1": (0.0, None, 0.0), "X2": (-0.0203, -0.0491, 0.0), "X3": (0.0, None, -80.5)}
    for site, (_, _, area) in SITES.items():
        per_kwh, export, yearly = earns[site]
        made = draft.node(f"power of the roof at {site}", party=party, resource="power", unit="kWh")
        roof = draft.process(f"roof {site}", party=party, takes={}, gives={made: 1.0}, cost=per_kwh)
        draft.arc(made, power[site])
        if export is not None:
            draft.dispose(made, cost=export, name="export")
        limit = draft.limit(f"roof {site}", processes={roof: 1.0}, availability=7 * per_m2)
        most = min(area / 7, 1500 / 7, 250.0, 50.0 if site == "X3" else math.inf)
        draft.investment(
            Investment(
                name=f"roof {site}",
                party=party,
                limit=limit,
                largest=most,
                capex_per_size=1350 * share,
                opex_per_size=yearly * share,
                life_years=LIFE,
            )
        )
