"""Precedents at a glance: the figures that stand for all of them, the largest flows, and where they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from accounts.models import Town
from accounts.selectors.towns import towns_named
from catalogue.called import called
from catalogue.models import Precedent
from common.web.flows import NARROW_PX, WIDE_PX, Flow, FlowPicture, flow_picture

MOST_FLOWS: Final = 12
_TONNES: Final = "t"


@dataclass(frozen=True)
class PrecedentsAtAGlance:
    """What the page shows before its list."""

    flows_documented: int
    """Two estimates of one flow are one."""
    countries: int
    since: int | None
    tonnes_per_year: float
    largest: Sequence[Flow]
    wide: FlowPicture
    narrow: FlowPicture
    points: Sequence[dict[str, Any]]
    """For a map: those whose place is a town that we know."""


def at_a_glance(precedents: Iterable[Precedent]) -> PrecedentsAtAGlance:
    """Return precedents as figures, flows and points; a few queries for a place that this process has not seen."""
    latest: dict[tuple[str, str, int], Precedent] = {}
    for row in precedents:
        key = (row.giver, row.receiver, row.resource_id)
        if key not in latest or (row.quantity_year or 0) > (latest[key].quantity_year or 0):
            latest[key] = row
    rows = list(latest.values())
    flows = [
        Flow(row.giver, called(row.resource.name), row.receiver, float(row.quantity), row.resource.kind)
        for row in rows
        if row.quantity and row.per_year and row.unit == _TONNES
    ]
    largest = sorted(flows, key=lambda flow: -flow.value)[:MOST_FLOWS]
    return PrecedentsAtAGlance(
        flows_documented=len(rows),
        countries=len({row.country for row in rows}),
        since=min((row.since for row in rows if row.since), default=None),
        tonnes_per_year=sum(flow.value for flow in flows),
        largest=largest,
        wide=flow_picture(largest, WIDE_PX),
        narrow=flow_picture(largest, NARROW_PX),
        points=_points(rows),
    )


def _points(rows: Sequence[Precedent]) -> list[dict[str, Any]]:
    towns = {place: _town_of(*place) for place in dict.fromkeys((row.place, row.country) for row in rows)}
    found = []
    for row in rows:
        if town := towns[row.place, row.country]:
            found.append(
                {
                    "lat": town.latitude,
                    "lon": town.longitude,
                    "kind": row.resource.kind,
                    "side": "offer",
                    "name": called(row.resource.name),
                    "text": f"{row.giver} → {row.receiver}",
                    "url": f"#precedent-{row.pk}",
                }
            )
    return found


@lru_cache(maxsize=1_000)
def _town_of(place: str, country: str) -> Town | None:
    """Return the town that a network is called after, as Kalundborg Symbiosis, or that stands behind its comma."""
    for words in (*reversed(place.split(",")), place.split(" ")[0]):
        if found := towns_named(words.strip(), country):
            return found[0]
    return None
