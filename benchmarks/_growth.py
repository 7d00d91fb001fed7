"""Draws how the time grows: JSON lines of `bench-matching` and `bench-full_run` on standard input, SVG on output.

python -m benchmarks._growth < lines.json > docs/matching-growth.svg
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

WIDTH, HEIGHT, LEFT, BOTTOM = 640, 380, 64, 48
TOP_RIGHT: Final = 20
NAMES: Final = {
    "matching": "engine, best 10 of every request",
    "full_run": "full run, rows to stored matches",
}
COLOURS: Final = {"matching": "#0b6e4f", "full_run": "#b45309"}
Points = dict[str, list[tuple[float, float]]]


def points_of(lines: Iterable[str]) -> Points:
    """Listings and seconds of each measurement."""
    points: Points = defaultdict(list)
    for line in lines:
        result = json.loads(line)
        if result["bench"] == "matching":
            points["matching"].append((result["offers"] + result["requests"], result["engine_s"]))
        elif result["bench"] == "full_run":
            points["full_run"].append((result["listings"], result["wall_s"]))
    return {name: sorted(values) for name, values in points.items()}


def svg(points: Points) -> str:
    """Both axes are logarithmic: a straight line at 45° is growth in proportion."""
    xs, ys = zip(*(point for values in points.values() for point in values), strict=True)
    x0, x1 = math.floor(math.log10(min(xs))), math.ceil(math.log10(max(xs)))
    y0, y1 = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))

    def at(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - x0) / (x1 - x0)
        up = (math.log10(y) - y0) / (y1 - y0)
        return LEFT + across * (WIDTH - LEFT - TOP_RIGHT), HEIGHT - BOTTOM - up * (
            HEIGHT - BOTTOM - TOP_RIGHT
        )

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(x0, x1 + 1):
        x, y = at(10.0**power, 10.0**y0)
        out.append(f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{x:.1f}" y2="{TOP_RIGHT}" stroke="#ddd"/>')
        out.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{10**power:,}</text>')
    for power in range(y0, y1 + 1):
        x, y = at(10.0**x0, 10.0**power)
        out.append(f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{WIDTH - TOP_RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{x - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
    out.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">listings</text>')
    for number, (name, values) in enumerate(points.items()):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*value) for value in values))
        out.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>')
        out += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COLOURS[name]}"/>'
            for x, y in (at(*value) for value in values)
        ]
        out.append(
            f'<text x="{LEFT + 12}" y="{TOP_RIGHT + 18 + 20 * number}" fill="{COLOURS[name]}">{NAMES[name]}</text>'
        )
    return "\n".join([*out, "</svg>", ""])


if __name__ == "__main__":
    sys.stdout.write(svg(points_of(sys.stdin)))
