"""Files of listings that were sent, and what is wrong in them."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User


class ImportState(models.TextChoices):
    """Where an import stands."""

    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    WRITING = "writing", _("being written")
    DONE = "done", _("imported")


class ListingImport(models.Model):
    """A file of listings: as it was sent, how it is read, and what came of it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="imports")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    name = models.CharField(max_length=200)
    # In the database, so that whichever worker takes the job has it, and it goes with its row.
    content = models.BinaryField()
    # How the file is read (`bulk.sheets.Reading`), and by field the number of its column, from 0.
    reading = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    # The headings and the first rows, read so.
    head = models.JSONField(default=dict)
    publish = models.BooleanField(default=True)
    only_whole = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=ImportState, default=ImportState.CHECKING)
    # How many rows there are, and of them created, updated, unchanged, refused.
    counts = models.JSONField(default=dict)
    refusal = models.TextField(blank=True, default="")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["organization", "-id"], name="import_of_organization")]

    def __str__(self) -> str:
        return self.name


class ImportProblem(models.Model):
    """What is wrong in one cell of a file; `row` as a spreadsheet counts, from 1 with the headings."""

    listing_import = models.ForeignKey(ListingImport, models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=60)
    typed = models.CharField(max_length=120, blank=True)
    text = models.TextField()

    class Meta:
        ordering = ["row", "pk"]
        indexes = [models.Index(fields=["listing_import", "row"], name="problem_of_import")]

    def __str__(self) -> str:
        return f"row {self.row}, {self.field}: {self.text}"
