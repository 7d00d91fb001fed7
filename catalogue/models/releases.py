"""Which state of the catalogue is loaded."""

from uuid import uuid4

from django.db import models
from django.db.models.functions import Now


class Release(models.Model):
    """Which state of the catalogue this is: one row, whose key changes whenever loading changed anything.

    What is worked out from the catalogue once, and kept, is kept under this key.
    """

    key = models.UUIDField(default=uuid4)
    loaded_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.key)
