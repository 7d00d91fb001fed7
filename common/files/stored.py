"""What is kept of a file beside its content, and under which path."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


def private_path(folder: str) -> str:
    """Return where a file is kept within a folder."""
    # The name that was given is kept in the row; a path made of it could be guessed or clash.
    return f"{folder}/{uuid4().hex}"


class StoredFile(models.Model):
    """A file under MEDIA_ROOT, which no address serves but a view that checks who asks. Its `file` is the app's own."""

    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField(help_text=_("bytes"))
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name
