"""Documents: what is kept of each beside its content, and under which path."""

from uuid import uuid4

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User

SYNERGY_FILES, DELIVERY_FILES = "trading/synergies", "trading/deliveries"


def private_path(folder: str, pk: int | None) -> str:
    """Return where a document is kept."""
    # The name that was given is kept in the row; a path made of it could be guessed or clash.
    return f"{folder}/{pk}/{uuid4().hex}"


class StoredFile(models.Model):
    """A document under MEDIA_ROOT, which no address serves but a view that checks who asks."""

    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField(help_text=_("bytes"))
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name
