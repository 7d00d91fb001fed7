"""Matching in the worker: thin."""

from celery import shared_task
from django.db import transaction

from events.models import Event
from events.tasks import job_task
from listings.models import Listing, State
from matching.models import MatchRun
from matching.services.refresh import refresh_matches
from matching.services.runs import match_all_private, send_partitions, start_run, work_partition


@job_task
def match_listing(event: Event) -> None:
    """A listing came, changed or went: refresh its matches."""
    refresh_matches(listing_id=event.subject_id)


@job_task
def match_organization(event: Event) -> None:
    """An organization joined or left a programme: what its listings may see and weigh has changed."""
    listings = Listing.objects.filter(organization=event.subject_id, state=State.PUBLISHED)
    for listing_id in listings.order_by("pk").values_list("pk", flat=True):
        refresh_matches(listing_id=listing_id)


@job_task
def match_programme(event: Event) -> None:
    """A programme weighs the parts of the score differently: any pair of its members may have moved."""
    _match_everything()


@job_task
def match_market(event: Event) -> None:
    """Very many listings came or changed at once: one run over the market is cheaper than each by itself."""
    _match_everything()


def _match_everything() -> None:
    run = start_run(resume=False)
    transaction.on_commit(lambda: send_partitions(run), robust=True)


@job_task
def match_again(event: Event) -> None:
    """A review was taken back, which had kept the match whatever else fits better: it stands or falls by its score."""
    refresh_matches(listing_id=int(event.data["offer"]))


@shared_task
def match_all() -> None:
    """Match everything anew, partition by partition; beat calls this once a day."""
    send_partitions(start_run(resume=True))
    match_all_private()


@shared_task
def match_partition(partition_id: int) -> None:
    """Work off one partition of a full run, unless another worker does or did."""
    work_partition(partition_id=partition_id)


@shared_task
def sweep_runs() -> None:
    """Tell the workers again of partitions that are still open: hints get lost, and workers are killed."""
    for run in MatchRun.objects.filter(finished_at__isnull=True):
        send_partitions(run)
