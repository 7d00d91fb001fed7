"""How far it is by road, asked of the operator's own router: an OSRM server, where `ROUTING_URL` names one.

Somebody waits for a page meanwhile. So it has two seconds, is asked once a month for a pair of places, and after a
failure nobody asks it for a minute; what it does not say stays unknown.
"""

import json
import logging
import math
import time
from decimal import Decimal
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache

from common.breaker import Breaker
from common.geo import Point, distance_km

log = logging.getLogger(__name__)
LONGEST_S: Final = 2.0
PAUSE_S: Final = 60
KEPT_S: Final = 30 * 24 * 3600
MOST_BYTES: Final = 1_000_000
DEGREE_PLACES: Final = 3
"""About 100 m: places are asked for, and kept, no finer."""
NO_ROAD: Final = ("NoRoute", "NoSegment")
_NONE: Final = ""
_breakers: Final[dict[str, Breaker]] = {}


def road_km(start: Point, end: Point, *, may_ask: bool = True) -> Decimal | None:
    """Return km by road from start to end, to one decimal.

    None where there is no router, no road, or no answer; without `may_ask` also where it was not asked before.
    """
    url: str = settings.ROUTING_URL
    if not url:
        return None
    way = f"{_written(start)};{_written(end)}"
    key = f"road:{sha256(url.encode()).hexdigest()[:8]}:{way}"
    found: str | None = cache.get(key)
    if found is None and may_ask:
        found = _asked(url, way)
        if found is not None:
            cache.set(key, found, KEPT_S)
    # A router that does not know the region leads to the next place that it knows.
    return Decimal(found) if found and float(found) + 1 >= distance_km(start, end) else None


def _written(point: Point) -> str:
    return f"{point.longitude:.{DEGREE_PLACES}f},{point.latitude:.{DEGREE_PLACES}f}"


def _asked(url: str, way: str) -> str | None:
    """What is to be kept: km, or that there is no road; None where nothing is known."""
    breaker = _breakers.setdefault(url, Breaker(PAUSE_S))
    if not breaker.lets_through():
        return None
    try:
        found = _km_said(_answer(f"{url}/route/v1/driving/{way}?overview=false"))
    except (
        OSError,
        HTTPException,
        ValueError,
        LookupError,
        TypeError,
        ArithmeticError,
        RecursionError,
    ) as error:
        breaker.failed()
        if cache.add("road:failed", True, PAUSE_S):
            log.warning("The router does not say how far it is by road: %r", error)
        return None
    breaker.worked()
    return found


def _answer(address: str) -> bytes:
    until_s = time.monotonic() + LONGEST_S
    where = urlsplit(address)
    connect = HTTPSConnection if where.scheme == "https" else HTTPConnection
    connection = connect(where.hostname or "", where.port, timeout=LONGEST_S)
    body = b""
    try:
        connection.request("GET", f"{where.path}?{where.query}", headers={"Accept": "application/json"})
        response = connection.getresponse()
        while part := response.read1(65_536):
            body += part
            if time.monotonic() > until_s or len(body) > MOST_BYTES:
                raise TimeoutError(f"no end after {len(body)} bytes")
    finally:
        connection.close()
    # What there is no road for is refused with 400, and says so.
    if response.status not in (200, 400):
        raise HTTPException(f"status {response.status}")
    return body


def _km_said(body: bytes) -> str:
    document = json.loads(body)
    if document["code"] in NO_ROAD:
        return _NONE
    metres = document["routes"][0]["distance"]
    if isinstance(metres, bool) or not isinstance(metres, int | float) or not 0 <= metres < math.inf:
        raise ValueError(f"no distance: {metres!r}")
    return str(round(metres / 1000, 1))
