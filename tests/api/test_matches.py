"""Matches over REST."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Programme, User
from listings.models import Disclosure
from listings.services import pause_listing
from matching.engine import PARTS
from matching.models import Match, MatchState
from matching.services import refresh_matches
from tests.api.conftest import ApiOf, errors_of
from tests.conftest import MakeListing


@pytest.fixture
def match(make_offer: MakeListing, make_request: MakeListing, programme: Programme) -> Match:
    """12,000 t of fly ash a year, offered and sought, as the engine finds it."""
    offer = make_offer(disclosure=Disclosure.ANONYMOUS, price=Decimal("-5"))
    make_request(quantity=Decimal(10_000))
    refresh_matches(listing_id=offer.pk)
    return Match.objects.get()


def found(api: Any, query: str = "") -> list[int]:
    return [row["id"] for row in api.get(f"matches/?{query}").json()["results"]]


def test_match_says_why_with_numbers_and_units(api_of: ApiOf, match: Match, buyer: User) -> None:
    document = api_of(buyer).get(f"matches/{match.pk}/").json()
    assert document["score"] == match.score
    assert list(document["parts"]) == list(PARTS)
    assert document["parts"] == match.parts
    assert (document["amount_per_year"], document["unit"]) == ("10000", "t")
    assert document["covered_share"] == 1
    assert document["assumptions"] == match.assumptions
    assert document["benefit_eur_per_year"] == str(match.benefit_eur_per_year)
    assert document == api_of(buyer).get("matches/").json()["results"][0]


def test_anonymous_party_stays_so_until_it_discloses(
    api_of: ApiOf, match: Match, buyer: User, seller: User, facilitator: User
) -> None:
    offer = api_of(buyer).get(f"matches/{match.pk}/").json()["offer"]
    assert (offer["party_name"], offer["identity_known"]) == (match.offer.code_name, False)
    for reader in (seller, facilitator):
        document = api_of(reader).get(f"matches/{match.pk}/").json()
        assert document["offer"]["party_name"] == "Asnæs power station"


def test_parties_and_their_facilitator_see_a_match_and_nobody_else(
    api_of: ApiOf, match: Match, viewer: User, buyer: User, facilitator: User, stranger: User
) -> None:
    for reader in (viewer, buyer, facilitator):
        assert found(api_of(reader)) == [match.pk]
    assert found(api_of(stranger)) == []
    assert api_of(stranger).get(f"matches/{match.pk}/").status_code == 404
    assert api_of(None).get("matches/").status_code == 401


def test_facilitator_approves_and_parties_see_it(
    api_of: ApiOf, match: Match, facilitator: User, buyer: User
) -> None:
    api = api_of(facilitator)
    approved = api.post(f"matches/{match.pk}/approve/", {"remark": "Call Asnæs first."}).json()
    assert (approved["state"], approved["review"]["remark"]) == ("approved", "Call Asnæs first.")
    seen = api_of(buyer).get(f"matches/{match.pk}/").json()
    assert (seen["state"], seen["can_review"], seen["review"]) == ("approved", False, None)
    assert api.post(f"matches/{match.pk}/approve/").json()["code"] == "approved_already"
    match.refresh_from_db()
    assert match.reviewed_by == facilitator


def test_dismissed_match_vanishes_for_the_parties(
    api_of: ApiOf, match: Match, facilitator: User, buyer: User
) -> None:
    api = api_of(facilitator)
    assert list(errors_of(api.post(f"matches/{match.pk}/dismiss/"))) == ["reason"]
    assert list(errors_of(api.post(f"matches/{match.pk}/dismiss/", {"reason": "other"}))) == ["remark"]
    assert list(errors_of(api.post(f"matches/{match.pk}/dismiss/", {"reason": "mood"}))) == ["reason"]
    dismissed = api.post(f"matches/{match.pk}/dismiss/", {"reason": "known"}).json()
    assert (dismissed["state"], dismissed["review"]["reason"]) == ("dismissed", "known")
    assert api_of(buyer).get(f"matches/{match.pk}/").status_code == 404
    assert found(api, "state=dismissed") == [match.pk]


def test_party_cannot_review(api_of: ApiOf, match: Match, buyer: User, stranger: User) -> None:
    assert api_of(buyer).post(f"matches/{match.pk}/approve/").status_code == 403
    assert api_of(stranger).post(f"matches/{match.pk}/approve/").status_code == 404
    match.refresh_from_db()
    assert match.state == MatchState.PROPOSED


def test_match_whose_offer_is_paused_cannot_be_approved(
    api_of: ApiOf, match: Match, facilitator: User, seller: User
) -> None:
    pause_listing(actor=seller, listing=match.offer)
    response = api_of(facilitator).post(f"matches/{match.pk}/approve/")
    assert (response.status_code, response.json()["code"]) == (409, "stale")


def test_filters_narrow_by_listing_and_role(
    api_of: ApiOf, match: Match, buyer: User, facilitator: User
) -> None:
    assert found(api_of(buyer), f"listing={match.offer_id}") == [match.pk]
    assert found(api_of(buyer), "listing=999999999") == []
    assert found(api_of(buyer), "listing=9999999999999999999999") == []
    assert found(api_of(buyer), "role=party") == [match.pk]
    assert found(api_of(buyer), "role=reviewer") == []
    assert found(api_of(facilitator), "role=reviewer") == [match.pk]
    assert list(errors_of(api_of(buyer).get("matches/?listing=1.5"))) == ["listing"]


def test_page_of_matches_takes_a_fixed_number_of_queries(
    api_of: ApiOf, match: Match, buyer: User, make_offer: MakeListing, django_assert_max_num_queries: Any
) -> None:
    api = api_of(buyer)
    with django_assert_max_num_queries(9) as one:
        assert len(found(api)) == 1
    for _count in range(3):
        refresh_matches(listing_id=make_offer().pk)
    with django_assert_max_num_queries(len(one)):
        assert len(found(api)) == 4
