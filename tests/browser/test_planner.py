"""A facilitator plans the network: a scenario is built, run, watched, cancelled, run again, compared and acted on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import environ
import psycopg2
import pytest
from playwright.sync_api import Page, expect

from local.stack import Stack
from tests.browser.conftest import NARROW, Open, picture
from tests.browser.test_pages import inspect, too_wide
from tests.proof import if_proving

pytestmark = [pytest.mark.browser, pytest.mark.mass, if_proving]

PLANS = "/programmes/kalundborg-symbiosis/plans/"
RUN = re.compile(r"/planning/runs/\d+/$")
READ_BY_THE_WORKER_ALONE = "catalogue_emissionfactor"
"""Of what a run reads; no page of the planner asks for it."""


@contextmanager
def worker_held_up(stack: Stack) -> Iterator[None]:
    """While this lasts, a run gets no further than reading: the network of the demonstration is planned in a blink."""
    known: dict[str, Any] = environ.Env.db_url_config(stack.database_url)
    connection = psycopg2.connect(dbname=known["NAME"], user=known["USER"], host=known["HOST"])
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {READ_BY_THE_WORKER_ALONE} IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        connection.close()


def looked_at(page: Page) -> None:
    """Nothing is wrong with the page as it is: axe, in both colour schemes, and the width of a telephone."""
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # playwright wants its own TypedDict
    wrong = too_wide(page) + inspect(page)
    assert not wrong, "\n".join(wrong)


def figures_of(page: Page) -> list[str]:
    """The figures at the head of a plan."""
    return page.locator("main dl.stats dd").all_inner_texts()


def test_facilitator_plans_cancels_compares_and_makes_a_flow_a_synergy(open_as: Open, stack: Stack) -> None:
    page = open_as("facilitator", locale="en", reduced_motion="reduce")
    page.goto(PLANS)
    expect(page.get_by_role("heading", name="No scenario yet")).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name="New scenario").first.click()
    looked_at(page)
    page.get_by_label("Name").fill("As it is")

    with worker_held_up(stack):
        page.get_by_role("button", name="Make and run").click()
        page.wait_for_url(RUN)
        # Told by the page as it asks again and again: nobody reloads it.
        expect(page.get_by_text("Reading listings, matches and agreements")).to_be_visible()
        expect(page.get_by_role("progressbar")).to_be_visible()
        looked_at(page)
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text("It is being stopped")).to_be_visible()
    expect(page.get_by_text("This run was cancelled; nothing of it is kept.")).to_be_visible()
    looked_at(page)

    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(RUN)
    expect(page.get_by_role("heading", name="Who gives what to whom")).to_be_visible()
    first, first_figures = page.url, figures_of(page)
    looked_at(page)
    picture(page, "planner-run")

    # The same again without the largest giver: another plan, and it spares less.
    page.locator(".crumbs").get_by_role("link", name="As it is").click()
    expect(page.locator("main .tag", has_text="cancelled")).to_have_count(1)
    looked_at(page)
    page.get_by_role("link", name="Sites").click()
    looked_at(page)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(RUN)
    expect(page.get_by_role("heading", name="With the plan and without")).to_be_visible()
    assert page.url != first
    assert figures_of(page) != first_figures

    page.get_by_label("Compare with").select_option(index=0)
    page.get_by_role("button", name="Side by side").click()
    expect(page.get_by_role("heading", name="Two plans side by side")).to_be_visible()
    expect(page.get_by_role("heading", name="Flows, those that differ most first")).to_be_visible()
    looked_at(page)
    picture(page, "planner-compare")

    page.goto(first)
    button = page.get_by_role("button", name="Make it a deal").first
    resource = re.sub(r"^Make it a deal: |,.*$", "", button.inner_text().replace("\n", ""))
    button.click()
    page.wait_for_url(re.compile(r"/deals/\d+/$"))
    expect(page.get_by_text("A synergy is opened; both parties are asked")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(resource)
    deal = page.url
    page.goto(first)
    link = page.locator(f'main a[href="{deal.removeprefix(stack.address)}"]')
    expect(link).to_have_text("To the deal")


def test_studies_of_what_could_be_built_come_by_themselves_and_read_well(open_as: Open, stack: Stack) -> None:
    page = open_as("facilitator", locale="en", reduced_motion="reduce")
    page.goto(f"{PLANS}new/")
    page.get_by_label("Name").fill("What could be built")
    page.get_by_role("button", name="Make and run").click()
    page.wait_for_url(RUN)
    for study in ("missing", "investment"):
        section = page.locator(f"#study-{study}")
        section.get_by_role("button").click()
        expect(section.get_by_role("table").first).to_be_visible(timeout=240_000)
        expect(section).not_to_contain_text(re.compile(r"\b(party|offer|request)-\d|[a-z]+-[a-z]+-offcuts"))
    for details in page.locator("#study-missing details > summary").all():
        details.click()
    looked_at(page)
    picture(page, "planner-studies")


def test_published_cases_are_without_findings(open_as: Open) -> None:
    page = open_as("", locale="en", reduced_motion="reduce")
    page.goto("/planning/cases/")
    looked_at(page)
    addresses = [link.get_attribute("href") or "" for link in page.locator("main .entries a").all()]
    assert len(addresses) == 5
    for address in addresses:
        page.goto(address)
        page.locator("main details > summary").first.click()
        looked_at(page)
