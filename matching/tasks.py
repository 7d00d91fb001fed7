"""Matching in the worker: thin."""

from celery import shared_task

from events.models import Event
from events.tasks import job_task
from listings.models import Listing, State
from matching import services


@job_task
def match_listing(event: Event) -> None:
    """A listing came, changed or went: refresh its matches."""
    services.refresh_matches(listing_id=event.subject_id)


@job_task
def match_organization(event: Event) -> None:
    """An organization joined or left a programme: what its listings may see and weigh has changed."""
    listings = Listing.objects.filter(organization=event.subject_id, state=State.PUBLISHED)
    for listing_id in listings.order_by("pk").values_list("pk", flat=True):
        services.refresh_matches(listing_id=listing_id)


@job_task
def match_programme(event: Event) -> None:
    """A programme weighs the parts of the score differently: any pair of its members may have moved."""
    services.refresh_all_matches()


@shared_task
def match_all() -> int:
    """Refresh everything; beat calls this once a day, people by `manage.py match --all`."""
    return services.refresh_all_matches()
