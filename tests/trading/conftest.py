"""Short ways to a synergy, a bid, an agreement: Asnæs supplies fly ash, the cement works take it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, Organization, Programme, Role, User
from events.models import Event
from events.services import subject_type_of
from listings.models import Listing
from matching.models import Match, MatchState
from tests.conftest import MakeListing
from tests.proof import PROVING
from trading.models import Agreement, Bid, Synergy, Tender
from trading.services.bids import accept_bid, place_bid
from trading.services.synergies import open_synergy_by_enquiry, show_interest
from trading.services.tenders import open_tender
from trading.services.terms import BidTerms


@dataclass(frozen=True)
class Amount:
    """How often a race is run: a part of it within the whole suite, all of it by `make prove`."""

    whole_suite: int
    races: int

    def of(self, asked_for_races: bool) -> int:
        """Return how often now."""
        return self.races if asked_for_races else self.whole_suite


@pytest.fixture(scope="session")
def asked_for_races() -> bool:
    """Whether the races are run in full."""
    return PROVING


def make_bid_terms(**changes: Any) -> BidTerms:
    """Return plain terms: 1,000 t a year from today on, for 5 EUR/t, carried and paid for by the receiver."""
    values: dict[str, Any] = {
        "quantity": Decimal(1000),
        "unit": "t",
        "period": "year",
        "price": Decimal(5),
        "currency": "EUR",
        "starts_on": date.today(),  # noqa: DTZ011 - any day around now
    }
    return BidTerms(**(values | changes))


def owner_of(organization: Organization | int) -> User:
    """Return the owner who acts for an organization."""
    pk = organization if isinstance(organization, int) else organization.pk
    return Membership.objects.select_related("user").filter(organization=pk, role=Role.OWNER)[0].user


def enquire(listing: Listing, organization: Organization, own_listing: Listing | None = None) -> Synergy:
    """Let another organization ask about a listing."""
    return open_synergy_by_enquiry(
        actor=owner_of(organization),
        listing=listing,
        organization=organization,
        text="Could we have it?",
        own_listing=own_listing,
    )


def introduce(listing: Listing, organization: Organization, own_listing: Listing | None = None) -> Synergy:
    """Bring an organization and a listing's owner to talk to each other."""
    synergy = enquire(listing, organization, own_listing)
    owner = listing.organization
    return show_interest(actor=owner_of(owner), synergy=synergy, organization=owner)


def bid_in(synergy: Synergy, organization: Organization | None = None, **terms: Any) -> Bid:
    """Place a bid for a party, the receiver unless another is named."""
    bidder = organization or synergy.receiver
    return place_bid(
        actor=owner_of(bidder), synergy=synergy, organization=bidder, terms=make_bid_terms(**terms)
    )


def agree(synergy: Synergy, **terms: Any) -> Agreement:
    """Let the receiver bid and the supplier accept."""
    bid = bid_in(synergy, **terms)
    return accept_bid(actor=owner_of(synergy.supplier), bid=bid)


def approve(offer: Listing, request: Listing, facilitator: User) -> Match:
    """Store an approved match of two listings."""
    return Match.objects.create(
        offer=offer,
        request=request,
        state=MatchState.APPROVED,
        reviewed_by=facilitator,
        reviewed_at=timezone.now(),
        score=0.8,
        part_resource=1,
        part_distance=0.9,
        part_season=1,
        distance_km=40.0,
        limited_by=0,
        treatment_steps=0,
    )


def end_transaction() -> None:
    """Check now what the database checks at the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def pass_deadline(tender: Tender) -> None:
    """Let a tender's deadline lie in the past; only the triggers' owner could do that."""
    past = timezone.now() - timedelta(minutes=1)
    end_transaction()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE trading_tender DISABLE TRIGGER trading_tender_terms_kept")
        Tender.objects.filter(pk=tender.pk).update(deadline=past, opened_at=past - timedelta(days=1))
        end_transaction()
        cursor.execute("ALTER TABLE trading_tender ENABLE TRIGGER trading_tender_terms_kept")
    tender.refresh_from_db()


def pass_expiry(bid: Bid) -> None:
    """Let a bid's time be over."""
    past = timezone.now() - timedelta(minutes=1)
    end_transaction()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE trading_bid DISABLE TRIGGER trading_bid_terms_kept")
        Bid.objects.filter(pk=bid.pk).update(expires_at=past, placed_at=past - timedelta(days=1))
        end_transaction()
        cursor.execute("ALTER TABLE trading_bid ENABLE TRIGGER trading_bid_terms_kept")
    bid.refresh_from_db()


def kinds_of(subject: Any) -> list[str]:
    """Return the kinds of all events about a subject, the oldest first."""
    rows = Event.objects.filter(subject_type=subject_type_of(subject), subject_id=subject.pk)
    return list(rows.order_by("sequence").values_list("kind", flat=True))


@pytest.fixture
def offer(make_offer: MakeListing, cement_works: Organization, programme: object) -> Listing:
    """12,000 t of fly ash a year at Asnæs."""
    return make_offer()


@pytest.fixture
def request_listing(make_request: MakeListing, asnaes: Organization, programme: object) -> Listing:
    """The cement works look for 12,000 t of it a year."""
    return make_request()


@pytest.fixture
def synergy(offer: Listing, request_listing: Listing, cement_works: Organization) -> Synergy:
    """Both listings, both parties introduced."""
    return introduce(offer, cement_works, request_listing)


@pytest.fixture
def bid(synergy: Synergy) -> Bid:
    """The cement works bid for 1,000 t a year."""
    return bid_in(synergy)


@pytest.fixture
def agreement(bid: Bid, seller: User) -> Agreement:
    """Asnæs has accepted."""
    return accept_bid(actor=seller, bid=bid)


@pytest.fixture
def tender(offer: Listing, seller: User) -> Tender:
    """Open for two days."""
    return open_tender(
        actor=seller, listing=offer, deadline=timezone.now() + timedelta(days=2), conditions="dry"
    )


@pytest.fixture
def flow(
    programme: Programme, cement_works: Organization, make_offer: MakeListing, make_request: MakeListing
) -> Agreement:
    """12,000 t of fly ash a year, for this calendar year; both parties in one programme."""
    from tests.trading.deals import agree_on_all  # which stands on this module

    return agree_on_all(make_offer(), cement_works, make_request())


@pytest.fixture
def own_media(settings: Any, tmp_path: Any) -> None:
    """What is uploaded goes to a folder of its own."""
    settings.MEDIA_ROOT = tmp_path
