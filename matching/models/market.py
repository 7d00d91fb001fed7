"""The market as the engine sees it: what it needs to go on from the last run."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from listings.models import Listing


class MarketRow(models.Model):
    """A published listing as the engine sees it, as of when it was last matched; and the bar for its partners.

    The stored matches are at any time what a full run over these rows would store. Days count from 1970-01-01.
    """

    listing = models.OneToOneField(
        Listing, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    is_offer = models.BooleanField()
    resource_id = models.BigIntegerField()
    organization_id = models.BigIntegerField()
    latitude = models.FloatField()
    longitude = models.FloatField()
    latitude_row = models.SmallIntegerField(help_text=_("half degrees from the south pole"))
    amount = models.FloatField(null=True)
    is_rate = models.BooleanField()
    first_day = models.IntegerField()
    last_day = models.IntegerField()
    months = models.SmallIntegerField(help_text=_("bit 0: January"))
    price = models.FloatField(null=True)
    currency = models.IntegerField()
    minimum_lot = models.FloatField()
    hazardous = models.BooleanField()
    hazardous_permit = models.BooleanField()
    programme_only = models.BooleanField()
    nace = models.IntegerField(db_default=0, help_text=_("1 before the digits of the activity; 0: none"))
    origin_of_gas = models.SmallIntegerField(db_default=0, help_text=_("place in `market.variants.ORIGINS`"))
    country = models.IntegerField(db_default=0, help_text=_("its two letters as a number; 0: not known"))
    quality = ArrayField(models.FloatField(), help_text=_("properties, then lows, then highs; NaN: open"))
    bar_score = models.FloatField(
        null=True, help_text=_("of the last partner that it keeps; empty: it takes more")
    )
    bar_distance = models.FloatField(null=True)
    bar_partner = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["is_offer", "resource_id", "latitude_row", "longitude"], name="market_row_place"
            )
        ]

    def __str__(self) -> str:
        return f"market row of listing {self.listing_id}"
