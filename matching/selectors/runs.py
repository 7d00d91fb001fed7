"""How far the full runs are."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from matching.models import MatchRun


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    run: MatchRun
    partitions: int
    done: int
    found: int
    written: int

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.run.finished_at is not None


def open_run() -> Progress | None:
    """How far the run is that is at work now."""
    run = MatchRun.objects.filter(finished_at__isnull=True).order_by("-pk").first()
    return progress_of(run) if run else None


def progress_of(run: MatchRun) -> Progress:
    """Return how far a run is now."""
    run.refresh_from_db()
    sums = run.partitions.aggregate(
        partitions=Count("pk"),
        done=Count("pk", filter=Q(done_at__isnull=False)),
        found=Sum("found"),
        written=Sum("written"),
    )
    return Progress(run, sums["partitions"], sums["done"], sums["found"] or 0, sums["written"] or 0)
