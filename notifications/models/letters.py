"""Letters on their way, the server that takes them, and addresses that it refused."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from accounts.models import User


class Letter(models.Model):
    """A letter to one address, written in the transaction of its cause; a worker hands it to the mail server.

    It is claimed until `leased_until`; `sent_at` is committed right after the server took it. Its `message_id` is the
    same however often it is handed over.
    """

    person = models.ForeignKey(User, models.CASCADE, null=True, related_name="letters")
    to = models.EmailField()
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True, db_default="")
    headers = models.JSONField(default=dict)
    message_id = models.CharField(max_length=120, unique=True)
    key = models.CharField(max_length=80, null=True, unique=True, help_text="what it tells, once")  # noqa: DJ001
    secret = models.BooleanField(
        db_default=False, help_text="what it says opens something: not kept once it left"
    )
    written_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now())
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(db_default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    said = models.TextField(blank=True, db_default="", help_text="what the server answered last")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(given_up_at__isnull=True), name="letter_one_outcome"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="letter_waiting",
            ),
            models.Index(Lower("to"), F("id").desc(), name="letter_to"),
        ]

    def __str__(self) -> str:
        return f"“{self.subject}” to {self.to}"


class MailServer(models.Model):
    """One row: until when the mail server is left alone because it did not answer, and until when somebody hands over.

    One process hands letters over at a time, so that a slow server never takes more than one worker.
    """

    handing_over_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    down_until = models.DateTimeField(null=True)
    said = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"left alone until {self.down_until}" if self.down_until else "asked"


class RefusedAddress(models.Model):
    """An address for which the mail server says that there is nobody; nothing is sent there until its owner says so."""

    email = models.EmailField()
    said = models.TextField()
    refused_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "refused addresses"
        constraints = [models.UniqueConstraint(Lower("email"), name="refused_address_once")]

    def __str__(self) -> str:
        return self.email
