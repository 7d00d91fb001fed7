"""Writes: listings that a person has starred. Each concerns the actor alone, so that no event is recorded."""

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import Conflict
from listings.models import Favourite, Listing

MOST_FAVOURITES: Final = 500


@transaction.atomic
def star(*, actor: User, listing: Listing) -> Favourite:
    """Star a listing that the actor may see; again it changes nothing. Raises `Conflict` beyond `MOST_FAVOURITES`."""
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    found = Favourite.objects.filter(person=actor, listing=listing).first()
    if found is not None:
        return found
    if Favourite.objects.filter(person=actor).count() >= MOST_FAVOURITES:
        text = _("You have %(most)s favourites, which is the most. Take the star off some.")
        raise Conflict(text % {"most": MOST_FAVOURITES}, code="too_many")
    return Favourite.objects.create(
        person=actor, listing=listing, side=listing.side, name=listing.title or listing.resource.name
    )


def unstar(*, actor: User, listing_id: int) -> None:
    """Take the star off, also of what can no longer be seen; again it changes nothing."""
    Favourite.objects.filter(person=actor, listing=listing_id).delete()
