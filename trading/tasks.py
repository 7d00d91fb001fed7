"""What happens to deals by itself: bids run out, quiet synergies are brought back to mind."""

from contextlib import suppress

from celery import shared_task

from accounts.access import can_trade
from common.errors import Conflict
from events.models import Event
from events.tasks import job_task
from matching.models import Match
from trading.models import Agreement
from trading.selectors.turns import STALE_AFTER
from trading.services import bids, files, impact, synergies


@shared_task
def expire_bids() -> int:
    """Expire what is over, hold what no longer fits, and let go what fits again; beat calls this every minute."""
    return bids.expire_due() + bids.sweep_holds()


@shared_task
def remind_stale() -> int:
    """Mark the synergies that went quiet, once until somebody acts; who is to act is told of their events."""
    return len(synergies.remind_stale(after=STALE_AFTER))


@shared_task
def remove_stray_files() -> int:
    """Remove uploads whose row was never written; beat calls this every day."""
    return files.remove_strays()


@job_task
def post_expected(event: Event) -> None:
    """Post to the ledger what a new agreement is expected to spare."""
    impact.post_expected(agreement=Agreement.objects.get(pk=event.subject_id))


@job_task
def take_up_interest(event: Event) -> None:
    """Open the deal of a match that was approved, for the parties that had said before that they are interested."""
    match = Match.objects.select_related("offer", "request").get(pk=event.subject_id)
    for interest in match.interests.select_related("organization", "user"):
        if can_trade(interest.user, interest.organization_id):
            with suppress(Conflict):
                synergies.open_synergy_from_match(
                    actor=interest.user, match=match, organization=interest.organization
                )
