"""The engine against all pairs in numpy: thousands of listings a side, every gate on, both directions."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any, Final, NamedTuple

import numpy as np
import pytest

from matching.engine import (
    OPEN_END,
    PARTS,
    Candidates,
    Compatibility,
    Gate,
    Listings,
    Qualities,
    Resources,
    Weights,
    kernel,
    search,
)
from matching.engine.arrays import Bool, Int
from matching.engine.search import Best, best_partners, evaluate_pairs, match
from tests.matching.engine_rows import TODAY, Tables
from tests.matching.numpy_twin import EURO, BestOf, NumpyTwin
from tests.proof import examples, if_proving, one_in

SIZE: Final = examples(1500, 3000)
PROPERTIES: Final = 4


class Instance(NamedTuple):
    tables: Tables
    weights: Weights

    def best(self, *, seek_requests: bool, threads: int = 1) -> Best:
        return best_partners(
            **self.tables._asdict(),
            seek_requests=seek_requests,
            today=TODAY,
            weights=self.weights,
            threads=threads,
        )

    def match(self, threads: int = 1) -> Candidates:
        return match(**self.tables._asdict(), today=TODAY, weights=self.weights, threads=threads)

    def twin(self) -> NumpyTwin:
        return NumpyTwin(**self.tables._asdict(), today=TODAY, weights=self.weights)


# --- instances ----------------------------------------------------------------------------------------------
class Kind(NamedTuple):
    """What an instance is like; every gate is on in all of them."""

    latitudes: tuple[float, float] = (42.0, 60.0)
    longitudes: tuple[float, float] = (-8.0, 24.0)
    """May go beyond 180: over the date line."""
    pole: float = 0.0
    """Some listings lie exactly here."""
    reaches: tuple[float, ...] = (80.0, 300.0, 1500.0, math.inf)
    resources: int = 24
    conversions: float = 0.05
    """Share of the pairs of resources with a treatment between them."""
    distinct: int | None = None
    """How many values of everything there are; None: any."""
    lots: float = 0.2
    rates: float = 0.7
    programmes: int = 70
    weighed: float = 0.3
    """Share of the programmes that have weights of their own."""
    seasons: int | None = None
    """How many seasons there are; None: of every listing its own, too many to compare beforehand."""
    currencies: tuple[int, ...] = (EURO, EURO, EURO, 752)


KINDS: Final = {
    "all sorts": Kind(),
    "few seasons, one currency": Kind(seasons=9, currencies=(EURO,)),
    # So few resources and so narrow a band that the search narrows its rows of latitude down by longitude.
    "date line": Kind(
        latitudes=(-4.0, 4.0), longitudes=(165.0, 200.0), reaches=(80.0, 300.0), resources=2, seasons=9
    ),
    "north pole": Kind(
        latitudes=(86.0, 90.0), longitudes=(-180.0, 180.0), pole=90.0, reaches=(80.0, 300.0), resources=2
    ),
    "south pole": Kind(
        latitudes=(-90.0, -85.0), longitudes=(-180.0, 180.0), pole=-90.0, reaches=(50.0, 400.0), resources=3
    ),
    "globe": Kind(latitudes=(-90.0, 90.0), longitudes=(-180.0, 180.0), reaches=(2000.0, 9000.0, 18_000.0)),
    "one resource": Kind(reaches=(250.0,), resources=1, seasons=9, currencies=(EURO,)),
    "one resource everywhere": Kind(reaches=(math.inf,), resources=1),
    "ties": Kind(distinct=3, resources=6, reaches=(300.0, 900.0), rates=1.0, weighed=0.05, seasons=2),
    "lots": Kind(lots=0.7, rates=0.3),
    "programmes": Kind(programmes=150, weighed=0.9, seasons=99),
    "conversions": Kind(conversions=0.6),
}
CASES: Final = [
    *(("all sorts", seed) for seed in (1, 2)),
    *(("few seasons, one currency", seed) for seed in (3,)),
    *(("date line", seed) for seed in (4, 5)),
    *(("north pole", seed) for seed in (6, 7)),
    *(("south pole", seed) for seed in (8, 9)),
    *(("globe", seed) for seed in (10,)),
    *(("one resource", seed) for seed in (11, 12)),
    *(("one resource everywhere", seed) for seed in (13,)),
    *(("ties", seed) for seed in (14, 15)),
    *(("lots", seed) for seed in (16,)),
    *(("programmes", seed) for seed in (17, 18)),
    *(("conversions", seed) for seed in (19, 20)),
]


def instance(name: str, seed: int, *, offers: int = SIZE, requests: int = SIZE) -> Instance:
    kind, rng = KINDS[name], np.random.default_rng(seed)
    tables = Tables(
        _side(kind, rng, offers),
        _side(kind, rng, requests),
        _resources(kind, rng),
        _compatibility(kind, rng),
    )
    return Instance(tables, _weights(kind, rng))


def _resources(kind: Kind, rng: np.random.Generator) -> Resources:
    n = kind.resources
    money = {}
    for name in ("disposal", "market", "purchase"):
        ends = np.sort(rng.uniform(0, 60, (2, n)), axis=0)
        ends[:, rng.random(n) < (0.7 if name == "market" else 0.2)] = np.nan
        money[f"{name}_low"], money[f"{name}_high"] = ends
    # The first is a product that sells elsewhere for more than it saves here: no price suits both of many pairs.
    money["market_low"][0], money["market_high"][0] = 20.0, 50.0
    money["purchase_low"][0], money["purchase_high"][0] = 5.0, 15.0
    carbon = {name: rng.uniform(0, 90, n) for name in ("disposal_kg", "primary_kg")}
    return Resources(
        reach_km=rng.choice(kind.reaches, n),
        road_factor=rng.choice((1.0, 1.3), n),
        transport_cost_per_km=rng.uniform(0, 0.2, n),
        transport_cost_per_load=rng.uniform(0, 8, n),
        loss_per_km=rng.choice((0.0, 0.0, 0.002), n),
        transport_kg_per_km=rng.uniform(0, 0.2, n),
        most_matches=rng.choice((1, 2, 3, 5, 9), n),
        **money,
        **carbon,
    )


def _compatibility(kind: Kind, rng: np.random.Generator) -> Compatibility:
    n = kind.resources
    same, below = np.eye(n, dtype=bool), rng.random((n, n)) < 0.1
    treated = rng.random((n, n)) < kind.conversions
    if n > 1:
        # However few there are, one way is by treatment, and none leads back.
        below[0, 1], treated[0, 1] = False, True
        below[1, 0] = treated[1, 0] = False
    offered, requested = np.nonzero(same | below | treated)
    direct: Bool = (same | below)[offered, requested]
    rows = len(offered)
    levels = np.where(offered == requested, 0, rng.integers(1, 3, rows))
    return Compatibility(
        offer_resource=offered,
        request_resource=requested,
        fit=np.where(direct, 0.85**levels, rng.uniform(0.3, 0.7, rows)),
        yield_per_unit=np.where(direct, 1.0, rng.choice((0.05, 0.3, 0.9, 1.0, 2.5), rows)),
        treatment_cost=np.where(direct, 0.0, rng.uniform(0, 30, rows)),
        residue_low=np.where(direct, 0.0, rng.choice((0.0, 3.0), rows)),
        residue_high=np.where(direct, 0.0, rng.choice((3.0, 8.0), rows)),
        treatment_kg=np.where(direct, 0.0, rng.choice((np.nan, 5.0, 20.0), rows)),
        direct=direct,
        forbidden=rng.choice((0, 0, 0, 2, 1 << 40), rows),
    )


def _weights(kind: Kind, rng: np.random.Generator) -> Weights:
    rows = rng.choice((0.0, 0.5, 1.0, 3.0), (kind.programmes, len(PARTS)))
    rows[:, 1] = np.maximum(rows[:, 1], 0.1)
    rows[rng.random(kind.programmes) >= kind.weighed] = np.nan
    return Weights(by_programme=rows)


def _side(kind: Kind, rng: np.random.Generator, n: int) -> Listings:
    latitude = rng.uniform(*kind.latitudes, n)
    longitude = (rng.uniform(*kind.longitudes, n) + 180.0) % 360.0 - 180.0
    amount, price = 10 ** rng.uniform(0, 5, n), rng.normal(5, 20, n)
    first_day = rng.integers(TODAY - 500, TODAY + 300, n)
    length = rng.choice((0, 20, 100, 364, 365, 366, 1500), n)
    share = rng.random((n, 12)) * (rng.random((n, 12)) < 0.6) + 1e-3 * (np.arange(12) == 5)
    if kind.distinct:
        first_day = first_day[rng.integers(0, kind.distinct, n)]
        latitude, longitude, amount, price = (
            values[rng.integers(0, kind.distinct, n)] for values in (latitude, longitude, amount, price)
        )
    if kind.seasons:
        share = share[rng.integers(0, kind.seasons, n)]
    if kind.pole:
        latitude[rng.random(n) < 0.05] = kind.pole
    even = rng.random(n) < 0.5
    share[even] = 1.0
    last_day = np.where(rng.random(n) < 0.5, OPEN_END, np.maximum(first_day + length, TODAY - 3))
    return Listings(
        id=rng.permutation(n) + 10_000,
        organization=rng.integers(0, 40, n),
        resource=rng.integers(0, kind.resources, n),
        latitude=latitude,
        longitude=longitude,
        amount=np.where(rng.random(n) < 0.1, np.nan, amount),
        is_rate=rng.random(n) < kind.rates,
        first_day=first_day.astype(np.int32),
        last_day=last_day.astype(np.int32),
        month_share=share / share.sum(axis=1, keepdims=True),
        price=np.where(rng.random(n) < 0.2, np.nan, price),
        currency=rng.choice(kind.currencies, n),
        minimum_lot=np.where(rng.random(n) < kind.lots, 10 ** rng.uniform(0, 4, n), 0.0),
        hazardous=rng.random(n) < 0.15,
        hazardous_permit=rng.random(n) < 0.6,
        uses=rng.choice((0, 0, 1, 6, 1 << 40), n),
        programme_only=rng.random(n) < 0.15,
        programmes=_members(rng, n, kind.programmes),
        quality=_quality(rng, n, kind.distinct),
    )


def _members(rng: np.random.Generator, n: int, programmes: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    masks = np.zeros((n, -(-programmes // 64)), np.uint64)
    for programme in range(programmes):
        member = rng.random(n) < 12 / programmes
        masks[member, programme // 64] |= np.uint64(1 << programme % 64)
    return masks


def _quality(rng: np.random.Generator, n: int, distinct: int | None) -> Qualities:
    stated = rng.random((n, PROPERTIES)) < 0.35
    start = np.concatenate([[0], np.cumsum(stated.sum(axis=1))])
    ends = rng.uniform(0, 10, (2, int(start[-1])))
    if distinct:
        ends = np.round(ends)
    low, high = ends.min(axis=0), ends.max(axis=0) + 4
    open_low, open_high = rng.random((2, len(low))) < 0.2
    low[open_low], high[open_high & ~open_low] = np.nan, np.nan
    return Qualities(start=start, property=np.nonzero(stated)[1], low=low, high=high)


# --- comparison ---------------------------------------------------------------------------------------------
def differences(engine: Best, twin: BestOf, market: NumpyTwin, *, seek_requests: bool) -> list[str]:
    """Where the best partners of one side are not those of the twin.

    The ids must be the same, in order. But both sides compute logarithms and arctangents in their own way, and what
    is rounded afterwards may differ in its last place. So a partner may stand in for another from which the twin
    tells it apart by less than 2e-9 in the score AND less than 2e-6 km in the distance, and by nothing else.
    """
    if engine.partner_row.shape != twin.partner_row.shape:
        return [f"{engine.partner_row.shape} partners instead of {twin.partner_row.shape}"]
    found = []
    if not ((engine.partner_row < 0) == (twin.partner_row < 0)).all():
        found.append("partners are missing or too many")
    for name, tolerance in (("score", 2e-9), ("distance_km", 1e-6 + 1e-9)):
        mine, theirs = getattr(engine, name), getattr(twin, name)
        off = ~(np.isnan(mine) & np.isnan(theirs)) & ~(np.abs(mine - theirs) <= tolerance)
        if off.any():
            row, place = np.argwhere(off)[0]
            found.append(
                f"{name} {place} of {row}: {mine[row, place]} instead of {theirs[row, place]}, {off.sum()} in all"
            )
    seeker, place = np.nonzero((engine.partner_row != twin.partner_row) & (engine.partner_row >= 0))
    swapped = engine.partner_row[seeker, place]
    o, r = (swapped, seeker) if seek_requests else (seeker, swapped)
    if len(o) and not market.passes(o, r).all():
        found.append("a partner fails a gate")
    elif len(o):
        distance = market.distance_km(o, r)
        apart = np.abs(distance - twin.distance_km[seeker, place]) >= 2e-6
        apart |= np.abs(market.score(o, r, distance) - twin.score[seeker, place]) >= 2e-9
        if apart.any():
            found.append(f"another partner in {apart.sum()} places, first of {seeker[apart][0]}")
    if _repeats(engine.partner_row):
        found.append("a partner stands twice")
    return found


def _repeats(partner_row: Int) -> bool:
    ordered = np.sort(partner_row, axis=1)
    return bool(((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any())


def union_of(of_offers: Best, of_requests: Best) -> set[tuple[int, int]]:
    chosen = {(o, r) for o, row in enumerate(of_offers.partner_row.tolist()) for r in row if r >= 0}
    return chosen | {(o, r) for r, row in enumerate(of_requests.partner_row.tolist()) for o in row if o >= 0}


def pairs_of(result: Candidates) -> list[tuple[int, int]]:
    return list(zip(result.offer_row.tolist(), result.request_row.tolist(), strict=True))


def all_pairs(market: Instance) -> Candidates:
    offers, requests = len(market.tables.offers), len(market.tables.requests)
    o, r = np.divmod(np.arange(offers * requests), requests)
    return evaluate_pairs(
        **market.tables._asdict(), offer_rows=o, request_rows=r, today=TODAY, weights=market.weights
    )


def with_k(market: Instance, most_matches: Int) -> Instance:
    """The same market, but for how many partners a listing of each resource keeps."""
    resources = replace(market.tables.resources, most_matches=most_matches)
    return market._replace(tables=market.tables._replace(resources=resources))


def is_in_order(result: Candidates, tables: Tables) -> bool:
    order = np.lexsort(
        (
            tables.requests.id[result.request_row],
            tables.offers.id[result.offer_row],
            result.distance_km,
            -result.score,
        )
    )
    return bool((order == np.arange(len(result))).all())


def assert_same(one: Candidates, other: Candidates) -> None:
    for column in fields(Candidates):
        np.testing.assert_array_equal(getattr(one, column.name), getattr(other, column.name), column.name)


# --- tests --------------------------------------------------------------------------------------------------
@pytest.mark.mass
@pytest.mark.parametrize(("name", "seed"), one_in(8, CASES))
def test_best_of_thousands_a_side_are_those_of_all_pairs(name: str, seed: int) -> None:
    market = instance(name, seed)
    twin = market.twin()

    of_offers, of_requests = market.best(seek_requests=False), market.best(seek_requests=True)
    result = market.match()

    best_of_offers, best_of_requests = twin.best()
    assert differences(of_offers, best_of_offers, twin, seek_requests=False) == []
    assert differences(of_requests, best_of_requests, twin, seek_requests=True) == []
    assert set(pairs_of(result)) == union_of(of_offers, of_requests)
    assert len(result) > SIZE / 2
    assert not result.gate.any()
    assert is_in_order(result, market.tables)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_instance_has_pairs_that_fail_one_gate_alone_and_pairs_that_pass(name: str) -> None:
    gates = all_pairs(instance(name, 27, offers=300, requests=300)).gate

    alone = {int(bits) for bits in np.unique(gates)}
    # A single resource fits itself, is forbidden to nobody here and needs no treatment; where the reach is endless, no
    # way is too long.
    absent = {
        "one resource": {Gate.RESOURCE, Gate.COVERAGE, Gate.LAW},
        "one resource everywhere": {Gate.RESOURCE, Gate.COVERAGE, Gate.DISTANCE},
    }.get(name, set())
    assert {0, *Gate} - alone == absent


def test_instance_with_ties_leaves_the_order_to_the_ids() -> None:
    market = instance("ties", 14)

    best = market.best(seek_requests=True)

    same = (np.diff(best.score, axis=1) == 0) & (np.diff(best.distance_km, axis=1) == 0)
    assert same.sum() > 100


# The comparison itself: what must not pass it does not.

SMALL: Final = instance("all sorts", 22, offers=300, requests=300)


def compared(engine: Best) -> list[str]:
    """Differences between the best partners of the requests of the small instance and those of its twin."""
    twin = SMALL.twin()
    return differences(engine, twin.best()[1], twin, seek_requests=True)


def test_comparison_of_the_right_partners_finds_no_difference() -> None:
    assert compared(SMALL.best(seek_requests=True)) == []


def test_comparison_of_three_partners_with_four_finds_a_difference() -> None:
    three, four = (
        with_k(SMALL, np.full(len(SMALL.tables.resources), most)).best(seek_requests=True) for most in (3, 4)
    )
    twin = with_k(SMALL, np.full(len(SMALL.tables.resources), 4)).twin()

    assert differences(four, twin.best()[1], twin, seek_requests=True) == []
    assert differences(three, twin.best()[1], twin, seek_requests=True)
    padded = Best(*(np.pad(values, ((0, 0), (0, 1)), constant_values=-1) for values in vars(three).values()))
    assert differences(padded, twin.best()[1], twin, seek_requests=True)


def test_comparison_where_one_resource_keeps_one_partner_less_finds_a_difference() -> None:
    most = SMALL.tables.resources.most_matches.copy()
    most[np.flatnonzero(most == 5)[0]] = 4

    assert compared(with_k(SMALL, most).best(seek_requests=True))


def test_comparison_of_a_search_with_too_high_a_bar_finds_a_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Uncompiled, the search looks the slack up while it runs: the same loop with a wrong bound.
    monkeypatch.setattr(kernel, "search", kernel.search.py_func)
    assert compared(SMALL.best(seek_requests=True)) == []

    monkeypatch.setattr(kernel, "SLACK_SCORE", -0.02)

    assert compared(SMALL.best(seek_requests=True))


def test_comparison_of_a_search_that_narrows_too_much_finds_a_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernel, "search", kernel.search.py_func)
    monkeypatch.setattr(kernel, "SLACK_KM", -20.0)

    assert compared(SMALL.best(seek_requests=True))


@pytest.mark.parametrize("change", ["swap", "drop", "repeat", "score", "distance", "stranger"])
def test_comparison_of_spoiled_partners_finds_a_difference(change: str) -> None:
    best = SMALL.best(seek_requests=True)
    gaps = np.diff(best.score, axis=1)
    row = int(np.flatnonzero((gaps < -0.01).sum(axis=1) >= 4)[0])
    if change == "swap":
        best.partner_row[row, :2] = best.partner_row[row, 1::-1].copy()
    elif change == "drop":
        best.partner_row[row, 2] = -1
    elif change == "repeat":
        best.partner_row[row, 1] = best.partner_row[row, 0]
    elif change == "score":
        best.score[row, 0] += 3e-9
    elif change == "distance":
        best.distance_km[row, 0] += 3e-6
    else:
        taken = set(best.partner_row[row].tolist())
        best.partner_row[row, 0] = next(n for n in range(300) if n not in taken)

    assert compared(best)


# Threads and size


@pytest.mark.parametrize("threads", [2, 5])
def test_match_with_any_number_of_threads_is_the_same_to_the_last_bit(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = instance("all sorts", 23, offers=1000, requests=1000)
    alone = market.match(threads=1)
    monkeypatch.setattr(search, "CHUNK_SEEKERS", 64)
    monkeypatch.setattr(search, "CHUNK_PAIRS", 500)

    assert_same(market.match(threads=threads), alone)
    for seek_requests in (True, False):
        one, other = (
            market.best(seek_requests=seek_requests, threads=threads),
            market.best(seek_requests=seek_requests),
        )
        for name in ("partner_row", "score", "distance_km"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.mass
@if_proving
@pytest.mark.parametrize(("offers", "requests"), [(300_000, 5), (5, 300_000)])
def test_handful_against_three_hundred_thousand_of_one_resource_is_exact(offers: int, requests: int) -> None:
    instance("one resource everywhere", 24, offers=5, requests=5).match()  # compiles
    market = with_k(instance("one resource everywhere", 24, offers=offers, requests=requests), np.array([2]))
    twin = market.twin()

    result = market.match()
    of_offers, of_requests = market.best(seek_requests=False), market.best(seek_requests=True)
    best_of_offers, best_of_requests = twin.best()
    assert differences(of_offers, best_of_offers, twin, seek_requests=False) == []
    assert differences(of_requests, best_of_requests, twin, seek_requests=True) == []
    assert set(pairs_of(result)) == union_of(of_offers, of_requests)
