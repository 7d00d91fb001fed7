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
    expect(operations).to_have_count(sum(len(item) for item in document["paths"].values()))
    listings = page.locator("#operations-listings-listings_list")
    listings.locator(".opblock-summary-control").click()
    listings.get_by_role("button", name="Try it out").click()
    listings.get_by_role("button", name="Execute").click()
    status = listings.locator(".live-responses-table tbody td.response-col_status")
    expect(status).to_have_text("200", timeout=20_000)
    assert page.locator("img[src*=validator]").count() == 0
