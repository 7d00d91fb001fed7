"""The two official lists: wastes of the European List of Waste, activities of NACE Rev. 2."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EwcCodeQuerySet(models.QuerySet["EwcCode"]):
    """Reads by the day: the list changes on days that its amendments name."""

    def in_force(self, day: date) -> "EwcCodeQuerySet":
        """Return the codes that may be used on a day."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        return self.filter(begun, Q(valid_until__isnull=True) | Q(valid_until__gte=day))

    def hazardous_on(self, day: date) -> "EwcCodeQuerySet":
        """Return the codes that are starred on a day, whether in force or not."""
        changed = Q(changes_on__isnull=False, changes_on__lte=day)
        return self.filter(Q(changed, changed_hazardous=True) | (~changed & Q(hazardous=True)))


class EwcCode(models.Model):
    """An entry of the European List of Waste: chapter (2 digits), sub-chapter (4) or waste (6)."""

    code = models.CharField(max_length=6, unique=True)
    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", to_field="code")
    description_en = models.CharField(max_length=400)
    description_de = models.CharField(max_length=400, blank=True)
    hazardous = models.BooleanField(default=False)
    entry_type = models.CharField(
        max_length=2, blank=True, help_text=_("A absolute or M mirror entry, H hazardous or N not")
    )
    valid_from = models.DateField(null=True, help_text=_("first day; empty: since Decision 2014/955/EU"))
    valid_until = models.DateField(null=True, help_text=_("last day"))
    replaced_by = ArrayField(models.CharField(max_length=6), default=list, blank=True)
    changes_on = models.DateField(null=True, help_text=_("when it says what follows instead"))
    changed_description_en = models.CharField(max_length=400, blank=True, default="", db_default="")
    changed_hazardous = models.BooleanField(null=True)
    change_source = models.CharField(max_length=300, blank=True, default="", db_default="")

    objects = EwcCodeQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = "EWC code"

    def __str__(self) -> str:
        return self.display

    @property
    def display(self) -> str:
        """The code as the law prints it today: 10 01 04*."""
        return self.display_on(timezone.localdate())

    def display_on(self, day: date) -> str:
        """Return the code as the law prints it on a day."""
        pairs = " ".join(self.code[start : start + 2] for start in range(0, len(self.code), 2))
        return pairs + ("*" if self.is_hazardous_on(day) else "")

    def is_hazardous_on(self, day: date) -> bool:
        """Say whether it is starred on a day."""
        if self.changed_hazardous is not None and self.changes_on and self.changes_on <= day:
            return self.changed_hazardous
        return self.hazardous

    def description_on(self, day: date) -> str:
        """Return what the list says on a day."""
        if self.changed_description_en and self.changes_on and self.changes_on <= day:
            return self.changed_description_en
        return self.description_en

    def is_in_force_on(self, day: date) -> bool:
        """Say whether it may be used on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class NaceActivity(models.Model):
    """An economic activity of NACE Rev. 2: section (a letter), division, group or class."""

    code = models.CharField(max_length=5, unique=True)
    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", to_field="code")
    title_en = models.CharField(max_length=200)
    title_de = models.CharField(max_length=200)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "NACE activities"

    def __str__(self) -> str:
        return f"{self.code} {self.title_en}"
