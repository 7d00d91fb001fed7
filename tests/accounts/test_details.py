"""What is said of organizations and sites, as it is pasted and sent: codes of lists, texts of what can be seen."""

import pytest

from accounts.models import Organization, Site, User
from accounts.services.organizations import OrganizationDetails, create_organization
from accounts.services.programmes import create_programme
from accounts.services.sites import SiteDetails, create_site, delete_site
from common.errors import Conflict, Invalid
from listings.models import Listing
from listings.services.listings import withdraw_listing
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("currency", ["XXX", "XTS", "XAU", "ABC", "eur", "€", "EURO", ""])
def test_currency_that_nobody_pays_in_is_refused(seller: User, currency: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create_organization(actor=seller, details=OrganizationDetails(name="Dairy", currency=currency))
    assert "currency" in refusal.value.fields
    with pytest.raises(Invalid):
        create_programme(actor=seller, name="Port ring", currency=currency)


@pytest.mark.parametrize("currency", ["EUR", "DKK", "VND", " USD "])
def test_currency_of_the_list_is_taken(seller: User, currency: str) -> None:
    made = create_organization(actor=seller, details=OrganizationDetails(name="Dairy", currency=currency))
    assert made.currency == currency.strip()


@pytest.mark.parametrize("country", ["ZZ", "XX", "dk", "DNK", "Ø1", ""])
def test_country_that_is_none_is_refused(seller: User, asnaes: Organization, country: str) -> None:
    details = SiteDetails("Quay", "Kalundborg", country, 55.67, 11.08)
    with pytest.raises(Invalid) as refusal:
        create_site(actor=seller, organization=asnaes, details=details)
    assert "country" in refusal.value.fields


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("35.11\n", "35.11"),
        ("\u00a035.11 ", "35.11"),
        ("35.11\u200b", "35.11"),
        ("３５.１１", "35.11"),
        ("NACE Rev. 2: 35.11", "35.11"),
        ("35", "35"),
        ("D", "D"),
        ("", ""),
    ],
)
def test_activity_is_stored_as_the_list_writes_it(seller: User, pasted: str, code: str) -> None:
    made = create_organization(actor=seller, details=OrganizationDetails(name="Dairy", nace_code=pasted))
    made.refresh_from_db()
    assert made.nace_code == code


@pytest.mark.parametrize("code", ["35-11", "3511", "V", "35.111", "35.11 or so"])
def test_activity_of_no_list_is_refused(seller: User, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create_organization(actor=seller, details=OrganizationDetails(name="Dairy", nace_code=code))
    assert "nace_code" in refusal.value.fields


@pytest.mark.parametrize("name", ["\u200b", "\u202e\u202c", "\u3164", " \u00a0\t", "\x00", "\u2800\ufeff"])
def test_name_of_which_nothing_is_seen_is_refused(seller: User, asnaes: Organization, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create_organization(actor=seller, details=OrganizationDetails(name=name))
    assert "name" in refusal.value.fields
    details = SiteDetails(name, "Kalundborg", "DK", 55.67, 11.08)
    with pytest.raises(Invalid) as refusal:
        create_site(actor=seller, organization=asnaes, details=details)
    assert "name" in refusal.value.fields


def test_name_is_kept_as_it_is_seen(seller: User) -> None:
    details = OrganizationDetails(
        name="Cafe\u0301\u00a0 Nord\u202e", description="Coffee \u200b\r\n\r\n\r\n\r\ngrounds"
    )
    made = create_organization(actor=seller, details=details)
    assert (made.name, made.description) == ("Café Nord", "Coffee\n\ngrounds")


# --- removing a site ----------------------------------------------------------------------------------------
def test_site_whose_only_listing_is_withdrawn_goes_and_the_listing_still_knows_it(
    make_offer: MakeListing, seller: User, asnaes: Organization, asnaes_site: Site
) -> None:
    offer = make_offer()
    withdraw_listing(actor=seller, listing=offer)
    delete_site(actor=seller, site=asnaes_site)
    assert not asnaes.sites.exists()
    assert Listing.objects.select_related("site").get(pk=offer.pk).site.name == "Asnæsværket"
    again = SiteDetails("Asnæsværket", "Kalundborg", "DK", 55.66, 11.08)
    assert create_site(actor=seller, organization=asnaes, details=again).pk != asnaes_site.pk


@pytest.mark.parametrize("publish", [True, False])
def test_site_stays_while_another_listing_stands_there(
    make_offer: MakeListing, seller: User, asnaes: Organization, asnaes_site: Site, publish: bool
) -> None:
    withdraw_listing(actor=seller, listing=make_offer())
    make_offer(publish=publish)
    with pytest.raises(Conflict) as refusal:
        delete_site(actor=seller, site=asnaes_site)
    assert refusal.value.code == "site_in_use"
    assert asnaes.sites.get() == asnaes_site
