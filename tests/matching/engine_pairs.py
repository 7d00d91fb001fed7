"""The pair that fits in every respect, and what the engine says of it and its variations."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from matching.engine import (
    PARTS,
    Candidates,
    Weights,
)
from matching.engine.search import evaluate_pairs, match
from tests.matching.engine_rows import EPOCH, TODAY, UNKNOWN, Conversions, Row, market_of

OFFER = Row(id=1, organization=1)
REQUEST = Row(id=2, organization=2)
Changes = dict[str, Any]
Quality = tuple[tuple[float, float], ...]
SUMMER = (0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0)
WINTER = (0.25, 0.25, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0.25)
FREE = (UNKNOWN, UNKNOWN)
AT_REACH = 144.553604
"""One degree of latitude by road, in km: 1.3 × 6371.0088 × π ÷ 180, to the millimetre."""


def pair(
    offer: Row = OFFER,
    request: Row = REQUEST,
    *,
    weights: Weights | None = None,
    conversions: Conversions | None = None,
) -> Candidates:
    row = np.zeros(1, dtype=np.int64)
    tables = market_of([offer], [request], conversions=conversions)
    return evaluate_pairs(**tables._asdict(), offer_rows=row, request_rows=row, today=TODAY, weights=weights)


def part(
    name: str, offer: Row = OFFER, request: Row = REQUEST, *, conversions: Conversions | None = None
) -> float:
    return float(pair(offer, request, conversions=conversions).parts[0, PARTS.index(name)])


def found(
    offers: list[Row], requests: list[Row], k: int | None = None, *, conversions: Conversions | None = None
) -> list[tuple[int, int]]:
    tables = market_of(offers, requests, k=k, conversions=conversions)
    result = match(**tables._asdict(), today=TODAY)
    return list(zip(result.offer_row.tolist(), result.request_row.tolist(), strict=True))


def days(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - EPOCH).days
