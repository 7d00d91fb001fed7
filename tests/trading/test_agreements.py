"""What an accepted bid becomes, and how it ends."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Organization, User
from catalogue.models import Resource
from common.errors import Conflict, Invalid
from events.models import Job
from listings.models import Listing, ListingSearch, State
from listings.services.listings import amend_listing, pause_listing, publish_listing, withdraw_listing
from matching.models import Match
from matching.services.refresh import refresh_matches
from tests.conftest import MakeListing
from tests.trading.conftest import agree, bid_in, introduce, kinds_of
from tests.trading.deals import today
from trading.models import Agreement, AgreementState, Delivery, DeliveryKind, Stage, Synergy
from trading.services.agreements import ask_cancel, complete_agreement, set_papers
from trading.services.terms import Papers, papers_of


def deliver(agreement: Agreement) -> None:
    """Record that something came; without its ledger, which is tested elsewhere."""
    Delivery.objects.create(
        agreement=agreement,
        kind=DeliveryKind.ACTUAL,
        reference="W-1",
        happened_on=timezone.now().date(),
        amount=Decimal(1),
        organization=agreement.supplier,
        reported_by=agreement.agreed_by,
    )


def cancel(agreement: Agreement, seller: User, buyer: User) -> Agreement:
    """Let both ask."""
    ask_cancel(actor=seller, agreement=agreement, organization=agreement.supplier)
    return ask_cancel(actor=buyer, agreement=agreement, organization=agreement.receiver)


def fresh(listing: Listing | None) -> Listing:
    assert listing is not None
    return Listing.objects.get(pk=listing.pk)


def test_agreement_says_what_was_bid_and_takes_it_off_both_listings(agreement: Agreement) -> None:
    bid = agreement.bid
    for name in ("amount", "unit_price", "currency", "starts_on", "ends_on", "carrier", "conditions"):
        assert getattr(agreement, name) == getattr(bid, name)
    assert agreement.request_amount == 1000
    for listing in (fresh(agreement.offer), fresh(agreement.request)):
        assert (listing.left, listing.left_share) == (Decimal(11_000), Decimal(11) / 12)
        assert listing.state == State.PUBLISHED


def test_matches_follow_what_is_left(synergy: Synergy) -> None:
    assert synergy.offer is not None
    assert synergy.request is not None
    for listing in (synergy.request, synergy.offer):
        refresh_matches(listing_id=listing.pk)
    assert Match.objects.get(offer=synergy.offer).amount_per_year == 12_000
    agree(synergy)
    for listing in (synergy.offer, synergy.request):
        changed = Job.objects.filter(event__kind="listing.changed", event__subject_id=listing.pk)
        assert changed.filter(task="matching.tasks.match_listing").count() == 1
        refresh_matches(listing_id=listing.pk)
    assert Match.objects.get(offer=synergy.offer).amount_per_year == 11_000


def test_first_asks_and_second_cancels(agreement: Agreement, seller: User, buyer: User) -> None:
    agreement = ask_cancel(actor=seller, agreement=agreement, organization=agreement.supplier)
    assert (agreement.state, agreement.cancel_asked_by) == (AgreementState.ACTIVE, "supplier")
    with pytest.raises(Conflict) as refusal:
        ask_cancel(actor=seller, agreement=agreement, organization=agreement.supplier)
    assert refusal.value.code == "already_asked"
    agreement = ask_cancel(actor=buyer, agreement=agreement, organization=agreement.receiver)
    assert (agreement.state, agreement.synergy.stage) == (AgreementState.CANCELLED, Stage.NEGOTIATION)
    assert fresh(agreement.offer).left == fresh(agreement.request).left == 12_000
    assert kinds_of(agreement) == ["agreement.signed", "agreement.cancel_asked", "agreement.cancelled"]


def test_cancelling_all_of_a_closed_listing_puts_it_back_on_the_market(
    synergy: Synergy, seller: User, buyer: User
) -> None:
    agreement = agree(synergy, quantity=Decimal(12_000))
    assert fresh(synergy.offer).state == State.CLOSED
    cancel(agreement, seller, buyer)
    offer = fresh(synergy.offer)
    assert (offer.state, kinds_of(offer)[-2:]) == (State.PUBLISHED, ["listing.closed", "listing.published"])


def test_search_follows_what_a_deal_takes_and_gives_back(synergy: Synergy, seller: User, buyer: User) -> None:
    offer = synergy.offer_id
    assert offer is not None

    def row() -> tuple[bool, Decimal | None]:
        kept = ListingSearch.objects.get(pk=offer)
        call_command("rebuild_search", verbosity=0)
        assert ListingSearch.objects.get(pk=kept.pk).version == kept.version, (
            "a rebuild finds nothing to mend"
        )
        return kept.on_market, kept.left_amount

    assert row() == (True, Decimal(12_000))
    agree(synergy, quantity=Decimal(2_000))
    assert row() == (True, Decimal(10_000))
    rest = agree(synergy, quantity=Decimal(10_000))
    assert row() == (False, Decimal(0))
    cancel(rest, seller, buyer)
    assert row() == (True, Decimal(10_000))


def test_cancelling_one_of_two_leaves_the_synergy_in_implementation(
    synergy: Synergy, seller: User, buyer: User
) -> None:
    first, second = agree(synergy), agree(synergy)
    cancel(first, seller, buyer)
    synergy.refresh_from_db()
    assert (synergy.stage, fresh(synergy.offer).left) == (Stage.IMPLEMENTATION, Decimal(11_000))
    cancel(second, seller, buyer)
    synergy.refresh_from_db()
    assert (synergy.stage, fresh(synergy.offer).left) == (Stage.NEGOTIATION, Decimal(12_000))


def test_completing_needs_a_delivery_or_the_end(agreement: Agreement, seller: User) -> None:
    with pytest.raises(Conflict) as refusal:
        complete_agreement(actor=seller, agreement=agreement)
    assert refusal.value.code == "not_delivered"
    deliver(agreement)
    agreement = complete_agreement(actor=seller, agreement=agreement)
    assert (agreement.state, agreement.synergy.stage) == (AgreementState.COMPLETED, Stage.COMPLETED)
    with pytest.raises(Conflict) as refusal:
        complete_agreement(actor=seller, agreement=agreement)
    assert refusal.value.code == "agreement_over"


def test_completed_flow_is_free_again_and_completed_lot_is_gone(
    make_offer: MakeListing, cement_works: Organization, seller: User, agreement: Agreement
) -> None:
    deliver(agreement)
    complete_agreement(actor=seller, agreement=agreement)
    assert fresh(agreement.offer).left == 12_000
    lot = make_offer(period="once")
    sold = agree(introduce(lot, cement_works), period="once")
    deliver(sold)
    complete_agreement(actor=seller, agreement=sold)
    assert fresh(lot).left == 11_000


def test_completing_while_a_bid_waits_goes_back_to_negotiation(synergy: Synergy, seller: User) -> None:
    agreement = agree(synergy, ends_on=today())
    bid_in(synergy)
    complete_agreement(actor=seller, agreement=agreement)
    synergy.refresh_from_db()
    assert synergy.stage == Stage.NEGOTIATION


def test_lot_of_which_something_was_delivered_is_not_cancelled(
    make_offer: MakeListing, cement_works: Organization, seller: User
) -> None:
    sold = agree(introduce(make_offer(period="once"), cement_works), period="once")
    deliver(sold)
    with pytest.raises(Conflict) as refusal:
        ask_cancel(actor=seller, agreement=sold, organization=sold.supplier)
    assert refusal.value.code == "delivered_already"


def test_lot_of_a_rate_is_given_back_when_it_is_done(
    make_offer: MakeListing, make_request: MakeListing, cement_works: Organization, seller: User
) -> None:
    flow, lot = make_offer(), make_request(period="once")
    synergy = introduce(flow, cement_works, lot)
    assert not synergy.is_rate
    agreement = agree(synergy, period="once")
    deliver(agreement)
    complete_agreement(actor=seller, agreement=agreement)
    assert (fresh(flow).left, fresh(lot).left) == (Decimal(12_000), Decimal(11_000))


# --- papers -------------------------------------------------------------------------------------------------
def test_papers_are_filled_in_and_the_terms_stay(agreement: Agreement, buyer: User) -> None:
    papers = Papers(
        ewc_code="100102", treatment_operation="R5", receiver_permit="DK-7", container="silo lorry"
    )
    agreement = set_papers(actor=buyer, agreement=agreement, papers=papers)
    assert papers_of(agreement) == papers
    assert kinds_of(agreement)[-1] == "agreement.papers"


@pytest.mark.parametrize(
    ("field", "papers"),
    [
        ("ewc_code", Papers(ewc_code="999999")),
        ("treatment_operation", Papers(treatment_operation="R14")),
        ("container", Papers(container="x" * 121)),
    ],
)
def test_papers_that_cannot_be_so_name_the_field(
    agreement: Agreement, buyer: User, field: str, papers: Papers
) -> None:
    with pytest.raises(Invalid) as refusal:
        set_papers(actor=buyer, agreement=agreement, papers=papers)
    assert list(refusal.value.fields) == [field]


# --- what a listing may do beside agreements ----------------------------------------------------------------
def test_amount_goes_down_to_what_is_agreed_and_no_further(agreement: Agreement, seller: User) -> None:
    offer = fresh(agreement.offer)
    for quantity in (Decimal(999), None):
        with pytest.raises(Invalid) as refusal:
            amend_listing(actor=seller, listing=offer, changes={"quantity": quantity})
        assert "1,000 t" in refusal.value.fields["quantity"][0]
    offer = amend_listing(actor=seller, listing=offer, changes={"quantity": Decimal(1000)})
    assert (offer.state, kinds_of(offer)[-1]) == (State.CLOSED, "listing.closed")
    offer = amend_listing(actor=seller, listing=offer, changes={"quantity": Decimal(1001)})
    assert (offer.state, kinds_of(offer)[-1]) == (State.PUBLISHED, "listing.published")


@pytest.mark.parametrize(("field", "value"), [("period", "once"), ("resource", "bottom-ash")])
def test_listing_that_agreements_rest_on_stays_what_it_is(
    agreement: Agreement, seller: User, field: str, value: str
) -> None:
    changed = Resource.objects.exclude(slug="coal-fly-ash").filter(dimension="mass", depth=2)[0]
    with pytest.raises(Invalid) as refusal:
        amend_listing(
            actor=seller,
            listing=fresh(agreement.offer),
            changes={field: changed if field == "resource" else value},
        )
    assert list(refusal.value.fields) == [field]


def test_paused_listing_of_which_nothing_is_left_is_not_published(agreement: Agreement, seller: User) -> None:
    offer = pause_listing(actor=seller, listing=fresh(agreement.offer))
    amend_listing(actor=seller, listing=offer, changes={"quantity": Decimal(1000)})
    with pytest.raises(Conflict) as refusal:
        publish_listing(actor=seller, listing=offer)
    assert refusal.value.code == "nothing_left"


def test_closed_listing_can_be_withdrawn_and_nothing_else(synergy: Synergy, seller: User) -> None:
    agree(synergy, quantity=Decimal(12_000))
    offer = fresh(synergy.offer)
    for step in (pause_listing, publish_listing):
        with pytest.raises(Conflict):
            step(actor=seller, listing=offer)
    assert withdraw_listing(actor=seller, listing=offer).state == State.WITHDRAWN


def test_listing_withdrawn_meanwhile_stays_so_when_its_quantity_returns(
    agreement: Agreement, seller: User, buyer: User
) -> None:
    withdraw_listing(actor=seller, listing=fresh(agreement.offer))
    cancel(agreement, seller, buyer)
    offer = fresh(agreement.offer)
    assert (offer.state, offer.left) == (State.WITHDRAWN, Decimal(12_000))
