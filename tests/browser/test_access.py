"""The ways in that are not a mouse: keyboard only, and no scripts."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from local.stack import Stack
from tests.browser.conftest import NARROW, Open, letter_to, sign_in
from tests.browser.test_pages import inspect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("role", "address"), [("", "/"), ("seller", "/listings/new/"), ("facilitator", "/review/")]
)
def test_first_stop_of_the_keyboard_is_the_way_past_the_frame(open_as: Open, role: str, address: str) -> None:
    page = open_as(role)
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_listing_by_keyboard_alone(open_as: Open) -> None:
    page = open_as("seller")
    page.goto("/listings/new/")
    page.get_by_role("combobox", name="What is it?").focus()
    page.keyboard.type("bottom ash", delay=30)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(page.get_by_role("heading", name="Quality")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.keyboard.type("900")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/listings/\d+/$"))
    expect(page.get_by_role("main")).to_contain_text("900")


def test_signing_in_and_listing_without_scripts(open_as: Open, stack: Stack) -> None:
    page = open_as(java_script_enabled=False, viewport=NARROW)
    sign_in(page, stack.sign_ins["seller"], stack.sign_ins["password"])
    page.goto("/listings/new/")
    page.get_by_label("What is it?").fill("coal fly ash")
    page.get_by_role("button", name="Show the units and qualities that fit").click()
    expect(page.get_by_role("heading", name="Quality")).to_be_visible()
    page.get_by_label("Quantity").fill("700")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(re.compile(r"/listings/\d+/$"))
    expect(page.get_by_role("main")).to_contain_text("700")
    page.get_by_role("link", name="Show the matches").click()
    page.wait_for_url(re.compile(r"/listings/\d+/matches/$"))
    expect(_reloaded_until(page, "Local cement company")).to_be_visible()


def _reloaded_until(page: Page, text: str) -> Locator:
    """The text on the page, which a person without scripts reloads."""
    found = page.get_by_role("main").get_by_text(text).first
    for _ in range(10):
        if found.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    return found


def test_form_says_what_is_wrong_beside_the_field_and_keeps_what_was_typed(open_as: Open) -> None:
    page = open_as("seller", java_script_enabled=False)
    page.goto("/listings/new/")
    page.get_by_label("What is it?").fill("coal fly ash")
    page.get_by_label("Quantity").fill("minus a lot")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_label("Quantity")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Quantity")).to_have_value("minus a lot")
    expect(page.get_by_label("What is it?")).to_have_value(re.compile("coal fly ash", re.IGNORECASE))


def test_pages_that_letters_lead_to(open_as: Open, stack: Stack) -> None:
    wrong = []
    page = open_as(reduced_motion="reduce")
    page.goto("/accounts/signup/")
    page.get_by_label(re.compile("^E-?mail")).fill("newcomer@example.org")
    for field in page.locator("input[type=password]").all():
        field.fill("a-long-enough-passphrase")
    page.locator("main").get_by_role("button").last.click()
    page.wait_for_url("**/confirm-email/")
    page.goto(letter_to("newcomer@example.org", stack, "accounts/confirm-email/"))
    wrong += inspect(page)

    page.goto("/accounts/password/reset/")
    page.get_by_label(re.compile("^E-?mail")).fill(stack.sign_ins["viewer"])
    page.locator("main").get_by_role("button").last.click()
    page.wait_for_url("**/password/reset/done/")
    page.goto(letter_to(stack.sign_ins["viewer"], stack, "accounts/password/reset/key/"))
    wrong += inspect(page)

    owner = open_as("seller")
    owner.goto("/members/invite/")
    owner.get_by_label(re.compile("^E-?mail")).fill("newcomer@example.org")
    owner.locator("main").get_by_role("button").last.click()
    page.goto(letter_to("newcomer@example.org", stack, "invitations/"))
    expect(page.get_by_role("main")).to_contain_text("Asnæs power station")
    wrong += inspect(page)
    assert not wrong, "\n".join(wrong)
