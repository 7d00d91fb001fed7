"""The rows of search say what the listings say, whoever changed them and however."""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection

from accounts.models import Organization, Site, User
from accounts.services.organizations import OrganizationDetails, update_organization
from accounts.services.sites import SiteDetails, update_site
from catalogue.models import Release
from listings.models import Disclosure, Listing, ListingSearch
from listings.search.find import find
from listings.search.questions import Question
from listings.selectors.data_quality import mark_data_quality
from listings.services.listings import follow_site, withdraw_listing
from tests.conftest import MakeListing
from tests.listings.search.conftest import change_at_random
from tests.proof import examples

COLUMNS = [
    field.attname for field in ListingSearch._meta.concrete_fields if field.name not in ("written", "version")
]


def rows() -> list[tuple[object, ...]]:
    return list(ListingSearch.objects.order_by("pk").values_list(*COLUMNS))


def rebuilt() -> list[tuple[object, ...]]:
    """Return what the rows would be if they were made anew."""
    ListingSearch.objects.all().delete()
    call_command("rebuild_search", verbosity=0)
    return rows()


def found(words: str) -> list[int]:
    return list(find(AnonymousUser(), Question(words=words), most=50).keys)


@pytest.mark.mass
def test_rows_equal_a_rebuild_after_random_changes(draw_market: Callable[[int, int], list[Listing]]) -> None:
    pick = random.Random(7)
    listings = draw_market(7, 40)
    for step in range(examples(150, 3_000)):
        if step % 100 == 99:  # what is withdrawn stays so
            listings += draw_market(step, 10)
        change_at_random(pick, Listing.objects.select_related("site").get(pk=pick.choice(listings).pk))
    kept = rows()
    assert kept == rebuilt()
    assert {row[1] for row in kept} == {True, False}


def test_level_of_a_row_is_the_gauges(draw_market: Callable[[int, int], list[Listing]]) -> None:
    draw_market(3, 60)
    levels = dict(ListingSearch.objects.values_list("pk", "quality_percent"))
    listings = mark_data_quality(Listing.objects.with_cards())
    assert {listing.pk: listing.data_quality.level_percent for listing in listings} == levels
    assert len(set(levels.values())) > 5


def test_row_follows_a_company_that_is_renamed(
    make_offer: MakeListing, seller: User, asnaes: Organization
) -> None:
    shown, hidden = make_offer(), make_offer(disclosure=Disclosure.ANONYMOUS)
    assert found("Asnæs") == [shown.pk]
    details = OrganizationDetails(name="Zealand Power", nace_code="35.11")
    update_organization(actor=seller, organization=asnaes, details=details)
    assert (found("Zealand Power"), found("Asnæs power station")) == ([shown.pk], [])
    assert hidden.pk not in found("Zealand Power")


def test_row_follows_a_site_that_moves(make_offer: MakeListing, seller: User, asnaes_site: Site) -> None:
    listing = make_offer()
    details = SiteDetails("Asnæsværket", "Aalborg", "DK", 57.048, 9.9187)
    update_site(actor=seller, site=asnaes_site, details=details)
    follow_site(site_id=asnaes_site.pk)
    row = ListingSearch.objects.get(pk=listing.pk)
    assert (row.latitude, row.longitude, found("Aalborg")) == (57.048, 9.9187, [listing.pk])


def test_row_of_what_is_removed_leaves_the_market(make_offer: MakeListing) -> None:
    listing = make_offer()
    assert found("fly ash") == [listing.pk]
    key = listing.pk
    # As raw SQL, the way that somebody who tidies up by hand would go.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM listings_listing WHERE id = %s", [key])
    assert found("fly ash") == []
    assert ListingSearch.objects.get(pk=key).on_market is False


def test_rows_follow_a_catalogue_that_is_loaded(make_offer: MakeListing) -> None:
    listing = make_offer()
    before = ListingSearch.objects.get(pk=listing.pk).quality_percent
    resource = listing.resource
    resource.quality_rows.all().delete()
    resource.ewc_codes = []
    resource.save(update_fields=["ewc_codes"])
    Release.objects.update(loaded_at=Release.objects.get().loaded_at + timedelta(seconds=1))
    assert ListingSearch.objects.get(pk=listing.pk).quality_percent > before


def test_change_is_found_by_the_next_question(make_offer: MakeListing, seller: User) -> None:
    listing = make_offer(price=Decimal(10))
    cheap = Question(price_max=Decimal(5))
    assert find(AnonymousUser(), cheap, most=5).keys == []
    Listing.objects.filter(pk=listing.pk).update(price=Decimal(4), unit_price=Decimal(4))
    assert find(AnonymousUser(), cheap, most=5).keys == [listing.pk]
    withdraw_listing(actor=seller, listing=listing)
    assert find(AnonymousUser(), cheap, most=5).keys == []
