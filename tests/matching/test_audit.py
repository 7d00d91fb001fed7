"""What an expert would strike out is found in the stored rows: nothing on a plain market, and each planted fault."""

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Programme, Role, Site, User
from listings.models import Listing
from matching.models import Match
from matching.selectors.audit import CLASSES, ERRORS, audited, stored_matches
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing, join

pytestmark = pytest.mark.django_db


@pytest.fixture
def match(make_offer: MakeListing, make_request: MakeListing) -> Match:
    """Fly ash for 5 EUR/t, sought for 12 EUR/t."""
    make_offer(price=Decimal(5), currency="EUR")
    make_request(price=Decimal(12), currency="EUR")
    refresh_all_matches()
    return Match.objects.get()


def errors_now() -> dict[str, list[int]]:
    return {key: found for key, found in audited(stored_matches()).items() if found and key in ERRORS}


def test_matches_as_they_are_stored_hold_no_error(match: Match) -> None:
    assert errors_now() == {}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"benefit_low_eur_per_year": 1_000_000}, "worth_differs"),
        ({"benefit_high_eur_per_year": None}, "worth_differs"),
        ({"distance_km": 100_000}, "beyond_reach"),
        ({"treatment_steps": 1, "covered_share": 0.05}, "covers_too_little"),
    ],
)
def test_planted_fault_of_a_match_is_found(match: Match, changes: dict[str, Any], key: str) -> None:
    Match.objects.filter(pk=match.pk).update(**changes)
    assert errors_now()[key] == [match.pk]


@pytest.mark.parametrize(
    ("side", "changes", "key"),
    [
        ("request", {"unit_price": Decimal(-8)}, "signs_opposed"),
        ("request", {"unit_price": Decimal(2)}, "ask_over_bid"),
        ("offer", {"ewc_code": "190113", "hazardous": False}, "hazard_contradicts_code"),
    ],
)
def test_planted_fault_of_a_listing_is_found(
    match: Match, side: str, changes: dict[str, Any], key: str
) -> None:
    # As if an older engine had stored the gain.
    Match.objects.filter(pk=match.pk).update(benefit_low_eur_per_year=10_000)
    Listing.objects.filter(pk=getattr(match, f"{side}_id")).update(**changes)
    assert errors_now()[key] == [match.pk]


def test_heat_pump_is_audited_with_the_power_of_its_country(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    for resource in ("low-grade-heat", "compressor-and-refrigeration-heat"):
        make_offer(resource=resource, unit="MWh", price=Decimal(5), currency="EUR")
    make_request(resource="district-heat", unit="MWh", price=Decimal(30), currency="EUR")
    Site.objects.update(latitude=55.66, longitude=11.08)
    Listing.objects.update(latitude=55.66, longitude=11.08)
    refresh_all_matches()
    assert [match.treatment_steps for match in Match.objects.filter(fits=True)] == [1, 1]
    assert errors_now() == {}


def test_parties_whose_names_begin_alike_may_be_one_group(match: Match) -> None:
    assert audited(stored_matches())["related_parties"] == []
    parties = [match.offer.organization, match.request.organization]
    for party, name in zip(parties, ("North Sugar mill", "North sugar alcohol"), strict=True):
        Organization.objects.filter(pk=party.pk).update(name=name)
    assert audited(stored_matches())["related_parties"] == [match.pk]


def test_parties_with_a_person_or_a_website_in_common_may_be_one_group(match: Match, viewer: User) -> None:
    parties = [match.offer.organization, match.request.organization]
    for party, path in zip(parties, ("/zealand", "/jutland"), strict=True):
        Organization.objects.filter(pk=party.pk).update(website=f"https://example.org{path}")
    assert audited(stored_matches())["related_parties"] == [match.pk]

    Organization.objects.update(website="")
    assert audited(stored_matches())["related_parties"] == []
    join(viewer, match.request.organization, Role.VIEWER)
    assert audited(stored_matches())["related_parties"] == [match.pk]


def test_review_and_api_narrow_to_what_an_expert_would_look_at(
    match: Match, programme: Programme, facilitator: User, client: Client
) -> None:
    client.force_login(facilitator)

    def shown(key: str) -> tuple[int, list[int]]:
        page = client.get(reverse("review"), {"finding": key})
        rows = client.get("/api/v1/matches/", {"finding": key}).json()["results"]
        return page.context["count"], [row["id"] for row in rows]

    assert shown("suspicious_price") == (0, [])
    Listing.objects.filter(pk=match.request_id).update(unit_price=Decimal(21))
    assert shown("suspicious_price") == (1, [match.pk])
    assert shown("co2e_lost") == (0, [])
    assert client.get("/api/v1/matches/", {"finding": "dull"}).status_code == 400


def test_finding_of_the_api_is_for_reviewers_alone(match: Match, seller: User, client: Client) -> None:
    Listing.objects.filter(pk=match.request_id).update(unit_price=Decimal(21))
    client.force_login(seller)
    assert client.get("/api/v1/matches/").json()["results"] != []
    assert client.get("/api/v1/matches/", {"finding": "suspicious_price"}).json()["results"] == []


def test_command_counts_every_class_and_ends_with_1_where_an_error_is_found(match: Match) -> None:
    said = StringIO()
    call_command("audit_matches", stdout=said)
    lines = said.getvalue().splitlines()
    assert lines[0] == "1 matches that fit"
    assert len(lines) == 1 + len(CLASSES)

    Match.objects.filter(pk=match.pk).update(benefit_low_eur_per_year=1)
    with pytest.raises(SystemExit) as ended:
        call_command("audit_matches", "--list", stdout=said)
    assert ended.value.code == 1
    assert f"                {match.pk}: Coal fly ash → Coal fly ash, " in said.getvalue()


def test_prices_that_part_too_far_are_to_be_looked_at(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer(price=Decimal(2), currency="EUR")
    make_request(price=Decimal("8.01"), currency="EUR")
    refresh_all_matches()
    found = audited(stored_matches())
    assert found["suspicious_price"] == [Match.objects.get().pk]
    assert not set(found) & ERRORS or all(not found[key] for key in ERRORS)


def test_command_draws_the_same_matches_by_the_same_seed_with_all_figures(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    for number in range(4):
        make_offer(price=Decimal(5 + number), currency="EUR")
    make_request(price=Decimal(12), currency="EUR")
    refresh_all_matches()

    def drawn(seed: int) -> list[str]:
        said = StringIO()
        call_command("audit_matches", "--draw", "2", "--seed", str(seed), stdout=said)
        return said.getvalue().splitlines()[1 + len(CLASSES) :]

    assert len(drawn(1)) == 2 * 2
    assert drawn(1) == drawn(1)
    assert len({tuple(drawn(seed)) for seed in range(8)}) > 1
    assert "12,000 t/yr, 100.0% of the request, ask " in drawn(1)[1]
    assert ".00 EUR/t, bid 12.00 EUR/t, score " in drawn(1)[1]
