"""My deals, and the ways into one: whose turn it is, one click is one deal."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organization, Programme, Site, User
from events.models import IdempotentRequest
from listings.models import Listing
from tests.conftest import MakeListing
from tests.trading.conftest import approve, bid_in, enquire, introduce
from tests.trading.pages import ClientOf, places, text_of
from trading.models import (
    Agreement,
    Bid,
    LostReason,
    Stage,
    Synergy,
    SynergyMessage,
)
from trading.services.synergies import lose

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]


def test_my_turn_stands_before_theirs(
    make_offer: MakeListing,
    programme: Programme,
    seller: User,
    buyer: User,
    cement_works: Organization,
    client_of: ClientOf,
) -> None:
    asked = introduce(make_offer(title="a"), cement_works)
    bid_in(asked)
    offered = introduce(make_offer(title="b"), cement_works)
    bid_in(offered, offered.supplier)
    fresh = enquire(make_offer(title="c"), cement_works)
    assert places(client_of(seller)) == [(0, asked.pk), (0, fresh.pk), (1, offered.pk)]
    assert places(client_of(buyer)) == [(0, offered.pk), (1, asked.pk), (1, fresh.pk)]
    page = text_of(client_of(seller).get(reverse("my_deals")))
    for words in (
        "Your turn: answer the bid",
        "Your turn: say whether you are interested",
        "Their turn: answer",
    ):
        assert words in page


def test_what_runs_waits_for_nobody_and_what_ended_is_apart(
    agreement: Agreement, seller: User, client_of: ClientOf
) -> None:
    assert places(client_of(seller)) == [(2, agreement.synergy_id)]
    page = text_of(client_of(seller).get(reverse("my_deals")))
    assert "Running as agreed" in page
    assert "you are paid 5\u00a0EUR/t" in page
    assert places(client_of(seller), "?show=ended") == []


def test_my_deals_take_as_many_queries_for_many_as_for_few(
    make_offer: MakeListing,
    programme: Programme,
    seller: User,
    cement_works: Organization,
    client_of: ClientOf,
) -> None:
    client = client_of(seller)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("my_deals"))
        return len(captured)

    bid_in(introduce(make_offer(), cement_works))
    few = queries()
    for number in range(4):
        bid_in(introduce(make_offer(title=str(number)), cement_works))
    assert queries() == few


def test_empty_my_deals_say_what_to_do(
    seller: User, stranger: User, facilitator: User, programme: Programme, client_of: ClientOf
) -> None:
    mine = reverse("my_deals")
    assert client_of(stranger).get(mine)["Location"] == reverse("organization_new")
    assert "Take up an approved match" in text_of(client_of(seller).get(mine))
    assert "bring two sites together" in text_of(client_of(facilitator).get(mine))
    assert "Nothing has ended yet" in text_of(client_of(seller).get(mine, {"show": "ended"}))


def test_enquiry_opens_a_deal_once(
    offer: Listing, request_listing: Listing, buyer: User, client_of: ClientOf
) -> None:
    client, address = client_of(buyer), reverse("listing_enquire", args=[offer.pk])
    assert "Enquire" in text_of(client.get(reverse("listing", args=[offer.pk])))
    body = {"text": "Could we?", "own_listing": str(request_listing.pk), "form_key": "k" * 32}
    first, second = client.post(address, body), client.post(address, body)
    synergy = Synergy.objects.get()
    assert (synergy.offer, synergy.request) == (offer, request_listing)
    assert first["Location"] == second["Location"] == reverse("synergy", args=[synergy.pk])
    assert SynergyMessage.objects.count() == 1
    again = client.post(address, body | {"form_key": "other"})
    assert "already" in text_of(again)
    assert "Could we?" in text_of(again), "what was typed is kept"
    assert not IdempotentRequest.objects.filter(key="other").exists(), "what was refused is not kept"


def test_enquiry_on_an_own_listing_is_refused(offer: Listing, seller: User, client_of: ClientOf) -> None:
    page = client_of(seller).get(reverse("listing", args=[offer.pk]))
    assert reverse("listing_enquire", args=[offer.pk]) not in text_of(page)
    answer = client_of(seller).post(reverse("listing_enquire", args=[offer.pk]), {"text": "Hello"})
    assert "You cannot trade with yourself" in text_of(answer)
    assert not Synergy.objects.exists()


def test_approved_match_is_taken_up_by_both(
    offer: Listing,
    request_listing: Listing,
    facilitator: User,
    seller: User,
    buyer: User,
    viewer: User,
    client_of: ClientOf,
) -> None:
    match = approve(offer, request_listing, facilitator)
    address = reverse("match_interest", args=[match.pk])
    page = text_of(client_of(seller).get(reverse("match", args=[match.pk])))
    assert "Say that you are interested" in page
    assert "Say that you are interested" not in text_of(
        client_of(viewer).get(reverse("match", args=[match.pk]))
    )
    assert client_of(viewer).post(address).status_code == 403
    client_of(seller).post(address)
    synergy = Synergy.objects.get()
    assert synergy.stage == Stage.IDEA
    assert "This match became a deal" in text_of(client_of(seller).get(reverse("match", args=[match.pk])))
    assert client_of(buyer).post(address)["Location"] == reverse("synergy", args=[synergy.pk])
    synergy.refresh_from_db()
    assert synergy.stage == Stage.DISCUSSION


def test_match_whose_deal_is_over_is_taken_up_again(
    offer: Listing,
    request_listing: Listing,
    facilitator: User,
    seller: User,
    buyer: User,
    client_of: ClientOf,
) -> None:
    match = approve(offer, request_listing, facilitator)
    page = reverse("match", args=[match.pk])
    client_of(seller).post(reverse("match_interest", args=[match.pk]))
    over = Synergy.objects.get()
    assert "Take it up again" not in text_of(client_of(seller).get(page))
    lose(actor=seller, synergy=over, reason=LostReason.TIMING)
    shown = text_of(client_of(seller).get(page))
    assert "Take it up again" in shown
    assert "Say that you are interested" not in shown
    client_of(seller).post(reverse("match_interest", args=[match.pk]))
    assert Synergy.objects.exclude(pk=over.pk).get().stage == Stage.IDEA


def test_match_that_waits_for_its_review_is_not_taken_up(
    offer: Listing,
    request_listing: Listing,
    programme: Programme,
    facilitator: User,
    seller: User,
    client_of: ClientOf,
) -> None:
    match = approve(offer, request_listing, facilitator)
    match.state = "proposed"
    match.save(update_fields=["state"])
    page = text_of(client_of(seller).post(reverse("match_interest", args=[match.pk]), follow=True))
    assert "Only an approved match" in page
    assert not Synergy.objects.exists()


def test_facilitator_brings_two_sites_together(
    asnaes_site: Site,
    cement_site: Site,
    elsewhere_site: Site,
    programme: Programme,
    facilitator: User,
    seller: User,
    client_of: ClientOf,
) -> None:
    client, address = client_of(facilitator), reverse("synergy_new")
    body = {
        "supplier_site": str(asnaes_site.pk),
        "receiver_site": str(elsewhere_site.pk),
        "resource": "coal-fly-ash",
    }
    refused = client.post(address, body)
    assert list(refused.context["form"].errors) == ["receiver_site"], "a site of no member"
    assert 'value="coal-fly-ash"' in text_of(refused)
    client.post(address, body | {"receiver_site": str(cement_site.pk)})
    synergy = Synergy.objects.get()
    assert (synergy.supplier_site, synergy.receiver_site) == (asnaes_site, cement_site)
    assert client_of(seller).get(address).status_code == 403
    assert places(client_of(seller)) == [(0, synergy.pk)]
    page = text_of(client_of(seller).get(reverse("synergy", args=[synergy.pk])))
    assert "Buyer " in page, "coded"
    assert "Cement works" not in page


def test_home_counts_the_deals_that_wait(bid: Bid, seller: User, client_of: ClientOf) -> None:
    assert "deal waits for you" in text_of(client_of(seller).get(reverse("home")))
