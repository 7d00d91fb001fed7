"""The home page without scripts and on paper: its charts are numbers, and nothing lies over the figures."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WIDE, Open

pytestmark = pytest.mark.browser


def check(page: Page) -> None:
    panel, figures = (page.locator(part).first.bounding_box() for part in (".hero-panel", "main .stats"))
    assert panel is not None
    assert figures is not None
    assert panel["y"] + panel["height"] <= figures["y"]
    numbers = page.get_by_role("region", name="Who could supply whom").locator("td.num")
    expect(numbers.first).to_be_visible()
    assert numbers.first.bounding_box()["height"] > 0  # type: ignore[index]  # of what is visible


def test_home_without_scripts_covers_no_figure_and_shows_the_numbers_of_its_chart(open_as: Open) -> None:
    page = open_as(java_script_enabled=False, viewport=WIDE)
    page.goto("/")
    check(page)


def test_home_on_paper_covers_no_figure_and_shows_the_numbers_of_its_chart(open_as: Open) -> None:
    page = open_as(viewport={"width": 794, "height": 1123})
    page.goto("/")
    page.emulate_media(media="print")
    check(page)
