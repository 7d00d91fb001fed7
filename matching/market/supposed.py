"""The row of the market of a listing that is written nowhere: what it would be if it were published now."""

import functools
from decimal import Decimal
from typing import Any

import numpy as np

from common.postgres.copying import Arrays, ColumnTable
from listings.models import Disclosure, Listing, Side
from matching.engine.arrays import OPEN_END
from matching.market.boxes import band_of
from matching.market.rows import ROW_TYPES, day_number
from matching.market.tables.variants import ORIGINS, country_code


def row_of(listing: Listing) -> ColumnTable:
    """Return the row that a published listing would have of the market, of one that is written nowhere.

    The same as `PUBLISHED_ROWS` reads of one that is; its quality must be there without a query.
    """
    quality = sorted(listing.quality.all(), key=lambda each: each.property_id)
    columns: dict[str, Any] = {
        "listing_id": listing.pk,
        "is_offer": listing.side == Side.OFFER,
        "resource_id": listing.resource_id,
        "organization_id": listing.organization_id,
        "latitude": listing.latitude,
        "longitude": listing.longitude,
        "latitude_row": band_of(listing.latitude),
        "amount": _number(listing.left),
        "is_rate": listing.is_rate,
        "first_day": day_number(listing.available_from),
        "last_day": OPEN_END if listing.available_until is None else day_number(listing.available_until),
        "months": sum(1 << (month - 1) for month in listing.months or range(1, 13)),
        "price": _number(listing.unit_price),
        "currency": functools.reduce(lambda code, letter: code << 8 | ord(letter), listing.currency, 0),
        "minimum_lot": float(listing.minimum_amount or 0),
        "hazardous": listing.hazardous,
        "hazardous_permit": listing.site.hazardous_permit,
        "programme_only": listing.disclosure == Disclosure.PROGRAMME,
        "nace": _nace_number(listing.organization.nace_code),
        "origin_of_gas": ORIGINS.index(listing.origin_of_gas),
        "country": country_code(listing.site.country),
    }
    kinds = {"bool": np.bool_, "float8": np.float64}
    values = [
        *(float(each.property_id) for each in quality),
        *(_number(each.low) for each in quality),
        *(_number(each.high) for each in quality),
    ]
    return ColumnTable(
        1,
        {name: np.array([value], kinds.get(ROW_TYPES[name], np.int64)) for name, value in columns.items()},
        {"quality": Arrays(np.array([0, len(values)], np.int64), np.array(values, np.float64))},
    )


def _number(value: Decimal | None) -> float:
    return float("nan") if value is None else float(value)


def _nace_number(code: str) -> int:
    bare = code.replace(".", "")
    return int(f"1{bare}") if bare else 0
