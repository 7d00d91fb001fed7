"""A picture of flows: bars as high as their share, bands that fill them, nothing that lies over another."""

import random
import re
from itertools import pairwise

import pytest

from common.web.flows import Flow, flow_picture


def ends(path: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where a band begins and ends on the left, and on the right, px."""
    numbers = [float(found) for found in re.findall(r"-?\d+\.\d", path)]
    _x0, left_top = numbers[:2]
    right_top, right_bottom = numbers[7], numbers[8]
    return (left_top, numbers[-1]), (right_top, right_bottom)


def test_two_flows_share_the_bars_by_their_size() -> None:
    picture = flow_picture(
        [Flow("Mill", "Ash", "Kiln", 30.0, "material"), Flow("Mill", "Ash", "Road", 10.0, "material")], 350.0
    )
    assert [bar.name for bar in picture.bars] == ["Mill", "Ash", "Kiln", "Road"]
    assert [(band.words, band.value) for band in picture.bands] == [
        ("Mill → Ash", 40.0),
        ("Ash → Kiln", 30.0),
        ("Ash → Road", 10.0),
    ]
    (top, bottom), _ = ends(picture.bands[1].path)
    (other_top, other_bottom), _ = ends(picture.bands[2].path)
    assert bottom == other_top
    assert (bottom - top) / (other_bottom - other_top) == pytest.approx(3.0, rel=0.02)


def test_names_that_stand_in_two_columns_are_two_bars() -> None:
    picture = flow_picture([Flow("Works", "Water", "Works", 5.0, "water")], 350.0)
    assert [(bar.name, bar.anchor) for bar in picture.bars] == [
        ("Works", "start"),
        ("Water", "middle"),
        ("Works", "end"),
    ]


def test_nothing_to_show_is_an_empty_picture() -> None:
    picture = flow_picture([], 350.0)
    assert (picture.height, list(picture.bars), list(picture.bands)) == (0, [], [])


def test_bars_and_bands_never_lie_over_each_other_nor_outside() -> None:
    pick = random.Random(3)
    for _ in range(50):
        flows = [
            Flow(
                f"g{pick.randint(1, 6)}",
                f"w{pick.randint(1, 5)}",
                f"t{pick.randint(1, 6)}",
                10 ** pick.uniform(0, 6),
                "heat",
            )
            for _ in range(pick.randint(1, 14))
        ]
        picture = flow_picture(flows, 1000.0)
        for x in {bar.x for bar in picture.bars}:
            column = sorted((bar.y, bar.y + bar.height) for bar in picture.bars if bar.x == x)
            assert all(above[1] < below[0] for above, below in pairwise(column))
            assert column[-1][1] <= picture.height
            assert all(bottom - top >= 20 for top, bottom in column)
        left = sorted(ends(band.path)[0] for band in picture.bands if band.path.startswith("M8.0"))
        assert all(above[1] <= below[0] + 0.2 for above, below in pairwise(left))
