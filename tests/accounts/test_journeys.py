"""Whole ways through the pages, as a browser without scripts goes them."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.cache import cache as redis_cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Membership, Organization, Role, Site, User
from tests.conftest import PASSWORD, make_user

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


def path_in_letter(start: str) -> str:
    """The path of the link in the last letter."""
    found = re.search(rf"https?://[^/\s]+(/{start}/\S+)", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def sign_up(browser: Client, email: str, next_path: str = "") -> None:
    data = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    browser.post(reverse("account_signup"), data | ({"next": next_path} if next_path else {}))


def sign_in(browser: Client, email: str, next_path: str = "") -> str:
    """Sign in; return where one is led."""
    data = {"login": email, "password": PASSWORD} | ({"next": next_path} if next_path else {})
    answer = browser.post(reverse("account_login"), data)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_first_morning_from_sign_up_to_the_listing_form() -> None:
    browser = Client()
    sign_up(browser, "new@example.org")
    # Before the address is verified there is no way in.
    assert "confirm" in sign_in(browser, "new@example.org")
    assert browser.get(reverse("organization"))["Location"].startswith(reverse("account_login"))

    confirm = path_in_letter("accounts")
    assert browser.get(confirm).status_code == 200
    browser.post(confirm)
    browser = Client()
    assert sign_in(browser, "new@example.org") == reverse("organization_new")

    founded = browser.post(reverse("organization_new"), {"name": "Glassworks", "currency": "EUR"})
    assert founded["Location"] == reverse("site_new")
    assert "What you offer or need" in browser.get(reverse("site_new")).content.decode()
    placed = browser.post(reverse("site_new"), {"name": "Furnace hall", "town": "Linz, Austria"})
    assert placed["Location"] == reverse("typical")

    site = Site.objects.get()
    assert (site.organization.name, site.town, site.country) == ("Glassworks", "Linz", "AT")
    assert round(site.latitude, 1) == 48.3
    assert Membership.objects.get().role == Role.OWNER
    assert "Furnace hall" in browser.get(reverse("organization")).content.decode()
    assert sign_in(Client(), "new@example.org") == reverse("home")


def link_in(page: str, start: str) -> str:
    """The path of the first link of a page that begins so."""
    found = re.search(rf'href="(?:https?://[^/"]+)?({start}[^"]*)"', page)
    assert found, page
    return found[1]


def test_whoever_signs_up_without_a_mail_server_is_one_click_from_the_letter_and_then_signed_in(
    settings: Settings,
) -> None:
    settings.SHOW_LETTERS = True
    browser = Client()
    sign_up(browser, "new@example.org")
    sent = browser.get(reverse("account_email_verification_sent")).content.decode()
    letters = browser.get(link_in(sent, reverse("letters"))).content.decode()
    confirmed = browser.post(link_in(letters, "/accounts/confirm-email/"))
    assert confirmed["Location"] == reverse("organization_new")
    assert browser.get(reverse("organization_new")).status_code == 200
    # Another browser reads nobody's letters.
    assert "confirm-email" not in Client().get(reverse("letters")).content.decode()


def test_letters_of_accounts_that_are_somebodys_already_are_shown_to_nobody(
    settings: Settings, seller: User
) -> None:
    settings.SHOW_LETTERS = True
    browser = Client()
    sign_up(browser, seller.email)
    assert "href" in browser.get(reverse("account_email_verification_sent")).content.decode()
    browser.post(reverse("account_reset_password"), {"email": seller.email})
    page = browser.get(reverse("letters")).content.decode()
    assert "/accounts/confirm-email/" not in page
    assert "/accounts/password/reset/" not in page


def test_with_a_mail_server_no_letter_is_on_any_page(settings: Settings) -> None:
    settings.SHOW_LETTERS = False
    browser = Client()
    sign_up(browser, "new@example.org")
    page = browser.get(reverse("account_email_verification_sent")).content.decode()
    assert f'href="{reverse("letters")}"' not in page
    assert browser.get(reverse("letters")).status_code == 404


def test_letter_is_sent_again_on_asking_but_not_over_and_over(mailoutbox: list[EmailMessage]) -> None:
    browser = Client()
    sign_up(browser, "new@example.org")
    sent = browser.get(reverse("account_email_verification_sent")).content.decode()
    assert f'action="{reverse("letter_again")}"' in sent
    browser.post(reverse("letter_again"))
    assert len(mailoutbox) == 1, "one left a moment ago"
    redis_cache.clear()  # as three minutes later
    assert browser.post(reverse("letter_again"))["Location"] == reverse("account_email_verification_sent")
    assert [letter.to for letter in mailoutbox] == [["new@example.org"]] * 2
    assert Client().post(reverse("letter_again"))["Location"].startswith(reverse("account_login"))


@pytest.mark.django_db(transaction=True)
def test_invited_colleague_lands_on_the_invitation_after_confirming(
    asnaes: Organization, seller: User, client_of: ClientOf
) -> None:
    link = invite(client_of(seller), "colleague@example.org", "trader")
    browser = Client()
    browser.get(link)
    sign_up(browser, "colleague@example.org", next_path=link)
    assert browser.post(path_in_letter("accounts"))["Location"] == link
    assert "Accept" in browser.get(link).content.decode()


def invite(owner: Client, email: str, role: str) -> str:
    answer = owner.post(reverse("member_invite"), {"email": email, "role": role})
    assert answer["Location"] == reverse("organization")
    return path_in_letter("invitations")


@pytest.mark.django_db(transaction=True)
def test_invited_colleague_signs_up_joins_and_trades(
    asnaes: Organization, seller: User, client_of: ClientOf
) -> None:
    link = invite(client_of(seller), "colleague@example.org", "trader")
    browser = Client()
    page = browser.get(link).content.decode()
    assert "Asnæs power station" in page
    assert f"{reverse('account_signup')}?next={link}" in page
    assert browser.post(link).status_code == 200, "nobody is signed in: nothing happens"
    assert not Membership.objects.filter(user__email="colleague@example.org").exists()

    sign_up(browser, "colleague@example.org", next_path=link)
    browser.post(path_in_letter("accounts"))
    assert sign_in(browser, "colleague@example.org", next_path=link) == link
    assert browser.post(link)["Location"] == reverse("organization")
    assert "You now act for Asnæs power station" in browser.get(reverse("organization")).content.decode()
    assert Membership.objects.get(user__email="colleague@example.org").role == Role.TRADER
    # The link worked once.
    assert browser.get(link).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_invitation_shows_another_person_the_way_and_no_more(
    asnaes: Organization, seller: User, stranger: User, client_of: ClientOf
) -> None:
    link = invite(client_of(seller), "colleague@example.org", "owner")
    other = client_of(stranger)
    assert reverse("account_logout") in other.get(link).content.decode()
    assert other.post(link).status_code == 409
    assert not Membership.objects.filter(user=stranger).exists()


@pytest.mark.django_db(transaction=True)
def test_withdrawn_used_and_unknown_invitations_answer_alike(
    asnaes: Organization, seller: User, client_of: ClientOf
) -> None:
    owner = client_of(seller)
    used = invite(owner, "colleague@example.org", "viewer")
    client_of(make_user("colleague@example.org")).post(used)
    withdrawn = invite(owner, "other@example.org", "viewer")
    invitation = asnaes.invitations.get(email="other@example.org")
    owner.post(reverse("invitation_withdraw", args=[invitation.pk]))
    unknown = reverse("invitation", args=["never-made"])
    answers = [Client().get(path) for path in (used, withdrawn, unknown)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_person_with_an_open_invitation_is_told_before_founding(
    asnaes: Organization, seller: User, client_of: ClientOf
) -> None:
    client_of(seller).post(reverse("member_invite"), {"email": "new@example.org", "role": "viewer"})
    page = client_of(make_user("new@example.org")).get(reverse("organization_new")).content.decode()
    assert "Asnæs power station</strong> has invited you" in page


def test_facilitator_without_an_organization_is_led_home_not_to_founding(
    facilitator: User, programme: object
) -> None:
    assert sign_in(Client(), facilitator.email) == reverse("home")
