"""The ten best offers for every request: the engine, and beside it the same question asked in SQL.

    make bench-matching ARGS="--offers 500000 --requests 500000"

The peer is PostGIS where a PostgreSQL with it is installed (`PG_BIN`, or Debian's), in a cluster that is thrown
away; else earthdistance in the database of `DATABASE_URL`. It answers for a sample of the requests, and must give
the same offers in the same order with the same scores: else the exit code is 1. One line of JSON goes to standard
output, progress to standard error.

`ratio` sets the engine, with all its threads, against the peer answering one request after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks._market import Market, generate
from benchmarks._peers import Answers, ask, connected, database, progress
from local.cli import in_words
from matching.engine.search import Best, best_partners

SAME_SCORE: Final = 2e-9


@dataclass(frozen=True)
class Timed:
    """What the engine did."""

    compile_s: float
    engine_s: float
    engine_offers_s: float
    peak_mb: float
    best: Best
    """Of every request."""


def main(words: Sequence[str] | None = None) -> int:
    """Return the exit code: 1 where engine and peer do not agree."""
    options = _options(words)
    market = generate(
        offers=options.offers,
        requests=options.requests,
        seed=options.seed,
        reach_km=options.reach_km,
        k=options.k,
        mixed=options.mixed,
    )
    timed = time_engine(market, options)
    progress(f"engine {timed.engine_s:.3f} s, {timed.engine_offers_s:.3f} s for the offers")
    rng = np.random.default_rng([options.seed, 1])
    sample = rng.choice(options.requests, min(options.sample, options.requests), replace=False)
    ids = market.requests.id[sample].tolist()
    with database() as (peer, url), closing(connected(url)) as connection:
        answers = ask(peer, connection.cursor(), market, ids, k=options.k)
    disputed = [row for row in sample.tolist() if not _agrees(market, timed.best, row, answers)]
    result = {
        "bench": "matching",
        "offers": options.offers,
        "requests": options.requests,
        "k": options.k,
        "reach_km": options.reach_km,
        "seed": options.seed,
        "mixed": options.mixed,
        "threads": options.threads,
        "compile_s": round(timed.compile_s, 2),
        "engine_s": round(timed.engine_s, 3),
        "engine_offers_s": round(timed.engine_offers_s, 3),
        "pairs": int((timed.best.partner_row >= 0).sum()),
        "peak_mb": round(timed.peak_mb),
        "peer": peer.name,
        "peer_version": answers.version,
        "peer_s_per_request": round(answers.s_per_request, 6),
        "sample": len(sample),
        "ratio": round(answers.s_per_request * options.requests / timed.engine_s, 1),
        "agree": not disputed,
    }
    print(json.dumps(result), flush=True)
    return 1 if disputed else 0


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="matching", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--offers", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--k", type=int, default=10, help="partners that each listing keeps")
    parser.add_argument("--reach-km", type=float, default=200.0, help="as travelled")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mixed", action="store_true", help="popular and rare resources in one group")
    parser.add_argument("--sample", type=int, default=30, help="requests that the peer answers too")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="of the engine")
    return parser.parse_args(words)


def time_engine(market: Market, options: argparse.Namespace) -> Timed:
    """Time both directions, from the listings to the best partners, after a tiny market has compiled the loops."""
    tiny = generate(offers=50, requests=50, seed=options.seed)
    compile_s = sum(_time(tiny, seek_requests=each, threads=options.threads)[0] for each in (True, False))
    engine_s, best = _time(market, seek_requests=True, threads=options.threads)
    engine_offers_s, _ = _time(market, seek_requests=False, threads=options.threads)
    per_mb = 1024**2 if sys.platform == "darwin" else 1024
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mb
    return Timed(compile_s, engine_s, engine_offers_s, peak_mb, best)


def _time(market: Market, *, seek_requests: bool, threads: int) -> tuple[float, Best]:
    started_s = time.perf_counter()
    best = best_partners(
        market.offers,
        market.requests,
        seek_requests=seek_requests,
        resources=market.resources,
        compatibility=market.compatibility,
        today=market.today,
        threads=threads,
    )
    return time.perf_counter() - started_s, best


def _agrees(market: Market, best: Best, row: int, answers: Answers) -> bool:
    """Whether both have the same offers in the same order for a request; says on standard error where not."""
    request = int(market.requests.id[row])
    places = np.flatnonzero(best.partner_row[row] >= 0)
    ids = market.offers.id[best.partner_row[row, places]].tolist()
    engine = list(zip(ids, best.score[row, places].tolist(), strict=True))
    peer = answers.offers[request]
    same_ids = [each for each, _ in engine] == [each for each, _ in peer]
    if same_ids and all(abs(a - b) <= SAME_SCORE for (_, a), (_, b) in zip(engine, peer, strict=True)):
        return True
    progress(f"request {request} (row {row}): the engine has {engine}, the peer {peer}")
    return False


if __name__ == "__main__":
    sys.exit(in_words(main))
