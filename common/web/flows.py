"""A picture of flows: who gives, what, who takes, as three columns that bands join. Pure: numbers in, places out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

WIDE_PX: Final = 760.0
NARROW_PX: Final = 350.0
_BAR_PX: Final = 8.0
_GAP_PX: Final = 10.0
_LEAST_PX: Final = 20.0
"""Of a bar, so that its name has room beside it."""
_ROOM_PX: Final = 14.0
"""Of the picture's height for each bar of the fullest column; what is over is shared by size."""


@dataclass(frozen=True)
class Flow:
    """How much of what goes from whom to whom, all of them in one unit."""

    giver: str
    what: str
    taker: str
    value: float
    kind: str


@dataclass(frozen=True)
class Bar:
    """A name with its bar, px; `anchor` says on which side of the text `label_x` lies."""

    name: str
    x: float
    y: float
    height: float
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True)
class Band:
    """A flow between two bars as the path of an SVG."""

    path: str
    kind: str
    value: float
    words: str


@dataclass(frozen=True)
class FlowPicture:
    """All of it, px."""

    width: float
    height: float
    bars: Sequence[Bar]
    bands: Sequence[Band]


def flow_picture(flows: Sequence[Flow], width: float) -> FlowPicture:
    """Lay the flows out; without any the picture is empty.

    A bar is as high as its share of all, but never too low for its name, so that a band may be thicker at one end: at
    each bar it takes its share of that bar.
    """
    columns = [_sums((flow.giver, flow.value) for flow in flows)]
    columns.append(_sums((flow.what, flow.value) for flow in flows))
    columns.append(_sums((flow.taker, flow.value) for flow in flows))
    fullest = max(map(len, columns), default=0)
    height = fullest * (_LEAST_PX + _GAP_PX) + fullest * _ROOM_PX
    tops = [_stacked(column, height) for column in columns]
    at_x = [0.0, (width - _BAR_PX) / 2, width - _BAR_PX]
    bars = [
        _bar(name, at_x[at], top, high, at, width)
        for at, column in enumerate(tops)
        for name, (top, high) in column.items()
    ]
    bands = []
    for at, (left, right) in enumerate((("giver", "what"), ("what", "taker"))):
        sums, stacks = (columns[at], columns[at + 1]), (tops[at], tops[at + 1])
        bands += _bands(flows, left, right, sums, stacks, at_x[at : at + 2])
    return FlowPicture(width, round(height, 1), bars, bands)


Sums = dict[str, float]
Stacked = dict[str, tuple[float, float]]


def _sums(pairs: Iterable[tuple[str, float]]) -> Sums:
    found: Sums = defaultdict(float)
    for name, value in pairs:
        found[name] += value
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def _stacked(column: Sums, height: float) -> Stacked:
    """Return top and height of each bar, the largest first."""
    spare, total = height - len(column) * (_LEAST_PX + _GAP_PX), sum(column.values())
    found, top = {}, 0.0
    for name, value in column.items():
        high = _LEAST_PX + spare * value / total
        found[name] = (top, high)
        top += high + _GAP_PX
    return found


def _bar(name: str, x: float, top: float, high: float, column: int, width: float) -> Bar:
    if column == 0:
        return Bar(name, x, top, high, x + _BAR_PX + 6, top + high / 2, "start")
    if column == 1:
        return Bar(name, x, top, high, width / 2, top + high / 2, "middle")
    return Bar(name, x, top, high, x - 6, top + high / 2, "end")


def _bands(
    flows: Sequence[Flow],
    left: str,
    right: str,
    sums: tuple[Sums, Sums],
    tops: tuple[Stacked, Stacked],
    at_x: Sequence[float],
) -> list[Band]:
    joined: dict[tuple[str, str, str], float] = defaultdict(float)
    for flow in flows:
        joined[getattr(flow, left), getattr(flow, right), flow.kind] += flow.value
    order = [list(stack) for stack in tops]
    pairs = sorted(joined, key=lambda pair: (order[0].index(pair[0]), order[1].index(pair[1])))
    used = [dict.fromkeys(stack, 0.0) for stack in tops]
    found = []
    for giver, taker, kind in pairs:
        value = joined[giver, taker, kind]
        ends = []
        for side, name in enumerate((giver, taker)):
            top, high = tops[side][name]
            thick = high * value / sums[side][name]
            ends.append((top + used[side][name], top + used[side][name] + thick))
            used[side][name] += thick
        found.append(Band(_path(at_x[0] + _BAR_PX, at_x[1], *ends), kind, value, f"{giver} → {taker}"))
    return found


def _path(x0: float, x1: float, start: tuple[float, float], end: tuple[float, float]) -> str:
    middle = (x0 + x1) / 2
    return (
        f"M{x0:.1f} {start[0]:.1f}C{middle:.1f} {start[0]:.1f} {middle:.1f} {end[0]:.1f} {x1:.1f} {end[0]:.1f}"
        f"V{end[1]:.1f}C{middle:.1f} {end[1]:.1f} {middle:.1f} {start[1]:.1f} {x0:.1f} {start[1]:.1f}Z"
    )
