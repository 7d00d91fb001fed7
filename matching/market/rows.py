"""Listings as the engine takes them: rows of the market, and how they are read and written."""

from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from common.postgres.copying import ColumnTable, copy_in, copy_out
from matching.engine import Listings, Qualities
from matching.market.participation import Participation
from matching.market.rules import Ids, MatchingRules

_EPOCH = date(1970, 1, 1)

# What the engine asks of a listing, in the order of the columns of `MarketRow`; see there.
ROW_TYPES: Final = {
    "listing_id": "int8",
    "is_offer": "bool",
    "resource_id": "int8",
    "organization_id": "int8",
    "latitude": "float8",
    "longitude": "float8",
    "latitude_row": "int2",
    "amount": "float8",
    "is_rate": "bool",
    "first_day": "int4",
    "last_day": "int4",
    "months": "int2",
    "price": "float8",
    "currency": "int4",
    "minimum_lot": "float8",
    "hazardous": "bool",
    "hazardous_permit": "bool",
    "programme_only": "bool",
    "nace": "int4",
    "origin_of_gas": "int2",
    "country": "int4",
    "quality": "float8[]",
}
BAR_TYPES: Final = {"bar_score": "float8", "bar_distance": "float8", "bar_partner": "int8"}
# The same of a listing as it stands on the market now, with what is left of it; the caller adds the conditions.
LISTED_ROWS: Final = """
SELECT l.id, l.side = 'offer', l.resource_id, l.organization_id, l.latitude, l.longitude,
  least(floor((l.latitude + 90) * 2), 359)::smallint, (l.amount - l.allocated)::float8, l.period <> 'once',
  l.available_from - DATE '1970-01-01', coalesce(l.available_until - DATE '1970-01-01', 2147483647),
  CASE WHEN l.months = '{}' THEN 4095 ELSE (SELECT sum(1 << (m - 1)) FROM unnest(l.months) m) END::smallint,
  l.unit_price::float8, (ascii(l.currency) << 16) + (ascii(substr(l.currency, 2)) << 8) + ascii(substr(l.currency, 3)),
  coalesce(l.minimum_amount, 0)::float8, l.hazardous, s.hazardous_permit, l.disclosure = 'programme',
  coalesce(('1' || nullif(replace(o.nace_code, '.', ''), ''))::int, 0),
  coalesce(array_position(ARRAY['vented', 'flared', 'on purpose'], l.origin_of_gas::text), 0)::smallint,
  coalesce((ascii(s.country) << 8) + ascii(substr(s.country, 2)), 0),
  coalesce((SELECT array_agg(q.property) || array_agg(q.low) || array_agg(q.high) FROM (
    SELECT property_id::float8 AS property, coalesce(low::float8, 'NaN') AS low, coalesce(high::float8, 'NaN') AS high
    FROM listings_listingquality WHERE listing_id = l.id ORDER BY property_id) q), '{}')
FROM listings_listing l JOIN accounts_site s ON s.id = l.site_id
JOIN accounts_organization o ON o.id = l.organization_id"""
"""Of any listings, whatever their state: the caller adds which."""
_PUBLISHED: Final = f"{LISTED_ROWS} WHERE l.state = 'published'"
PUBLISHED_ROWS: Final = f"{_PUBLISHED} AND l.disclosure <> 'private'"
PRIVATE_ROWS: Final = f"{_PUBLISHED} AND l.disclosure = 'private'"
"""What has no row of the market; see `matching.services.private`."""


def to_listings(table: Any, rows: Ids, rules: MatchingRules, participation: Participation) -> Listings:
    """Return rows of a table with the columns of `ROW_TYPES` as the engine takes them."""
    quality = table.arrays["quality"]
    # Each row holds m properties, then their m lows, then their m highs.
    start = quality.start // 3
    count = np.repeat(np.diff(start), np.diff(start))
    first = np.repeat(quality.start[:-1] - start[:-1], np.diff(start)) + np.arange(start[-1])
    qualities = Qualities(
        start=start,
        property=quality.values[first].astype(np.int64),
        low=quality.values[first + count],
        high=quality.values[first + 2 * count],
    )

    def column(name: str) -> npt.NDArray[Any]:
        values: npt.NDArray[Any] = table[name][rows]
        return values

    resource, is_offer = rules.row_of(column("resource_id")), column("is_offer")
    variant = rules.variants.rows(resource, column("origin_of_gas"), column("country"))
    return Listings(
        id=column("listing_id"),
        organization=column("organization_id"),
        resource=np.where(is_offer, variant, resource),
        latitude=column("latitude"),
        longitude=column("longitude"),
        amount=column("amount"),
        is_rate=column("is_rate"),
        first_day=column("first_day").astype(np.int32),
        last_day=column("last_day").astype(np.int32),
        month_share=_SHARES[column("months")],
        price=column("price"),
        currency=column("currency"),
        minimum_lot=column("minimum_lot"),
        hazardous=column("hazardous"),
        hazardous_permit=column("hazardous_permit"),
        programme_only=column("programme_only"),
        uses=rules.law.uses(column("resource_id"), column("nace"), column("country")),
        programmes=participation.of(column("organization_id")),
        quality=rules.levels.told(qualities.take(rows), resource, is_offer),
    )


def _month_shares() -> npt.NDArray[np.float64]:
    """Even shares over the months of every mask, January bit 0; mask 0 does not occur."""
    bits = (np.arange(4096)[:, np.newaxis] >> np.arange(12)) & 1
    shares: npt.NDArray[np.float64] = bits / np.maximum(bits.sum(axis=1, keepdims=True), 1)
    return shares


_SHARES = _month_shares()


def day_number(day: date) -> int:
    """Return the days since 1970-01-01, as the engine counts them."""
    return (day - _EPOCH).days


MARKET_TYPES: Final = {**ROW_TYPES, **BAR_TYPES}
MARKET: Final = ", ".join(f"m.{name}" for name in MARKET_TYPES)


def market_rows(condition: str, parameters: list[Any]) -> ColumnTable:
    """Return the rows of the market that meet a condition on `matching_marketrow m`, by listing."""
    return copy_out(
        f"SELECT {MARKET} FROM matching_marketrow m WHERE {condition} ORDER BY m.listing_id",
        parameters,
        MARKET_TYPES,
    )


def write_market(table: ColumnTable, rows: Ids, bars: dict[str, npt.NDArray[Any]]) -> int:
    """Add rows of the market with their bars; they must not stand there yet."""
    columns = {name: table[name][rows] for name in ROW_TYPES if name != "quality"}
    return copy_in("matching_marketrow", MARKET_TYPES, columns | bars, table.arrays["quality"].take(rows))
