"""What happens to listings by itself."""

from celery import shared_task

from events.models import Event
from events.tasks import job_task
from listings.services import listings


@shared_task
def expire_listings() -> int:
    """Expire what is over; beat calls this every few minutes."""
    return listings.expire_listings()


@shared_task
def keep_cells() -> int:
    """Widen the cells that too few share by now, and give those their cell that have none; beat calls this hourly."""
    return listings.keep_cells()


@job_task
def follow_site(event: Event) -> None:
    """A site moved or its permits changed: its listings follow."""
    listings.follow_site(site_id=event.subject_id)
