from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Programme, Site, User
from listings.models import Disclosure, Listing
from listings.services.listings import pause_listing
from matching.models import Match
from matching.services.reviews import approve_match
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing, list_it, make_crowds, make_terms
from tests.matching.pages import HTMX, ClientOf, text_of

pytestmark = pytest.mark.django_db


# --- of a listing -------------------------------------------------------------------------------------------
def test_match_says_why_with_every_part(ash_match: Match, seller: User, client_of: ClientOf) -> None:
    page = text_of(client_of(seller).get(reverse("listing_matches", args=[ash_match.offer_id])))
    assert f"Why {ash_match.percent} %" in page
    for words in (
        "Coal fly ash is a kind of Fly ash",
        "12,000 t offered, 24,000 sought",
        "the buyer gives 11 EUR/t more than is asked",
        "not known",  # the quality, which neither states
        "Disposal, at least",
        "20 EUR/t",
        "Disposal, at most",
        "80 EUR/t",
        "50\u202f%",  # of what is sought
        "limited by what is offered",
        "CO₂e saved per year",
    ):
        assert words in page


def test_match_of_related_resources_says_so_in_the_list_and_on_its_page(
    make_offer: MakeListing, make_request: MakeListing, seller: User, client_of: ClientOf
) -> None:
    offer = make_offer(resource="fly-ash")
    make_request(resource="coal-fly-ash")
    refresh_all_matches()
    listed = text_of(client_of(seller).get(reverse("listing_matches", args=[offer.pk])))
    page = text_of(client_of(seller).get(reverse("match", args=[Match.objects.get().pk])))
    for text in (listed, page):
        assert "related, not the same: Coal fly ash is one kind of Fly ash" in text
    assert "Related, not the same" in listed
    assert "less certain" in page


def test_page_stops_asking_when_the_listing_is_old(
    ash_match: Match, seller: User, client_of: ClientOf
) -> None:
    address = reverse("listing_matches", args=[ash_match.offer_id])
    assert client_of(seller).get(address, headers=HTMX).status_code == 200
    Listing.objects.filter(pk=ash_match.offer_id).update(
        changed_at=ash_match.offer.changed_at - timedelta(minutes=3)
    )
    assert client_of(seller).get(address, headers=HTMX).status_code == 286


def test_version_changes_exactly_when_what_is_shown_does(
    ash_match: Match, seller: User, facilitator: User, client_of: ClientOf
) -> None:
    def version() -> str:
        address = reverse("listing_matches", args=[ash_match.offer_id])
        return client_of(seller).get(address, headers=HTMX)["X-Version"]

    before = version()
    assert version() == before
    approve_match(actor=facilitator, match=ash_match)
    assert version() != before


def test_listing_just_published_says_that_partners_are_looked_for(
    make_offer: MakeListing, seller: User, client_of: ClientOf
) -> None:
    listing = make_offer()
    address = reverse("listing_matches", args=[listing.pk])
    assert "Looking for partners" in text_of(client_of(seller).get(address, headers=HTMX))
    Listing.objects.filter(pk=listing.pk).update(changed_at=listing.changed_at - timedelta(minutes=3))
    assert "No partner yet" in text_of(client_of(seller).get(address, headers=HTMX))


def test_matches_of_a_public_listing_are_missing_for_others(
    ash_match: Match, stranger: User, buyer: User, client_of: ClientOf
) -> None:
    for user in (stranger, buyer):
        client = client_of(user)
        foreign = client.get(reverse("listing_matches", args=[ash_match.offer_id]))
        missing = client.get(reverse("listing_matches", args=[ash_match.offer_id + 1000]))
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content


# --- one ----------------------------------------------------------------------------------------------------
def test_both_parties_and_the_facilitator_see_a_match(
    ash_match: Match, viewer: User, buyer: User, facilitator: User, client_of: ClientOf
) -> None:
    address = reverse("match", args=[ash_match.pk])
    approve = f'action="{reverse("match_approve", args=[ash_match.pk])}"'
    for user, reviews in ((viewer, False), (buyer, False), (facilitator, True)):
        page = text_of(client_of(user).get(address))
        assert "Asnæs power station" in page
        assert "Cement works" in page
        assert (approve in page) is reviews


def test_remark_of_the_review_is_for_facilitators(
    ash_match: Match, facilitator: User, buyer: User, client_of: ClientOf
) -> None:
    approve_match(actor=facilitator, match=ash_match, remark="Call Asnæs first")
    address = reverse("match", args=[ash_match.pk])
    assert "Call Asnæs first" in text_of(client_of(facilitator).get(address))
    assert "Call Asnæs first" not in text_of(client_of(buyer).get(address))


def test_match_of_others_answers_like_a_missing_one(
    ash_match: Match, stranger: User, client_of: ClientOf
) -> None:
    client = client_of(stranger)
    foreign, missing = (client.get(reverse("match", args=[pk])) for pk in (ash_match.pk, ash_match.pk + 1000))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


def test_anonymous_partner_keeps_its_coded_name(
    make_offer: MakeListing, make_request: MakeListing, seller: User, buyer: User, client_of: ClientOf
) -> None:
    offer = make_offer(disclosure=Disclosure.ANONYMOUS)
    make_request(resource="fly-ash")
    refresh_all_matches()
    address = reverse("match", args=[Match.objects.get().pk])
    theirs, ours = (text_of(client_of(user).get(address)) for user in (buyer, seller))
    assert offer.code_name in theirs
    # What was done before is published, and says the same beside every match of fly ash.
    theirs, ours = (page.partition("Where it was done before")[0] for page in (theirs, ours))
    assert "Asnæs" not in theirs
    assert "Asnæs power station" in ours


def test_match_says_every_line_with_its_source(ash_match: Match, buyer: User, client_of: ClientOf) -> None:
    page = text_of(client_of(buyer).get(reverse("match", args=[ash_match.pk])))
    for words in (
        "Detour by road",
        "editorial estimate: roads are about 1.3 times",
        "Portland cement replaced by fly ash in concrete: 1 t × 320 kg/t, 2025",
        "20_500_5173_15_1",
        "published",
        "estimate",
        "the seller asks −8 EUR/t; the catalogue bounds what more it may be",
        "80.00",  # disposal avoided at most
        "26,413",  # 3 + 8 − 8.80 EUR/t, over 12,000 t
        "1,514,413",  # 55 + 80 − 8.80
        "Both gain at a price between −8.00 and −5.80 EUR/t",
        "powder by silo lorry",
        "limited by what is offered",
    ):
        assert words in page
    assert page.count('<h2 class="visually-hidden">') == 1


def test_other_assumptions_show_now_and_then(ash_match: Match, viewer: User, client_of: ClientOf) -> None:
    address = reverse("match", args=[ash_match.pk])
    answer = client_of(viewer).get(address, {"disposal_high": "60", "amount_per_year": "12 000"})
    assert answer.context["changed"].changed == {"disposal_high"}, "the amount is what it was"
    page = text_of(answer)
    assert "with your numbers" in page
    # 55 + 80 − 8.80 EUR/t at most, and 55 + 60 − 8.80; by what both said 3 + 8 − 8.80, as before. 12,000 t of each
    for figure in ("1,514,413", "1,274,413", "26,413"):
        assert figure in page
    assert 'value="60"' in page
    ash_match.refresh_from_db()
    assert text_of(client_of(viewer).get(address)).count("with your numbers") == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("disposal_low", "-5", "Choose a number from 0"),
        ("road_factor", "0.5", "Choose a number from 1 to 10"),
        ("yield_per_unit", "much", "Type a number"),
        ("treatment_cost", "1" * 39, "Type at most"),
        ("disposal_high", "12,345", "can be read in two ways"),
    ],
)
def test_wrong_assumption_is_said_beside_its_field(
    ash_match: Match, buyer: User, client_of: ClientOf, name: str, value: str, said: str
) -> None:
    answer = client_of(buyer).get(reverse("match", args=[ash_match.pk]), {name: value, "purchase_low": "7"})
    assert list(answer.context["form"].errors) == [name]
    page = text_of(answer)
    assert said in page
    assert f'value="{value}"' in page
    assert 'value="7"' in page
    assert "with your numbers" not in page


def test_assumptions_as_they_are_change_nothing(ash_match: Match, buyer: User, client_of: ClientOf) -> None:
    answer = client_of(buyer).get(
        reverse("match", args=[ash_match.pk]), {"disposal_low": "20", "road_factor": ""}
    )
    assert answer.context["changed"] is None
    assert "assumes already" in text_of(answer)


def test_pathway_is_shown_and_marked(
    make_offer: MakeListing,
    make_request: MakeListing,
    seller: User,
    facilitator: User,
    programme: Programme,
    client_of: ClientOf,
) -> None:
    make_offer(resource="calcium-carbide")
    make_request(resource="pvc")
    refresh_all_matches()
    match = Match.objects.get()
    page = text_of(client_of(seller).get(reverse("match", args=[match.pk])))
    for words in (
        "From offer to request",
        "Acetylene",
        "PVC by polymerising",
        "CaC2 + 2 H2O",
        "Also comes out:",
    ):
        assert words in page
    for user, name in ((seller, "my_matches"), (facilitator, "review")):
        page = text_of(client_of(user).get(reverse(name)))
        assert "through 3 steps" in page
        assert "Calcium carbide becomes PVC in 3 steps" in page


def test_match_off_the_market_says_why_and_keeps_its_figures(
    ash_match: Match, buyer: User, facilitator: User, client_of: ClientOf
) -> None:
    address = reverse("match", args=[ash_match.pk])
    approve_match(actor=facilitator, match=ash_match)
    pause_listing(actor=buyer, listing=ash_match.request)
    refresh_all_matches()
    page = text_of(client_of(buyer).get(address, {"disposal_low": "60"}))
    assert "It no longer fits: a listing left the market." in page
    assert "cannot be worked out any more" in page
    assert "Change the assumptions" not in page


def test_retired_match_says_why_in_the_queue(
    ash_match: Match, buyer: User, facilitator: User, client_of: ClientOf
) -> None:
    pause_listing(actor=buyer, listing=ash_match.request)
    refresh_all_matches()
    page = text_of(client_of(facilitator).get(reverse("review"), {"state": "retired"}))
    assert "No longer fits: a listing left the market" in page


# --- almost -------------------------------------------------------------------------------------------------
@pytest.fixture
def wet_ash(make_offer: MakeListing, make_request: MakeListing, programme: Programme) -> Listing:
    """Ash with 20 % water, of which the cement works takes at most 14 %."""
    make_request(title="Dry ash", quality={"moisture": (None, Decimal(14))}, disclosure=Disclosure.ANONYMOUS)
    offer = make_offer(quality={"moisture": (Decimal(20), Decimal(25))})
    refresh_all_matches()
    return offer


def test_listing_without_a_match_says_who_almost_fits(
    wet_ash: Listing, seller: User, facilitator: User, client_of: ClientOf
) -> None:
    address = reverse("listing_matches", args=[wet_ash.pk])
    page = text_of(client_of(seller).get(address))
    for words in ("Almost", "Dry ash", "Moisture 6 points too high", "The seller:", "drying", "2.51"):
        assert words in page
    assert "Cement works" not in page
    assert "Cement works" in text_of(client_of(facilitator).get(address))


def test_listing_with_a_good_match_has_no_almost(
    wet_ash: Listing, make_request: MakeListing, seller: User, client_of: ClientOf
) -> None:
    make_request(title="Any ash")
    refresh_all_matches()
    page = text_of(client_of(seller).get(reverse("listing_matches", args=[wet_ash.pk])))
    assert "Any ash" in page
    assert "Almost" not in page


def test_version_follows_what_almost_fits(
    wet_ash: Listing, buyer: User, seller: User, client_of: ClientOf
) -> None:
    address = reverse("listing_matches", args=[wet_ash.pk])

    def version() -> str:
        return client_of(seller).get(address, headers=HTMX)["X-Version"]

    before = version()
    assert version() == before
    pause_listing(actor=buyer, listing=Listing.objects.get(side="request"))
    assert version() != before


# --- mine ---------------------------------------------------------------------------------------------------
def test_my_matches_stand_by_listing_the_approved_first(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    facilitator: User,
    seller: User,
    client_of: ClientOf,
) -> None:
    make_offer(title="near")
    make_offer(title="gypsum", resource="fgd-gypsum")
    make_request(title="ash here", resource="coal-fly-ash")
    make_request(title="some ash", resource="fly-ash")
    make_request(title="any gypsum", resource="gypsum")
    refresh_all_matches()
    weaker = Match.objects.get(request__title="some ash")
    approve_match(actor=facilitator, match=weaker)
    groups = client_of(seller).get(reverse("my_matches")).context["groups"]
    shown = [(group["listing"].name, [partner.name for _, partner in group["matches"]]) for group in groups]
    assert shown == [("near", ["some ash", "ash here"]), ("gypsum", ["any gypsum"])]


def test_my_matches_take_as_many_queries_for_many_as_for_few(
    make_offer: MakeListing, make_request: MakeListing, seller: User, client_of: ClientOf
) -> None:
    client = client_of(seller)

    def queries() -> int:
        refresh_all_matches()
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("my_matches"))
        return len(captured)

    make_request(resource="fly-ash")
    make_offer()
    few = queries()
    for _ in range(4):
        make_offer()
        make_request(resource="fly-ash")
    assert queries() == few


def test_empty_my_matches_say_what_to_do(
    seller: User, facilitator: User, programme: Programme, make_offer: MakeListing, client_of: ClientOf
) -> None:
    mine = reverse("my_matches")
    assert "Nothing to match yet" in text_of(client_of(seller).get(mine))
    make_offer()
    assert "No partner yet" in text_of(client_of(seller).get(mine))
    assert client_of(facilitator).get(mine)["Location"] == reverse("review")


def test_prices_that_do_not_meet_say_how_far_apart(
    seller: User, buyer: User, asnaes_site: Site, cement_site: Site, client_of: ClientOf
) -> None:
    list_it(seller, make_terms("offer", asnaes_site, price=Decimal(10)))
    list_it(buyer, make_terms("request", cement_site, price=Decimal(4)))
    refresh_all_matches()
    page = text_of(client_of(seller).get(reverse("match", args=[Match.objects.get().pk])))
    assert "6 EUR/t apart" in page


def test_way_is_drawn_between_the_public_places_of_both_sides(
    make_offer: MakeListing, make_request: MakeListing, seller: User, client_of: ClientOf
) -> None:
    make_crowds()
    offer, request = make_offer(), make_request(disclosure=Disclosure.ANONYMOUS)
    refresh_all_matches()
    page = client_of(seller).get(reverse("match", args=[Match.objects.get().pk]))
    ends = [[side.latitude, side.longitude] for side in (offer, request)]
    assert [[point["lat"], point["lon"]] for point in page.context["route"]["points"]] == ends
    assert request.latitude != request.site.latitude
    [flow] = page.context["route"]["flows"]
    assert ([flow["from"], flow["to"]], flow["settled"]) == (ends, False)
    assert "Cement works" not in str(page.context["route"])
