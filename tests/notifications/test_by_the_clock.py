"""New matches, deadlines and expiries: told by a job, each once, however much there is."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from listings.models import Listing, Side
from matching.models import Match, MatchState
from notifications.models import Letter, Mark, Notification, Preference
from notifications.tasks import tell_deadlines, tell_new_matches
from notifications.words import title_of
from tests.conftest import list_it, make_terms
from tests.notifications.deeds import World
from tests.trading.conftest import make_bid_terms, pass_deadline
from trading.models import Bid
from trading.services.tenders import open_tender, place_sealed_bid

pytestmark = pytest.mark.django_db


def stored(offers: list[Listing], requests: list[Listing], **changes: Any) -> list[Match]:
    """Store a match of every pair, as a run of the engine does: no event tells of it."""
    values: dict[str, Any] = {
        "score": 0.8,
        "part_resource": 1,
        "part_distance": 0.9,
        "part_season": 1,
        "distance_km": 40.0,
        "limited_by": 0,
        "treatment_steps": 0,
        "state": MatchState.PROPOSED,
    }
    return Match.objects.bulk_create(
        Match(offer=offer, request=request, **(values | changes)) for offer in offers for request in requests
    )


def offers(world: World, count: int) -> list[Listing]:
    return [world.offer(title=f"Ash {number}") for number in range(count)]


def requests(world: World, count: int) -> list[Listing]:
    seller, site = world.people["stranger"], world.elsewhere_site
    return [list_it(seller, make_terms(Side.REQUEST, site, title=f"Need {n}")) for n in range(count)]


def told_to(person: User) -> list[tuple[str, str]]:
    found = Notification.objects.filter(person=person).order_by("pk")
    return [(title_of(each), each.address) for each in found]


# --- new matches --------------------------------------------------------------------------------------------
def test_matches_of_one_listing_are_one_thing_told_to_both_organizations(world: World) -> None:
    [ash] = offers(world, 1)
    stored([ash], requests(world, 3))
    assert tell_new_matches() == 4, "three members of Asnæs, one of the other"
    seller, stranger = world.people["seller"], world.people["stranger"]
    assert told_to(seller) == [("3 new matches for Ash 0", reverse("listing_matches", args=[ash.pk]))]
    assert told_to(stranger) == [("3 new matches for 3 of your listings", reverse("my_matches"))]
    assert told_to(world.people["buyer"]) == told_to(world.people["facilitator"]) == []
    assert tell_new_matches() == 0
    assert Notification.objects.count() == 4


def test_a_days_matches_grow_in_one_thing_that_is_unread_again(world: World) -> None:
    seller = world.people["seller"]
    Preference.objects.create(person=seller, kind="match", channel="at_once")
    [first, second] = offers(world, 2)
    needs = requests(world, 2)
    stored([first], needs[:1])
    tell_new_matches()
    Notification.objects.update(read_at=timezone.now())
    assert Letter.objects.filter(person=seller).count() == 1
    stored([second], needs)
    tell_new_matches()
    [told] = Notification.objects.filter(person=seller)
    assert title_of(told) == "3 new matches for 2 of your listings"
    assert told.read_at is None
    assert Letter.objects.filter(person=seller).count() == 2


def test_what_is_retired_dismissed_or_old_is_no_news(world: World) -> None:
    needs = requests(world, 4)
    ash = offers(world, 4)
    stored(ash[:1], needs[:1], fits=False, state=MatchState.RETIRED)
    stored(
        ash[1:2],
        needs[1:2],
        state=MatchState.DISMISSED,
        reason="known",
        reviewed_by=world.people["facilitator"],
        reviewed_at=timezone.now(),
    )
    stored(ash[2:3], needs[2:3], created_at=timezone.now() - timedelta(days=3))
    assert tell_new_matches() == 0


def test_organization_without_members_costs_nothing(world: World) -> None:
    world.elsewhere_site.organization.memberships.all().delete()
    stored(offers(world, 1), requests_of_nobody(world))
    tell_new_matches()
    assert set(Notification.objects.values_list("person__name", flat=True)) == {"Seller", "Trader", "Viewer"}


def requests_of_nobody(world: World) -> list[Listing]:
    return [list_it(world.people["stranger"], make_terms(Side.REQUEST, world.elsewhere_site))]


def test_a_hundred_matches_cost_as_many_queries_as_one(world: World) -> None:
    ash, needs = offers(world, 10), requests(world, 10)
    stored(ash[:1], needs[:1])
    with CaptureQueriesContext(connection) as one:
        tell_new_matches()
    Notification.objects.all().delete()
    Match.objects.all().delete()
    stored(ash, needs)
    with CaptureQueriesContext(connection) as hundred:
        tell_new_matches()
    assert len(hundred) <= len(one)
    assert Notification.objects.count() == 4
    assert told_to(world.people["seller"])[0][0] == "100 new matches for 10 of your listings"


def test_mark_passes_only_what_no_open_transaction_can_precede(world: World) -> None:
    matches = stored(offers(world, 1), requests(world, 2))
    tell_new_matches()
    mark = Mark.objects.get()
    assert (mark.passed_pk, mark.ahead_pk) == (0, matches[-1].pk)
    tell_new_matches()
    assert Mark.objects.get().passed_pk == 0, "a longer transaction may still be going on"
    Mark.objects.update(ahead_at=timezone.now() - timedelta(hours=1))
    tell_new_matches()
    assert Mark.objects.get().passed_pk == matches[-1].pk


# --- deadlines and expiries ---------------------------------------------------------------------------------
@pytest.fixture
def bid(world: World) -> Bid:
    """To be answered within two days."""
    return world.bid(expires_at=timezone.now() + timedelta(hours=48))


def test_bid_that_runs_out_is_told_to_whoever_answers_once(bid: Bid, world: World) -> None:
    assert tell_deadlines() == 0
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE trading_bid DISABLE TRIGGER trading_bid_terms_kept")
        Bid.objects.filter(pk=bid.pk).update(expires_at=Now() + timedelta(hours=20))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE trading_bid ENABLE TRIGGER trading_bid_terms_kept")
    assert [tell_deadlines(), tell_deadlines()] == [2, 0]
    told = Notification.objects.filter(told="bid.runs_out")
    assert {each.person.name for each in told} == {"Seller", "Trader"}
    assert title_of(told[0]).startswith("Bid runs out ")
    assert title_of(told[0]).endswith("UTC: Coal fly ash")


def test_tender_that_is_over_is_told_to_its_owner_not_before(world: World) -> None:
    tender = open_tender(
        actor=world.people["seller"], listing=world.offer(), deadline=timezone.now() + timedelta(days=2)
    )
    place_sealed_bid(
        actor=world.people["buyer"], tender=tender, organization=world.cement_works, terms=make_bid_terms()
    )
    assert tell_deadlines() == 0
    pass_deadline(tender)
    assert [tell_deadlines(), tell_deadlines()] == [3, 0]
    assert told_to(world.people["seller"]) == [
        ("Tender is over, its bids can be opened: Coal fly ash", reverse("tender", args=[tender.pk]))
    ]
    assert told_to(world.people["facilitator"]) == []


def test_listing_that_ends_within_a_week_is_told_to_its_organization_once(world: World) -> None:
    today = timezone.now().date()
    soon = world.offer(title="Soon", available_until=today + timedelta(days=7), quantity=Decimal(5))
    world.offer(title="Later", available_until=today + timedelta(days=8), quantity=Decimal(6))
    assert [tell_deadlines(), tell_deadlines()] == [3, 0]
    [(title, address)] = told_to(world.people["seller"])
    assert title.startswith("Listing ends ")
    assert title.endswith(": Soon")
    assert address == reverse("listing", args=[soon.pk])
