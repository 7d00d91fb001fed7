"""What happens to listings by itself."""

from celery import shared_task

from events.models import Event
from events.tasks import job_task
from listings import services


@shared_task
def expire_listings() -> int:
    """Expire what is over; beat calls this every few minutes."""
    return services.expire_listings()


@job_task
def follow_site(event: Event) -> None:
    """A site moved or its permits changed: its listings follow."""
    services.follow_site(site_id=event.subject_id)
