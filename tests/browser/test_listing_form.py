"""The form of a listing in a browser: twelve months as bars, and who could take what is typed so far."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser


def chosen(page: Page) -> list[str]:
    return list(
        page.locator("[data-season] input:checked").evaluate_all("boxes => boxes.map(box => box.value)")
    )


def test_months_are_set_by_keys_and_by_drawing_and_the_card_follows(open_as: Open) -> None:
    page = open_as("seller")
    page.goto("/listings/new/?side=offer&resource=coal-fly-ash")
    beside = page.get_by_role("complementary", name="Preview")
    expect(beside).to_contain_text("Coal fly ash")
    page.get_by_label("Quantity").fill("12 000")
    page.get_by_text("Only until a day, or in some months").click()
    page.get_by_label("Nov").focus()
    for key in ("ArrowUp", "ArrowRight", "Space", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    assert chosen(page) == ["1", "11", "12"]
    expect(page.locator("#season-echo")).to_contain_text("in each of 3 months")
    expect(beside).to_contain_text("Nov–Jan")
    expect(beside).to_contain_text("Local cement company")
    page.keyboard.press("ArrowDown")
    assert chosen(page) == ["11", "12"]
    start, end = (page.locator("[data-season] label").nth(at).bounding_box() for at in (3, 6))
    assert start
    assert end
    page.mouse.move(start["x"] + 8, start["y"] + 30)
    page.mouse.down()
    page.mouse.move(end["x"] + 8, end["y"] + 30, steps=8)
    page.mouse.up()
    assert chosen(page) == ["4", "5", "6", "7", "11", "12"]
