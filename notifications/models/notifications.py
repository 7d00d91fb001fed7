"""What was told to whom."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from events.models import Event
from notifications.models.kinds import IN_DIGESTS, Channel, Kind


class Notification(models.Model):
    """One thing that one person was told: of one event, or of what was gathered under one `key`.

    `words` holds what its sentence is made of (`notifications.words`), as this reader might know it when it was told.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="notifications", db_index=False)
    told = models.CharField(max_length=60, help_text="the line of notifications.kinds.TOLD")
    kind = models.CharField(max_length=12, choices=Kind)
    channel = models.CharField(max_length=7, choices=Channel)
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+", db_index=False)
    key = models.CharField(max_length=80, blank=True, db_default="")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    address = models.CharField(max_length=200, help_text="of the page that it leads to")
    words = models.JSONField(default=dict)
    told_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True, help_text="when a letter with it was put into the queue")

    class Meta:
        ordering = ["-told_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="notification_once_per_event"),
            models.UniqueConstraint(
                fields=["person", "key"], condition=~Q(key=""), name="notification_once_per_key"
            ),
            models.CheckConstraint(
                condition=Q(event__isnull=False, key="") | (Q(event__isnull=True) & ~Q(key="")),
                name="notification_of_event_or_key",
            ),
            models.CheckConstraint(condition=~Q(channel=Channel.OFF), name="notification_is_told"),
        ]
        indexes = [
            models.Index(fields=["person", "-told_at", "-id"], name="notification_inbox"),
            # The badge on every page counts in this index alone.
            models.Index(fields=["person"], condition=Q(read_at__isnull=True), name="notification_unread"),
            models.Index(
                fields=["person"],
                condition=Q(mailed_at__isnull=True, channel__in=IN_DIGESTS),
                name="notification_to_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.told} for {self.person_id}"


class Mark(models.Model):
    """How far a job that looks for new rows has looked, by its name.

    A row may be committed after one with a larger key. So what was the largest at some moment counts as passed only
    once every transaction of that moment has ended.
    """

    name = models.CharField(max_length=40, primary_key=True)
    passed_pk = models.BigIntegerField(default=0)
    ahead_pk = models.BigIntegerField(default=0)
    ahead_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.name} to {self.passed_pk}"
