"""How each person wants to be told."""

from django.db import models

from accounts.models import User
from notifications.models.kinds import Channel, Kind


class Preference(models.Model):
    """What a person chose for one kind; without a row the usual way holds (`notifications.kinds`)."""

    person = models.ForeignKey(User, models.CASCADE, related_name="preferences", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    channel = models.CharField(max_length=7, choices=Channel)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="preference_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind} {self.channel}"


class Reader(models.Model):
    """What else is known of a person as a reader of letters."""

    person = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="reader")
    timezone = models.CharField(max_length=40, blank=True, default="", help_text="empty: that of a site")

    def __str__(self) -> str:
        return f"{self.person_id} in {self.timezone or 'the zone of a site'}"
