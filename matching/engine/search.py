"""From two sides of a market to its best pairs, exactly, without building the full matrix."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.engine import kernel
from matching.engine.arrays import Candidates, Compatibility, Float, Int, Listings, Resources, Weights
from matching.engine.market import Market

CHUNK_SEEKERS: Final = 1000
CHUNK_PAIRS: Final = 50_000

_EDGES = np.radians(np.arange(kernel.ROWS + 1) * kernel.ROW_DEGREES - 90.0)
_SINE, _COSINE = np.sin(_EDGES), np.cos(_EDGES)


@dataclass(frozen=True)
class Best:
    """The best partners of every listing of one side, n × k, best first."""

    partner_row: Int
    """-1: no more."""
    score: Float
    distance_km: Float


def match(
    offers: Listings,
    requests: Listings,
    *,
    resources: Resources,
    compatibility: Compatibility,
    today: int,
    weights: Weights | None = None,
    threads: int | None = None,
) -> Candidates:
    """The best pairs that pass every gate, best first: by score, then nearness, then ids of offer and request.

    The union of each offer's k best requests and each request's k best offers in that order, k by the resource
    of the listing (`Resources.most_matches`); it is exact. `today` counts days since 1970-01-01. `threads`: how
    many to use, by default one per core.

    Raises ValueError where the tables do not belong together.
    """
    market = Market.of(
        offers, requests, resources=resources, compatibility=compatibility, weights=weights, today=today
    )
    o, r = chosen_pairs(
        search_market(market, seek_requests=False, threads=threads),
        search_market(market, seek_requests=True, threads=threads),
    )
    found = evaluate_market(market, o, r, threads=threads)
    order = np.lexsort((requests.id[r], offers.id[o], found.distance_km, -found.score))
    return found.take(order)


def best_partners(
    offers: Listings,
    requests: Listings,
    *,
    seek_requests: bool,
    resources: Resources,
    compatibility: Compatibility,
    today: int,
    weights: Weights | None = None,
    threads: int | None = None,
) -> Best:
    """The k best partners of every request (`seek_requests`) or of every offer; see `match`."""
    market = Market.of(
        offers, requests, resources=resources, compatibility=compatibility, weights=weights, today=today
    )
    return search_market(market, seek_requests=seek_requests, threads=threads)


def evaluate_pairs(
    offers: Listings,
    requests: Listings,
    *,
    offer_rows: Int,
    request_rows: Int,
    resources: Resources,
    compatibility: Compatibility,
    today: int,
    weights: Weights | None = None,
    threads: int | None = 1,
) -> Candidates:
    """Everything about the given pairs, in the given order, with the gates that each fails.

    `offer_rows` and `request_rows` are equally long. Raises ValueError where they are not, or as `match`.
    """
    if offer_rows.shape != request_rows.shape:
        raise ValueError(
            "offer_rows and request_rows must be equally long, "
            f"but have the shapes {offer_rows.shape} and {request_rows.shape}"
        )
    market = Market.of(
        offers, requests, resources=resources, compatibility=compatibility, weights=weights, today=today
    )
    return evaluate_market(market, offer_rows, request_rows, threads=threads)


def chosen_pairs(of_offers: Best, of_requests: Best) -> tuple[Int, Int]:
    """The union of both sides' choices: rows of the offers and of the requests, by request and offer."""
    offers = len(of_offers.partner_row)
    o, place = np.nonzero(of_offers.partner_row >= 0)
    r, other = np.nonzero(of_requests.partner_row >= 0)
    by_offers = of_offers.partner_row[o, place] * offers + o
    by_requests = r * offers + of_requests.partner_row[r, other]
    pairs = np.union1d(by_offers, by_requests)
    request_rows, offer_rows = np.divmod(pairs, max(offers, 1))
    return offer_rows, request_rows


def search_market(market: Market, *, seek_requests: bool, threads: int | None) -> Best:
    """`best_partners` of a market that is made ready already."""
    seekers = market.requests if seek_requests else market.offers
    n = len(seekers)
    k = int(market.rules.most_matches[seekers.side.facts[:, kernel.RESOURCE]].max(initial=1))
    found, scores, distances = np.empty((n, k), np.int64), np.empty((n, k)), np.empty((n, k))
    partners_of = market.partners_of(requests=seek_requests)

    def search(first: int, last: int) -> None:
        kernel.search(
            market.offers.side,
            market.requests.side,
            market.rules,
            partners_of,
            seek_requests,
            first,
            last,
            _SINE,
            _COSINE,
            found,
            scores,
            distances,
        )

    _in_chunks(search, n, CHUNK_SEEKERS, threads)
    return Best(found, scores, distances)


def evaluate_market(market: Market, offer_rows: Int, request_rows: Int, *, threads: int | None) -> Candidates:
    """`evaluate_pairs` of a market that is made ready already."""
    m = len(offer_rows)
    o, r = market.offers.place_of[offer_rows], market.requests.place_of[request_rows]
    entries = market.entries(o, r)
    gates, limits = np.empty(m, np.uint16), np.empty(m, np.int8)
    parts, figures = np.empty((m, 6)), np.empty((m, len(kernel.FIGURES)))

    def evaluate(first: int, last: int) -> None:
        kernel.evaluate(
            market.offers.side,
            market.requests.side,
            market.rules,
            o,
            r,
            entries,
            first,
            last,
            gates,
            limits,
            parts,
            figures,
        )

    _in_chunks(evaluate, m, CHUNK_PAIRS, threads)
    columns = dict(zip(kernel.FIGURES, figures.T, strict=True))
    return Candidates(
        offer_row=offer_rows, request_row=request_rows, gate=gates, limit=limits, parts=parts, **columns
    )


def _in_chunks(work: Callable[[int, int], None], rows: int, size: int, threads: int | None) -> None:
    """Call `work(first, last)` for all rows, side by side; chunks are small, since some take much longer."""
    firsts = range(0, rows, size)
    threads = min(threads or os.cpu_count() or 1, len(firsts))
    if threads <= 1:
        for first in firsts:
            work(first, min(first + size, rows))
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, first, min(first + size, rows)) for first in firsts]:
            done.result()
