"""At which level heat, steam, cold and water come, and how a listing says so to the engine.

`levels.csv` names resources with the kind of their level, the usual one, the approach of the exchanger that hands the
heat over, and what else they serve; each holds for all below it that has no row of its own. The engine compares
intervals: an offer gives its cautious end as one point, less the approach, and a request everything from what it asks
up, so that "the intervals touch" means "the level suffices". Where a listing states no level, the usual one of its
resource is assumed, with the benefit of the doubt; where that is not known either, nothing is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from common.reading.tables import read_rows
from matching.engine import Qualities
from matching.physics import saturation_c

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]

_COLUMNS: Final = ("resource", "kind", "low", "high", "approach_k", "serves", "basis", "source")
_LEAST: Final = Decimal(-273)
UNKNOWN: Final = float("nan")
# Slugs of the quality properties that state a level.
TEMPERATURE, FLOW_TEMPERATURE, PRESSURE = "temperature", "flow-temperature", "pressure"


class LevelKind(IntEnum):
    """What a level is counted in."""

    NONE = 0
    TEMPERATURE = 1
    """°C; what is warmer serves what is colder."""
    PRESSURE = 2
    """bar absolute, of steam; the temperature is that of saturation."""
    COLD = 3
    """°C; what is colder serves what is warmer."""
    GRADE = 4
    """Of water, 0 (needs treatment) to 6 (no salts); no lot states it."""


_KINDS: Final = {
    "temperature": LevelKind.TEMPERATURE,
    "pressure": LevelKind.PRESSURE,
    "cold": LevelKind.COLD,
    "water grade": LevelKind.GRADE,
}


@dataclass(frozen=True)
class Level:
    """What one row of the file says."""

    resource: str
    kind: LevelKind
    low: float
    """The usual level; NaN: not known."""
    high: float
    approach_k: float
    serves: tuple[str, ...]
    """Slugs of what else it serves at its level or below, as it is; with + behind, all below them too."""
    source: str


@cache
def named_levels() -> Mapping[str, Level]:
    """Return the rows of `levels.csv` by resource; raises `TableError`, also for one that would serve upwards."""
    found: dict[str, Level] = {}
    rows = read_rows(Path(__file__).parent, "levels.csv", _COLUMNS)
    for row in rows:
        low, high, approach = (
            float(row.number_at_least(column, _LEAST, places=1)) if row[column] else UNKNOWN
            for column in ("low", "high", "approach_k")
        )
        slug = row.required("resource")
        if slug in found:
            raise row.error("resource", f"“{slug}” has a row already")
        if low > high:
            raise row.error("low", f"{row['low']} lies above high ({row['high']})")
        found[slug] = Level(
            slug,
            _KINDS[row.choice("kind", tuple(_KINDS))],
            low,
            high,
            0.0 if np.isnan(approach) else approach,
            tuple(row["serves"].split()),
            f"{row.required('source')} ({row.choice('basis', ('published', 'general knowledge'))})",
        )
    for row in rows:
        level = found[row["resource"]]
        for slug in level.serves:
            lower = found.get(slug.removesuffix("+"))
            if lower is not None and lower.kind == level.kind and lower.low > level.low:
                raise row.error("serves", f"“{slug}” asks for a higher level ({lower.low}) than {level.low}")
    return found


def level_of(line: Iterable[str]) -> Level | None:
    """Return the level of a resource: `line` is its slug and those above it, the nearest first."""
    named = named_levels()
    return next((named[slug] for slug in line if slug in named), None)


@dataclass(frozen=True)
class Levels:
    """The levels of every resource, by its row in the engine's tables; and the properties that state one."""

    kind: Ids
    low: Floats
    high: Floats
    approach_k: Floats
    temperature: int
    """Key of the property; −1: the catalogue has none."""
    flow_temperature: int
    pressure: int

    @classmethod
    def of(cls, lines: Iterable[Iterable[str]], properties: Mapping[str, int]) -> "Levels":
        """Put up the table for resources, each by its line; `properties` are keys by slug."""
        found = [level_of(line) for line in lines]
        return cls(
            kind=np.array([0 if each is None else each.kind for each in found], np.int64),
            low=np.array([UNKNOWN if each is None else each.low for each in found], np.float64),
            high=np.array([UNKNOWN if each is None else each.high for each in found], np.float64),
            approach_k=np.array([0.0 if each is None else each.approach_k for each in found], np.float64),
            temperature=properties.get(TEMPERATURE, -1),
            flow_temperature=properties.get(FLOW_TEMPERATURE, -1),
            pressure=properties.get(PRESSURE, -1),
        )

    def told(self, stated: Qualities, resource: Ids, is_offer: npt.NDArray[np.bool_]) -> Qualities:
        """Return the qualities of listings as the engine compares them; `resource` is a row of its tables."""
        kind = self.kind[resource]
        rows = np.flatnonzero((kind > LevelKind.NONE) & (kind < LevelKind.GRADE))
        if not len(rows):
            return stated
        anew = np.arange(len(resource))
        anew[rows] = len(resource) + np.arange(len(rows))
        return stated.join(self._told(stated.take(rows), resource[rows], is_offer[rows])).take(anew)

    def _told(self, stated: Qualities, resource: Ids, is_offer: npt.NDArray[np.bool_]) -> Qualities:
        """The same for listings that all have a level."""
        kind = self.kind[resource]
        owner = np.repeat(np.arange(len(resource)), np.diff(stated.start))
        keeps = np.ones(len(owner), np.bool_)

        def taken(key: int, kinds: tuple[LevelKind, ...]) -> tuple[Floats, Floats]:
            """Both ends of one property by listing, and no longer among what is told as it stands."""
            at = np.flatnonzero((stated.property == key) & np.isin(kind[owner], kinds))
            keeps[at] = False
            ends = np.full((2, len(resource)), UNKNOWN)
            ends[0, owner[at]], ends[1, owner[at]] = stated.low[at], stated.high[at]
            return ends[0], ends[1]

        warm = (LevelKind.TEMPERATURE, LevelKind.PRESSURE)
        low, high = taken(self.temperature, (*warm, LevelKind.COLD))
        flow_low, flow_high = taken(self.flow_temperature, warm)
        bar_low, bar_high = taken(self.pressure, (LevelKind.PRESSURE,))
        flows = ~(np.isnan(flow_low) & np.isnan(flow_high))
        low, high = np.where(flows, flow_low, low), np.where(flows, flow_high, high)

        is_steam, is_cold = kind == LevelKind.PRESSURE, kind == LevelKind.COLD
        unstated = np.isnan([low, high, bar_low, bar_high]).all(axis=0)
        usual_low = np.where(unstated, self.low[resource], UNKNOWN)
        usual_high = np.where(unstated, self.high[resource], UNKNOWN)
        levelled = (kind == LevelKind.TEMPERATURE) | is_cold
        low, high = (
            np.where(unstated & levelled, usual_low, low),
            np.where(unstated & levelled, usual_high, high),
        )
        bar_low, bar_high = (
            np.where(unstated & is_steam, usual_low, bar_low),
            np.where(unstated & is_steam, usual_high, bar_high),
        )
        # Superheat is little of the heat of steam: it condenses at the temperature of its pressure. A request for steam
        # that names a pressure is asked by it alone.
        by_pressure = is_steam & ~(np.isnan(bar_low) & np.isnan(bar_high))
        low = np.where(by_pressure, np.where(is_offer, saturation_c(bar_low), UNKNOWN), low)
        high = np.where(by_pressure, np.where(is_offer, saturation_c(bar_high), UNKNOWN), high)

        approach = self.approach_k[resource]
        offers_warm, asks_warm = is_offer & ~is_cold, ~is_offer & ~is_cold
        offers_cold, asks_cold = is_offer & is_cold, ~is_offer & is_cold
        # What is stated binds at its cautious end; what is assumed is not held against a listing.
        warm_top = np.where(unstated | np.isnan(low), high, low) - approach
        cold_top = np.where(unstated | np.isnan(high), low, high) + approach
        told_low = np.select(
            [offers_warm, asks_warm, offers_cold], [low - approach, low, cold_top], default=UNKNOWN
        )
        told_high = np.select(
            [offers_warm, offers_cold, asks_cold],
            [warm_top, np.where(unstated | np.isnan(high), high + approach, cold_top), high],
            default=UNKNOWN,
        )
        told_bar_low = bar_low
        told_bar_high = np.where(is_offer, np.where(unstated | np.isnan(bar_low), bar_high, bar_low), UNKNOWN)
        return _with(
            stated,
            owner,
            keeps,
            [(self.temperature, told_low, told_high), (self.pressure, told_bar_low, told_bar_high)],
        )


def _with(
    stated: Qualities,
    owner: Ids,
    keeps: npt.NDArray[np.bool_],
    told: list[tuple[int, Floats, Floats]],
) -> Qualities:
    """The qualities that are kept, and those told instead, in the order that the engine asks for."""
    owners, properties = [owner[keeps]], [stated.property[keeps]]
    lows, highs = [stated.low[keeps]], [stated.high[keeps]]
    for key, low, high in told:
        at = np.flatnonzero(~(np.isnan(low) & np.isnan(high)))
        owners.append(at)
        properties.append(np.full(len(at), key, np.int64))
        lows.append(low[at])
        highs.append(high[at])
    listing, prop = np.concatenate(owners), np.concatenate(properties)
    order = np.lexsort((prop, listing))
    start = np.zeros(len(stated.start), np.int64)
    np.cumsum(np.bincount(listing, minlength=len(stated.start) - 1), out=start[1:])
    return Qualities(
        start=start,
        property=prop[order],
        low=np.concatenate(lows)[order],
        high=np.concatenate(highs)[order],
    )
