"""A programme's network as everybody may see it."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Programme, User
from listings.models import Disclosure, Listing
from matching.models import Match
from matching.selectors import network
from matching.selectors.network import programme_at_a_glance, programmes_at_a_glance
from matching.services.reviews import approve_match
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


@pytest.fixture
def approved(ash_match: Match, facilitator: User) -> Match:
    approve_match(actor=facilitator, match=ash_match)
    return ash_match


def test_page_draws_what_is_approved_between_open_listings_of_members(
    approved: Match, programme: Programme, client: Client
) -> None:
    glance = programme_at_a_glance(programme)
    assert (glance.listings, [flow.pk for flow in glance.flows]) == (2, [approved.pk])
    assert [(flow.giver, flow.what, flow.taker) for flow in glance.largest] == [
        ("Asnæs power station", "Coal fly ash", "Cement works")
    ]
    page = client.get(reverse("programme", args=[programme.slug])).content.decode()
    assert "Asnæs power station → Coal fly ash" in page
    assert 'data-source="#programme-network"' in page


@pytest.mark.parametrize("level", [Disclosure.ANONYMOUS, Disclosure.PROGRAMME, Disclosure.PRIVATE])
def test_what_is_not_open_is_on_no_picture_for_anybody(
    approved: Match,
    programme: Programme,
    client_of: ClientOf,
    seller: User,
    facilitator: User,
    level: Disclosure,
) -> None:
    Listing.objects.filter(pk=approved.offer_id).update(disclosure=level)
    assert programme_at_a_glance(programme).flows == []
    for user in (None, seller, facilitator):
        page = client_of(user).get(reverse("programme", args=[programme.slug])).content.decode()
        assert "programme-network" not in page


def test_flow_of_another_programme_is_not_of_this_one(approved: Match, programme: Programme) -> None:
    other = Programme.objects.create(name="Other network", slug="other-network")
    other.organizations.add(approved.offer.organization)
    assert programme_at_a_glance(other).flows == []


def test_what_is_only_proposed_between_companies_is_not_told(ash_match: Match, programme: Programme) -> None:
    assert programme_at_a_glance(programme).flows == []


def test_flows_beyond_those_drawn_are_counted(
    approved: Match, make_offer: MakeListing, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _each in range(2):
        copy = Match.objects.get(pk=approved.pk)
        copy.pk, copy._state.adding = None, True
        copy.offer = make_offer()
        copy.save()
    monkeypatch.setattr(network, "MOST_OF_PROGRAMME", 2)
    glance = programme_at_a_glance(programme)
    assert (len(glance.flows), glance.total) == (2, 3)


def test_list_of_programmes_draws_what_is_among_members_of_any_one(
    approved: Match, programme: Programme, client: Client
) -> None:
    empty = Programme.objects.create(name="Other network", slug="other-network")
    empty.organizations.add(approved.offer.organization)
    glance = programmes_at_a_glance()
    assert (glance.listings, [flow.pk for flow in glance.flows]) == (2, [approved.pk])
    page = client.get(reverse("programmes")).content.decode()
    figures = re.findall(r"<dt>([^<]+)</dt>\s*<dd[^>]*>(?:<[^>]+>)?\s*([\d,]+)", page)
    assert dict(figures) == {
        "programmes": "2",
        "organizations take part": "2",
        "open listings": "2",
        "flow among members, matched or documented": "1",
    }
    assert "Asnæs power station → Coal fly ash" in page
    assert 'data-source="#programme-network"' in page


@pytest.mark.parametrize("level", [Disclosure.ANONYMOUS, Disclosure.PROGRAMME, Disclosure.PRIVATE])
def test_list_of_programmes_draws_nothing_that_is_not_open(
    approved: Match, programme: Programme, client_of: ClientOf, facilitator: User, level: Disclosure
) -> None:
    Listing.objects.filter(pk=approved.offer_id).update(disclosure=level)
    for user in (None, facilitator):
        page = client_of(user).get(reverse("programmes")).content.decode()
        assert "programme-network" not in page


def test_list_of_programmes_draws_no_flow_between_two_that_share_none(
    approved: Match, programme: Programme
) -> None:
    other = Programme.objects.create(name="Other network", slug="other-network")
    programme.organizations.remove(approved.request.organization)
    other.organizations.add(approved.request.organization)
    assert programmes_at_a_glance().flows == []


def test_list_of_programmes_takes_as_many_queries_for_many(
    approved: Match, programme: Programme, client: Client
) -> None:
    def counted() -> int:
        client.get(reverse("programmes"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("programmes"))
        return len(captured)

    one = counted()
    for number in range(5):
        more = Programme.objects.create(name=f"Network {number}", slug=f"network-{number}")
        more.organizations.add(approved.offer.organization, approved.request.organization)
    assert counted() == one


def test_network_takes_as_many_queries_however_much_there_is(approved: Match, programme: Programme) -> None:
    with CaptureQueriesContext(connection) as captured:
        programme_at_a_glance(programme)
    # Listings, flows, and the qualities of both sides.
    assert len(captured) == 4
