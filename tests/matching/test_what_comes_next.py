"""In every state the page of a match says what comes next, to everybody who may see it."""

import pytest
from django.urls import reverse

from accounts.models import User
from listings.services.listings import pause_listing
from matching.models import Match
from matching.services.refresh import refresh_matches
from matching.services.reviews import approve_match, dismiss_match
from tests.matching.pages import ClientOf, text_of

pytestmark = pytest.mark.django_db


def test_proposed_match_tells_its_parties_what_comes_next_and_its_facilitator_nothing_beside_the_buttons(
    ash_match: Match, facilitator: User, seller: User, client_of: ClientOf
) -> None:
    path, head = reverse("match", args=[ash_match.pk]), 'aria-label="What comes next"'
    assert head in text_of(client_of(seller).get(path))
    page = text_of(client_of(facilitator).get(path))
    assert head not in page
    assert "Approve" in page


def test_viewer_of_an_approved_match_is_told_who_takes_it_up(
    ash_match: Match, facilitator: User, viewer: User, seller: User, client_of: ClientOf
) -> None:
    path = reverse("match", args=[ash_match.pk])
    approve_match(actor=facilitator, match=ash_match)
    page = text_of(client_of(viewer).get(path))
    assert "whoever trades for your organization can take it up" in page
    assert f'href="{reverse("organization")}"' in page
    assert "Say that you are interested" in text_of(client_of(seller).get(path))


def test_approved_match_that_no_longer_fits_leads_to_what_fits(
    ash_match: Match, facilitator: User, seller: User, buyer: User, client_of: ClientOf
) -> None:
    approve_match(actor=facilitator, match=ash_match)
    pause_listing(actor=seller, listing=ash_match.offer)
    refresh_matches(listing_id=ash_match.offer_id)
    path = reverse("match", args=[ash_match.pk])
    page = text_of(client_of(buyer).get(path))
    assert "Nothing can be begun on it now." in page
    assert f'<a href="{reverse("my_matches")}">What fits your listings now' in page
    page = text_of(client_of(facilitator).get(path))
    assert f'<a href="{reverse("review")}">To what waits for your review' in page


def test_dismissed_match_can_be_taken_back(ash_match: Match, facilitator: User, client_of: ClientOf) -> None:
    dismiss_match(actor=facilitator, match=ash_match, reason="known")
    page = text_of(client_of(facilitator).get(reverse("match", args=[ash_match.pk])))
    assert reverse("match_take_back", args=[ash_match.pk]) in page
