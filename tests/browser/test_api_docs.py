"""The API's documentation in a browser: it works under our content security policy and asks nobody else."""

import pytest
from playwright.sync_api import expect

from local.stack import Stack
from tests.browser.conftest import Open

pytestmark = pytest.mark.browser


def test_docs_show_every_operation_and_try_one_out(open_as: Open, stack: Stack) -> None:
    page = open_as("")
    page.goto("/api/docs/")
    operations = page.locator(".opblock")
    expect(operations.first).to_be_visible()
    document = page.request.get("/api/schema/", headers={"Accept": "application/json"}).json()
    # Of so many only those near the window are in the page: it is read from the top to its end.
    wanted = {
        f"operations-{one['tags'][0]}-{one['operationId']}"
        for item in document["paths"].values()
        for one in item.values()
    }
    seen: set[str] = set()
    for _ in range(80):
        seen |= set(operations.evaluate_all("all => all.map(each => each.id)"))
        if seen >= wanted:
            break
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(100)
    assert wanted - seen == set()
    page.evaluate("window.scrollTo(0, 0)")
    listings = page.locator("#operations-listings-listings_list")
    for _ in range(80):
        if listings.count() and listings.is_visible():
            break
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(100)
    listings.scroll_into_view_if_needed()
    listings.locator(".opblock-summary-control").click()
    listings.get_by_role("button", name="Try it out").click()
    listings.get_by_role("button", name="Execute").click()
    status = listings.locator(".live-responses-table tbody td.response-col_status")
    expect(status).to_have_text("200", timeout=20_000)
    assert page.locator("img[src*=validator]").count() == 0
