"""Who could use an offer: what is known, who is nearby, and what it must not give away."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Organization, Provenance, Site, User
from accounts.services.organizations import OrganizationDetails, create_organization, update_organization
from accounts.services.sites import SiteDetails, create_site
from catalogue.affinity.scoring import affinity
from catalogue.affinity.uses import SINKS, uses_of
from catalogue.models import Release, Resource
from catalogue.selectors.knowledge import knowledge_of_release, read_knowledge
from catalogue.selectors.uses import all_uses_of
from common.geo import blur, distance_km
from listings.models import Disclosure, Listing
from listings.selectors.uses import Neighbour, uses_of_listing
from tests.api.conftest import Api
from tests.conftest import MakeListing, list_it, make_crowds, make_terms, make_user

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


def neighbours(listing: Listing, *, identity_known: bool = True) -> list[Neighbour]:
    return list(uses_of_listing(listing, identity_known=identity_known).neighbours)


def make_findable(user: User, organization: Organization) -> None:
    details = OrganizationDetails(name=organization.name, nace_code=organization.nace_code, findable=True)
    update_organization(actor=user, organization=organization, details=details)


@pytest.fixture
def findable_works(buyer: User, cement_works: Organization, cement_site: Site) -> Organization:
    """The cement works, having chosen to be found."""
    make_findable(buyer, cement_works)
    return cement_works


# --- what is known ------------------------------------------------------------------------------------------
def test_uses_of_fly_ash_are_those_of_affinity_with_disposal_last() -> None:
    knowledge = read_knowledge()
    found = uses_of("coal-fly-ash", knowledge)
    assert [(use.activity.slug, use.score, use.level) for use in found[:4]] == [
        ("cement-plant", 0.97, "established"),
        ("ash-processor", 0.95, "established"),
        ("ready-mix-plant", 0.95, "established"),
        ("aerated-concrete", 0.92, "established"),
    ]
    assert found[0].reason == "Cement plant takes coal fly ash directly"
    said = affinity("coal fly ash", "cement plant", knowledge)
    # Affinity weighs besides how common it is that a plant takes this.
    assert (said.reason, said.score < found[0].score) == (found[0].reason, True)
    sinks = [use.is_disposal for use in found]
    assert sinks == sorted(sinks)
    assert "land-reclamation" in {use.activity.slug for use in found if use.is_disposal}
    assert set(knowledge.activities) >= SINKS
    assert uses_of("no-such-resource", knowledge) == []


def test_process_that_leads_there_is_named() -> None:
    uses = {use.activity.slug: use for use in uses_of("calcium-carbide", read_knowledge())}
    assert any(use.processes == ("Acetylene from calcium carbide",) for use in uses.values())
    known = all_uses_of(Resource.objects.get(slug="calcium-carbide"))
    made = {process.slug: [flow.resource.slug for flow in process.makes] for process in known.processes}  # type: ignore[attr-defined]
    assert made["acetylene-from-carbide"] == ["acetylene", "carbide-lime"]


def test_resource_without_a_use_says_so(client: Client) -> None:
    names = {resource for resource in read_knowledge().resources if not uses_of(resource, read_knowledge())}
    resource = Resource.objects.listable().filter(slug__in=names)[0]
    page = unescape(client.get(f"/resources/{resource.slug}/").content.decode())
    assert "The catalogue knows no kind of plant that takes it" in page


def test_uses_are_answered_with_few_queries(django_assert_num_queries: Any) -> None:
    ash = Resource.objects.get(slug="coal-fly-ash")
    all_uses_of(ash)
    with django_assert_num_queries(3):  # release, processes, precedents
        all_uses_of(ash)


def test_one_copy_of_what_is_known_serves_all_and_follows_the_release() -> None:
    before = knowledge_of_release()
    assert before is knowledge_of_release() is read_knowledge()
    Release.objects.update(key=uuid4())
    assert before is not knowledge_of_release()
    assert knowledge_of_release() is read_knowledge()


# --- who is nearby ------------------------------------------------------------------------------------------
def test_organization_that_chose_to_be_found_is_shown_by_name_and_town(
    make_offer: MakeListing, cement_site: Site, cement_works: Organization, buyer: User
) -> None:
    offer = make_offer()
    assert neighbours(offer) == []
    make_findable(buyer, cement_works)
    [near] = neighbours(offer)
    assert (near.organization, near.town, near.country, near.use.activity.slug, near.open_requests) == (
        cement_works,
        "Slagelse",
        "DK",
        "cement-plant",
        0,
    )
    assert near.about_km == round(distance_km(offer.public_point, blur(cement_site.point)))
    # Another place in the same cell measures the same.
    Site.objects.filter(pk=cement_site.pk).update(
        latitude=blur(cement_site.point).latitude, longitude=blur(cement_site.point).longitude
    )
    assert neighbours(offer)[0].about_km == near.about_km


def test_published_record_is_shown_unasked_and_what_is_too_far_or_of_another_kind_is_not(
    make_offer: MakeListing, cement_site: Site, cement_works: Organization, elsewhere_site: Site
) -> None:
    offer = make_offer()
    Organization.objects.filter(pk=cement_works.pk).update(
        provenance=Provenance.DOCUMENTED, source="A published case"
    )
    Organization.objects.filter(pk=elsewhere_site.organization_id).update(nace_code="23.51", findable=True)
    assert [near.organization for near in neighbours(offer)] == [cement_works]
    Organization.objects.filter(pk=cement_works.pk).update(nace_code="62.01")
    assert neighbours(offer) == []
    # Linz is within reach once the ash may travel that far.
    offer.resource.reach_km = 2000
    assert [near.organization.name for near in neighbours(offer)] == ["Elsewhere"]


def test_nearest_site_counts_and_at_most_ten_are_shown(
    make_offer: MakeListing, findable_works: Organization, buyer: User, django_assert_num_queries: Any
) -> None:
    offer = make_offer()
    near_by = SiteDetails("Silo", "Kalundborg", "DK", 55.68, 11.09)
    create_site(actor=buyer, organization=findable_works, details=near_by)
    [near] = neighbours(offer)
    assert (near.town, near.is_close) == ("Kalundborg", True)
    uses_of_listing(offer, identity_known=True)
    with django_assert_num_queries(5):
        uses_of_listing(offer, identity_known=True)
    for number in range(12):
        details = OrganizationDetails(name=f"Works {number:02}", nace_code="23.51", findable=True)
        organization = create_organization(actor=buyer, details=details)
        create_site(actor=buyer, organization=organization, details=replace(near_by, latitude=55.4))
    with django_assert_num_queries(5):
        found = neighbours(offer)
    assert len(found) == 10
    assert [near.organization.name for near in found][:2] == ["Cement works", "Works 00"]


# --- privacy ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("disclosure", [Disclosure.ANONYMOUS, Disclosure.PROGRAMME])
@pytest.mark.parametrize("findable", [False, True])
def test_hidden_listings_change_no_byte_of_the_answer(
    disclosure: str,
    findable: bool,
    client_of: ClientOf,
    make_offer: MakeListing,
    make_request: MakeListing,
    cement_works: Organization,
    buyer: User,
    stranger: User,
) -> None:
    offer = make_offer()
    if findable:
        make_findable(buyer, cement_works)
    askers = [client_of(None), client_of(stranger)]

    def answers() -> list[bytes]:
        pages = [
            client.get(f"/listings/{offer.pk}/uses/", headers={"HX-Request": "true"}) for client in askers
        ]
        return [*(page.content for page in pages), Api(None).get(f"listings/{offer.pk}/uses/").content]

    before = answers()
    assert all((b"Cement works" in answer) == findable for answer in before)
    make_request(disclosure=disclosure)
    list_it(buyer, make_terms("offer", cement_works.sites.get(), disclosure=disclosure))
    assert answers() == before
    # Control: a request that names itself to everybody is told, of those that may be found.
    make_request()
    assert (answers() != before) == findable


def test_owner_is_left_out_only_for_those_who_know_it(
    client_of: ClientOf, seller: User, stranger: User, make_offer: MakeListing, asnaes: Organization
) -> None:
    open_offer, hidden = make_offer(), make_offer(disclosure=Disclosure.ANONYMOUS)
    Organization.objects.filter(pk=asnaes.pk).update(nace_code="23.51", findable=True)
    name = "Asnæs power station"

    def shown_to(user: User | None, listing: Listing) -> bool:
        page = client_of(user).get(f"/listings/{listing.pk}/uses/", headers={"HX-Request": "true"})
        return f"<b>{name}</b>" in page.content.decode()

    assert not shown_to(stranger, open_offer)
    assert not shown_to(seller, open_offer)
    assert not shown_to(seller, hidden)
    # A stranger's list without the name would say whose listing it is.
    assert shown_to(stranger, hidden)


def test_anonymous_offer_measures_from_its_cell(
    make_offer: MakeListing, findable_works: Organization, asnaes_site: Site, cement_site: Site
) -> None:
    make_crowds()
    hidden = make_offer(disclosure=Disclosure.ANONYMOUS)
    [near] = neighbours(hidden)
    assert near.about_km == round(distance_km(blur(asnaes_site.point), blur(cement_site.point)))


# --- pages and API ------------------------------------------------------------------------------------------
def test_listing_page_loads_it_and_it_is_a_page_of_its_own(
    client_of: ClientOf, make_offer: MakeListing, make_request: MakeListing, findable_works: Organization
) -> None:
    offer, request = make_offer(), make_request()
    anyone = client_of(None)
    page = unescape(anyone.get(f"/listings/{offer.pk}/").content.decode())
    assert f'hx-get="/listings/{offer.pk}/uses/"' in page
    assert "Who could use this?" in page
    assert "/uses/" not in anyone.get(f"/listings/{request.pk}/").content.decode()
    whole = unescape(anyone.get(f"/listings/{offer.pk}/uses/").content.decode())
    part = anyone.get(f"/listings/{offer.pk}/uses/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    for words in (
        "Cement plant",
        "established",
        "Cement works",
        "Slagelse, DK",
        "1 open request",
        "Disposal, if nothing else is found: Land reclamation",
        "Done at Kalundborg Symbiosis, Denmark, since",
    ):
        assert words in whole, words
    assert anyone.get(f"/listings/{request.pk}/uses/").status_code == 404


def test_api_answers_for_a_listing_and_for_a_resource(
    make_offer: MakeListing, make_request: MakeListing, findable_works: Organization
) -> None:
    offer = make_offer()
    found = Api(None).get(f"listings/{offer.pk}/uses/").json()
    assert found["organizations"] == [
        {
            "name": "Cement works",
            "town": "Slagelse",
            "country": "DK",
            "about_km": neighbours(offer)[0].about_km,
            "activity": "cement-plant",
            "activity_name": "Cement plant",
            "open_requests": 0,
            "provenance": "own",
        }
    ]
    assert len(found["activities"]) == 10
    known = Api(None).get("resources/coal-fly-ash/uses/").json()
    shared = ("activities", "disposal", "forbidden", "processes", "precedents")
    assert known == {name: found[name] for name in shared}
    assert [near["precedent"]["slug"] for near in known["precedents"]] == ["kalundborg-coal-fly-ash"]
    assert Api(None).get("resources/no-such/uses/").status_code == 404
    assert Api(None).get(f"listings/{make_request().pk}/uses/").status_code == 404


def test_new_organization_is_asked_and_its_answer_kept(client_of: ClientOf) -> None:
    founder = make_user("founder@example.org")
    client = client_of(founder)
    page = unescape(client.get("/organization/new/").content.decode())
    assert "Others may find us by name and town" in page
    assert re.search(r'name="findable"[^>]* checked', page)
    client.post("/organization/new/", {"name": "Hidden", "currency": "EUR"})
    assert Organization.objects.get(name="Hidden").findable is False
    client.post("/organization/new/", {"name": "Shown", "currency": "EUR", "findable": "on"})
    shown = Organization.objects.get(name="Shown")
    assert shown.findable is True
    changed = Api(founder).patch(f"organizations/{shown.pk}/", {"findable": False}).json()
    assert changed["findable"] is False
