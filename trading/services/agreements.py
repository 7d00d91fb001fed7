"""Writes: what an accepted bid becomes, and how it ends."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from common.errors import Conflict
from common.rows import Columns
from common.versions import check_version
from events.services import Happened, record_event, record_events
from listings.models import Listing
from trading.models import (
    LIVE_BIDS,
    Agreement,
    AgreementState,
    Allocation,
    Bid,
    BidState,
    DeliveryKind,
    Stage,
    Synergy,
)
from trading.selectors.days import days_at
from trading.selectors.deliveries import delivered
from trading.services import locks
from trading.services.decisions import by_the_clock
from trading.services.impact import cancel_expected, shorten_expected
from trading.services.quantities import follow_allocation, release, settle_holds
from trading.services.synergies import move_stage, put_stage, stage_changed
from trading.services.terms import Papers, check_papers, papers_of


def check_same_goods(synergy: Synergy, listings: Mapping[int, Listing]) -> None:
    """Raise `Conflict` where a listing became one of something else, or counts otherwise, since talks began."""
    named = [listings[pk] for pk in (synergy.offer_id, synergy.request_id) if pk is not None]
    if named and (
        named[0].resource_id != synergy.resource_id
        or synergy.is_rate != all(listing.is_rate for listing in named)
    ):
        raise Conflict(
            _("The listing was changed to something else since this was opened. Open it anew."),
            code="listing_changed",
        )


_AGREEMENT: Final = Columns(Agreement, "a")


def sign(
    actor: User,
    synergy: Synergy,
    bid: Bid,
    listings: Mapping[int, Listing],
    shares: Mapping[int, Decimal],
    *,
    amount: Decimal,
) -> tuple[Agreement, list[Happened]]:
    """Accept a bid: write its agreement and take its shares off the listings; return the events that say so.

    `amount` may be less than the bid's where a tender is split; `shares` is what it takes by listing (`amounts_taken`).
    Listings, synergy and bid must be locked, and found fit for it; the given ones follow what is written
    (`trading_accept` in the database).
    """
    origin = synergy.stage
    if origin != Stage.IMPLEMENTATION:
        put_stage(synergy, Stage.IMPLEMENTATION)
    taken = sorted(shares.items())
    with by_the_clock(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_AGREEMENT} FROM trading_accept(%s, %s, %s, %s::bigint[], %s::numeric[]) a",  # noqa: S608
            [bid.pk, actor.pk, amount, [pk for pk, _share in taken], [share for _pk, share in taken]],
        )
        agreement = _AGREEMENT.row(cursor.fetchone())
    agreement.bid, agreement.synergy = bid, synergy
    agreement.offer = listings[synergy.offer_id] if synergy.offer_id else None
    agreement.request = listings[synergy.request_id] if synergy.request_id else None
    bid.state, bid.decided_at, bid.decided_by = BidState.ACCEPTED, agreement.agreed_at, actor
    happened = [
        Happened(
            "agreement.signed", agreement, {"synergy": synergy.pk, "bid": bid.pk, "amount": str(amount)}
        ),
        *follow_allocation(listings, shares),
    ]
    if origin != Stage.IMPLEMENTATION:
        happened.append(stage_changed(synergy, origin))
    return agreement, happened


@transaction.atomic
def set_papers(*, actor: User, agreement: Agreement, papers: Papers, seen: str = "") -> Agreement:
    """Fill in what the transport paper needs; the terms stay as they were agreed.

    `seen` is the version that the actor saw (`common.versions`); raises `Outdated` where another one holds.
    """
    check_papers(papers)
    agreement = _locked_active(locks.lock_agreement(agreement.pk))
    check_version(seen, asdict(papers_of(agreement)))
    values = asdict(papers)
    for name, value in values.items():
        setattr(agreement, name, value)
    agreement.save(update_fields=list(values))
    record_event(
        kind="agreement.papers",
        subject=agreement,
        actor=actor,
        data={"synergy": agreement.synergy_id} | values,
    )
    return agreement


def _locked_active(agreement: Agreement) -> Agreement:
    if agreement.state != AgreementState.ACTIVE:
        raise Conflict(
            _("This agreement is %(state)s already.") % {"state": AgreementState(agreement.state).label},
            code="agreement_over",
        )
    return agreement


@transaction.atomic
def ask_cancel(*, actor: User, agreement: Agreement, organization: Organization) -> Agreement:
    """Ask to cancel; once both have asked it is cancelled, and its quantities are free again."""
    listings = locks.lock_listings([agreement.offer_id, agreement.request_id])
    synergy = locks.lock_synergy(agreement.synergy_id)
    agreement = _locked_active(locks.lock_agreement(agreement.pk))
    agreement.synergy = synergy
    field = f"cancel_asked_by_{synergy.side_of(organization.pk)}_at"
    if getattr(agreement, field) is not None:
        raise Conflict(_("You have asked already; the other party has to agree."), code="already_asked")
    if not agreement.is_rate and delivered(agreement):
        raise Conflict(
            _("Part of this lot was delivered: what is gone cannot be free again. Complete the agreement."),
            code="delivered_already",
        )
    setattr(agreement, field, timezone.now())
    asked = agreement.cancel_asked_by
    if asked:
        agreement.save(update_fields=[field])
        data = {"synergy": synergy.pk, "by": asked}
        record_event(kind="agreement.cancel_asked", subject=agreement, actor=actor, data=data)
        return agreement
    _end(actor, agreement, AgreementState.CANCELLED, [field], synergy, listings)
    return agreement


@transaction.atomic
def complete_agreement(*, actor: User, agreement: Agreement) -> Agreement:
    """Say that an agreement is fulfilled, once its end is reached or something was delivered."""
    listings = locks.lock_listings([agreement.offer_id, agreement.request_id])
    synergy = locks.lock_synergy(agreement.synergy_id)
    agreement = _locked_active(locks.lock_agreement(agreement.pk))
    agreement.synergy = synergy
    ended = agreement.ends_on is not None and agreement.ends_on <= days_at(synergy)[1]
    if not ended and not agreement.deliveries.filter(kind=DeliveryKind.ACTUAL).exists():
        raise Conflict(
            _("Nothing was delivered yet, and its end is not reached. Record a delivery first."),
            code="not_delivered",
        )
    _end(actor, agreement, AgreementState.COMPLETED, [], synergy, listings)
    return agreement


def _end(
    actor: User,
    agreement: Agreement,
    state: AgreementState,
    also: list[str],
    synergy: Synergy,
    listings: Mapping[int, Listing],
) -> None:
    """End an agreement. What flows is free again in either case; of a lot only what was cancelled."""
    agreement.state = state
    agreement.ended_at = timezone.now()
    agreement.save(update_fields=["state", "ended_at", *also])
    held = Allocation.objects.filter(agreement=agreement, released_at__isnull=True)
    freed = [row for row in held if state == AgreementState.CANCELLED or listings[row.listing_id].is_rate]
    happened = release(freed, listings)
    if state == AgreementState.CANCELLED:
        cancel_expected(actor=actor, agreement=agreement)
    elif agreement.is_rate:
        shorten_expected(actor=actor, agreement=agreement)
    if freed:
        happened += settle_holds(row.listing_id for row in freed)
    happened += _stage_after(synergy, state)
    kind = f"agreement.{state}"
    record_events(actor=actor, happenings=[Happened(kind, agreement, {"synergy": synergy.pk}), *happened])


def _stage_after(synergy: Synergy, state: AgreementState) -> list[Happened]:
    if Agreement.objects.filter(synergy=synergy, state=AgreementState.ACTIVE).exists():
        return []
    # Who still bids has not come to the end.
    waiting = Bid.objects.filter(synergy=synergy, tender__isnull=True, state__in=LIVE_BIDS).exists()
    completed = state == AgreementState.COMPLETED and not waiting
    return [move_stage(synergy, Stage.COMPLETED if completed else Stage.NEGOTIATION)]
