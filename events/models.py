"""The log and the work that follows from it."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Stream(models.Model):
    """The last sequence number given to a subject; its row lock puts a subject's events in commit order."""

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    last_sequence = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_type", "subject_id"], name="stream_subject")]


class Event(models.Model):
    """One thing that happened to one subject. Rows are only ever added; a trigger refuses the rest."""

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    sequence = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=60)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    data = models.JSONField(default=dict)
    request = models.CharField(max_length=64, db_default="", default="")
    """What a person asked for, of which this came, be it by way of jobs: the id of the lines in the log."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "sequence"], name="event_sequence"),
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="event_sequence_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} #{self.sequence} {self.kind}"


class Job(models.Model):
    """One task owed to one event; written with the event, so that no broker can lose it."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="jobs")
    task = models.CharField(max_length=120)
    # The event's own: who stands before whom is then found in one index, however long the queue is.
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    sequence = models.PositiveBigIntegerField()
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveIntegerField(default=0)
    # Written before the job runs, in a transaction of its own, and forgotten when it ends: what stays are deaths.
    starts = models.PositiveIntegerField(db_default=0)
    started_at = models.DateTimeField(null=True)
    sends = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "task"], name="job_once_per_event"),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True) | models.Q(failed_at__isnull=True),
                name="job_one_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(done_at__isnull=True, failed_at__isnull=True),
                name="job_open_due",
            ),
            models.Index(
                fields=["task", "subject_type", "subject_id", "sequence"],
                condition=models.Q(done_at__isnull=True, failed_at__isnull=True),
                name="job_open_line",
            ),
            models.Index(
                fields=["failed_at"], condition=models.Q(failed_at__isnull=False), name="job_given_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} for event {self.event_id}"


class IdempotentRequest(models.Model):
    """A request that changes something, by the key that its sender gave it, and how it was answered.

    Written in the transaction of the change, before anything else: a second request with the key waits here, and
    finds the answer of the first; where the first came to nothing, so did this row.
    """

    key = models.CharField(max_length=80)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    method = models.CharField(max_length=7)
    path = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotent_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_created")]

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.key})"
