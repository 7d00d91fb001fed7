"""Pictures and data sheets of a listing."""

from typing import Final
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.files.stored import StoredFile, private_path
from listings.models.listings import Listing

LISTING_FILES: Final = "listings"
"""The folder; a path in it says nothing of the listing."""


def listing_file_path(instance: "ListingFile", filename: str) -> str:
    """Return where a file of a listing is kept: one of 256 folders, none of which is left behind empty."""
    return private_path(f"{LISTING_FILES}/{uuid4().hex[:2]}")


class ListingFile(StoredFile):
    """A picture, made anew in two sizes, or a data sheet, kept as it was sent.

    `sha256` is that of what was sent, `size` of what is kept. Pictures and data sheets are each ordered by `position`,
    from 1.
    """

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="files", db_index=False)
    is_picture = models.BooleanField()
    position = models.PositiveSmallIntegerField()
    caption = models.CharField(
        _("caption"), max_length=200, blank=True, help_text=_("what is seen; read aloud to who cannot see it")
    )
    file = models.FileField(upload_to=listing_file_path, max_length=200)
    small = models.FileField(upload_to=listing_file_path, max_length=200, blank=True)
    width_px = models.PositiveSmallIntegerField(null=True, help_text=_("of a picture"))
    height_px = models.PositiveSmallIntegerField(null=True, help_text=_("of a picture"))

    class Meta:
        ordering = ["-is_picture", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "sha256"], name="listing_file_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="listing_file_not_empty"),
            models.CheckConstraint(
                condition=Q(is_picture=True, width_px__isnull=False, height_px__isnull=False) & ~Q(small="")
                | Q(is_picture=False, width_px__isnull=True, height_px__isnull=True, small=""),
                name="listing_file_picture_in_two_sizes",
            ),
        ]

    @property
    def words(self) -> str:
        """What it is called: its caption, else its name."""
        return self.caption or self.name
