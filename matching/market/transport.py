"""What carrying a resource costs, by the kind of its load: loading, each kilometre, and what is lost on the way.

`loads.csv` holds one kind per row, with the resources that travel so: each with all below it, the nearest named one
decides. Per canonical unit (t, MWh, m³); every figure with year, basis and source.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from common.reading.tables import read_rows

_COLUMNS: Final = (
    *("key", "name", "unit", "eur_per_unit", "eur_per_unit_km", "loss_per_km", "year", "basis", "source"),
    "resources",
)


@dataclass(frozen=True)
class Load:
    """One kind of load."""

    key: str
    name: str
    unit: str
    eur_per_unit: Decimal
    """Loading and unloading."""
    eur_per_unit_km: Decimal
    loss_per_km: Decimal
    """Share of what is sent that is lost on each kilometre."""
    source: str
    """With its basis and year, as it is shown."""


@cache
def _read() -> tuple[Mapping[str, Load], Mapping[str, Load]]:
    """The kinds of load by key, and by the slug of the resources that are named."""
    loads: dict[str, Load] = {}
    of_resource: dict[str, Load] = {}
    for row in read_rows(Path(__file__).parent, "loads.csv", _COLUMNS):
        cost, per_km, loss = (
            row.number_at_least(column, Decimal(0), places=4)
            for column in ("eur_per_unit", "eur_per_unit_km", "loss_per_km")
        )
        basis = row.choice("basis", ("published", "general knowledge"))
        source = f"{row.required('source')} ({basis}, {row['year']})"
        load = Load(row.required("key"), row.required("name"), row["unit"], cost, per_km, loss, source)
        loads[load.key] = load
        for slug in row["resources"].split():
            if slug in of_resource:
                raise row.error("resources", f"“{slug}” travels as “{of_resource[slug].key}” already")
            of_resource[slug] = load
    return loads, of_resource


def named_resources() -> Mapping[str, Load]:
    """The resources that the file names, by slug, each with its load."""
    return _read()[1]


def load_of(line: Iterable[str], unit: str) -> Load | None:
    """Return how a resource travels: `line` its slug and those above it, the nearest first; `unit` its canonical one.

    None where nothing is known of it in that unit.
    """
    named = named_resources()
    return next((named[slug] for slug in line if slug in named and named[slug].unit == unit), None)
