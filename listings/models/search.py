"""The rows by which listings are found."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from accounts.models import Organization
from catalogue.models import Resource


class ListingSearch(models.Model):
    """One row of search per listing: what a stranger may see of it, and what decides who sees it at all.

    The database keeps it, in the transaction of the change; `migrations/0009_search.py` says what it holds. A listing
    that is gone leaves its row behind, off the market, so that whoever holds rows in memory learns of it.
    """

    listing_id = models.BigIntegerField(primary_key=True)
    on_market = models.BooleanField()
    side = models.CharField(max_length=7)
    resource = models.ForeignKey(
        Resource, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    # For the rule of access, and to count who lists under a name; 0 where the name is coded.
    organization = models.ForeignKey(
        Organization, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    programme_only = models.BooleanField()
    latitude = models.FloatField()
    longitude = models.FloatField()
    country = models.CharField(max_length=2)
    left_amount = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    unit_price = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    currency = models.CharField(max_length=3)
    period = models.CharField(max_length=5)
    available_from = models.DateField()
    available_until = models.DateField(null=True)
    hazardous = models.BooleanField()
    legal_status = models.CharField(max_length=12)
    ewc_code = models.CharField(max_length=6)
    quality_percent = models.SmallIntegerField()
    illustrative = models.BooleanField()
    published_at = models.DateTimeField(null=True)
    # Of title, description and place, and of the organization's name where that is open; not of resources, whose
    # names are looked up in the catalogue.
    words = SearchVectorField()
    written = models.BigIntegerField(db_index=True)
    """The transaction that last changed the row."""
    version = models.BigIntegerField()
    """Another one after every change of the listing, also of what the row does not hold."""

    class Meta:
        indexes = [GinIndex(fields=["words"], condition=Q(on_market=True), name="listing_search_words")]

    def __str__(self) -> str:
        return str(self.listing_id)
