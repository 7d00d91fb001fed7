"""Writes: what ends soon, and what is over by the clock alone, told once."""

from datetime import timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Membership
from listings.models import Listing, State
from notifications.audiences import hearers
from notifications.kinds import audience_of
from notifications.models import Notification
from notifications.services.telling import tell_under_key
from notifications.words import Saying, saying
from trading.models import Bid, BidState, Tender, TenderState

BID_ENDS_WITHIN: Final = timedelta(hours=24)
LISTING_ENDS_WITHIN: Final = timedelta(days=7)
_HALF: Final = timedelta(hours=12)


def tell_deadlines() -> int:
    """Tell of bids to answer within a day, tenders whose bids can be opened, listings that end within a week."""
    return _tell_bids() + _tell_tenders() + _tell_listings()


def _tell_bids() -> int:
    ending = Bid.objects.filter(
        state=BidState.OPEN,
        tender__isnull=True,
        expires_at__gt=Now(),
        expires_at__lte=Now() + BID_ENDS_WITHIN,
    )
    # Of a bid that was put for a few hours, whoever answers has just heard.
    told = 0
    for bid in ending.select_related("synergy").order_by("pk"):
        if bid.expires_at is not None and bid.expires_at - bid.placed_at > _HALF:
            told += _tell("bid.runs_out", bid, bid.expires_at.isoformat())
    return told


def _tell_tenders() -> int:
    over = Tender.objects.filter(state=TenderState.OPEN, deadline__lte=Now())
    with_bids = over.filter(Exists(Bid.objects.filter(tender=OuterRef("pk"), state=BidState.OPEN)))
    return sum(_tell("tender.over", tender) for tender in with_bids.select_related("listing").order_by("pk"))


def _tell_listings() -> int:
    today = timezone.now().date()
    ending = Listing.objects.filter(
        Exists(Membership.objects.filter(organization=OuterRef("organization"))),
        state=State.PUBLISHED,
        available_until__gte=today,
        available_until__lte=today + LISTING_ENDS_WITHIN,
    )
    told_before = Notification.objects.filter(told="listing.runs_out", subject_id=OuterRef("pk"))
    told = 0
    for listing in ending.exclude(Exists(told_before)).select_related("resource").order_by("pk"):
        told += _tell("listing.runs_out", listing, day=listing.available_until)
    return told


def _tell(line: str, subject: Any, moment: str = "", day: Any = None) -> int:
    key = f"{line} {subject.pk} {moment or day or ''}".strip()[:80]
    told = 0
    for hearer in hearers(audience_of(line), subject, {}):
        says = saying(hearer.person, subject, {})
        when = {"moment": moment} if moment else {"day": day.isoformat()} if day else {}
        with_time = Saying({**says.words, **when}, says.address)
        told += tell_under_key(line=line, key=key, subject=subject, hearer=hearer, says=with_time) is not None
    return told
