"""Every page, signed out and as each role: axe finds nothing, nothing overflows, nothing complains, no other host."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import environ
import psycopg2
import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page

from local.stack import Stack
from tests.browser.conftest import NARROW, WIDE, Open
from tests.proof import PROVING, one_in

pytestmark = pytest.mark.browser

ROLES = ["", "seller", "viewer", "buyer", "facilitator"] if PROVING else ["", "seller"]
AXE = next(Path(__file__).parent.glob("vendor/axe-core-*/axe.min.js")).read_text(encoding="utf-8")
# Not pages of ours: Django's administration, what answers in JSON, a part of the listing form, and documents.
NOT_PAGES = re.compile(
    r"admin/|\^?api/(?!docs)|healthz|towns/suggest|resources/suggest|listings/fields|listings/echo|matches/<int:pk>/row|static/"
    r"|deal-files/|delivery-files/|listings/preview|listings/files/|.*\.pdf$|robots|sitemap"
)
# Letters carry these addresses; see `test_pages_that_letters_lead_to`.
FROM_LETTERS = {
    "account_confirm_email",
    "account_reset_password_from_key",
    "invitation",
    "letters_stop",
    "notification",
}
# Every element's name with its classes.
LOOKS = """[...document.querySelectorAll('[class]')].map(
    node => node.localName + '.' + [...node.classList].sort().join('.')
)"""
ASIDE = [
    "/browse/?q=nothing-is-called-so",
    "/browse/?kind=heat&side=offer",
    "/listings/new/?side=request&resource=coal-fly-ash",
    "/my/usual/?activity=brewery",
    "/my/usual/?activity=nobody-knows-this",
    "/register/?resource=wood-ash",
    "/register/?q=nothing-is-called-so",
    "/browse/?resource=landfill-gas&side=offer",
    "/deals/?show=ended",
    "/deals/2/",
    "/deals/3/",
    "/agreements/2/",
    "/deliveries/6/correct/",
    "/bids/3/counter/",
    "/benefit/?metric=new_sales+EUR",
    "/benefit/?deal=2&status=confirmed",
]


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Name and pattern of every route."""
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield pattern.name or "", path


@pytest.fixture(scope="module")
def addresses(stack: Stack) -> list[str]:
    """One address for every route (within the suite for one in three), about things of the seller's organization."""
    objects = _objects_of_the_seller(stack)
    found = []
    for name, path in routes(get_resolver()):
        if NOT_PAGES.match(path) or name in FROM_LETTERS:
            continue
        first = path.split("/")[0]
        address = re.sub(r"<int:pk>", lambda _, key=first: str(objects.get(key, 1)), path)  # type: ignore[misc]
        address = address.replace("<slug:name>", "kalundborg").replace(
            "<slug:slug>", "kalundborg-symbiosis" if first == "programmes" else "coal-fly-ash"
        )
        assert not set(address) & set("<(^"), f"no address is known for the route {name}: {path}"
        found.append("/" + address)
    what_if = f"/matches/{objects['matches']}/?disposal_low"
    aside = [f"{what_if}=60", f"{what_if}=-60&road_factor=far", "/nothing-is-here/"]
    return [*one_in(7, found), *one_in(4, ASIDE), *aside]


def _objects_of_the_seller(stack: Stack) -> dict[str, int]:
    known: dict[str, Any] = environ.Env.db_url_config(stack.database_url)
    connection = psycopg2.connect(dbname=known["NAME"], user=known["USER"], host=known["HOST"])
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id, x.id, l.site_id, m.id FROM listings_listing l JOIN matching_match x ON x.offer_id = l.id "
            "JOIN accounts_membership m ON m.organization_id = l.organization_id "
            "JOIN accounts_user u ON u.id = m.user_id "
            "WHERE u.email = %s AND l.state = 'published' AND x.fits ORDER BY x.id LIMIT 1",
            [stack.sign_ins["seller"]],
        )
        row = cursor.fetchone()
    connection.close()
    assert row is not None
    return dict(zip(("listings", "matches", "sites", "members"), row, strict=True))


def findings(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe says of the page as it is now, one line per element."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{v['id']}: {node['target']} {node['failureSummary']}" for v in found for node in v["nodes"]]


def inspect(page: Page, dark_too: bool = True) -> list[str]:
    """Everything that is wrong with the page when there is room, light and dark."""
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # playwright wants its own TypedDict
    wrong = findings(page)
    if dark_too:
        page.emulate_media(color_scheme="dark")
        wrong += [f"dark {line}" for line in findings(page, ["color-contrast"])]
        page.emulate_media(color_scheme="light")
    return [f"{page.url} {line}" for line in wrong]


def too_wide(page: Page) -> list[str]:
    """How wide the page is where it does not fit on the narrow screen that it is seen on."""
    width = page.evaluate("document.scrollingElement.scrollWidth")
    if width <= NARROW["width"]:
        return []
    return [f"{page.url} at {NARROW['width']} px it is {width} px wide"]


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """What was inspected already, so that what is the same for several roles is inspected once."""
    return set()


def is_new_page(page: Page, address: str, role: str, seen: set[str]) -> bool:
    """Whether the address answers this role with a page that nobody has seen yet: no redirect, no 405, no JSON."""
    # The server ends a connection that was idle while axe looked at a page; whoever asks just then asks again.
    answer = page.context.request.get(address, max_redirects=0, max_retries=1)
    if answer.status in (302, 405) or "text/html" not in answer.headers["content-type"]:
        return False
    text = re.sub(r'name="(csrfmiddlewaretoken|form_key)" value="[\w-]+"', "", answer.text())
    if "<html" not in text:
        return False  # a part of a page, inspected within it
    # The frame around the content differs by role only; it is inspected with the home page.
    main = re.search(r"<main.*</main>", text, re.DOTALL)
    content = f"{role} {address}" if address == "/" or main is None else main.group()
    new = content not in seen
    seen.add(content)
    return new


@pytest.mark.mass
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "signed-out")
def test_every_page_is_without_findings(
    open_as: Open, addresses: list[str], seen: set[str], role: str
) -> None:
    page = open_as(role, reduced_motion="reduce")
    wrong = []
    inspected = 0
    for address in addresses:
        if is_new_page(page, address, role, seen):
            if page.viewport_size != NARROW:
                page.set_viewport_size(NARROW)  # type: ignore[arg-type]
            page.goto(address)
            if "docs" in address:
                page.locator(".opblock").first.wait_for()
            # Colours follow from classes: a page of known ones has no dark side of its own. Where another role's page
            # at the same address was inspected, and this one is built of nothing new, its width is what may differ.
            looks = set(page.evaluate(LOOKS))
            known = looks <= seen
            is_variant = known and f"at {address}" in seen
            wrong += too_wide(page) + ([] if is_variant else inspect(page, dark_too=not known))
            seen |= looks | {f"at {address}"}
            inspected += 1
    print(f"{role or 'signed out'}: {inspected} pages inspected")
    assert not wrong, "\n".join(wrong)
    assert inspected > 0


def test_control_inspection_finds_what_is_broken(open_as: Open) -> None:
    page = open_as()
    page.goto("/accounts/login/")
    page.evaluate("""() => {
        document.documentElement.removeAttribute("lang");
        document.querySelector("h1").style.cssText = "color: #777; background: #666; width: 600px";
    }""")
    found = inspect(page)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    wrong = " ".join([*found, *too_wide(page)])
    for finding in ("html-has-lang", "color-contrast", "dark color-contrast", "at 390 px it is 6"):
        assert finding in wrong
