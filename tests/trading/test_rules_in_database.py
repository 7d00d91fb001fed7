"""The database itself refuses what must not be: raw SQL as the application's role, each beside its allowed sibling."""

# ruff: noqa: E501 - a statement reads better in one line
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Organization, User
from listings.models import Listing
from tests.conftest import MakeListing
from tests.proof import in_tens, taken_back
from tests.trading.conftest import (
    agree,
    bid_in,
    end_transaction,
    enquire,
    introduce,
    make_bid_terms,
    owner_of,
    pass_deadline,
    pass_expiry,
)
from tests.trading.deals import deliver
from tests.trading.rules_in_database import RULES, Rule
from trading.models import MOVES, STARTS, Bid, Synergy, Tender
from trading.services import tenders
from trading.services.impact import post_expected


@pytest.fixture
def keys(
    make_offer: MakeListing,
    asnaes: Organization,
    cement_works: Organization,
    elsewhere: Organization,
    seller: User,
    buyer: User,
    stranger: User,
    facilitator: User,
    programme: object,
) -> dict[str, int]:
    """One of each: a synergy at every stage, bids, tenders before and after their deadlines, an agreement, a delivery."""

    def tendered(listing: Listing) -> tuple[Tender, Synergy, Bid]:
        synergy = introduce(listing, elsewhere)
        tender = tenders.open_tender(
            actor=seller, listing=listing, deadline=timezone.now() + timedelta(days=1)
        )
        sealed = tenders.place_sealed_bid(
            actor=buyer, tender=tender, organization=cement_works, terms=make_bid_terms()
        )
        return tender, synergy, sealed

    offer, other_offer = make_offer(), make_offer()
    implementation = introduce(offer, cement_works)
    agreement = agree(implementation)
    post_expected(agreement=agreement)
    delivery = deliver(agreement)
    negotiation = introduce(other_offer, cement_works)
    open_bid = bid_in(negotiation)
    tender, under_tender, sealed_bid = tendered(make_offer())
    late_tender, late_synergy, late_bid = tendered(make_offer())
    pass_deadline(late_tender)
    found = {
        "offer": offer,
        "other_offer": other_offer,
        "free_offer": make_offer(),
        "idea": enquire(make_offer(), cement_works),
        "discussion": introduce(make_offer(), cement_works),
        "negotiation": negotiation,
        "implementation": implementation,
        "open_bid": open_bid,
        "accepted_bid": agreement.bid,
        "tender": tender,
        "tendered": under_tender,
        "sealed_bid": sealed_bid,
        "late_tender": late_tender,
        "late_synergy": late_synergy,
        "late_bid": late_bid,
        "agreement": agreement,
        "delivery": delivery,
        "impact": delivery.impact.order_by("pk")[0],
        "asnaes": asnaes,
        "cement_works": cement_works,
        "elsewhere": elsewhere,
        "seller": seller,
        "buyer": buyer,
        "stranger": stranger,
        "facilitator": facilitator,
    }
    end_transaction()
    return {name: row.pk for name, row in found.items()}


def write(sql: str) -> None:
    """Run raw SQL to the end of its transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        end_transaction()


@pytest.mark.parametrize("rules", in_tens(RULES), ids=lambda rules: rules[0].name)
def test_raw_sql_is_refused_and_its_sibling_taken(keys: dict[str, int], rules: list[Rule]) -> None:
    for rule in rules:
        with taken_back():
            with pytest.raises(IntegrityError) as refusal:
                write(rule.forbidden.format(**keys))
            named = refusal.value.__cause__.diag.constraint_name  # type: ignore[union-attr]  # of psycopg2
            assert named == rule.name, refusal.value
            write(rule.allowed.format(**keys))


def test_nothing_is_truncated(keys: dict[str, int]) -> None:
    for table in ("synergymessage", "allocation", "impactentry", "move"):
        with pytest.raises(IntegrityError):
            write(f"TRUNCATE trading_{table} CASCADE")


def test_bid_whose_time_is_over_is_not_accepted(synergy: Synergy) -> None:
    bid = bid_in(synergy, expires_at=timezone.now() + timedelta(hours=1))
    pass_expiry(bid)
    with pytest.raises(IntegrityError, match="the time of this bid is over"):
        write(f"UPDATE trading_bid SET state = 'accepted', decided_at = now() WHERE id = {bid.pk}")
    write(f"UPDATE trading_bid SET state = 'expired', decided_at = now() WHERE id = {bid.pk}")


def test_table_of_moves_in_the_database_is_the_one_that_the_code_reads(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject, origin, target FROM trading_move")
        stored = set(cursor.fetchall())
    moves = {(subject, move.origin, move.target) for subject, rows in MOVES.items() for move in rows}
    assert stored == moves | {(subject, "", start) for subject, start in STARTS.items()}


def test_more_than_there_is_is_refused_however_it_is_split(
    make_offer: MakeListing, cement_works: Organization, elsewhere: Organization, seller: User
) -> None:
    offer = make_offer(quantity=Decimal(1000))
    bids = [bid_in(introduce(offer, each), quantity=Decimal(600)) for each in (cement_works, elsewhere)]
    end_transaction()

    def sign(bid: Bid) -> None:
        write(
            f"UPDATE trading_bid SET state = 'accepted', decided_at = now() WHERE id = {bid.pk};"
            "INSERT INTO trading_agreement (bid_id, synergy_id, offer_id, supplier_id, receiver_id, resource_id, amount,"
            " request_amount, yield_per_unit, is_rate, unit_price, currency, starts_on, carrier, transport_paid_by, conditions,"
            " ewc_code, treatment_operation, supplier_permit, receiver_permit, container, state, agreed_by_id)"
            " SELECT b.id, s.id, s.offer_id, s.supplier_id, s.receiver_id, s.resource_id, b.amount, b.amount, 1, s.is_rate,"
            " b.unit_price, b.currency, b.starts_on, b.carrier, b.transport_paid_by, b.conditions, '', '', '', '', '',"
            f" 'active', {owner_of(bid.synergy.supplier).pk}"
            f" FROM trading_bid b JOIN trading_synergy s ON s.id = b.synergy_id WHERE b.id = {bid.pk};"
            "INSERT INTO trading_allocation (agreement_id, listing_id, amount)"
            f" SELECT id, offer_id, amount FROM trading_agreement WHERE bid_id = {bid.pk};"
            f"UPDATE trading_synergy SET stage = 'implementation' WHERE id = {bid.synergy_id}"
        )

    sign(bids[0])
    with pytest.raises(IntegrityError, match="listing_allocated_within"):
        sign(bids[1])
    offer.refresh_from_db()
    assert (offer.allocated, offer.state) == (Decimal(600), "published")
