"""Writes: what is read."""

from datetime import timedelta
from typing import Final

from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from notifications.models import Notification

KEPT: Final = timedelta(days=400)


def mark_read(*, notification: Notification) -> Notification:
    """Mark one thing as read; again it changes nothing."""
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at"])
    return notification


def mark_all_read(*, person: User, up_to: int | None = None) -> int:
    """Mark everything as read that somebody was told, up to a key where that is given; return how much that was."""
    unread = Notification.objects.filter(person=person, read_at__isnull=True)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    return unread.update(read_at=Now())


def forget_notifications() -> int:
    """Remove what was told more than 400 days ago; return how much."""
    return Notification.objects.filter(told_at__lt=timezone.now() - KEPT).delete()[0]
