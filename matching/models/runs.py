"""Full runs, and the partitions that workers take one by one."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class MatchRun(models.Model):
    """One full run: what was published, cut into partitions that workers take one by one."""

    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    today = models.DateField()
    listings = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["today"], condition=Q(finished_at__isnull=True), name="match_run_one_open_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.today}"


class MatchPartition(models.Model):
    """A share of a full run: all requests for some resources, in a box where there are very many."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="partitions")
    number = models.PositiveIntegerField()
    resources = ArrayField(models.BigIntegerField())
    box = ArrayField(
        models.FloatField(), size=4, null=True, help_text=_("south, west, north, east; empty: everywhere")
    )
    listings = models.PositiveIntegerField()
    done_at = models.DateTimeField(null=True)
    found = models.PositiveIntegerField(null=True)
    written = models.PositiveIntegerField(null=True)
    read_digest = models.BinaryField(null=True, help_text=_("of all that the result follows from"))
    stored_digest = models.BigIntegerField(null=True, help_text=_("of the rows as it left them"))
    seconds = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="match_partition_once")]

    def __str__(self) -> str:
        return f"partition {self.number} of {self.run}"
