"""What comes next for a proposed match, and how a party says that it is interested."""

import pytest
from django.urls import reverse

from accounts.models import Organization, Programme, User
from common.errors import Conflict, Forbidden
from events.models import Event, Job
from matching.access import may_be_taken_up
from matching.models import Match, MatchInterest, MatchState
from matching.services.interests import note_interest, take_back_interest
from matching.services.reviews import approve_match, dismiss_match
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing
from tests.matching.pages import ClientOf, text_of
from trading import tasks
from trading.models import Stage, Synergy

pytestmark = pytest.mark.django_db


@pytest.fixture
def unreviewed(make_offer: MakeListing, make_request: MakeListing) -> Match:
    """A match of two organizations that are in no programme."""
    make_offer()
    make_request(resource="fly-ash")
    refresh_all_matches()
    return Match.objects.get()


# --- nobody to review it ------------------------------------------------------------------------------------
def test_match_outside_programmes_says_so_and_is_taken_up_by_either_side(
    unreviewed: Match, seller: User, buyer: User, client_of: ClientOf
) -> None:
    page, interest = (reverse(name, args=[unreviewed.pk]) for name in ("match", "match_interest"))
    for user in (seller, buyer):
        shown = text_of(client_of(user).get(page))
        assert "Nobody has to approve it first" in shown
        assert interest in shown
    client_of(buyer).post(interest)
    synergy = Synergy.objects.get()
    assert (synergy.stage, synergy.introduced) == (Stage.IDEA, False)
    client_of(seller).post(interest)
    synergy.refresh_from_db()
    assert (synergy.stage, synergy.introduced) == (Stage.DISCUSSION, True)


@pytest.mark.parametrize("state", [MatchState.DISMISSED, MatchState.RETIRED])
def test_match_that_was_taken_out_is_not_taken_up(unreviewed: Match, state: MatchState) -> None:
    unreviewed.state = state
    assert not may_be_taken_up(unreviewed)


def test_match_that_no_longer_fits_is_not_taken_up(unreviewed: Match) -> None:
    unreviewed.fits = False
    assert not may_be_taken_up(unreviewed)


def test_programme_without_a_facilitator_reviews_nothing(
    unreviewed: Match, asnaes: Organization, facilitator: User
) -> None:
    programme = Programme.objects.create(name="Alone", slug="alone")
    programme.organizations.add(asnaes)
    assert may_be_taken_up(unreviewed)
    programme.facilitators.add(facilitator)
    assert not may_be_taken_up(unreviewed)


# --- a facilitator has the next word ------------------------------------------------------------------------
def test_proposed_match_says_who_reviews_it_and_takes_the_interest_of_a_party(
    ash_match: Match, seller: User, viewer: User, facilitator: User, client_of: ClientOf
) -> None:
    page, note = (reverse(name, args=[ash_match.pk]) for name in ("match", "match_note_interest"))
    shown = text_of(client_of(seller).get(page))
    assert "a facilitator of Zealand network looks at it" in shown
    assert note in shown
    assert note not in text_of(client_of(viewer).get(page))
    assert note not in text_of(client_of(facilitator).get(page))
    client_of(seller).post(note)
    assert not Synergy.objects.exists()
    shown = text_of(client_of(seller).get(page))
    assert "the deal opens by itself" in shown
    assert reverse("match_take_back_interest", args=[ash_match.pk]) in shown
    assert note not in shown
    [event] = Event.objects.filter(kind="match.interest_noted")
    assert event.data == {"by": "offer"}


def test_other_programmes_are_not_named(
    ash_match: Match, buyer: User, asnaes: Organization, facilitator: User, client_of: ClientOf
) -> None:
    secret = Programme.objects.create(name="Secret circle", slug="secret")
    secret.organizations.add(asnaes)
    secret.facilitators.add(facilitator)
    assert "Secret circle" not in text_of(client_of(buyer).get(reverse("match", args=[ash_match.pk])))


def test_approval_opens_the_deal_of_those_who_were_interested(
    ash_match: Match, seller: User, buyer: User, facilitator: User
) -> None:
    note_interest(actor=seller, match=ash_match, organization=ash_match.offer.organization)
    approve_match(actor=facilitator, match=ash_match)
    _take_up()
    synergy = Synergy.objects.get()
    assert (synergy.stage, synergy.opened_by, synergy.introduced) == (Stage.IDEA, seller, False)
    _take_up()
    assert Synergy.objects.count() == 1


def test_approval_introduces_two_who_were_both_interested(
    ash_match: Match, seller: User, buyer: User, facilitator: User
) -> None:
    note_interest(actor=seller, match=ash_match, organization=ash_match.offer.organization)
    note_interest(actor=buyer, match=ash_match, organization=ash_match.request.organization)
    approve_match(actor=facilitator, match=ash_match)
    _take_up()
    assert Synergy.objects.get().stage == Stage.DISCUSSION


def test_approval_opens_nothing_where_nobody_was_interested_or_took_it_back(
    ash_match: Match, seller: User, facilitator: User
) -> None:
    note_interest(actor=seller, match=ash_match, organization=ash_match.offer.organization)
    take_back_interest(actor=seller, match=ash_match, organization=ash_match.offer.organization)
    approve_match(actor=facilitator, match=ash_match)
    _take_up()
    assert not Synergy.objects.exists()


def _take_up() -> None:
    tasks.take_up_interest(Job.objects.get(task="trading.tasks.take_up_interest").pk)


@pytest.mark.parametrize("review", [approve_match, dismiss_match])
def test_interest_in_a_reviewed_match_is_refused(
    ash_match: Match, seller: User, facilitator: User, review: object
) -> None:
    if review is approve_match:
        approve_match(actor=facilitator, match=ash_match)
    else:
        dismiss_match(actor=facilitator, match=ash_match, reason="known")
    with pytest.raises(Conflict) as refusal:
        note_interest(actor=seller, match=ash_match, organization=ash_match.offer.organization)
    assert refusal.value.code == "not_proposed"


def test_interest_is_noted_once_and_taken_back_once(ash_match: Match, seller: User, stranger: User) -> None:
    party = ash_match.offer.organization
    note_interest(actor=seller, match=ash_match, organization=party)
    with pytest.raises(Conflict) as refusal:
        note_interest(actor=seller, match=ash_match, organization=party)
    assert refusal.value.code == "already_interested"
    take_back_interest(actor=seller, match=ash_match, organization=party)
    with pytest.raises(Conflict) as refusal:
        take_back_interest(actor=seller, match=ash_match, organization=party)
    assert refusal.value.code == "not_interested"
    assert not MatchInterest.objects.exists()


def test_interest_of_others_is_refused(ash_match: Match, stranger: User, elsewhere: Organization) -> None:
    with pytest.raises(Forbidden):
        note_interest(actor=stranger, match=ash_match, organization=elsewhere)
