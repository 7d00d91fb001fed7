"""The engine's question as SQL: the same gates and the same score, for one row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Final

from benchmarks._market import PROPERTIES
from matching.engine.arrays import MONTHS, default_weights

EARTH_RADIUS_KM: Final = 6371.0088
NARROWING_SLACK_KM: Final = 0.1
"""The index narrows with a radius this much longer; the distance that is rounded decides."""


@dataclass(frozen=True)
class Peer:
    """How a database narrows by place, with an index."""

    name: str
    extensions: tuple[str, ...]
    """The last one gives the version."""
    place: str
    """Of the columns `latitude` and `longitude`, in degrees."""
    near: str
    """Of offer `o`, request `r` and `c.radius_m`."""
    radius_km: float
    """Of the sphere on which `near` measures."""


SHARES: Final = tuple(f"share_{month}" for month in range(MONTHS))
LOWS: Final = tuple(f"low_{each}" for each in range(PROPERTIES))
HIGHS: Final = tuple(f"high_{each}" for each in range(PROPERTIES))


def question(peer: Peer, *, k: int) -> str:
    """The k best offers of request $1, by the formulas of docs/matching.md in the arithmetic of the engine.

    What the generated market lacks is left out: treatment, products, losses, law, programmes. NULL: unknown.
    Each step ends in OFFSET 0, which keeps PostgreSQL from computing what it named once again at each mention.
    """
    weights = [float(weight) for weight in default_weights()]
    resource, distance, quantity, season, quality, price = (_number(weight) for weight in weights)
    known_anyway, all_weights = _number(weights[0] + weights[1] + weights[3]), _number(reduce(add, weights))
    months, properties = range(MONTHS), range(PROPERTIES)
    return f"""
    WITH candidate AS (
        SELECT o.id, c.fit, c.reach_km, {_rounded(_distance_km(), 6)} AS distance_km,
            greatest(o.opens, r.opens) AS opens, least(o.closes, r.closes) AS closes,
            o.amount AS offer_amount, r.amount AS request_amount,
            o.is_rate AS offer_rate, r.is_rate AS request_rate,
            o.year_share AS offer_share, r.year_share AS request_share,
            {sql_list(f"o.{each} AS offer_{each}, r.{each} AS request_{each}" for each in SHARES)},
            {_PRICE} AS price, {_BEST_PRICES} AS gap, c.cost_per_load, c.cost_per_km,
            {sql_sum(f"{_both_state(each)}::int" for each in properties)} AS known,
            {sql_sum(f"CASE WHEN {_both_state(each)} THEN {_containment(each)} ELSE 0 END" for each in properties)}
                AS contained,
            r.stated
        FROM request r
        JOIN compatible c ON c.request_resource = r.resource
        JOIN offer o ON o.resource = c.offer_resource AND {peer.near}
        WHERE r.id = $1
            AND greatest(o.opens, r.opens) < least(o.closes, r.closes)
            AND o.organization <> r.organization
            AND (NOT o.hazardous OR r.hazardous_permit)
            AND (r.amount < o.minimum_lot OR o.amount < r.minimum_lot) IS NOT TRUE
            AND ({_any(f"o.low_{each} > r.high_{each} OR r.low_{each} > o.high_{each}" for each in properties)})
                IS NOT TRUE
        OFFSET 0
    ), near AS (
        SELECT *, closes - opens >= 12 AS whole_year,
            least(closes, opens + 12) AS stop, (distance_km / reach_km) * (distance_km / reach_km) AS share_of_reach
        FROM candidate
        WHERE distance_km <= reach_km AND (gap < cost_per_load + cost_per_km * distance_km) IS NOT TRUE
        OFFSET 0
    ), covered AS (
        SELECT *, {sql_list(f"{_covered(each)} AS covered_{each}" for each in months)}
        FROM near
        OFFSET 0
    ), shared AS (
        SELECT *, {sql_list(f"{_year(side)} AS {side}_year" for side in ("offer", "request"))}
        FROM covered
        OFFSET 0
    ), flow AS (
        SELECT *, {sql_list(f"{_total(side)} AS {side}_total" for side in ("offer", "request"))},
            1 / nullif(offer_year, 0) AS by_offer, 1 / nullif(request_year, 0) AS by_request
        FROM shared
        OFFSET 0
    ), part AS (
        SELECT id, fit, distance_km,
            {_rounded("(1 - share_of_reach) * (1 - share_of_reach)", 6)} AS distance,
            {_rounded(_QUANTITY, 6)} AS quantity,
            {_rounded(_season(), 6)} AS season,
            {_rounded("contained / nullif(known, 0) * (1 - 0.5 * (1 - known / nullif(stated, 0)))", 6)} AS quality,
            {_rounded("price", 6)} AS price
        FROM flow
        OFFSET 0
    ), summed AS (
        SELECT id, distance_km,
            fit * {resource} + distance * {distance} + season * {season} + coalesce(quantity * {quantity}, 0)
                + coalesce(quality * {quality}, 0) + coalesce(price * {price}, 0) AS summed,
            {known_anyway} + CASE WHEN quantity IS NULL THEN 0 ELSE {quantity} END
                + CASE WHEN quality IS NULL THEN 0 ELSE {quality} END
                + CASE WHEN price IS NULL THEN 0 ELSE {price} END AS known
        FROM part
        OFFSET 0
    )
    SELECT id, {_rounded(f"summed / known * (1 - 0.5 * (1 - known / {all_weights}))", 9)} AS score
    FROM summed
    ORDER BY score DESC, distance_km, id
    LIMIT {k}"""  # noqa: S608 — as above


_QUANTITY: Final = """
    CASE WHEN offer_total + request_total IS NULL THEN NULL
        WHEN greatest(offer_total, request_total) > 0 THEN greatest(1 + log(greatest(
            least(offer_total, request_total) / greatest(offer_total, request_total), 1e-3)) / 3, 0)
        ELSE 0 END"""


_PRICE: Final = """
    CASE WHEN o.currency <> r.currency OR o.price IS NULL OR r.price IS NULL THEN NULL
        WHEN o.price - r.price <= 0 THEN 1
        ELSE greatest(1 - (o.price - r.price) / greatest(abs(o.price), abs(r.price)), 0) END"""


_BEST_PRICES: Final = """
    CASE WHEN o.currency = r.currency AND o.price IS NOT NULL AND r.price IS NOT NULL THEN
        CASE WHEN r.price < 0 THEN 0 ELSE greatest(r.price, c.purchase_high) END
            - CASE WHEN o.price > 0 THEN 0 ELSE least(o.price, -c.disposal_high) END
    END"""
"""How far both alternatives lie apart at the best (`matching.economics`); a way that costs more pays nobody."""


def _distance_km() -> str:
    """Chord and sum of the unit vectors, as `matching.engine.kernel` says it."""
    chord, opposite = (
        f"sqrt({sql_sum(f'(o.{axis} {sign} r.{axis}) * (o.{axis} {sign} r.{axis})' for axis in 'xyz')})"
        for sign in "-+"
    )
    return f"{_number(2 * EARTH_RADIUS_KM)} * atan2({chord}, {opposite}) * c.road_factor"


def _both_state(each: int) -> str:
    return f"(o.low_{each} IS NOT NULL AND r.low_{each} IS NOT NULL)"


def _containment(each: int) -> str:
    """Of intervals that touch: share of the offer's that lies within the request's."""
    low, high, asked_low, asked_high = f"o.low_{each}", f"o.high_{each}", f"r.low_{each}", f"r.high_{each}"
    return f"""CASE WHEN {asked_low} <= {low} AND {high} <= {asked_high} THEN 1
        WHEN {low} = '-infinity' OR {high} = 'infinity' THEN 0.5
        ELSE (least({high}, {asked_high}) - greatest({low}, {asked_low})) / ({high} - {low}) END"""


def _covered(month: int) -> str:
    """Fraction of a month that lies in the first twelve months of the shared window."""
    from_january = (f"({clock} - {month})" for clock in ("stop", "opens"))
    passed = (f"(floor({each} / 12) + least({each} - floor({each} / 12) * 12, 1))" for each in from_january)
    return f"CASE WHEN whole_year THEN 1 ELSE greatest({' - '.join(passed)}, 0) END"


def _year(side: str) -> str:
    partly = sql_sum(f"covered_{month} * {side}_share_{month}" for month in range(MONTHS))
    return f"CASE WHEN whole_year THEN {side}_share ELSE {partly} END"


def _total(side: str) -> str:
    return f"CASE WHEN {side}_rate THEN {side}_amount * {side}_year ELSE {side}_amount END"


def _season() -> str:
    def alike(covered: str) -> str:
        both = (
            f"least({covered.format(month)}offer_share_{month} * by_offer, "
            f"{covered.format(month)}request_share_{month} * by_request)"
            for month in range(MONTHS)
        )
        return sql_sum(both)

    return f"""CASE WHEN (offer_rate AND by_offer IS NULL) OR (request_rate AND by_request IS NULL) THEN 0
        WHEN NOT (offer_rate AND request_rate) THEN 1
        WHEN whole_year THEN {alike("")} ELSE {alike("covered_{} * ")} END"""


def sql_clock(day: str) -> str:
    """Months since January 1970, with fraction, at the start of a day that is counted from 1970-01-01."""
    date = f"(date '1970-01-01' + {day})"
    month = f"date_trunc('month', {date}::timestamp)"
    length = f"extract(day FROM {month} + interval '1 month' - interval '1 day')::float8"
    whole = f"(extract(year FROM {date}) - 1970) * 12 + extract(month FROM {date}) - 1"
    return f"({whole})::float8 + (extract(day FROM {date}) - 1)::float8 / {length}"


def known(column: str) -> str:
    return f"nullif({column}, 'NaN') AS {column}"


def _rounded(value: str, decimals: int) -> str:
    return f"round(({value}) * {_number(10.0**decimals)}) / {_number(10.0**decimals)}"


def _number(value: float) -> str:
    return f"{value!r}::float8"


def sql_sum(terms: Iterable[str]) -> str:
    return " + ".join(terms)


def _any(terms: Iterable[str]) -> str:
    return " OR ".join(terms)


def sql_list(terms: Iterable[str]) -> str:
    return ", ".join(terms)
