"""What a person keeps of the market: searches, and listings."""

from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from listings.models.listings import Listing, Side


class Alert(models.TextChoices):
    """How somebody is told of what a saved search finds new."""

    OFF = "off", _("Not at all")
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")


class SavedSearch(models.Model):
    """A search under a name: its address, by which it is opened, and the question that this asks, once understood.

    The question stands beside the address because reading an address takes milliseconds, and a new listing is put
    before every search.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="saved_searches", db_index=False)
    name = models.CharField(_("name"), max_length=80)
    address = models.TextField(
        blank=True, help_text="the query of the browse page, without a place in the list"
    )
    question = models.JSONField(help_text="as `listings.search.questions` keeps it")
    alert = models.CharField(_("tell me"), max_length=7, choices=Alert, default=Alert.DAILY)
    created_at = models.DateTimeField(db_default=Now())
    asked_at = models.DateTimeField(
        db_default=Now(), help_text="since when it has been told of: what was there before is no news"
    )

    # Set by `selectors.saved_searches.mark_counts`.
    count: int

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "saved searches"
        constraints = [models.UniqueConstraint("person", Lower("name"), name="saved_search_name_once")]
        indexes = [
            models.Index(fields=["id"], condition=~models.Q(alert="off"), name="saved_search_with_alert")
        ]

    def __str__(self) -> str:
        return self.name


class SavedSearchFind(models.Model):
    """A listing that a saved search was told of: once, however often it is changed."""

    search = models.ForeignKey(SavedSearch, models.CASCADE, related_name="finds", db_index=False)
    # Without a foreign key in the database: it would lock listings in the order in which searches find them.
    listing = models.ForeignKey(
        Listing, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["search", "listing"], name="saved_search_find_once")]

    def __str__(self) -> str:
        return f"{self.listing_id} by {self.search_id}"


class Favourite(models.Model):
    """A listing that a person has starred, and what it was called then: it may no longer be to be seen."""

    person = models.ForeignKey(User, models.CASCADE, related_name="favourites", db_index=False)
    listing = models.ForeignKey(Listing, models.CASCADE, related_name="+")
    side = models.CharField(max_length=7, choices=Side)
    name = models.CharField(max_length=200)
    starred_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["person", "listing"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.listing_id} of {self.person_id}"
