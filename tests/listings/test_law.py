"""What a listing says of itself in law, and what follows from it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from accounts.models import Site, User
from accounts.services.sites import SiteDetails, create_site, update_site
from catalogue.law.terms import Status, Topic
from common.errors import Invalid
from listings.models import Listing, Side
from listings.selectors.law import strip_of, verdict_of
from listings.services.listings import terms_of
from listings.services.terms import ListingTerms, check_terms
from tests.conftest import MakeListing, make_terms
from tests.matching.pages import ClientOf, text_of

BEFORE, AFTER = date(2026, 12, 8), date(2026, 12, 9)


@pytest.fixture
def terms(asnaes_site: Site) -> ListingTerms:
    return make_terms(Side.OFFER, asnaes_site, available_from=BEFORE)


def refused(terms: ListingTerms, day: date = BEFORE) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as caught:
        check_terms(terms, today=day)
    return caught.value.fields


def test_listing_keeps_what_it_is_in_law(make_offer: MakeListing) -> None:
    said: dict[str, Any] = {
        "legal_status": "waste",
        "abp_category": 3,
        "reach_number": "01-2119458838-20-0000",
        "safety_present": ("pathogens",),
        "safety_absent": ("radioactivity", "asbestos"),
    }
    offer = Listing.objects.get(pk=make_offer(**said).pk)
    kept = terms_of(offer)
    assert {name: getattr(kept, name) for name in said} == said | {
        "safety_absent": ("asbestos", "radioactivity")
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"legal_status": "rubbish"}, "legal_status"),
        ({"legal_status": "by-product", "ewc_code": "100102"}, "legal_status"),
        ({"abp_category": 4}, "abp_category"),
        ({"reach_number": "2119458838"}, "reach_number"),
        ({"safety_present": ("lead",)}, "safety_present"),
        ({"safety_present": ("pops",), "safety_absent": ("pops",)}, "safety_absent"),
    ],
)
def test_what_cannot_be_so_in_law_is_refused_by_name(
    terms: ListingTerms, change: dict[str, Any], field: str
) -> None:
    assert list(refused(replace(terms, **change))) == [field]


def test_code_that_has_ended_is_refused_with_what_to_choose(terms: ListingTerms) -> None:
    ending = replace(terms, ewc_code="160605", hazardous=True)
    assert check_terms(ending, today=BEFORE).amount == 12_000
    [text] = refused(replace(ending, available_from=AFTER), AFTER)["ewc_code"]
    assert text.startswith("16 06 05 has ended. Choose one of: 16 06 07*, 16 06 08*")


def test_code_that_has_not_begun_is_refused_until_its_day(terms: ListingTerms) -> None:
    coming = replace(terms, ewc_code="160607", hazardous=True)
    [text] = refused(coming)["ewc_code"]
    assert text == "16 06 07* can be used from Dec. 9, 2026 on."
    assert check_terms(replace(coming, available_from=AFTER), today=AFTER).amount == 12_000


def test_code_that_becomes_hazardous_must_be_ticked_from_its_day(terms: ListingTerms) -> None:
    alkaline = replace(terms, ewc_code="160604")
    assert check_terms(alkaline, today=BEFORE).amount == 12_000
    assert list(refused(replace(alkaline, available_from=AFTER), AFTER)) == ["hazardous"]


@pytest.mark.parametrize(
    ("resource", "changes", "hazardous"),
    [
        ("recovered-fuel-oil", {}, True),
        ("recovered-fuel-oil", {"legal_status": "end-of-waste"}, False),
        ("sulphuric-acid", {}, False),
        ("sulphuric-acid", {"legal_status": "waste"}, True),
        ("coal-fly-ash", {}, False),
    ],
)
def test_hazard_follows_where_every_code_is_starred(
    make_offer: MakeListing, resource: str, changes: dict[str, Any], hazardous: bool
) -> None:
    assert make_offer(resource=resource, unit="t", **changes).hazardous is hazardous


def test_pair_is_judged_by_what_both_say(
    make_offer: MakeListing, make_request: MakeListing, buyer: User, cement_site: Site
) -> None:
    offer, request = make_offer(ewc_code="100102", legal_status="waste"), make_request(resource="fly-ash")
    strip = {part.topic: part for part in strip_of(verdict_of(offer, request)).parts}
    assert list(strip) == [str(topic) for topic in Topic]
    assert strip["permit"].status == Status.CHECK
    assert strip["shipment"].findings[0].text == "No procedure for shipments of waste"
    named = SiteDetails(
        "Kiln", "Slagelse", "DK", 55.40276, 11.35459, permit_codes=["17 04"], permit_operations=["R5"]
    )
    update_site(actor=buyer, site=cement_site, details=named)
    request = Listing.objects.select_related("site", "organization", "resource").get(pk=request.pk)
    found = verdict_of(offer, request)
    assert found.status == Status.FORBIDDEN
    assert "The permit of the site does not name 10 01 02" in found.reasons


@pytest.mark.parametrize(
    ("change", "field"),
    [({"permit_codes": ["1"]}, "permit_codes"), ({"permit_operations": ["R14"]}, "permit_operations")],
)
def test_permit_that_no_authority_writes_is_refused_by_name(
    buyer: User, cement_site: Site, change: dict[str, Any], field: str
) -> None:
    details = SiteDetails("Silo", "Slagelse", "DK", 55.4, 11.35, **change)
    with pytest.raises(Invalid) as caught:
        create_site(actor=buyer, organization=cement_site.organization, details=details)
    assert list(caught.value.fields) == [field]


def test_listing_page_says_that_its_code_ends(
    make_offer: MakeListing, seller: User, client_of: ClientOf
) -> None:
    offer = make_offer()
    Listing.objects.filter(pk=offer.pk).update(ewc_code="160605")
    page = text_of(client_of(seller).get(f"/listings/{offer.pk}/"))
    assert "Dec. 8, 2026" in page
    assert "16 06 07*, 16 06 08*" in page
