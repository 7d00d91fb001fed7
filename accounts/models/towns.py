"""Towns, to place a site by and to name a blurred place by."""

from django.contrib.postgres.indexes import GistIndex, OpClass
from django.db import models


class Town(models.Model):
    """A town by which a site can be placed and a blurred place can be named (GeoNames, CC BY 4.0)."""

    name = models.CharField(max_length=120)
    ascii_name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.PositiveIntegerField()
    timezone = models.CharField(max_length=40, default="", db_default="")

    called: str
    """Set on what a search returns: the name by which the town was found, as København for Copenhagen."""

    class Meta:
        ordering = ["-population", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["name", "country", "latitude", "longitude"], name="town_once")
        ]
        indexes = [
            GistIndex(
                models.Func("latitude", "longitude", function="ll_to_earth"),
                name="town_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.country}"


class TownName(models.Model):
    """A name of a town in any language, under the key by which it is looked up."""

    # Without a constraint, which would look each of 140,000 rows up: both tables are only ever loaded together.
    town = models.ForeignKey(
        Town, models.DO_NOTHING, related_name="names", db_constraint=False, db_index=False
    )
    key = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    own = models.BooleanField()
    rank = models.PositiveIntegerField()
    """How likely somebody who writes this name means this town: by its people, see `OTHER_COUNTS`."""

    OTHER_COUNTS = 5
    """A name that is not a town's own stands for it as if the town had so many times fewer people."""

    class Meta:
        indexes = [models.Index(OpClass("key", name="text_pattern_ops"), name="town_name_key")]

    def __str__(self) -> str:
        return self.name


class TownRelease(models.Model):
    """Which state of the files of towns is loaded: one row, with their digest."""

    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.digest
