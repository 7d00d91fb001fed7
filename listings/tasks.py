"""What happens to listings by itself."""

from celery import shared_task

from events.models import Event
from events.tasks import job_task
from listings.bulk.services import check_import as check_file
from listings.bulk.services import write_import as write_file
from listings.services import files, listings


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


@job_task
def check_import(event: Event) -> None:
    """A file of listings was sent, or is to be read otherwise: say what would come of it."""
    check_file(import_id=event.subject_id)


@job_task
def write_import(event: Event) -> None:
    """Somebody wants what a file says: list it."""
    write_file(import_id=event.subject_id)


@shared_task
def remove_stray_files() -> int:
    """Remove pictures and data sheets that no listing has any more; beat calls this every day."""
    return files.remove_strays()
