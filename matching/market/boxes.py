"""What is near enough to be a partner: boxes of resource and place that the index of the market answers."""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import numpy as np

from common.geo import KM_PER_DEGREE
from common.postgres.copying import ColumnTable, copy_out
from matching.market.rows import (
    MARKET,
    MARKET_TYPES,
    market_rows,
)
from matching.market.rules import MatchingRules
from matching.market.scene import Scene

_WIDEST_DEGREES: Final = 360.0
_NEAR_A_POLE: Final = 89.0
_LAST_BAND: Final = 359
Box = tuple[float, float, float, float]
"""South, west, north, east, in degrees."""


def as_box(values: list[float]) -> Box:
    """Return what the database keeps of a box."""
    south, west, north, east = values
    return south, west, north, east


def band_of(latitude: float) -> int:
    """Return the row of latitude, half degrees from the south pole, as `MarketRow.latitude_row`."""
    return min(int((latitude + 90.0) * 2), _LAST_BAND)


def widened(box: Box, km: float) -> Box:
    """Return a box that holds all that lies within `km` of `box`.

    Where it comes near a pole or crosses the date line, longitudes say nothing: then it goes all round.
    """
    south, west, north, east = box
    degrees = km / KM_PER_DEGREE + 0.01
    south, north = max(south - degrees, -90.0), min(north + degrees, 90.0)
    farthest = max(abs(south), abs(north))
    if farthest >= _NEAR_A_POLE:
        return south, -180.0, north, 180.0
    # A parallel's degree is shortest where the box is nearest to a pole.
    wide = degrees / math.cos(math.radians(farthest))
    if west - wide < -180.0 or east + wide > 180.0:
        return south, -180.0, north, 180.0
    return south, west - wide, north, east + wide


def rows_near(scene: Scene, seekers: ColumnTable, *, of_offers: bool) -> ColumnTable:
    """Rows of the other side's market that resource and reach do not rule out for any of the seekers, each once.

    `of_offers`: the seekers are offers, and what is near are requests.
    """
    spans = spans_of(
        box for row in range(len(seekers)) for box in _boxes(scene.rules, seekers, row, of_offers=of_offers)
    )
    if not spans:
        return market_rows("false", [])
    resource, band, west, east = (list(column) for column in zip(*spans, strict=True))
    rows = copy_out(
        f"SELECT {MARKET} FROM unnest(%s::bigint[], %s::smallint[], %s::float8[], %s::float8[]) "
        "b(resource, band, west, east), "
        "LATERAL (SELECT * FROM matching_marketrow r WHERE r.is_offer = %s AND r.resource_id = b.resource "
        "AND r.latitude_row = b.band AND r.longitude BETWEEN b.west AND b.east) m",
        [resource, band, west, east, not of_offers],
        MARKET_TYPES,
    )
    return rows.take(np.argsort(rows["listing_id"]))


def spans_of(boxes: Iterable[tuple[int, int, int, float, float]]) -> list[tuple[int, int, float, float]]:
    """Return what the boxes hold, each place once: by resource and row of latitude, longitudes from and to.

    Seekers of one town have nearly the same boxes, and each row that is read twice costs as much as the first time.
    """
    asked: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for resource, south, north, west, east in boxes:
        for band in range(south, north + 1):
            asked[resource, band].append((west, east))
    spans = []
    for (resource, band), ends in sorted(asked.items()):
        (start, stop), *others = sorted(ends)
        for west, east in others:
            if west > stop:
                spans.append((resource, band, start, stop))
                start, stop = west, east
            stop = max(stop, east)
        spans.append((resource, band, start, stop))
    return spans


def _boxes(
    rules: MatchingRules, seekers: ColumnTable, row: int, *, of_offers: bool
) -> Iterable[tuple[int, int, int, float, float]]:
    """Resource, rows of latitude from and to, longitudes from and to, within which partners can lie."""
    latitude, longitude = float(seekers["latitude"][row]), float(seekers["longitude"][row])
    own = int(seekers["resource_id"][row])
    partners = rules.partner_resources(own, of_offer=of_offers)
    for partner in partners.tolist():
        at = rules.row_of(np.array([own if of_offers else partner]))[0]
        degrees = float(rules.resources.reach_km[at] / rules.resources.road_factor[at]) / KM_PER_DEGREE + 1e-3
        south, north = max(latitude - degrees, -90.0), min(latitude + degrees, 90.0)
        bands = band_of(south), band_of(north)
        if abs(latitude) + degrees >= 90:
            yield partner, *bands, -180.0, 180.0
            continue
        width = (
            math.degrees(math.asin(math.sin(math.radians(degrees)) / math.cos(math.radians(latitude)))) + 1e-3
        )
        west, east = longitude - width, longitude + width
        yield partner, *bands, max(west, -180.0), min(east, 180.0)
        if west < -180:
            yield partner, *bands, west + _WIDEST_DEGREES, 180.0
        if east > 180:
            yield partner, *bands, -180.0, east - _WIDEST_DEGREES
