"""What happens by itself: reminders of what is quiet, bids whose time is over."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, User
from events.models import Event
from notifications.models import Letter, Notification
from notifications.services.telling import tell
from tests.conftest import MakeListing
from tests.trading.conftest import bid_in, enquire, make_bid_terms
from trading import tasks
from trading.models import (
    Bid,
    BidState,
    Synergy,
    Tender,
)
from trading.services.tenders import place_sealed_bid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]


def make_quiet(synergy: Synergy, days: int = 30) -> None:
    Synergy.objects.filter(pk=synergy.pk).update(acted_at=timezone.now() - timedelta(days=days))


def letters_of(event: Event) -> list[Letter]:
    before = set(Letter.objects.values_list("pk", flat=True))
    tell(event)
    return list(Letter.objects.exclude(pk__in=before).order_by("to"))


def test_quiet_synergy_is_brought_to_mind_once(bid: Bid, seller: User, trader: User, viewer: User) -> None:
    make_quiet(bid.synergy)
    assert tasks.remind_stale() == 1
    assert tasks.remind_stale() == 0
    event = Event.objects.get(kind="synergy.reminded")
    assert [job.task for job in event.jobs.all()] == ["notifications.tasks.tell"]
    letters = letters_of(event)
    assert [letter.to for letter in letters] == [seller.email, trader.email]
    assert "answer the bid" in letters[0].text
    told = Notification.objects.get(event=event, person=seller)
    assert reverse("notification", args=[told.pk]) in letters[0].text


def test_reminder_names_nobody_who_is_not_known_and_tells_of_no_sealed_bid(
    tender: Tender, buyer: User, cement_works: Organization, make_offer: MakeListing
) -> None:
    bid = place_sealed_bid(actor=buyer, tender=tender, organization=cement_works, terms=make_bid_terms())
    make_quiet(bid.synergy)
    asked = enquire(make_offer(title="other"), cement_works)
    make_quiet(asked)
    assert tasks.remind_stale() == 2
    sealed, open_to_both = Event.objects.filter(kind="synergy.reminded").order_by("subject_id")
    assert letters_of(sealed) == []
    [letter] = letters_of(open_to_both)
    assert "Cement works" not in letter.text


def test_bid_expires_by_itself(synergy: Synergy) -> None:
    from tests.trading.conftest import pass_expiry

    bid = bid_in(synergy, expires_at=timezone.now() + timedelta(hours=1))
    pass_expiry(bid)
    assert tasks.expire_bids() == 1
    assert tasks.expire_bids() == 0
    bid.refresh_from_db()
    assert bid.state == BidState.EXPIRED
