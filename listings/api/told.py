"""Listings as JSON, kept by this process as they were told last: a list that is asked for again is put together.

What is kept is what everybody may read, under the version of the listing and the state of the catalogue. A listing
of whose owner the reader knows more than others is told to them alone.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import get_language
from rest_framework.renderers import JSONRenderer

from accounts.access import AnyUser
from listings.api.read import ListingSerializer
from listings.disclosure.rules import CODED, Reader
from listings.models import Listing
from listings.search.find import Found
from listings.selectors.market import shown_listings

Place = tuple[int, int, str, UUID | None]
MOST_KEPT: Final = 6_000
"""About 12 MB."""
_kept: Final[dict[Place, bytes]] = {}


def told(user: AnyUser, found: Found) -> list[bytes]:
    """Return each listing that was found as JSON; one that left the market since is not among them."""
    language, release = get_language() or "", found.tree.release
    places = {
        key: (key, version, language, release)
        for key, version in zip(found.keys, found.versions, strict=True)
    }
    said = {key: _kept[place] for key, place in places.items() if place in _kept}
    missing = [key for key in found.keys if key not in said]
    said |= _tell(AnonymousUser() if not user.is_authenticated else user, missing, places)
    if user.is_authenticated:
        said |= _tell_what_is_known(user, list(said))
    return [said[key] for key in found.keys if key in said]


def _tell(user: AnyUser, keys: Sequence[int], places: Mapping[int, Any]) -> dict[int, bytes]:
    """Tell listings anew, and keep what is told to everybody alike."""
    said: dict[int, bytes] = {}
    told_as = ListingSerializer()
    for listing in shown_listings(user, list(keys)) if keys else ():
        said[listing.pk] = JSONRenderer().render(told_as.to_representation(listing))
        if listing.disclosure not in CODED or not listing.identity_known:
            _keep(places[listing.pk], said[listing.pk])
    return said


def _tell_what_is_known(user: AnyUser, keys: Sequence[int]) -> dict[int, bytes]:
    """Tell anew what this reader knows more of than others: the own listings, and who has a coded name."""
    reader = Reader(user)
    known = Q(organization__in=reader.trusted) | Q(pk__in=reader.introduced)
    theirs = Listing.objects.filter(
        Q(organization__in=reader.own) | Q(disclosure__in=CODED) & known, pk__in=keys
    )
    mine = list(theirs.values_list("pk", flat=True))
    listings = shown_listings(user, mine) if mine else []
    # One for all: each serializer copies its fields, which takes twice as long as telling a listing.
    told_as = ListingSerializer(context={"own": reader.own})
    return {listing.pk: JSONRenderer().render(told_as.to_representation(listing)) for listing in listings}


def _keep(place: Place, text: bytes) -> None:
    while len(_kept) >= MOST_KEPT:
        # The oldest; another thread may have taken it already.
        _kept.pop(next(iter(_kept), place), None)
    _kept[place] = text


def told_page(ends: Mapping[str, str | None], said: Sequence[bytes]) -> HttpResponse:
    """Return a page of listings as the answer: `next`, `previous`, `results`."""
    head = json.dumps(ends, ensure_ascii=False, separators=(",", ":")).encode()
    return HttpResponse(
        head[:-1] + b',"results":[' + b",".join(said) + b"]}", content_type="application/json"
    )
