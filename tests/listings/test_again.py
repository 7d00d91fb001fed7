"""Listing the same again: by copying, by renewing, and being told that it is there already."""

from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from accounts.models import Organization, Site, User
from accounts.services.sites import SiteDetails, create_site
from common.errors import Conflict
from events.models import Event
from listings.models import Listing, State
from listings.selectors.alike import listed_alike
from listings.services.listings import expire_listings, pause_listing, renew_listing, terms_of
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]
TODAY = datetime.now(ZoneInfo("Europe/Copenhagen")).date()
"""Where the sites are: days are judged there."""
HINT = "You list this already"


def page_of(client: Client, address: str) -> str:
    return unescape(client.get(address).content.decode())


def ended(listing: Listing, days_ago: int, length: int) -> Listing:
    """Let a listing's window have been over for some days, as the clock would."""
    until = TODAY - timedelta(days=days_ago)
    Listing.objects.filter(pk=listing.pk).update(
        available_from=until - timedelta(days=length), available_until=until
    )
    expire_listings()
    listing.refresh_from_db()
    assert listing.state == State.EXPIRED
    return listing


# --- renew --------------------------------------------------------------------------------------------------
def test_expired_listing_is_renewed_for_as_long_again_and_is_on_the_market(
    seller: User, make_offer: MakeListing
) -> None:
    listing = ended(make_offer(available_until=TODAY + timedelta(days=9)), days_ago=10, length=365)
    renewed = renew_listing(actor=seller, listing=listing)
    assert (renewed.state, renewed.available_from) == (State.PUBLISHED, TODAY)
    assert renewed.available_until == TODAY + timedelta(days=365)
    kinds = Event.objects.filter(subject_type="listings.listing", subject_id=listing.pk).order_by("pk")
    assert list(kinds.values_list("kind", flat=True))[-2:] == ["listing.edited", "listing.published"]


def test_listing_that_still_stands_ends_as_much_later(seller: User, make_offer: MakeListing) -> None:
    start, end = TODAY - timedelta(days=100), TODAY + timedelta(days=20)
    listing = make_offer(available_from=start, available_until=end)
    pause_listing(actor=seller, listing=listing)
    renewed = renew_listing(actor=seller, listing=listing)
    assert (renewed.available_from, renewed.available_until) == (start, end + timedelta(days=120))
    assert renewed.state == State.PAUSED


def test_listing_without_an_end_needs_no_renewal(seller: User, make_offer: MakeListing) -> None:
    with pytest.raises(Conflict, match="no end"):
        renew_listing(actor=seller, listing=make_offer())


def test_expired_listing_shows_renew_in_place_of_publish(
    client_of: ClientOf, seller: User, make_offer: MakeListing
) -> None:
    listing = ended(make_offer(available_until=TODAY + timedelta(days=9)), days_ago=2, length=30)
    client = client_of(seller)
    page = page_of(client, f"/listings/{listing.pk}/")
    assert f'action="/listings/{listing.pk}/renew/"' in page
    assert f'action="/listings/{listing.pk}/publish/"' not in page
    assert client.post(f"/listings/{listing.pk}/renew/")["Location"] == f"/listings/{listing.pk}/"
    listing.refresh_from_db()
    assert listing.state == State.PUBLISHED


# --- copy ---------------------------------------------------------------------------------------------------
def form_of(client: Client, address: str) -> Any:
    return client.get(address).context["form"]


def test_copy_fills_the_form_with_all_but_what_is_its_own(
    client_of: ClientOf, seller: User, make_offer: MakeListing
) -> None:
    listing = make_offer(external_id="FA-01", title="Dry ash", months=(1, 2), disclosure="anonymous")
    form = form_of(client_of(seller), f"/listings/new/?copy={listing.pk}")
    shown = {
        name: form[name].value() for name in ("title", "external_id", "quantity", "disclosure", "months")
    }
    assert shown == {
        "title": "Dry ash",
        "external_id": "",
        "quantity": "12000",
        "disclosure": "anonymous",
        "months": (1, 2),
    }
    assert form.chosen_resource == listing.resource
    assert form["available_from"].value() >= TODAY - timedelta(days=1)
    assert terms_of(listing).external_id == "FA-01"


def test_copy_of_another_organizations_listing_is_as_of_a_missing_one(
    client_of: ClientOf, buyer: User, cement_site: Site, make_offer: MakeListing
) -> None:
    client = client_of(buyer)
    answers = [client.get(f"/listings/new/?copy={key}") for key in (make_offer().pk, 999_999)]
    assert [answer.status_code for answer in answers] == [404, 404]


# --- listed already -----------------------------------------------------------------------------------------
def test_same_resource_and_side_at_the_same_site_is_pointed_at(
    client_of: ClientOf, seller: User, asnaes: Organization, make_offer: MakeListing
) -> None:
    listing = make_offer()
    other_site = create_site(
        actor=seller, organization=asnaes, details=SiteDetails("Elsewhere", "Kalundborg", "DK", 55.7, 11.1)
    )
    client = client_of(seller)
    fields = f"/listings/fields/?side=offer&resource=coal-fly-ash&site={listing.site_id}"
    page = page_of(client, fields)
    assert HINT in page
    assert f'href="/listings/{listing.pk}/"' in page
    assert HINT not in page_of(client, fields.replace("offer", "request"))
    assert HINT not in page_of(client, fields.replace("coal-fly-ash", "gypsum"))
    assert HINT not in page_of(client, fields.replace(f"site={listing.site_id}", f"site={other_site.pk}"))
    assert HINT not in page_of(client, f"/listings/{listing.pk}/edit/")


def test_what_is_not_on_the_market_or_anothers_is_not_pointed_at(
    seller: User, asnaes: Organization, make_offer: MakeListing, make_request: MakeListing
) -> None:
    listing, request = make_offer(), make_request()
    assert list(listed_alike(asnaes, resource=listing.resource, side="offer")) == [listing]
    assert list(listed_alike(asnaes, resource=request.resource, side="request")) == []
    pause_listing(actor=seller, listing=listing)
    assert list(listed_alike(asnaes, resource=listing.resource, side="offer")) == []
