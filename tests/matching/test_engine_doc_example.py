"""The worked example in docs/matching.md, read from the page and run."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching.engine import PARTS, Candidates, default_weights
from matching.engine.search import match
from tests.matching.engine_rows import EPOCH, EVEN, UNKNOWN, Row, market_of

PAGE = (Path(__file__).parents[2] / "docs" / "matching.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.split("## Worked example")[1].split("\n## ")[0]


def table(heading: str, text: str) -> list[list[str]]:
    """Body rows of the table whose first column has this heading."""
    lines = text.split(f"| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def day(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH).days


def interval(text: str) -> tuple[float, float]:
    if text == "not stated":
        return UNKNOWN, UNKNOWN
    low, high = text.split(" to ")
    return UNKNOWN if low == "any" else float(low), float(high)


def row_from_page(column: int, row: Row) -> Row:
    quality = []
    for cells in table("input", EXAMPLE):
        name, value = re.findall(r"`(\w+)`", cells[0])[0], cells[column]
        if not value or value == "open":
            continue
        if name == "quality":
            quality.append(interval(value))
        elif name == "month_share":
            row = replace(row, month_share=EVEN if value == "even" else tuple(map(float, value.split())))
        elif name == "first_day":
            row = replace(row, first_day=day(value))
        else:
            number: Any = int(value) if name == "depth" else float(value)
            row = replace(row, **{name: number})
    return replace(row, quality=tuple(quality))


@pytest.fixture(scope="module")
def result() -> Candidates:
    offer = row_from_page(1, Row(organization=1, tree=(5, 6)))
    request = row_from_page(2, Row(organization=2, tree=(4, 9)))
    today = day(re.findall(r"On (\d{4}-\d\d-\d\d)", EXAMPLE)[0])
    found = match(**market_of([offer], [request])._asdict(), today=today)
    assert len(found) == 1
    return found


@pytest.mark.parametrize("cells", table("result", EXAMPLE), ids=lambda cells: cells[0].replace("`", ""))
def test_worked_example_number_is_what_the_engine_gives(cells: list[str], result: Candidates) -> None:
    name = re.findall(r"`(\w+)`", cells[0])[0]
    value = result.parts[0, PARTS.index(name)] if cells[0].startswith("part") else getattr(result, name)[0]
    decimals = len(cells[1].partition(".")[2])

    assert f"{value:.{decimals}f}" == cells[1]


def test_worked_example_names_every_part_and_result() -> None:
    names = [re.findall(r"`(\w+)`", cells[0])[0] for cells in table("result", EXAMPLE)]

    assert set(PARTS) < set(names)
    assert {"score", "distance_km", "amount_per_year", "benefit_low_per_year", "break_even_km"} < set(names)
    assert "benefit_high_per_year" in names


def test_table_of_parts_gives_the_default_weights() -> None:
    rows = table("part", PAGE)

    assert [row[0] for row in rows] == list(PARTS)
    np.testing.assert_array_equal([float(row[1]) for row in rows], default_weights())
