"""Matches over REST."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Programme, Site, User
from listings.models import Disclosure
from listings.services.listings import pause_listing
from matching.engine import PARTS
from matching.models import Match, MatchState
from matching.services.refresh import refresh_matches
from tests.api.conftest import ApiOf, errors_of
from tests.conftest import MakeListing, make_crowds


@pytest.fixture
def match(
    make_offer: MakeListing, make_request: MakeListing, asnaes_site: Site, programme: Programme
) -> Match:
    """12,000 t of fly ash a year, offered and sought, as the engine finds it."""
    make_crowds()
    offer = make_offer(disclosure=Disclosure.ANONYMOUS, price=Decimal("-5"))
    for listing in (make_request(quantity=Decimal(10_000)), offer):
        refresh_matches(listing_id=listing.pk)
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
    assert (document["limited_by"], document["treatment_steps"], document["stale_reason"]) == (
        "sought",
        0,
        "",
    )
    assert document["related"] == ""
    assert Decimal(document["saved_t_per_year"]) == match.saved_t_per_year
    assert document["benefit_low_eur_per_year"] == str(match.benefit_low_eur_per_year)
    assert document["benefit_high_eur_per_year"] == str(match.benefit_high_eur_per_year)
    del document["explanation"], document["precedents"]
    assert document == api_of(buyer).get("matches/").json()["results"][0]


def test_one_match_says_what_its_numbers_rest_on(api_of: ApiOf, match: Match, buyer: User) -> None:
    found = api_of(buyer).get(f"matches/{match.pk}/").json()["explanation"]
    assumptions = {row["key"]: (row["value"], row["unit"]) for row in found["assumptions"]}
    assert assumptions["disposal_low"] == ("20", "EUR/t")
    assert assumptions["disposal_high"] == ("80", "EUR/t")
    assert assumptions["transport_cost_per_load"] == ("4", "EUR/t")
    assert assumptions["transport_cost_per_km"] == ("0.11", "EUR/t·km")
    for end, benefit in (("low", match.benefit_low_eur_per_year), ("high", match.benefit_high_eur_per_year)):
        assert found[f"benefit_{end}_eur_per_year"] == str(benefit)
        lines = sum(Decimal(line[f"{end}_eur_per_year"]) for line in found["benefit_lines"])
        assert lines == pytest.approx(benefit, abs=2)
    # 4 + 0.11 × 42.18 km to the middle of the cell are 8.64: from the ask of −5 to 10 − 8.64, from −80 to 55 − 8.64.
    assert found["price_band"] == {"low": "-5", "high": "1.36"}
    assert found["widest_band"] == {"low": "-80", "high": "46.36"}
    assert found["is_suspicious"] is False
    production = next(line for line in found["co2e_lines"] if line["key"] == "production_avoided")
    assert (production["kg_per_unit"], production["factor"]["status"]) == ("320", "estimate")
    assert (found["limited_by"], found["break_even_km"], found["pathway"]) == (
        "sought",
        "100",
        [],
    )  # (10 + 5 − 4) ÷ 0.11
    assert found["reach_km"] == "200"
    assert (found["is_on_market"], found["changed"]) == (True, [])


def test_pathway_is_told_step_by_step(
    api_of: ApiOf, make_offer: MakeListing, make_request: MakeListing, buyer: User
) -> None:
    for listing in (make_request(resource="cement"), make_offer(resource="carbide-lime")):
        refresh_matches(listing_id=listing.pk)
    [row] = api_of(buyer).get("matches/").json()["results"]
    assert row["treatment_steps"] == 1
    [step] = api_of(buyer).get(f"matches/{row['id']}/").json()["explanation"]["pathway"]
    assert (step["input"], step["output"], step["yield_per_unit"]) == ("Carbide lime", "Cement", "1.2257")
    assert step["waste_permit"] is True


def test_stale_match_says_why_and_keeps_its_figures(
    api_of: ApiOf, match: Match, facilitator: User, seller: User
) -> None:
    pause_listing(actor=seller, listing=match.offer)
    refresh_matches(listing_id=match.offer_id)
    document = api_of(facilitator).get(f"matches/{match.pk}/").json()
    assert (document["state"], document["stale_reason"]) == ("retired", "listing")
    assert (document["explanation"]["is_on_market"], document["explanation"]["assumptions"]) == (False, [])
    assert document["explanation"]["benefit_low_eur_per_year"] == str(match.benefit_low_eur_per_year)
    answer = api_of(facilitator).post(f"matches/{match.pk}/what_if/", {"disposal_low": "60"})
    assert (answer.status_code, answer.json()["code"]) == (409, "off_market")


# --- a word beforehand, and taking back ---------------------------------------------------------------------
def test_party_notes_its_interest_and_takes_it_back(api_of: ApiOf, match: Match, buyer: User) -> None:
    api, path = api_of(buyer), f"matches/{match.pk}"
    assert api.post(f"{path}/interest/").status_code == 200
    assert match.interests.get().organization == match.request.organization
    again = api.post(f"{path}/interest/", {"organization": match.request.organization_id})
    assert (again.status_code, again.json()["code"]) == (409, "already_interested")
    foreign = api.post(f"{path}/interest/", {"organization": match.offer.organization_id})
    assert (foreign.status_code, list(errors_of(foreign))) == (400, ["organization"])
    assert api.post(f"{path}/take_back_interest/").status_code == 200
    assert not match.interests.exists()


def test_facilitator_takes_a_review_back(api_of: ApiOf, match: Match, facilitator: User, buyer: User) -> None:
    api, path = api_of(facilitator), f"matches/{match.pk}"
    assert api.post(f"{path}/dismiss/", {"reason": "known"}).json()["state"] == "dismissed"
    assert api.post(f"{path}/take_back/").json()["state"] == "proposed"
    assert api_of(buyer).post(f"{path}/take_back/").status_code == 403
    assert api.post(f"{path}/take_back/").status_code == 409


# --- what if ------------------------------------------------------------------------------------------------
def test_viewer_tries_other_assumptions_and_nothing_is_stored(
    api_of: ApiOf, match: Match, viewer: User
) -> None:
    before = Match.objects.values().get()
    api = api_of(viewer)
    found = api.post(f"matches/{match.pk}/what_if/", {"purchase_low": "12", "road_factor": "1.5"}).json()
    assert found["changed"] == ["purchase_low", "road_factor"]
    assert found["break_even_km"] == "118.2"  # (12 + 5 − 4) ÷ 0.11
    km = match.distance_km / 1.3 * 1.5
    assert float(found["benefit_low_eur_per_year"]) == pytest.approx(10_000 * (12 + 5 - 4 - 0.11 * km), abs=1)
    assert Match.objects.values().get() == before
    assert api.post(f"matches/{match.pk}/what_if/").json()["changed"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"disposal_low": "-1"}, "disposal_low"),
        ({"disposal_high": 60}, "disposal_high"),
        ({"yield_per_unit": "0"}, "yield_per_unit"),
        ({"road_factor": "0.5"}, "road_factor"),
        ({"purchase_high": "NaN"}, "purchase_high"),
        ({"disposal_price": "60"}, "disposal_price"),
        ({"amount_per_year": "99999999999999"}, "amount_per_year"),
        ({"distance_km": "5"}, "distance_km"),
    ],
)
def test_assumption_that_cannot_be_is_named(
    api_of: ApiOf, match: Match, buyer: User, body: dict[str, Any], field: str
) -> None:
    answer = api_of(buyer).post(f"matches/{match.pk}/what_if/", body)
    assert answer.status_code == 400
    assert list(errors_of(answer)) == [field]


def test_foreign_match_is_missing_for_what_if(api_of: ApiOf, match: Match, stranger: User) -> None:
    assert api_of(stranger).post(f"matches/{match.pk}/what_if/", {}).status_code == 404
    assert api_of(None).post(f"matches/{match.pk}/what_if/", {}).status_code == 401


# --- near misses --------------------------------------------------------------------------------------------
def test_near_misses_name_the_gate_and_who_lifts_it(
    api_of: ApiOf,
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    viewer: User,
    facilitator: User,
    buyer: User,
    stranger: User,
) -> None:
    offer = make_offer(quality={"moisture": (Decimal(20), None)})
    request = make_request(
        quality={"moisture": (None, Decimal(14))}, disclosure=Disclosure.ANONYMOUS, title="Dry ash"
    )
    for listing in (offer, request):
        refresh_matches(listing_id=listing.pk)
    [miss] = api_of(viewer).get(f"listings/{offer.pk}/near_misses/").json()
    assert (miss["listing"]["id"], miss["gate"]) == (request.pk, "quality")
    assert miss["listing"]["party_name"] == request.code_name
    assert [(gap["name"], gap["amount"], gap["unit"]) for gap in miss["gaps"]] == [
        ("moisture", "6", "points")
    ]
    [lift] = miss["lifts"]
    assert (lift["who"], lift["cost_per_unit"], lift["cost_unit"]) == ("seller", "2.5116", "EUR/t")
    [seen] = api_of(facilitator).get(f"listings/{offer.pk}/near_misses/").json()
    assert seen["listing"]["party_name"] == "Cement works"
    # The listing is open to all, who almost fits it is not.
    for reader in (buyer, stranger):
        foreign = api_of(reader).get(f"listings/{offer.pk}/near_misses/")
        missing = api_of(reader).get(f"listings/{offer.pk + 1000}/near_misses/")
        assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert api_of(None).get(f"listings/{offer.pk}/near_misses/").status_code == 401


# --- as a party, or as a facilitator ------------------------------------------------------------------------
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
