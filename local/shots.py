"""Pictures of every page of the demonstration, wide and narrow, into `var/shots/`: `make shots`.

`cli.py` starts the demonstration and passes by environment where it is and how its people sign in.
"""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

WIDTHS_PX = (1440, 390)
HEIGHT_PX = 900
SETTLED_AFTER_MS = 600
DRAWN_WITHIN_MS = 20_000
NOT_DRAWN = "[data-chart]:not([data-ready])"
MOST_TRIED = 12

# Who looks at what: a name, an address, and the links to follow from there, by what their addresses end in.
PAGES: dict[str, list[tuple[str, ...]]] = {
    "": [
        ("home", "/"),
        ("browse", "/browse/"),
        ("browse-heat", "/browse/?kind=heat"),
        ("browse-nothing", "/browse/?q=nothing-is-called-so"),
        ("compare", "/compare/?listing=1&listing=2"),
        ("listing", "/browse/?q=gypsum", r"/listings/\d+/$"),
        ("register", "/register/"),
        ("register-plant", "/register/?resource=wood-ash", r"/register/\d+/$"),
        ("resources", "/resources/"),
        ("resource", "/resources/coal-fly-ash/"),
        ("uses", "/browse/?q=fly ash&side=offer", r"/listings/\d+/$", r"/listings/\d+/uses/$"),
        ("precedents", "/precedents/"),
        ("programmes", "/programmes/"),
        ("programme", "/programmes/kalundborg-symbiosis/"),
        ("sign-in", "/accounts/login/"),
        ("sign-up", "/accounts/signup/"),
        ("password-forgotten", "/accounts/password/reset/"),
        ("not-found", "/nothing-is-here/"),
        ("api", "/api/docs/"),
    ],
    "seller": [
        ("home", "/"),
        ("my-listings", "/my/listings/"),
        ("own-listing", "/my/listings/", r"/listings/\d+/$"),
        ("listing-matches", "/my/listings/", r"/listings/\d+/$", r"/listings/\d+/matches/$"),
        ("listing-edit", "/my/listings/", r"/listings/\d+/$", r"/listings/\d+/edit/$"),
        ("listing-files", "/my/listings/", r"/listings/\d+/$", r"/listings/\d+/files/$"),
        ("listing-new", "/listings/new/"),
        ("listing-new-fly-ash", "/listings/new/?side=offer&resource=coal-fly-ash"),
        ("usual", "/my/usual/?activity=brewery"),
        ("saved-search-new", "/searches/new/?q=fly+ash&country=DK"),
        ("saved-searches", "/searches/"),
        ("favourites", "/favourites/"),
        ("my-matches", "/matches/"),
        ("match", "/matches/", r"/matches/\d+/$"),
        ("my-deals", "/deals/"),
        ("deal", "/deals/", r"/deals/\d+/$"),
        ("agreement", "/deals/", r"/deals/\d+/$", r"/agreements/\d+/$"),
        ("delivery-new", "/deals/", r"/deals/\d+/$", r"/agreements/\d+/$", r"/deliveries/new/$"),
        ("deal-completed", "/deals/?show=ended", r"/deals/\d+/$"),
        ("tender-new", "/my/listings/", r"/listings/\d+/$", r"/tender/$"),
        ("benefit", "/benefit/"),
        ("organization", "/organization/"),
        ("organization-edit", "/organization/edit/"),
        ("site-new", "/sites/new/"),
        ("site-edit", "/organization/", r"/sites/\d+/$"),
        ("member-invite", "/members/invite/"),
        ("tokens", "/tokens/"),
        ("e-mail", "/accounts/email/"),
        ("password", "/accounts/password/change/"),
        ("my-data", "/account/data/"),
        ("sign-out", "/accounts/logout/"),
    ],
    "viewer": [("organization", "/organization/"), ("forbidden", "/listings/new/")],
    "buyer": [
        ("home", "/"),
        ("my-matches", "/matches/"),
        ("match", "/matches/", r"/matches/\d+/$"),
        ("deal", "/deals/", r"/deals/\d+/$"),
        ("counter", "/deals/", r"/deals/\d+/$", r"/bids/\d+/counter/$"),
        ("enquire", "/browse/?q=gypsum", r"/listings/\d+/$", r"/enquire/$"),
        ("tender", "/browse/?q=surplus yeast", r"/listings/\d+/$", r"/tenders/\d+/$"),
        ("sealed-bid", "/browse/?q=surplus yeast", r"/listings/\d+/$", r"/tenders/\d+/$", r"/bid/$"),
    ],
    "facilitator": [
        ("home", "/"),
        ("review", "/review/"),
        ("match", "/review/", r"/matches/\d+/$"),
        ("programme", "/programmes/kalundborg-symbiosis/"),
        ("deals", "/deals/"),
        ("deal", "/deals/", r"/deals/\d+/$"),
        ("deal-new", "/deals/new/"),
        ("programme-benefit", "/programmes/kalundborg-symbiosis/benefit/"),
        ("precedent-new", "/precedents/new/"),
        ("programme-weights", "/programmes/kalundborg-symbiosis/weights/"),
        ("organization-new", "/organization/new/"),
    ],
}


def main() -> int:
    """Take all pictures; returns 1 when a page could not be reached, after naming it."""
    folder = Path(os.environ["SHOTS_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    missing = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=arguments)
        for number, (role, name, page) in enumerate(pages(browser), start=1):
            label = f"{number:02}-{role or 'anyone'}-{name}"
            if page is None:
                missing.append(label)
                continue
            for width_px in WIDTHS_PX:
                take(page, width_px, folder / f"{label}-{width_px}.png")
            print(label, flush=True)
        browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")
    for label in missing:
        print(f"{label}: there is no link to such a page", file=sys.stderr)
    return 1 if missing else 0


def pages(browser: Browser) -> Iterator[tuple[str, str, Page | None]]:
    """Every page, opened as its role: role, name, page; None where the link that leads there is missing."""
    for role, wanted in PAGES.items():
        context = browser.new_context(base_url=os.environ["SITE_URL"], reduced_motion="reduce")
        page = signed_in(context, role)
        for name, address, *links in wanted:
            page.goto(address)
            yield role, name, page if follow(page, links) else None
        context.close()


def signed_in(context: BrowserContext, role: str) -> Page:
    """A page of somebody of the cast, or of nobody."""
    page = context.new_page()
    if role:
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill(os.environ[f"DEMO_{role.upper()}"])
        page.locator("input[name=password]").fill(os.environ["DEMO_PASSWORD"])
        page.locator("main button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)
    return page


def follow(page: Page, links: Sequence[str]) -> bool:
    """Go along links of the pages' contents whose addresses end as `links` say, one after the other.

    Where the way from one page ends too soon, the next one that its link could mean is tried.
    """
    if not links:
        return True
    here = page.url
    addresses = [found.get_attribute("href") or "" for found in page.locator("main a[href]").all()]
    for address in list(dict.fromkeys(filter(lambda each: re.search(links[0], each), addresses)))[
        :MOST_TRIED
    ]:
        page.goto(address)
        if follow(page, links[1:]):
            return True
        page.goto(here)
    return False


def take(page: Page, width_px: int, path: Path) -> None:
    """Picture the whole page as it loads at one width, once maps and charts have settled."""
    page.set_viewport_size({"width": width_px, "height": HEIGHT_PX})
    # Maps and charts are laid out for the width that they find; what a page looks up after it has loaded is awaited.
    page.reload(wait_until="networkidle")
    # A map below the fold is drawn once it comes near.
    for drawing in page.locator("[data-map]:visible").all():
        drawing.scroll_into_view_if_needed()
        expect(drawing).to_have_attribute("data-ready", "", timeout=DRAWN_WITHIN_MS)
    page.evaluate("scrollTo(0, 0)")
    # By a selector: the pages' content security policy forbids a script that asks again and again.
    expect(page.locator(NOT_DRAWN)).to_have_count(0, timeout=DRAWN_WITHIN_MS)
    page.wait_for_timeout(SETTLED_AFTER_MS)
    page.screenshot(path=path, full_page=True)


if __name__ == "__main__":
    sys.exit(main())
