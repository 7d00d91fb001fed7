"""From the seller's offer to the benefit page, as two people live it; wide, and with a thumb."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE, Open, picture
from tests.browser.test_pages import inspect
from tests.proof import one_in

pytestmark = pytest.mark.browser

REFERENCE = "WB-4711"


def narrow_enough(page: Page) -> None:
    """Nothing sticks out at the width that the page has."""
    assert page.evaluate("document.scrollingElement.scrollWidth <= document.documentElement.clientWidth"), (
        page.url
    )


def offer_by_form(seller: Page, title: str) -> str:
    """List boiler slag and return the address of the listing."""
    seller.goto("/listings/new/?side=offer&resource=coal-bottom-ash")
    seller.get_by_label("Quantity").fill("5 000")
    seller.get_by_text("Title, description, your own number").click()
    seller.get_by_label(re.compile("^Title")).fill(title)
    seller.get_by_role("button", name="Publish").click()
    seller.wait_for_url(re.compile(r"/listings/\d+/$"))
    return seller.url


def enquire(buyer: Page, listing: str) -> str:
    """Ask about the listing and return the address of the deal."""
    buyer.goto(listing)
    buyer.get_by_role("link", name="Enquire").click()
    buyer.get_by_label("Your message").fill("Could we have half of it?")
    buyer.get_by_role("button", name="Send the enquiry").click()
    buyer.wait_for_url(re.compile(r"/deals/\d+/$"))
    return buyer.url


def bid(page: Page, quantity: str, price: str, send: str = "Send the bid") -> None:
    """Fill in terms; a wrong quantity first, which must be named and cost nothing that was typed."""
    page.get_by_label("Quantity").fill("6 000")
    page.get_by_label("EUR per unit chosen above").fill(price)
    page.get_by_label("Conditions").fill("Dry, below 20 mm")
    page.get_by_role("button", name=send).click()
    expect(page.get_by_text("Only 5,000 t per year are left")).to_be_visible()
    expect(page.get_by_label("Conditions")).to_have_value("Dry, below 20 mm")
    narrow_enough(page)
    page.get_by_label("Quantity").fill(quantity)
    page.get_by_role("button", name=send).click()
    page.wait_for_url(re.compile(r"/deals/\d+/$"))


@pytest.mark.mass
@pytest.mark.parametrize("size", one_in(2, [NARROW, WIDE]))
def test_offer_becomes_a_deal_a_delivery_and_a_benefit(
    open_as: Open, tmp_path: Path, size: dict[str, int]
) -> None:
    seller, buyer = (open_as(role, viewport=size, reduced_motion="reduce") for role in ("seller", "buyer"))
    width = size["width"]
    keep: Callable[[Page, str], None] = (
        (lambda page, name: picture(page, f"deal-{name}")) if size == WIDE else (lambda page, name: None)
    )

    deal = enquire(buyer, offer_by_form(seller, f"Boiler slag {width}"))
    expect(buyer.get_by_text("has not shown interest yet")).to_be_visible()

    seller.goto("/deals/")
    seller.get_by_role("region", name="Your turn").get_by_role("link", name="Coal bottom ash").first.click()
    seller.goto(deal)
    narrow_enough(seller)
    seller.get_by_role("button", name="Say that you are interested").click()
    expect(seller.get_by_text("Discussion", exact=True).first).to_be_visible()
    seller.evaluate("window.notReloaded = true")
    seller.get_by_role("textbox", name="Message", exact=True).fill("We load on weekdays.")
    seller.get_by_role("button", name="Send").click()
    expect(seller.locator("#talk li")).to_have_count(2)
    assert seller.evaluate("window.notReloaded"), "the message came without a reload"

    buyer.goto(deal)
    buyer.get_by_role("link", name="Make a bid").first.click()
    bid(buyer, "2 500", "4")
    expect(buyer.get_by_text("You pay 4").first).to_be_visible()

    seller.goto(deal)
    seller.get_by_role("link", name="Counter").click()
    bid(seller, "2 500", "6")
    keep(seller, "2-countered")

    buyer.goto(deal)
    narrow_enough(buyer)
    buyer.get_by_role("link", name="Accept …").click()
    expect(buyer.get_by_role("heading", name=re.compile(r"^Accept bid \d+$"))).to_be_visible()
    narrow_enough(buyer)
    expect(buyer.get_by_role("main")).to_contain_text("2,500")
    buyer.get_by_role("button", name="Accept: it binds both of you").click()
    expect(buyer.get_by_text("Agreed. The quantity is taken off")).to_be_visible()
    expect(buyer.locator(".party").first).to_contain_text("2,500")
    keep(buyer, "3-agreed")

    seller.goto(deal)
    seller.get_by_role("link", name=re.compile(r"^Agreement \d+$")).click()
    with seller.expect_download() as summary:
        seller.get_by_role("link", name="Summary as PDF").click()
    assert summary.value.path().read_bytes().startswith(b"%PDF-")
    seller.get_by_role("link", name="Record a delivery").click()
    ticket = tmp_path / "weighbridge.csv"
    ticket.write_text("t\n24.8\n", encoding="utf-8")
    seller.get_by_label("Number of the transport paper").fill(f"{REFERENCE}-{width}")
    seller.get_by_label("Quantity").fill("24.8")
    seller.get_by_label("Evidence").set_input_files(ticket)
    narrow_enough(seller)
    seller.get_by_role("button", name="Save").dblclick()
    expect(seller.get_by_text("Reported by one")).to_have_count(1)

    buyer.goto(seller.url)
    with buyer.expect_download() as evidence:
        buyer.get_by_role("link", name="weighbridge.csv").click()
    assert evidence.value.path().read_text(encoding="utf-8") == "t\n24.8\n"
    buyer.get_by_role("button", name=re.compile("^Confirm")).first.click()
    expect(buyer.get_by_text("Confirmed by both")).to_be_visible()
    keep(buyer, "4-delivered")

    for page in (seller, buyer):
        page.goto("/benefit/")
        narrow_enough(page)
        number = re.search(r"/deals/(\d+)/", deal)
        assert number
        page.locator(f'a[href="?deal={number[1]}"]').click()
        page.get_by_role("link", name="Confirmed").click()
        narrow_enough(page)
        lines = page.locator(".ledger-line").filter(has_text=f"{REFERENCE}-{width}")
        expect(lines.first).to_be_visible()
        expect(lines.filter(has_text="Virgin material saved")).to_contain_text("24.8")
        chart = page.locator(".chart").first
        chart.scroll_into_view_if_needed()
        expect(chart.locator("svg")).to_be_visible()
    keep(seller, "5-benefit")
    assert not inspect(buyer)
