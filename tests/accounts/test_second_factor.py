"""The second factor, sessions, a change of address, and passwords that are easy to guess."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.forms.passwords import ObviousPasswordValidator
from accounts.models import Programme, User
from accounts.services.tokens import create_api_token
from tests.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("quick_passwords")
SIGN_IN, FACTORS, SESSIONS = "/accounts/login/", "/accounts/2fa/", "/accounts/sessions/"


def with_password(user: User) -> User:
    """The hash that the cast shares may be by another hasher than that of these tests."""
    # Another hash would end the sessions that there are.
    if not user.check_password(PASSWORD):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return user


def sign_in(client: Client, user: User) -> Any:
    return client.post(SIGN_IN, {"login": with_password(user).email, "password": PASSWORD})


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def add_app(client: Client) -> tuple[str, list[str]]:
    """Add an app by the pages; its secret, and the recovery codes that are shown."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get(f"{FACTORS}totp/activate/").content.decode()
    found = re.search(r'value="([A-Z2-7]{32})"', page)
    assert found is not None
    answer = client.post(f"{FACTORS}totp/activate/", {"code": code_of(found[1])}, follow=True)
    assert answer.status_code == 200
    codes = client.get(f"{FACTORS}recovery-codes/").content.decode()
    return found[1], re.findall(r"\b\d{8}\b", codes)


def is_in(client: Client) -> bool:
    return client.get(reverse("tokens")).status_code == 200


def test_code_of_the_app_is_asked_at_the_next_sign_in(facilitator: User) -> None:
    browser = Client()
    sign_in(browser, facilitator)
    secret, codes = add_app(browser)
    assert len(codes) == 10
    other = Client()
    answer = sign_in(other, facilitator)
    assert answer["Location"].startswith(f"{FACTORS}authenticate/")
    assert not is_in(other)
    other.post(f"{FACTORS}authenticate/", {"code": "000000"})
    assert not is_in(other)
    other.post(f"{FACTORS}authenticate/", {"code": codes[0]})
    assert is_in(other)
    # A recovery code opens once.
    third = Client()
    sign_in(third, facilitator)
    third.post(f"{FACTORS}authenticate/", {"code": codes[0]})
    assert not is_in(third)
    assert secret not in third.get(f"{FACTORS}authenticate/").content.decode()


@pytest.mark.parametrize(("setting", "told"), [("asked", True), ("off", False)])
def test_facilitator_is_asked_for_one_and_others_are_not(
    programme: Programme, facilitator: User, trader: User, settings: Settings, setting: str, told: bool
) -> None:
    settings.SECOND_FACTOR = setting
    asks = b"Protect it by a second factor"
    browser = Client()
    page = browser.get(sign_in(browser, facilitator)["Location"])
    assert (asks in page.content) is told
    browser = Client()
    assert asks not in browser.get(sign_in(browser, trader)["Location"]).content


def test_where_it_is_required_nothing_opens_without(
    programme: Programme, facilitator: User, trader: User, settings: Settings
) -> None:
    settings.SECOND_FACTOR = "required"
    browser = Client()
    sign_in(browser, facilitator)
    for page in ("/", reverse("tokens"), reverse("programme", args=[programme.slug]), "/admin/"):
        assert browser.get(page)["Location"] == FACTORS, page
    refused = browser.get("/api/v1/listings/")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_required")
    assert b"signs in by a second factor here" in browser.get("/", follow=True).content
    add_app(browser)
    assert is_in(browser)
    assert browser.get("/api/v1/listings/").status_code == 200
    # Whoever runs nothing needs none; nor do strangers, nor the systems of those who have one.
    assert Client().get("/").status_code == 200
    browser = Client()
    sign_in(browser, trader)
    assert is_in(browser)
    _token, secret = create_api_token(actor=facilitator, name="ERP")
    asked = Client().get("/api/v1/listings/", HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert asked.status_code == 200


def test_staff_needs_it_as_well(trader: User, settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"
    User.objects.filter(pk=trader.pk).update(is_staff=True)
    browser = Client()
    sign_in(browser, trader)
    assert browser.get("/admin/")["Location"] == FACTORS


def test_passkey_is_offered_and_its_scripts_are_our_own(client: Client, db: None) -> None:
    page = client.get(SIGN_IN).content.decode()
    assert 'id="passkey_login"' in page
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', page)
    assert [script for script in scripts if "webauthn" in script]
    assert all(script.startswith("/static/") for script in scripts)
    # Hashed names are made of every file: a map that is not there would end the build of the image.
    text = b"".join(client.get("/static/mfa/js/webauthn-json.js"))
    assert len(text) > 5000
    assert b"sourceMappingURL" not in text
    challenge = client.get("/accounts/2fa/webauthn/login/", HTTP_X_REQUESTED_WITH="XMLHttpRequest").json()[
        "request_options"
    ]["publicKey"]
    assert challenge["rpId"] == "testserver"
    assert len(challenge["challenge"]) >= 43


def test_sessions_are_listed_and_the_others_ended(trader: User) -> None:
    here, there = Client(HTTP_USER_AGENT="Here/1"), Client(HTTP_USER_AGENT="There/2")
    for browser in (there, here):
        sign_in(browser, trader)
    page = here.get(SESSIONS).content.decode()
    assert ("Here/1" in page, "There/2" in page) == (True, True)
    here.post(SESSIONS)
    assert (is_in(here), is_in(there)) == (True, False)
    page = here.get(SESSIONS).content.decode()
    assert ("There/2" in page, "Nowhere else." in page) == (False, True)


def change_address(browser: Client, new: str) -> Any:
    return browser.post("/accounts/email/", {"action_add": "", "email": new})


def test_new_address_needs_the_password_and_the_old_one_is_told(trader: User) -> None:
    browser = Client()
    # Signed in, and the password was not said for a while.
    browser.force_login(with_password(trader), backend="django.contrib.auth.backends.ModelBackend")
    asked = change_address(browser, "new@example.org")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert not EmailAddress.objects.filter(email="new@example.org").exists()
    browser.post("/accounts/reauthenticate/", {"password": "not-the-password"})
    change_address(browser, "new@example.org")
    assert not EmailAddress.objects.filter(email="new@example.org").exists()
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    change_address(browser, "new@example.org")
    EmailAddress.objects.filter(email="new@example.org").update(verified=True)
    mail.outbox.clear()
    browser.post("/accounts/email/", {"action_primary": "", "email": "new@example.org"})
    [told] = mail.outbox
    assert told.to == [trader.email]
    assert "new@example.org" in told.body
    trader.refresh_from_db()
    assert trader.email == "new@example.org"


@pytest.mark.parametrize(
    "password",
    [
        "password2026", "Passwort!!2026", "P@ssw0rd12345", "Loopyard2026!", "l00py4rd-123", "Willkommen2026",
        "asnæs2026!!", "Asnæs-Power-1", "Sommer2026!!", "qwertz123456", "1234567890", "iloveyou!!!!",
        "trader-example", "admin!admin!1",
    ],
)  # fmt: skip
def test_password_that_somebody_would_try_is_refused(trader: User, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, trader)


@pytest.mark.parametrize(
    "password",
    [
        "quartz-lantern-77",
        "a-long-test-password",
        "correct horse battery",
        "dritte Laterne im Mai",
        "x7#kQ9!mzP2w",
    ],
)
def test_password_of_its_own_is_taken(trader: User, password: str) -> None:
    validate_password(password, trader)


def test_name_of_the_operator_is_obvious_and_of_others_is_not(settings: Settings, db: None) -> None:
    validator = ObviousPasswordValidator()
    validator.validate("Hafenring-2026")
    settings.OPERATOR_NAME = "Hafenring e.V."
    with pytest.raises(ValidationError, match="easy to guess"):
        validator.validate("Hafenring-2026")
