"""Who is told alike are enough, whatever the map."""

from collections import defaultdict
from random import Random

import pytest

from common.geo import Point, cell_of, resolution_of, wider
from listings.disclosure.partition import told_cells

HERE = cell_of(Point(55.68, 11.09))
NEXT_TOWN = cell_of(Point(55.7167, 11.7167))


def crowds(candidates: dict[str, set[int]], enough: int) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for cell, told in told_cells(candidates, enough=enough, country="DK").items():
        assert told == "DK" or wider(cell, resolution_of(told)) == told
        found[told] |= candidates[cell]
    return found


def test_enough_in_the_finest_cell_are_told_by_it() -> None:
    assert told_cells({HERE: {1, 2, 3}}, enough=3, country="DK") == {HERE: HERE}


def test_too_few_in_the_whole_country_are_told_by_the_country() -> None:
    assert told_cells({HERE: {1}, NEXT_TOWN: {2}}, enough=3, country="DK") == {HERE: "DK", NEXT_TOWN: "DK"}


def test_one_organization_with_two_sites_counts_once() -> None:
    assert told_cells({HERE: {1, 2}, NEXT_TOWN: {1}}, enough=3, country="DK") == {HERE: "DK", NEXT_TOWN: "DK"}


def test_smallest_part_is_told_with_who_is_left_over() -> None:
    together = wider(HERE, 3)
    assert together == wider(NEXT_TOWN, 3)
    told = told_cells({HERE: {1}, NEXT_TOWN: {2, 3, 4}}, enough=3, country="DK")
    assert told == {HERE: together, NEXT_TOWN: together}


@pytest.mark.parametrize("seed", range(20))
def test_who_is_told_alike_are_enough_on_any_map(seed: int) -> None:
    pick = Random(seed)
    candidates: dict[str, set[int]] = defaultdict(set)
    for key in range(pick.choice((5, 6, 40, 300))):
        for _site in range(pick.choice((1, 1, 1, 3))):
            town = Random(pick.randrange(12))
            latitude, longitude = town.uniform(54.6, 57.6), town.uniform(8.2, 12.5)
            spread = pick.choice((0.01, 0.01, 1.5))
            point = Point(latitude + pick.uniform(-spread, spread), longitude + pick.uniform(-spread, spread))
            candidates[cell_of(point)].add(key)
    everybody = set().union(*candidates.values())
    for told, names in crowds(candidates, 6).items():
        assert len(names) >= 6 or (told == "DK" and len(everybody) < 6)
