"""What is forgotten by itself, and when. Never the log, never a deal: those stand as long as the database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from accounts.models import Invitation, ProgrammeInvitation
from events.claims import forget_answers
from events.models import Job
from listings.bulk.services import forget_imports
from notifications.services.inbox import forget_notifications
from notifications.services.outbox import forget_letters
from notifications.services.searches import forget_finds

_BATCH: Final = 10_000
"""Rows of one transaction, so that nobody waits for a night's worth of them."""


def forget_old() -> dict[str, int]:
    """Remove what was kept long enough; return how many rows of each kind."""
    kinds: dict[str, Callable[[], int]] = {
        "sessions": _sessions,
        "invitations": _invitations,
        "done jobs": _done_jobs,
        "letters": forget_letters,
        "notifications": forget_notifications,
        "finds of saved searches": forget_finds,
        "answers to repeated requests": forget_answers,
        "imported files": forget_imports,
    }
    return {kind: forget() for kind, forget in kinds.items()}


def _sessions() -> int:
    return _in_batches(Session.objects.filter(expire_date__lt=timezone.now()))


def _invitations() -> int:
    """Those whose time is over or that were taken, and into programmes those that nobody answered."""
    before = timezone.now() - timedelta(days=settings.KEEP_INVITATIONS_DAYS)
    over = Invitation.objects.filter(Q(expires_at__lt=before) | Q(accepted_at__lt=before))
    return _in_batches(over) + _in_batches(ProgrammeInvitation.objects.filter(created_at__lt=before))


def _done_jobs() -> int:
    """What was given up stays, to be seen and tried again."""
    before = timezone.now() - timedelta(days=settings.KEEP_DONE_JOBS_DAYS)
    return _in_batches(Job.objects.filter(done_at__lt=before))


def _in_batches(rows: QuerySet[Model]) -> int:
    count = 0
    while keys := list(rows.values_list("pk", flat=True)[:_BATCH]):
        count += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return count
