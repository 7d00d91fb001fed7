"""A served demonstration and Chromium; whoever looks at a page also hears what the page complains about."""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from local.stack import ROOT, Stack, running_stack

# Playwright's event loop lives in the thread of the tests as long as its browser does. No test awaits anything in it,
# but Django sees it and would refuse the database to whatever this process tests afterwards.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

WIDE = {"width": 1440, "height": 1000}
NARROW = {"width": 390, "height": 844}
# Long, because a machine that runs everything at once is slow; what must be quick says so itself.
PATIENCE_MS = 30_000
ARTIFACTS = ROOT / "var" / "artifacts"


@dataclass
class Witness:
    """What went wrong in a browser context: complaints of the console, and requests to another host."""

    host: str
    complaints: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Listen from now on."""
        context.on("request", lambda request: self._request(request.url))
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("console", self._console)

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.complaints.append(f"request to another host: {url}")

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports the page's own 403 or 404 as an error too; that the page says so is what we want.
        own_status = "the server responded with a status of" in message.text and (
            message.page is not None and message.location["url"] == message.page.url
        )
        if message.type in ("error", "warning") and not own_status:
            where = message.page.url if message.page else ""
            self.complaints.append(
                f"{where} console {message.type}: {message.text} ({message.location['url']})"
            )


Open = Callable[..., Page]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def stack(copy_of_ready: Callable[[str], str]) -> Iterator[Stack]:
    """The demonstration, with web, worker and beat as `make run` starts them."""
    with running_stack(venv=Path(sys.prefix), serve=True, database=copy_of_ready("test_browsed")) as found:
        yield found


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Chromium of the system; as root it starts only without its sandbox."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": os.environ["CHROMIUM"], "args": arguments}


@pytest.fixture(scope="session")
def sessions(stack: Stack, browser: Browser) -> dict[str, Any]:
    """Who has signed in: the cookies of each role, filled by `open_as`."""
    return {"": None}


@pytest.fixture
def open_as(stack: Stack, browser: Browser, sessions: dict[str, Any]) -> Iterator[Open]:
    """`open_as("seller", **context options)`: a page of a fresh context, signed in; "" is nobody.

    At the end of the test everything that the pages complained about must be nothing.
    """
    witness = Witness(urlsplit(stack.address).netloc)
    contexts: list[BrowserContext] = []

    def new_page(**options: Any) -> Page:
        context = browser.new_context(base_url=stack.address, **({"viewport": WIDE} | options))
        context.set_default_timeout(PATIENCE_MS)
        witness.watch(context)
        contexts.append(context)
        return context.new_page()

    def open_page(role: str = "", **options: Any) -> Page:
        if role not in sessions:
            page = new_page()
            sign_in(page, stack.sign_ins[role], stack.sign_ins["password"])
            sessions[role] = page.context.storage_state()
        return new_page(storage_state=sessions[role], **options)

    yield open_page
    for context in contexts:
        context.close()
    assert not witness.complaints, "\n".join(witness.complaints)


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in by the form."""
    page.goto("/accounts/login/")
    page.get_by_label(re.compile("^E-?mail")).fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    # Beside it stands the one that signs in with a passkey.
    page.locator("main").get_by_role("button", name=re.compile("^sign in$", re.IGNORECASE)).click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def picture(page: Page, name: str) -> None:
    """Keep the page as it is now, wide and narrow, among the artifacts."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # playwright wants its own TypedDict
        page.screenshot(path=ARTIFACTS / f"{name}-{size['width']}.png", full_page=True)


LETTER_WITHIN_S = 20.0


def letter_to(email: str, stack: Stack, link: str) -> str:
    """The address that the newest letter to somebody leads to; a worker writes it a moment after it was queued."""
    ends_at = time.monotonic() + LETTER_WITHIN_S
    while not (found := addresses_in_letters(email, stack, link)) and time.monotonic() < ends_at:
        time.sleep(0.2)
    return found[-1]


def addresses_in_letters(email: str, stack: Stack, link: str) -> list[str]:
    """What letters to somebody lead to, the oldest first."""
    letters = sorted(Path(settings.EMAIL_FILE_PATH).iterdir(), key=lambda path: path.stat().st_mtime_ns)
    # A file holds all letters that were handed over together, each ended by a line of dashes.
    texts = [text for letter in letters for text in letter.read_text(encoding="utf-8").split("-" * 79)]
    return [
        address
        for text in texts
        if f"To: {email}" in text
        for address in re.findall(rf"{stack.address}/{link}\S*", text)
    ]
