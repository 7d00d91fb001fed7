"""Who could take what is being typed: what publishing it would show, asked of a listing that is written nowhere."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Programme, Site, User
from common.postgres.copying import copy_out
from events.models import Event
from listings.models import Disclosure, Listing, Side, SiteCell
from listings.services.drafts import drafted
from listings.services.listings import terms_of
from matching.market.rows import PUBLISHED_ROWS, ROW_TYPES
from matching.market.supposed import row_of
from matching.models import Match
from matching.selectors.takers import likely_takers
from matching.services.refresh import refresh_matches
from tests.conftest import MakeListing, make_crowds, make_terms
from tests.listings.test_pages import form_of

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


def names(found: Any) -> list[str]:
    return [each.listing.party_name for each in found]


# --- the row ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "terms",
    [
        {},
        {
            "quantity": Decimal("123.456"),
            "period": "week",
            "price": Decimal("-8.5"),
            "currency": "DKK",
            "minimum_lot": Decimal(20),
            "months": (11, 12, 1),
            "available_until": date.today() + timedelta(days=400),  # noqa: DTZ011 - any day to come
            "hazardous": True,
            "quality": {"moisture": (Decimal("0.1"), Decimal(2)), "loss-on-ignition": (None, Decimal("4.1"))},
            "disclosure": Disclosure.PROGRAMME,
        },
        {"quantity": None, "disclosure": Disclosure.ANONYMOUS, "period": "once"},
        {"resource": "landfill-gas", "unit": "m3", "origin_of_gas": "flared"},
    ],
)
def test_supposed_row_is_the_row_that_publishing_would_make(
    make_offer: MakeListing, terms: dict[str, Any]
) -> None:
    listing = make_offer(**terms)
    read = copy_out(f"{PUBLISHED_ROWS} AND l.id = %s", [listing.pk], ROW_TYPES)
    supposed = drafted(organization=listing.organization, terms=terms_of(listing))
    supposed.pk = listing.pk
    made = row_of(supposed)
    assert set(made.columns) == set(read.columns)
    for name, values in read.columns.items():
        np.testing.assert_array_equal(made[name], values, err_msg=name)
    np.testing.assert_array_equal(made.arrays["quality"].values, read.arrays["quality"].values)
    np.testing.assert_array_equal(made.arrays["quality"].start, read.arrays["quality"].start)


def test_supposing_writes_nothing(
    asnaes: Organization, asnaes_site: Site, make_request: MakeListing, seller: User
) -> None:
    refresh_matches(listing_id=make_request().pk)
    before = [model.objects.count() for model in (Listing, Match, Event, SiteCell)]
    listing = drafted(
        organization=asnaes, terms=make_terms(Side.OFFER, asnaes_site, disclosure=Disclosure.ANONYMOUS)
    )
    assert names(likely_takers(seller, listing).fits) == ["Cement works"]
    assert [model.objects.count() for model in (Listing, Match, Event, SiteCell)] == before


# --- who ----------------------------------------------------------------------------------------------------
def test_taker_has_the_figures_that_the_match_has_once_it_is_published(
    make_offer: MakeListing, make_request: MakeListing, seller: User
) -> None:
    refresh_matches(listing_id=make_request(price=Decimal(20), quantity=Decimal(9_000)).pk)
    offer = make_offer(price=Decimal(5))
    [taker] = likely_takers(seller, drafted(organization=offer.organization, terms=terms_of(offer))).fits
    refresh_matches(listing_id=offer.pk)
    match = Match.objects.get(offer=offer)
    assert (taker.score, taker.percent) == (match.score, match.percent)
    assert float(taker.distance_km) == round(match.distance_km, 1)
    assert (taker.amount_per_year, taker.benefit_low_eur_per_year) == (
        match.amount_per_year,
        match.benefit_low_eur_per_year,
    )


def test_three_likeliest_come_best_first(make_request: MakeListing, asnaes_site: Site, seller: User) -> None:
    for tonnes in (12_000, 3_000, 9_000, 6_000):
        refresh_matches(listing_id=make_request(quantity=Decimal(tonnes)).pk)
    found = likely_takers(
        seller, drafted(organization=asnaes_site.organization, terms=make_terms(Side.OFFER, asnaes_site))
    )
    assert len(found.fits) == 3
    assert [taker.score for taker in found.fits] == sorted((t.score for t in found.fits), reverse=True)
    assert not found.almost
    assert not found.kinds


def test_where_nobody_fits_it_says_who_almost_does_and_why(
    make_request: MakeListing, asnaes_site: Site, seller: User
) -> None:
    refresh_matches(listing_id=make_request(quality={"moisture": (None, Decimal(1))}).pk)
    terms = make_terms(Side.OFFER, asnaes_site, quality={"moisture": (Decimal(10), Decimal(12))})
    found = likely_takers(seller, drafted(organization=asnaes_site.organization, terms=terms))
    assert not found.fits
    assert [miss.gate for miss in found.almost] == ["quality"]
    assert "9 points too high" in found.almost[0].words


def test_where_nobody_is_there_it_says_which_plants_take_it(asnaes_site: Site, seller: User) -> None:
    found = likely_takers(
        seller, drafted(organization=asnaes_site.organization, terms=make_terms(Side.OFFER, asnaes_site))
    )
    assert (list(found.fits), list(found.almost)) == ([], [])
    assert "cement plant" in [use.activity.name.lower() for use in found.kinds]


# --- what stays hidden --------------------------------------------------------------------------------------
@pytest.mark.parametrize("level", [Disclosure.PRIVATE, Disclosure.PROGRAMME])
@pytest.mark.parametrize("moisture", [None, Decimal(1)])
def test_hidden_party_is_named_neither_as_one_that_fits_nor_as_one_that_almost_does(
    make_request: MakeListing,
    elsewhere_site: Site,
    stranger: User,
    programme: Programme,
    level: str,
    moisture: Any,
) -> None:
    quality = {"moisture": (None, moisture)} if moisture else {}
    site = elsewhere_site
    site.latitude, site.longitude, site.country = 55.5, 11.2, "DK"
    site.save()
    refresh_matches(listing_id=make_request(disclosure=level, quality=quality).pk)
    terms = make_terms(Side.OFFER, site, quality={"moisture": (Decimal(10), Decimal(12))})
    found = likely_takers(stranger, drafted(organization=site.organization, terms=terms))
    assert (list(found.fits), list(found.almost)) == ([], [])


def test_anonymous_taker_is_told_by_code_name_and_cell(
    make_request: MakeListing, asnaes_site: Site, cement_site: Site, seller: User
) -> None:
    make_crowds()
    request = make_request(disclosure=Disclosure.ANONYMOUS)
    refresh_matches(listing_id=request.pk)
    [taker] = likely_takers(
        seller, drafted(organization=asnaes_site.organization, terms=make_terms(Side.OFFER, asnaes_site))
    ).fits
    assert taker.listing.party_name == request.code_name
    assert taker.listing.party_place != "Slagelse, DK"


def test_ones_own_requests_are_no_takers(asnaes_site: Site, seller: User) -> None:
    from tests.conftest import list_it

    refresh_matches(listing_id=list_it(seller, make_terms(Side.REQUEST, asnaes_site)).pk)
    found = likely_takers(
        seller, drafted(organization=asnaes_site.organization, terms=make_terms(Side.OFFER, asnaes_site))
    )
    assert (list(found.fits), list(found.almost)) == ([], [])


# --- beside the form ----------------------------------------------------------------------------------------
PREVIEW = "/listings/preview/"


def test_card_and_takers_follow_what_is_typed(
    make_request: MakeListing, client_of: ClientOf, seller: User, asnaes_site: Site
) -> None:
    refresh_matches(listing_id=make_request().pk)
    page = client_of(seller).get(PREVIEW, form_of(asnaes_site)).content.decode()
    for words in (
        "As everybody will see it",
        "Coal fly ash",
        "12,000",
        "Asnæs power station",
        "Likely takers",
    ):
        assert words in page
    assert "Cement works · Slagelse, DK" in page


def test_half_typed_number_is_left_out_and_the_rest_shown(
    client_of: ClientOf, seller: User, asnaes_site: Site
) -> None:
    body = form_of(asnaes_site, quantity="12 t or", ewc_code="10 0", price_amount="", months=["1", "2"])
    page = client_of(seller).get(PREVIEW, body).content.decode()
    assert "Without what is not finished yet." in page
    assert "quantity open" in page
    assert "price open" in page
    assert "Jan–Feb" in page


@pytest.mark.parametrize("missing", ["resource", "site", "side"])
def test_without_what_and_where_it_says_what_to_type(
    client_of: ClientOf, seller: User, asnaes_site: Site, missing: str
) -> None:
    page = client_of(seller).get(PREVIEW, form_of(asnaes_site) | {missing: ""}).content.decode()
    assert "Say what it is and where" in page
    assert client_of(seller).get(PREVIEW).status_code == 200


def test_preview_of_an_anonymous_listing_is_as_strangers_will_see_it(
    client_of: ClientOf, seller: User, asnaes_site: Site
) -> None:
    page = client_of(seller).get(PREVIEW, form_of(asnaes_site, disclosure="anonymous")).content.decode()
    assert "As strangers will see it" in page
    assert "Seller ····" in page
    assert "Asnæs" not in page


def test_anothers_site_is_none_of_mine(
    client_of: ClientOf, seller: User, asnaes_site: Site, cement_site: Site
) -> None:
    page = client_of(seller).get(PREVIEW, form_of(cement_site)).content.decode()
    assert "Say what it is and where" in page


def test_without_scripts_a_button_shows_the_same_and_saves_nothing(
    make_request: MakeListing, client_of: ClientOf, seller: User, asnaes_site: Site
) -> None:
    refresh_matches(listing_id=make_request().pk)
    count = Listing.objects.count()
    answer = client_of(seller).post(reverse("listing_new"), form_of(asnaes_site, then="preview"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Cement works · Slagelse, DK" in page
    assert 'value="12 000"' in page  # what was typed is kept
    assert Listing.objects.count() == count
