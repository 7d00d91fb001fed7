"""Guessing a password: counted by the address it comes from, which nobody can forge and not everybody shares."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from common.web.clients import client_address
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]

PROXY = "10.0.0.2"
GUESSER, SOMEBODY = "203.0.113.5", "198.51.100.7"


@pytest.fixture
def people() -> list[User]:
    """Fifteen who could be guessed at, so that no single one's own limit is reached."""
    found = [User.objects.create_user(f"person{number}@example.org", PASSWORD) for number in range(15)]
    for user in found:
        user.emailaddress_set.create(email=user.email, verified=True, primary=True)  # type: ignore[attr-defined]
    return found


def tries(user: User, password: str, forwarded_for: str) -> bool:
    """Whether somebody whose request came through the proxy is let in."""
    browser = Client(REMOTE_ADDR=PROXY)
    headers = {"X-Forwarded-For": forwarded_for} if forwarded_for else {}
    browser.post(reverse("account_login"), {"login": user.email, "password": password}, headers=headers)
    return "_auth_user_id" in browser.session


def guess_eleven_times(people: list[User], forwarded_for: str) -> None:
    for number, user in enumerate(people[:11]):
        assert not tries(user, "wrong password", forwarded_for.format(number))


def test_behind_a_proxy_a_guesser_locks_out_nobody_else(settings: Settings, people: list[User]) -> None:
    settings.TRUSTED_PROXIES = 1
    guess_eleven_times(people, GUESSER)
    assert not tries(people[12], PASSWORD, GUESSER), "the guesser has to wait"
    assert tries(people[12], PASSWORD, SOMEBODY)


def test_behind_a_proxy_forged_entries_gain_nothing(settings: Settings, people: list[User]) -> None:
    settings.TRUSTED_PROXIES = 1
    guess_eleven_times(people, f"192.0.2.{{}}, {GUESSER}")
    assert not tries(people[12], PASSWORD, f"192.0.2.200, {GUESSER}")


def test_without_proxies_the_header_is_ignored(settings: Settings, people: list[User]) -> None:
    settings.TRUSTED_PROXIES = 0
    guess_eleven_times(people, "192.0.2.{}")
    assert not tries(people[12], PASSWORD, SOMEBODY)


@pytest.mark.parametrize(
    ("proxies", "forwarded_for", "address"),
    [
        (0, "", PROXY),
        (0, SOMEBODY, PROXY),
        (1, "", PROXY),
        (1, SOMEBODY, SOMEBODY),
        (1, f"{GUESSER}, {SOMEBODY}", SOMEBODY),
        (2, f"{GUESSER}, {SOMEBODY}", GUESSER),
        (2, f"127.0.0.1, {GUESSER}, {SOMEBODY}", GUESSER),
        # It did not pass both: nothing in it was written by the outer one.
        (2, GUESSER, PROXY),
        (1, f"{SOMEBODY}:51234", SOMEBODY),
        (1, " 2001:DB8::0:1 ", "2001:db8::1"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "unknown", PROXY),
        (1, f"{GUESSER},", PROXY),
    ],
)
def test_address_is_the_one_that_the_outermost_own_proxy_heard(
    settings: Settings, proxies: int, forwarded_for: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded_for} if forwarded_for else {}
    assert client_address(RequestFactory(REMOTE_ADDR=PROXY).get("/", headers=headers)) == address


def test_sign_in_of_the_administration_is_that_of_everybody(people: list[User]) -> None:
    staff = User.objects.create_superuser("staff@example.org", PASSWORD)
    staff.emailaddress_set.create(email=staff.email, verified=True, primary=True)  # type: ignore[attr-defined]
    login = reverse("admin:login")
    for password in ("wrong password", PASSWORD):
        browser = Client()
        answer = browser.post(login, {"username": staff.email, "password": password})
        assert answer["Location"].startswith(reverse("account_login"))
        assert "_auth_user_id" not in browser.session
    browser = Client()
    browser.post(
        f"{reverse('account_login')}?next={reverse('admin:index')}",
        {"login": staff.email, "password": PASSWORD},
    )
    assert browser.get(reverse("admin:index")).status_code == 200
    guess_eleven_times([staff] * 11, "")
    assert not tries(staff, PASSWORD, "")


def test_somebody_signed_in_who_is_no_staff_is_refused(seller: User) -> None:
    browser = Client()
    browser.force_login(seller, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get(reverse("admin:login")).status_code == 403
