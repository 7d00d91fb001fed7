"""How a synergy is opened, talked over, and given up; and who may see it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Organization, Programme, Site, User
from catalogue.models import Resource
from common.errors import Conflict, Forbidden, Invalid, NotFound
from listings.access import mark_identities
from listings.models import Disclosure, Introduction, Listing
from listings.services.listings import pause_listing
from matching.models import Match, MatchState
from tests.conftest import MakeListing
from tests.trading.conftest import agree, approve, bid_in, enquire, introduce, kinds_of
from trading import access
from trading.models import LIVE_STAGES, BidState, LostReason, Origin, Stage, Synergy
from trading.selectors.synergies import synergy_messages
from trading.services.messages import add_file, post_message
from trading.services.synergies import (
    lose,
    open_synergy_by_enquiry,
    open_synergy_by_facilitator,
    open_synergy_from_match,
    remind_stale,
    set_attribution,
    set_next_step,
    show_interest,
)


@pytest.fixture
def match(offer: Listing, request_listing: Listing, facilitator: User) -> Match:
    return approve(offer, request_listing, facilitator)


# --- opening ------------------------------------------------------------------------------------------------
def test_match_opens_synergy_with_the_interest_of_one_side(
    match: Match, buyer: User, cement_works: Organization
) -> None:
    synergy = open_synergy_from_match(actor=buyer, match=match, organization=cement_works)
    assert (synergy.stage, synergy.origin, synergy.match_id) == (Stage.IDEA, Origin.MATCH, match.pk)
    assert (synergy.receiver_interested_at is not None, synergy.supplier_interested_at) == (True, None)
    assert (synergy.yield_per_unit, synergy.is_rate, synergy.unit) == (Decimal(1), True, "t")
    assert kinds_of(synergy) == ["synergy.opened"]
    assert not Introduction.objects.exists()


def test_second_party_that_opens_from_match_joins_the_first(
    match: Match, buyer: User, seller: User, cement_works: Organization, asnaes: Organization
) -> None:
    first = open_synergy_from_match(actor=buyer, match=match, organization=cement_works)
    second = open_synergy_from_match(actor=seller, match=match, organization=asnaes)
    assert (second.pk, second.stage) == (first.pk, Stage.DISCUSSION)
    assert kinds_of(first) == ["synergy.opened", "synergy.introduced"]


def test_same_party_that_opens_twice_is_refused(
    match: Match, buyer: User, cement_works: Organization
) -> None:
    open_synergy_from_match(actor=buyer, match=match, organization=cement_works)
    with pytest.raises(Conflict) as refusal:
        open_synergy_from_match(actor=buyer, match=match, organization=cement_works)
    assert refusal.value.code == "already_open"


def test_match_that_waits_for_its_review_opens_nothing(
    match: Match, programme: Programme, buyer: User, cement_works: Organization
) -> None:
    match.state = MatchState.PROPOSED
    with pytest.raises(Conflict) as refusal:
        open_synergy_from_match(actor=buyer, match=match, organization=cement_works)
    assert refusal.value.code == "not_approved"


def test_match_of_others_opens_nothing(match: Match, stranger: User, elsewhere: Organization) -> None:
    with pytest.raises(Forbidden):
        open_synergy_from_match(actor=stranger, match=match, organization=elsewhere)


def test_enquiry_opens_synergy_with_its_first_message(offer: Listing, cement_works: Organization) -> None:
    synergy = enquire(offer, cement_works)
    assert (synergy.stage, synergy.origin, synergy.request) == (Stage.IDEA, Origin.ENQUIRY, None)
    assert synergy.supplier_site == offer.site
    assert [message.text for message in synergy.messages.all()] == ["Could we have it?"]
    assert kinds_of(synergy) == ["synergy.opened", "synergy.message"]


def test_enquiry_about_own_listing_is_refused(offer: Listing, asnaes: Organization) -> None:
    with pytest.raises(Conflict) as refusal:
        enquire(offer, asnaes)
    assert refusal.value.code == "own_listing"
    assert not Synergy.objects.exists()


def test_enquiry_about_paused_listing_is_refused(
    offer: Listing, seller: User, cement_works: Organization
) -> None:
    pause_listing(actor=seller, listing=offer)
    with pytest.raises(Conflict) as refusal:
        enquire(offer, cement_works)
    assert refusal.value.code == "listing_closed"
    assert "paused" in refusal.value.message


def test_enquiry_with_listing_that_cannot_take_it_says_so(
    offer: Listing, make_request: MakeListing, cement_works: Organization
) -> None:
    with pytest.raises(Invalid) as refusal:
        enquire(offer, cement_works, make_request(resource="steam", unit="MWh"))
    assert "own_listing" in refusal.value.fields


def test_enquiry_without_words_is_refused(offer: Listing, buyer: User, cement_works: Organization) -> None:
    with pytest.raises(Invalid) as refusal:
        open_synergy_by_enquiry(actor=buyer, listing=offer, organization=cement_works, text=" ")
    assert "text" in refusal.value.fields


def test_facilitator_opens_between_two_sites_without_listings(
    facilitator: User, asnaes_site: Site, cement_site: Site, programme: object
) -> None:
    gypsum = Resource.objects.get(slug="coal-fly-ash")
    synergy = open_synergy_by_facilitator(
        actor=facilitator, supplier_site=asnaes_site, receiver_site=cement_site, resource=gypsum
    )
    assert (synergy.offer, synergy.request, synergy.is_rate) == (None, None, True)
    with pytest.raises(Conflict) as refusal:
        open_synergy_by_facilitator(
            actor=facilitator, supplier_site=asnaes_site, receiver_site=cement_site, resource=gypsum
        )
    assert refusal.value.code == "already_open"


def test_facilitator_cannot_bring_a_company_together_with_itself(
    facilitator: User, asnaes_site: Site, programme: object
) -> None:
    with pytest.raises(Conflict) as refusal:
        open_synergy_by_facilitator(
            actor=facilitator,
            supplier_site=asnaes_site,
            receiver_site=asnaes_site,
            resource=Resource.objects.get(slug="coal-fly-ash"),
        )
    assert refusal.value.code == "same_organization"


# --- interest and identity ----------------------------------------------------------------------------------
def test_identity_opens_with_mutual_interest_and_not_before(
    make_offer: MakeListing, seller: User, buyer: User, asnaes: Organization, cement_works: Organization
) -> None:
    offer = make_offer(disclosure=Disclosure.ANONYMOUS)
    synergy = enquire(offer, cement_works)
    for reader, side in ((buyer, "supplier"), (seller, "receiver")):
        seen = access.get_synergy(reader, synergy.pk)
        assert not getattr(seen, f"{side}_known")
        assert getattr(seen, side).name not in getattr(seen, f"{side}_name")
    synergy = show_interest(actor=seller, synergy=synergy, organization=asnaes)
    assert (synergy.stage, kinds_of(synergy)[-1]) == (Stage.DISCUSSION, "synergy.introduced")
    for reader, side in ((buyer, "supplier"), (seller, "receiver")):
        seen = access.get_synergy(reader, synergy.pk)
        assert getattr(seen, f"{side}_name") == getattr(seen, side).name
    assert mark_identities(buyer, [offer])[0].party_name == asnaes.name
    # Of this one listing, not of another that the same party may have.
    other = make_offer(disclosure=Disclosure.ANONYMOUS, resource="fgd-gypsum")
    assert mark_identities(buyer, [other])[0].party_name == other.code_name
    following = access.get_synergy(buyer, enquire(other, cement_works).pk)
    assert (following.supplier_known, following.supplier_name) == (False, other.code_name)


def test_interest_shown_twice_is_refused(synergy: Synergy, seller: User, asnaes: Organization) -> None:
    with pytest.raises(Conflict) as refusal:
        show_interest(actor=seller, synergy=synergy, organization=asnaes)
    assert refusal.value.code == "already_interested"


# --- who sees -----------------------------------------------------------------------------------------------
def test_stranger_cannot_learn_that_a_synergy_exists(synergy: Synergy, stranger: User) -> None:
    with pytest.raises(NotFound):
        access.get_synergy(stranger, synergy.pk)
    assert not access.visible_synergies(stranger).exists()


def test_viewer_reads_and_does_not_act(synergy: Synergy, viewer: User) -> None:
    assert access.get_synergy(viewer, synergy.pk) == synergy
    with pytest.raises(Forbidden, match="As a viewer"):
        access.get_synergy_to_act(viewer, synergy.pk)
    with pytest.raises(Forbidden, match="As a viewer"):
        access.get_synergy_to_work_on(viewer, synergy.pk)


def test_facilitator_speaks_and_does_not_bid(synergy: Synergy, facilitator: User) -> None:
    assert access.get_synergy_to_work_on(facilitator, synergy.pk) == (synergy, None)
    with pytest.raises(Forbidden):
        access.get_synergy_to_act(facilitator, synergy.pk)


def test_trader_acts_for_own_party(synergy: Synergy, trader: User, asnaes: Organization) -> None:
    assert access.get_synergy_to_act(trader, synergy.pk) == (synergy, asnaes)


# --- talking ------------------------------------------------------------------------------------------------
def test_message_is_kept_with_who_said_it_for_whom(
    synergy: Synergy, facilitator: User, seller: User, asnaes: Organization
) -> None:
    post_message(actor=seller, synergy=synergy, organization=asnaes, text=" When? ")
    post_message(actor=facilitator, synergy=synergy, organization=None, text="Soon.")
    said = [(m.text, m.organization) for m in synergy_messages(seller, synergy)]
    assert said[-2:] == [("When?", asnaes), ("Soon.", None)]
    assert kinds_of(synergy)[-2:] == ["synergy.message"] * 2


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001])
def test_message_of_no_or_too_many_words_is_refused(
    synergy: Synergy, seller: User, asnaes: Organization, text: str
) -> None:
    with pytest.raises(Invalid):
        post_message(actor=seller, synergy=synergy, organization=asnaes, text=text)


def test_file_is_kept_under_a_name_nobody_can_guess(
    synergy: Synergy, seller: User, asnaes: Organization, settings: Any, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = tmp_path
    upload = SimpleUploadedFile("../../analysis.pdf", b"%PDF-1.7", content_type="text/html")
    file = add_file(actor=seller, synergy=synergy, organization=asnaes, upload=upload)
    assert (file.name, file.content_type, file.size) == ("analysis.pdf", "application/pdf", 8)
    assert "analysis" not in file.file.name
    assert kinds_of(synergy)[-1] == "synergy.file"


@pytest.mark.parametrize(("name", "content"), [("page.html", b"<p>"), ("empty.pdf", b""), ("none", b"x")])
def test_file_of_another_kind_or_empty_is_refused(
    synergy: Synergy, seller: User, asnaes: Organization, name: str, content: bytes
) -> None:
    with pytest.raises(Invalid) as refusal:
        add_file(actor=seller, synergy=synergy, organization=asnaes, upload=SimpleUploadedFile(name, content))
    assert "file" in refusal.value.fields


def test_file_of_other_party_opens_with_mutual_interest(
    offer: Listing,
    cement_works: Organization,
    buyer: User,
    seller: User,
    facilitator: User,
    asnaes: Organization,
    settings: Any,
    tmp_path: object,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    synergy = enquire(offer, cement_works)
    file = add_file(
        actor=buyer,
        synergy=synergy,
        organization=cement_works,
        upload=SimpleUploadedFile("kiln.csv", b"a,b"),
    )
    assert access.get_synergy_file(buyer, file.pk) == access.get_synergy_file(facilitator, file.pk) == file
    with pytest.raises(NotFound):
        access.get_synergy_file(seller, file.pk)
    show_interest(actor=seller, synergy=synergy, organization=asnaes)
    assert access.get_synergy_file(seller, file.pk) == file


def test_next_step_says_what_when_and_who(synergy: Synergy, facilitator: User) -> None:
    day = timezone.now().date() + timedelta(days=7)
    synergy = set_next_step(actor=facilitator, synergy=synergy, text="Send a sample", on=day, by="supplier")
    assert (synergy.next_step, synergy.next_step_on, synergy.next_step_by) == (
        "Send a sample",
        day,
        "supplier",
    )
    assert kinds_of(synergy)[-1] == "synergy.next_step"


def test_next_step_with_date_and_no_words_is_refused(synergy: Synergy, seller: User) -> None:
    with pytest.raises(Invalid) as refusal:
        set_next_step(actor=seller, synergy=synergy, text="", on=date(2030, 1, 1), by="")
    assert "text" in refusal.value.fields


def test_attribution_below_all_needs_a_reason(synergy: Synergy, facilitator: User) -> None:
    with pytest.raises(Invalid) as refusal:
        set_attribution(actor=facilitator, synergy=synergy, share=Decimal("0.5"), reason="")
    assert "reason" in refusal.value.fields
    synergy = set_attribution(
        actor=facilitator, synergy=synergy, share=Decimal("0.5"), reason="They had begun to talk."
    )
    assert synergy.attribution == Decimal("0.5")


# --- giving up ----------------------------------------------------------------------------------------------
def test_losing_declines_the_bid_that_waits(synergy: Synergy, seller: User) -> None:
    bid = bid_in(synergy)
    synergy = lose(actor=seller, synergy=synergy, reason=LostReason.ECONOMICS)
    bid.refresh_from_db()
    assert (synergy.stage, bid.state) == (Stage.LOST, BidState.DECLINED)
    assert (kinds_of(synergy)[-1], kinds_of(bid)[-1]) == ("synergy.lost", "bid.declined")


@pytest.mark.parametrize(("reason", "remark", "field"), [("because", "", "reason"), ("other", " ", "remark")])
def test_losing_needs_a_reason_of_the_list_or_words(
    synergy: Synergy, seller: User, reason: str, remark: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        lose(actor=seller, synergy=synergy, reason=reason, remark=remark)
    assert field in refusal.value.fields


def test_losing_beside_an_active_agreement_is_refused(synergy: Synergy, seller: User) -> None:
    agree(synergy)
    with pytest.raises(Conflict) as refusal:
        lose(actor=seller, synergy=synergy, reason=LostReason.TRUST)
    assert refusal.value.code == "stage_forbidden"


def test_lost_synergy_is_over_and_may_be_begun_anew(
    synergy: Synergy, seller: User, asnaes: Organization, cement_works: Organization
) -> None:
    assert synergy.offer is not None
    lose(actor=seller, synergy=synergy, reason=LostReason.NO_REPLY)
    for forbidden in (
        lambda: lose(actor=seller, synergy=synergy, reason=LostReason.NO_REPLY),
        lambda: show_interest(actor=seller, synergy=synergy, organization=asnaes),
        lambda: bid_in(synergy),
    ):
        with pytest.raises(Conflict) as refusal:
            forbidden()
        assert refusal.value.code == "stage_forbidden"
    assert introduce(synergy.offer, cement_works, synergy.request).pk != synergy.pk


# --- going stale --------------------------------------------------------------------------------------------
def test_stale_synergy_is_reminded_of_once_until_somebody_acts(
    synergy: Synergy, seller: User, asnaes: Organization
) -> None:
    def remind() -> list[Synergy]:
        return remind_stale(after=timedelta(days=14))

    assert remind() == []
    Synergy.objects.filter(pk=synergy.pk).update(acted_at=timezone.now() - timedelta(days=15))
    assert (remind(), remind()) == ([synergy], [])
    assert kinds_of(synergy)[-1] == "synergy.reminded"


def test_every_live_stage_is_one_that_a_synergy_can_leave() -> None:
    assert set(Stage) - set(LIVE_STAGES) == {Stage.COMPLETED, Stage.LOST}
