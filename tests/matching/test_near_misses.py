"""Who almost fits: by how much each gate is missed, who lifts it, and what is not told."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Organization, Programme, Site, User
from accounts.services.sites import SiteDetails, create_site
from listings.models import Disclosure, Listing, Side
from listings.services.listings import pause_listing
from matching.models import Match
from matching.selectors.near_misses.lifting import drying_mwh_per_t
from matching.selectors.near_misses.near_miss import NearMiss
from matching.selectors.near_misses.search import near_misses
from matching.services.reviews import dismiss_match
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing, list_it, make_terms

pytestmark = pytest.mark.django_db

WET = {"moisture": (Decimal(20), Decimal(25))}
AT_MOST_14 = {"moisture": (None, Decimal(14))}
Almost = Callable[[User, Listing], list[NearMiss]]


@pytest.fixture
def almost() -> Almost:
    """`almost(user, listing)`: its near misses, after everything was matched."""

    def found(user: User, listing: Listing) -> list[NearMiss]:
        refresh_all_matches()
        return near_misses(user, listing)

    return found


@pytest.fixture
def hamburg(buyer: User, cement_works: Organization) -> Site:
    """Of the cement works, 244.7 km from Asnæs as the crow flies, 318 km by road."""
    details = SiteDetails("Terminal", "Hamburg", "DE", 53.55, 9.99)
    return create_site(actor=buyer, organization=cement_works, details=details)


# --- by how much --------------------------------------------------------------------------------------------
def test_too_far_says_how_many_km_beyond_the_reach(
    make_offer: MakeListing, make_request: MakeListing, hamburg: Site, seller: User, almost: Almost
) -> None:
    offer = make_offer()
    request = make_request(site=hamburg)
    [miss] = almost(seller, offer)
    assert (miss.listing, miss.gate) == (request, "distance")
    [gap] = miss.gaps
    assert (gap.name, gap.amount, gap.unit) == ("distance", miss.distance_km - 200, "km")
    assert gap.amount == pytest.approx(Decimal(118), abs=Decimal(1))
    assert "beyond the usual reach of 200 km" in miss.words
    [lift] = miss.lifts
    assert lift.who == "both"
    assert "rail, ship" in lift.how
    assert "fly ash, cement, lime" in lift.cost_source
    assert (lift.cost_per_unit, lift.cost_unit) == (round(gap.amount * Decimal("0.11"), 4), "EUR/t")
    assert miss.amount_per_year == Decimal(12_000)
    # At least 20 of disposal and 10 of purchase − 4 of loading − 0.11 EUR/t·km over the way that it is.
    per_t = 20 + 10 - 4 - Decimal("0.11") * miss.distance_km
    assert miss.benefit_low_eur_per_year == pytest.approx(12_000 * per_t, abs=Decimal(100))


def test_windows_apart_say_how_many_days(
    make_offer: MakeListing, make_request: MakeListing, seller: User, almost: Almost
) -> None:
    today = timezone.now().date()
    offer = make_offer(available_until=today + timedelta(days=10))
    make_request(available_from=today + timedelta(days=55))
    [miss] = almost(seller, offer)
    assert (miss.gate, miss.gaps[0].amount) == ("window", Decimal(45))
    assert miss.words.startswith("45 days apart: the offer ends on")
    assert "storing it until then" in miss.lifts[0].how
    assert (miss.amount_per_year, miss.benefit_low_eur_per_year) == (None, None)


def test_request_that_ends_before_the_offer_begins_is_not_helped_by_storage(
    make_offer: MakeListing, make_request: MakeListing, buyer: User, almost: Almost
) -> None:
    today = timezone.now().date()
    make_offer(available_from=today + timedelta(days=11))
    request = make_request(available_until=today + timedelta(days=10))
    [miss] = almost(buyer, request)
    assert miss.words.startswith("1 day apart: the request ends on")
    assert "storing" not in miss.lifts[0].how


def test_too_wet_says_by_how_many_points_and_what_drying_costs(
    make_offer: MakeListing, make_request: MakeListing, seller: User, almost: Almost
) -> None:
    offer = make_offer(quality=WET)
    make_request(quality=AT_MOST_14)
    [miss] = almost(seller, offer)
    assert miss.gate == "quality"
    assert [(gap.name, gap.amount, gap.unit) for gap in miss.gaps] == [("moisture", Decimal(6), "points")]
    assert miss.words == "Moisture 6 points too high: 20 offered, at most 14 % by mass sought"
    [lift] = miss.lifts
    assert (lift.who, lift.how, lift.cost_unit) == ("seller", "drying", "EUR/t")
    # Of a tonne with 20 % water, 6 ÷ 86 t must go, at 0.9 MWh/t and 40 EUR/MWh.
    assert lift.cost_per_unit == Decimal("2.5116")
    assert lift.cost_words == "its heat costs about 2.51 EUR/t"
    assert "editorial estimate, not reviewed" in lift.cost_source


def test_drying_leaves_the_solids() -> None:
    assert drying_mwh_per_t(50, 0) == pytest.approx(0.45)
    assert drying_mwh_per_t(20, 14) == pytest.approx(0.9 * 6 / 86)


def test_every_quality_that_does_not_meet_is_named(
    make_offer: MakeListing, make_request: MakeListing, seller: User, almost: Almost
) -> None:
    offer = make_offer(
        quality={**WET, "loss-on-ignition": (Decimal(9), None), "fineness": (None, Decimal(5))}
    )
    make_request(
        quality={**AT_MOST_14, "loss-on-ignition": (None, Decimal(5)), "fineness": (Decimal(12), None)}
    )
    [miss] = almost(seller, offer)
    gaps = {gap.name: gap.words for gap in miss.gaps}
    assert set(gaps) == {"moisture", "loss-on-ignition", "fineness"}
    assert "4 points too high" in gaps["loss-on-ignition"]
    assert "7 points too low: 5 offered, at least 12" in gaps["fineness"]
    assert {lift.how for lift in miss.lifts} == {
        "drying",
        "sifting or burning out the carbon",
        "treating or blending it, or a wider range on the buyer's side",
    }


def test_missing_permit_is_the_authoritys_to_give(
    make_offer: MakeListing, make_request: MakeListing, buyer: User, almost: Almost
) -> None:
    make_offer(resource="carbide-lime", hazardous=True)
    request = make_request(resource="carbide-lime")
    [miss] = almost(buyer, request)
    assert (miss.gate, miss.gaps) == ("permit", ())
    assert "no permit for hazardous waste" in miss.words
    assert [lift.who for lift in miss.lifts] == ["authority"]


def test_below_the_smallest_lot_says_what_is_missing(
    make_offer: MakeListing, make_request: MakeListing, seller: User, almost: Almost
) -> None:
    offer = make_offer(minimum_lot=Decimal(2_000))
    make_request(quantity=Decimal(500))
    [miss] = almost(seller, offer)
    assert miss.gate == "lot"
    assert [(gap.amount, gap.unit) for gap in miss.gaps] == [(Decimal(1_500), "t")]
    assert miss.words == "1,500 t below the smallest lot: 500 t sought, at least 2,000 t a lot"
    assert miss.lifts[0].who == "both"


def test_prices_that_leave_no_gain_say_how_much_is_missing_at_the_best(
    make_offer: MakeListing, make_request: MakeListing, seller: User, almost: Almost
) -> None:
    offer = make_offer(resource="cement", price=Decimal(100))
    make_request(resource="gypsum-and-lime", price=Decimal(30))
    [miss] = almost(seller, offer)
    assert (miss.gate, Match.objects.count()) == ("price", 0)
    # Cement sells for 80 at least, what is sought costs 45 at most; 4 + 0.11 × 43.627 km = 8.80 for the way.
    assert [(gap.name, gap.amount, gap.unit) for gap in miss.gaps] == [("price", Decimal("43.8"), "EUR/t")]
    assert miss.words == "at no price could both gain: 43.8 EUR/t are missing even at the best"
    assert [lift.who for lift in miss.lifts] == ["both"]
    # 30 − 100 − 8.80 by what both say, over 12,000 t
    assert miss.benefit_low_eur_per_year == pytest.approx(-945_587, abs=1)


def test_prices_are_no_gate_where_one_is_open_or_in_another_currency(
    make_offer: MakeListing, make_request: MakeListing, seller: User, almost: Almost
) -> None:
    offer = make_offer(resource="cement", price=Decimal(100))
    make_request(resource="gypsum-and-lime")
    make_request(resource="gypsum-and-lime", price=Decimal(30), currency="DKK")
    assert almost(seller, offer) == []
    assert Match.objects.count() == 2


def test_treatment_that_covers_under_a_tenth_says_what_it_covers(
    make_offer: MakeListing, make_request: MakeListing, seller: User, almost: Almost
) -> None:
    offer = make_offer(resource="carbide-lime", quantity=Decimal(700))
    make_request(resource="cement", quantity=Decimal(9_000))
    [miss] = almost(seller, offer)
    # 700 t of lime make 857.99 t of cement.
    assert (miss.gate, Match.objects.count()) == ("coverage", 0)
    assert [(gap.name, gap.amount, gap.unit) for gap in miss.gaps] == [("coverage", Decimal("0.5"), "%")]
    assert miss.words == "covers 9.5 % of what is sought; a treatment needs at least 10 %"
    assert [lift.who for lift in miss.lifts] == ["seller"]


def test_lot_of_the_request_counts_in_its_own_unit_after_treatment(
    make_offer: MakeListing, make_request: MakeListing, seller: User, almost: Almost
) -> None:
    offer = make_offer(resource="carbide-lime", quantity=Decimal(1_000))
    make_request(resource="cement", quantity=Decimal(9_000), minimum_lot=Decimal(2_000))
    [miss] = almost(seller, offer)
    # 1,000 t of lime make 1,225.7 t of cement.
    assert [(gap.amount, gap.unit) for gap in miss.gaps] == [(Decimal("774.3"), "t")]


# --- which --------------------------------------------------------------------------------------------------
def test_control_two_failing_gates_are_no_near_miss(
    make_offer: MakeListing, make_request: MakeListing, hamburg: Site, seller: User, almost: Almost
) -> None:
    offer = make_offer(quality=WET)
    make_request(quality=AT_MOST_14, site=hamburg)
    assert almost(seller, offer) == []


def test_what_fits_is_no_near_miss(
    make_offer: MakeListing, make_request: MakeListing, seller: User, almost: Almost
) -> None:
    offer = make_offer()
    make_request()
    assert almost(seller, offer) == []
    assert Match.objects.count() == 1


def test_much_too_far_is_no_near_miss(
    make_offer: MakeListing, seller: User, stranger: User, elsewhere_site: Site, almost: Almost
) -> None:
    offer = make_offer()
    list_it(stranger, make_terms(Side.REQUEST, elsewhere_site))  # Linz, 1,100 km by road
    assert almost(seller, offer) == []


def test_other_resource_and_own_organization_are_no_near_misses(
    make_offer: MakeListing, make_request: MakeListing, seller: User, asnaes_site: Site, almost: Almost
) -> None:
    offer = make_offer()
    make_request(resource="gypsum")
    list_it(seller, make_terms(Side.REQUEST, asnaes_site))
    assert almost(seller, offer) == []


def test_best_come_first_and_no_more_than_asked_for(
    make_offer: MakeListing, make_request: MakeListing, hamburg: Site, seller: User, almost: Almost
) -> None:
    offer = make_offer(quality=WET)
    wet = [make_request(quality=AT_MOST_14, quantity=Decimal(q)) for q in (12_000, 6_000, 100)]
    far = make_request(site=hamburg)
    found = almost(seller, offer)
    assert [miss.listing for miss in found][:2] == wet[:2]
    assert {miss.listing for miss in found} == {*wet, far}
    assert [miss.score for miss in found] == sorted((miss.score for miss in found), reverse=True)
    assert [miss.listing for miss in near_misses(seller, offer, limit=1)] == wet[:1]


def test_listing_off_the_market_has_none(
    make_offer: MakeListing, make_request: MakeListing, seller: User, buyer: User, almost: Almost
) -> None:
    offer, request = make_offer(quality=WET), make_request(quality=AT_MOST_14)
    assert len(almost(seller, offer)) == 1
    pause_listing(actor=buyer, listing=request)
    assert near_misses(seller, offer) == [], "at once, before it is matched anew"
    pause_listing(actor=seller, listing=offer)
    assert almost(seller, offer) == []
    assert near_misses(seller, make_offer(publish=False)) == []


def test_what_a_facilitator_dismissed_is_not_brought_up_again(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    facilitator: User,
    seller: User,
    almost: Almost,
) -> None:
    offer = make_offer(minimum_lot=Decimal(100))
    request = make_request(quantity=Decimal(500))
    refresh_all_matches()
    dismiss_match(actor=facilitator, match=Match.objects.get(), reason="known")
    Listing.objects.filter(pk=request.pk).update(quantity=50, amount=50)
    assert almost(seller, offer) == []


# --- what is not told ---------------------------------------------------------------------------------------
def test_anonymous_partner_keeps_its_coded_name_and_its_cell(
    make_offer: MakeListing, make_request: MakeListing, seller: User, almost: Almost
) -> None:
    offer = make_offer(quality=WET)
    request = make_request(quality=AT_MOST_14, disclosure=Disclosure.ANONYMOUS)
    [miss] = almost(seller, offer)
    assert (miss.listing.identity_known, miss.listing.party_name) == (False, request.code_name)
    assert "Slagelse" not in miss.listing.party_place or miss.listing.party_place == request.place


def test_listing_for_members_of_another_programme_is_not_told(
    make_offer: MakeListing,
    programme: Programme,
    seller: User,
    facilitator: User,
    stranger: User,
    elsewhere: Organization,
    almost: Almost,
) -> None:
    details = SiteDetails("Depot", "Roskilde", "DK", 55.64, 12.08)
    site = create_site(actor=stranger, organization=elsewhere, details=details)
    offer = make_offer(quality=WET)
    for quality in ({}, AT_MOST_14):  # fails for its programme alone; and for moisture too
        terms = make_terms(Side.REQUEST, site, disclosure=Disclosure.PROGRAMME, quality=quality)
        list_it(stranger, terms)
    assert almost(seller, offer) == []
    assert near_misses(facilitator, offer) == []


def test_listing_for_members_is_told_to_members_and_their_facilitator_only(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    seller: User,
    facilitator: User,
    stranger: User,
    almost: Almost,
) -> None:
    offer = make_offer(quality=WET)
    request = make_request(quality=AT_MOST_14, disclosure=Disclosure.PROGRAMME)
    for member in (seller, facilitator):
        assert [miss.listing for miss in almost(member, offer)] == [request]
    assert near_misses(stranger, offer) == []
