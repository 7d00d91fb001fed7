"""Who can help: the facilitators of one's programmes by name, and whoever runs the exchange."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Programme, User
from accounts.selectors.helpers import Helper, helpers_for
from tests.conftest import MakeListing
from tests.exchange.test_health import check_deploy

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


def test_member_is_told_the_facilitators_of_their_programmes(
    seller: User, facilitator: User, programme: Programme
) -> None:
    assert helpers_for(seller) == [Helper(facilitator.name, "Zealand network", "facilitator@example.org")]
    assert helpers_for(seller)[0].url == "mailto:facilitator@example.org"


def test_others_are_told_of_no_facilitator(stranger: User, facilitator: User, programme: Programme) -> None:
    for user in (stranger, facilitator, AnonymousUser()):
        assert helpers_for(user) == []


def test_facilitator_who_has_left_is_not_named(seller: User, facilitator: User, programme: Programme) -> None:
    User.objects.filter(pk=facilitator.pk).update(is_active=False)
    assert helpers_for(seller) == []


@pytest.mark.parametrize(
    ("name", "contact", "helper", "url"),
    [
        ("", "help@example.org", "help@example.org", "mailto:help@example.org"),
        ("The park's office", "https://example.org/help", "The park's office", "https://example.org/help"),
    ],
)
def test_operator_is_named_to_everybody(
    settings: Settings, name: str, contact: str, helper: str, url: str
) -> None:
    settings.OPERATOR_NAME, settings.OPERATOR_CONTACT = name, contact
    [found] = helpers_for(AnonymousUser())
    assert (found.name, found.programme, found.url) == (helper, "", url)


def test_match_and_empty_pages_say_who_can_help(
    client_of: ClientOf, seller: User, programme: Programme, settings: Settings
) -> None:
    settings.OPERATOR_CONTACT = "help@example.org"
    for path in ("my_listings", "my_matches", "my_deals"):
        page = client_of(seller).get(reverse(path)).content.decode()
        assert 'href="mailto:facilitator@example.org"' in page, path
        assert 'href="mailto:help@example.org"' in page, path


def test_empty_search_says_who_can_help_to_who_is_not_signed_in(
    client: Client, make_offer: MakeListing, settings: Settings, programme: Programme
) -> None:
    settings.OPERATOR_CONTACT = "help@example.org"
    page = client.get("/browse/", {"q": "nothing-is-called-so"}).content.decode()
    assert 'href="mailto:help@example.org"' in page
    assert "facilitator@example.org" not in page


@pytest.mark.parametrize("contact", ["nobody", "ftp://example.org", "https://", "javascript:alert(1)"])
def test_contact_that_leads_nowhere_is_refused_at_the_start(contact: str) -> None:
    done = check_deploy(SITE_URL="https://exchange.example.org", OPERATOR_CONTACT=contact)
    assert done.returncode == 1
    assert "OPERATOR_CONTACT must be an e-mail address or a page" in done.stderr
