"""Towns, to place a site by and to name a blurred place by."""

from django.contrib.postgres.indexes import GistIndex, OpClass
from django.db import models
from django.db.models.functions import Lower


class Town(models.Model):
    """A town by which a site can be placed and a blurred place can be named (GeoNames, CC BY 4.0)."""

    name = models.CharField(max_length=120)
    ascii_name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.PositiveIntegerField()

    class Meta:
        ordering = ["-population", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["name", "country", "latitude", "longitude"], name="town_once")
        ]
        indexes = [
            models.Index(OpClass(Lower("ascii_name"), name="text_pattern_ops"), name="town_prefix"),
            GistIndex(
                models.Func("latitude", "longitude", function="ll_to_earth"),
                name="town_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.country}"
