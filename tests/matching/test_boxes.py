"""Which rows of the market are read for listings that look for partners: each place once."""

from matching.market.boxes import spans_of


def test_boxes_that_overlap_are_read_once() -> None:
    boxes = [(7, 100, 101, 9.0, 12.0), (7, 101, 101, 11.0, 13.0), (7, 101, 101, 13.0, 14.0)]
    assert spans_of(boxes) == [(7, 100, 9.0, 12.0), (7, 101, 9.0, 14.0)]


def test_boxes_apart_and_of_other_resources_stay_apart() -> None:
    boxes = [(8, 3, 3, 170.0, 180.0), (8, 3, 3, -180.0, -175.0), (7, 3, 3, 170.0, 180.0)]
    assert spans_of(boxes) == [
        (7, 3, 170.0, 180.0),
        (8, 3, -180.0, -175.0),
        (8, 3, 170.0, 180.0),
    ]


def test_no_boxes_hold_nothing() -> None:
    assert spans_of([]) == []
