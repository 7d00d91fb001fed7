"""The two official lists: wastes of the European List of Waste, activities of NACE Rev. 2."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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

    class Meta:
        ordering = ["code"]
        verbose_name = "EWC code"

    def __str__(self) -> str:
        return self.display

    @property
    def display(self) -> str:
        """The code as the law prints it: 10 01 04*."""
        pairs = " ".join(self.code[start : start + 2] for start in range(0, len(self.code), 2))
        return pairs + ("*" if self.hazardous else "")


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
