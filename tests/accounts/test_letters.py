"""A mail server that says nothing, or no: nobody waits long, nothing is lost, and the letter can be sent again."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.conf import settings as ours
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Invitation, Organization, User
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick_passwords")]

LONGEST_S = 15.0
"""On a machine busy with other tests."""
NEW = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}


@contextmanager
def listening(greeting: bytes) -> Iterator[int]:
    """The port of a server that takes every connection, says its greeting, if it has any, and then nothing."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    taken.append(connection)
                    connection.sendall(greeting)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for connection in taken:
                connection.close()


@contextmanager
def nobody() -> Iterator[int]:
    """A port where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture(params=["silent", "refuses", "not there"])
def bad_server(request: pytest.FixtureRequest, settings: Settings) -> Iterator[None]:
    """The mail server of the settings."""
    ways = {
        "silent": lambda: listening(b""),
        "refuses": lambda: listening(b"554 No letters today\r\n"),
        "not there": nobody,
    }
    with ways[request.param]() as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 1
        started_s = time.monotonic()
        yield
        assert time.monotonic() - started_s < LONGEST_S


def mend(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def page_after(browser: Client, name: str, data: dict[str, str]) -> str:
    """The page that one sees after sending a form."""
    answer = browser.post(reverse(name), data, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_product_gives_a_silent_server_up_soon() -> None:
    assert 0 < ours.EMAIL_TIMEOUT <= 10


def test_sign_up_is_kept_and_its_letter_leaves_with_the_next_sign_in(
    bad_server: None, settings: Settings
) -> None:
    browser = Client()
    page = page_after(browser, "account_signup", NEW)
    assert "The letter to new@example.org could not be sent." in page
    assert "sign in here in a few minutes" in page
    assert "on its way" not in page
    assert "Confirmation email sent" not in page
    assert User.objects.filter(email="new@example.org").exists()
    mend(settings)
    browser.post(reverse("account_login"), {"login": "new@example.org", "password": PASSWORD})
    assert [letter.to for letter in mail.outbox] == [["new@example.org"]]


def test_sign_up_with_a_taken_address_says_the_same(bad_server: None, seller: User) -> None:
    pages = [
        page_after(Client(), "account_signup", NEW | {"email": email}) for email in ("a@b.org", seller.email)
    ]
    said = [page.partition("The letter to")[2].partition("</")[0] for page in pages]
    assert said[0]
    assert said[0].replace("a@b.org", seller.email) == said[1]


@pytest.mark.parametrize("known", [True, False])
def test_forgotten_password_leads_back_to_its_form(
    bad_server: None, settings: Settings, seller: User, known: bool
) -> None:
    email = {"email": seller.email if known else "nobody@example.org"}
    browser = Client()
    page = page_after(browser, "account_reset_password", email)
    assert f"The letter to {email['email']} could not be sent. Send this form again in a few minutes." in page
    mend(settings)
    assert browser.post(reverse("account_reset_password"), email).status_code == 302
    assert [letter.to for letter in mail.outbox] == [[email["email"]]]


def test_address_that_is_added_can_be_confirmed_later(
    bad_server: None, settings: Settings, seller: User, client_of: Callable[[User], Client]
) -> None:
    # By the hasher of these tests: others may have made the hash that the cast shares.
    seller.set_password(PASSWORD)
    seller.save()
    browser = client_of(seller)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = page_after(browser, "account_email", {"action_add": "", "email": "second@example.org"})
    assert "Let it be sent again from here in a few minutes." in page
    mend(settings)
    browser.post(reverse("account_email"), {"action_send": "", "email": "second@example.org"})
    assert [letter.to for letter in mail.outbox] == [["second@example.org"]]


def test_invitation_stands_and_says_that_its_letter_does_not(
    bad_server: None,
    settings: Settings,
    seller: User,
    asnaes: Organization,
    client_of: Callable[[User], Client],
) -> None:
    browser = client_of(seller)
    invited = {"email": "new@example.org", "role": "trader"}
    page = page_after(browser, "member_invite", invited)
    assert "The letter to new@example.org could not be sent. Invite them again in a few minutes." in page
    assert "on its way" not in page
    mend(settings)
    assert "The invitation is on its way to new@example.org." in page_after(browser, "member_invite", invited)
    assert [letter.to for letter in mail.outbox] == [["new@example.org"]]
    assert Invitation.objects.get().organization == asnaes


def test_control_a_server_that_works_gets_the_letter_at_once(settings: Settings) -> None:
    page = page_after(Client(), "account_signup", NEW)
    assert "could not be sent" not in page
    assert [letter.to for letter in mail.outbox] == [["new@example.org"]]
