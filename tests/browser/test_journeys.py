"""From signing up to an agreement, by every way of using a page: in German, without scripts, by keyboard, narrow.

Fields and buttons are found by what they are called inside the page, which no language changes.
"""

import re
import time
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from local.stack import Stack
from tests.browser.conftest import NARROW, WIDE, Open, letter_to
from tests.browser.test_pages import findings
from tests.proof import if_proving

pytestmark = [pytest.mark.browser, pytest.mark.mass, if_proving]

MOST_FIELDS = 12
KEY_MS, THINK_MS = 200, 3_000
"""Of somebody who types 60 words a minute, and reads before each field and each button."""


@dataclass
class Hands:
    """How somebody uses pages; each page that they come to is inspected, unless somebody waits for it (`key_ms`)."""

    page: Page
    language: str
    scripts: bool
    keyboard: bool
    key_ms: int = 0
    think_ms: int = 0
    filled: int = 0
    pressed: int = 0

    def fill(self, field: str, text: str) -> None:
        self.filled += 1
        box = self.page.locator(f"main [name={field}]")
        if self.keyboard or self.key_ms:
            self.page.wait_for_timeout(self.think_ms)
            box.focus()
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(text, delay=self.key_ms)
        else:
            box.fill(text)

    def press(self, button: Locator) -> None:
        """Press what leads on, and look at what comes."""
        self.pressed += 1
        self.page.wait_for_timeout(self.think_ms)
        with self.page.expect_navigation():
            if self.keyboard:
                button.focus()
                self.page.keyboard.press("Enter")
            else:
                button.click()
        self.look()

    def go(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    def look(self) -> None:
        self.page.wait_for_load_state()
        if self.key_ms:
            return
        assert self.page.locator("html").get_attribute("lang") == self.language
        assert self.page.evaluate(
            "document.scrollingElement.scrollWidth <= document.documentElement.clientWidth"
        ), self.page.url
        if self.scripts:  # axe is one itself
            assert findings(self.page) == []

    def submit(self, path: str = "") -> Locator:
        """What sends the form that leads to a path; the last of the page's where none is named."""
        form = f'main form[action$="{path}"]' if path else "main form[method=post]"
        return self.page.locator(f"{form} [type=submit]").last

    def link(self, path: str) -> Locator:
        return self.page.locator(f'main a[href*="{path}"]').first


def sign_up(new: Hands, name: str, stack: Stack) -> None:
    """Become a member of an organization of one's own with one site."""
    new.go("/accounts/signup/")
    new.fill("email", f"{name}@example.org")
    new.fill("password1", "a-long-enough-passphrase")
    new.fill("password2", "a-long-enough-passphrase")
    new.press(new.submit())
    new.go(letter_to(f"{name}@example.org", stack, "accounts/confirm-email/"))
    new.press(new.submit())
    new.fill("name", f"Works {name}")
    new.press(new.submit())
    new.fill("name", "Main works")
    new.fill("town", "Kalundborg, Denmark")
    new.press(new.submit())


@pytest.mark.parametrize(
    ("language", "scripts", "keyboard", "size"),
    [
        ("de", True, False, NARROW),
        ("de", False, False, WIDE),
        ("en", True, True, WIDE),
        ("en", False, True, NARROW),
    ],
    ids=["German, narrow", "German, no scripts", "keyboard", "keyboard, no scripts, narrow"],
)
def test_newcomer_signs_up_lists_is_matched_and_agrees(
    open_as: Open, stack: Stack, language: str, scripts: bool, keyboard: bool, size: dict[str, int]
) -> None:
    options = {
        "viewport": size,
        "locale": language,
        "java_script_enabled": scripts,
        "reduced_motion": "reduce",
    }
    new, buyer = (Hands(open_as(role, **options), language, scripts, keyboard) for role in ("", "buyer"))
    name = f"{language}-{scripts}-{keyboard}".lower()

    sign_up(new, name, stack)
    new.go("/listings/new/")
    new.filled = 0
    new.fill("resource", "coal fly ash")
    if not scripts:
        new.press(new.page.locator("[name=then][value=fields]"))
    new.fill("quantity", "900")
    new.press(new.page.locator("[name=then][value=publish]").last)
    assert new.filled <= MOST_FIELDS
    listing = new.page.url
    assert re.search(r"/listings/\d+/$", listing)
    expect(new.page.get_by_role("main")).to_contain_text("900")
    new.go(f"{listing}matches/")
    for _ in range(20):
        if new.link("/matches/").count():
            break
        new.page.wait_for_timeout(500)
        new.page.reload()
    new.press(new.link("/matches/"))

    buyer.go(listing)
    buyer.press(buyer.link("/enquire/"))
    buyer.fill("text", "450 t?")
    buyer.press(buyer.submit())
    deal = buyer.page.url
    assert re.search(r"/deals/\d+/$", deal)
    new.go(deal)
    new.press(new.submit("/interest/"))
    buyer.go(deal)
    buyer.press(buyer.link("/bid/"))
    buyer.fill("quantity", "450")
    buyer.fill("price_amount", "4")
    buyer.press(buyer.submit())
    new.go(deal)
    new.press(new.link("/accept/"))
    new.press(new.submit())
    agreed = new.link("/agreements/")
    expect(agreed).to_be_visible()
    new.press(agreed)
    expect(new.page.get_by_role("main")).to_contain_text("450")


def test_newcomer_lists_at_a_humans_pace_in_few_steps(
    open_as: Open, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """How long it takes is printed, since machines differ; how many steps it takes the pages decide, and it is held."""
    page = open_as("", viewport=WIDE, locale="en", reduced_motion="reduce")
    new = Hands(page, "en", scripts=True, keyboard=False, key_ms=KEY_MS, think_ms=THINK_MS)
    begun = time.monotonic()
    sign_up(new, "at-a-pace", stack)
    signed_up, steps_before = time.monotonic(), (new.filled, new.pressed)
    new.go("/listings/new/")
    new.fill("resource", "coal fly ash")
    new.fill("quantity", "900")
    new.press(new.page.locator("[name=then][value=publish]").last)
    assert re.search(r"/listings/\d+/$", new.page.url)
    listed = time.monotonic()
    assert steps_before == (6, 4)
    assert (new.filled - 6, new.pressed - 4) == (2, 1)
    with capsys.disabled():
        print(f"\na newcomer signs up in {signed_up - begun:.0f} s, lists in {listed - signed_up:.0f} s more")
