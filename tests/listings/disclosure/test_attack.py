"""Nothing that a stranger can ask places an anonymous listing finer than its cell, or says whose it is.

The same attack must find what is planted: else it proves nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Final

import pytest
from django.db import connection, transaction
from django.db.models import F

from accounts.models import Site
from common import geo
from common.geo import distance_km
from listings.api import read, told
from listings.disclosure.cells import told_place
from listings.models import Disclosure, Listing, SiteCell
from listings.services.listings import amend_listing, follow_site, pause_listing, publish_listing
from matching.models import Match
from matching.services.refresh import refresh_matches
from tests.listings.disclosure.attack import FEWEST, Findings, Stranger
from tests.listings.disclosure.world import World, build
from tests.proof import examples

pytestmark = [pytest.mark.django_db, pytest.mark.mass]
QUESTIONS: Final = 30_000
SEED: Final = 13


def attacked(
    world: World, targets: list[int], *, questions: int, pages: int, matches: bool = True
) -> Findings:
    """Let the stranger ask so many questions; of so many listings all pages."""
    stranger = Stranger(world, targets)
    stranger.read_the_market()
    stranger.read_each(pages)
    stranger.search_by_names(list(world.places)[:pages])
    if matches:
        stranger.read_the_matches()
        stranger.type_requests()
    if pages > 2:
        stranger.read_the_pages()
    stranger.measure(Random(SEED), lambda: stranger.found.asked >= questions)
    return stranger.conclude()


def test_stranger_who_asks_everything_learns_no_more_than_the_cell() -> None:
    world = build(Random(SEED))
    targets = list(world.hidden)
    before = attacked(world, targets, questions=examples(200, QUESTIONS - 2_000), pages=examples(3, 30))
    nothing_found(before, world)
    _live_on(world)
    after = attacked(world, targets, questions=examples(100, 2_000), pages=2)
    nothing_found(after, world)
    # Whoever compares what was told before and after does not learn more than from either.
    both = {pk: before.candidates[pk] & after.candidates[pk] for pk in targets}
    assert min(map(len, both.values())) >= FEWEST
    for plant, way in LEAKS.items():
        with transaction.atomic(), planted(world, plant) as victims:
            found = attacked(world, victims, questions=40, pages=0, matches=plant == "match")
            transaction.set_rollback(True)
        assert any(way in ways for ways in found.placed.values()) or way == "", plant
        assert min(len(found.candidates[pk]) for pk in victims) < FEWEST, plant
        assert found.right(world.hidden) > 0.2, plant


def nothing_found(found: Findings, world: World) -> None:
    """None placed, none tied to fewer than five, a guess right less than once in five; and the truth not ruled out."""
    assert found.placed == {}
    assert found.seen == set()
    assert found.candidates.keys() == world.hidden.keys()
    assert all(world.hidden[pk] in names for pk, names in found.candidates.items())
    assert min(map(len, found.candidates.values())) >= FEWEST
    assert found.right(world.hidden) < 0.2


def _live_on(world: World) -> None:
    """What owners do: edit, pause, publish anew, open up and hide again, put a site's place right within its cell."""
    for listing in Listing.objects.filter(pk__in=list(world.hidden)[::6]).select_related("site"):
        pause_listing(actor=None, listing=listing)
        publish_listing(actor=None, listing=listing)
        for level in (Disclosure.PRIVATE, Disclosure.ANONYMOUS):
            amend_listing(actor=None, listing=listing, changes={"disclosure": level})
        told = listing.public_point
        Site.objects.filter(pk=listing.site_id).update(latitude=F("latitude") + 0.001)
        follow_site(site_id=listing.site_id)
        refresh_matches(listing_id=listing.pk)
        listing.refresh_from_db()
        assert listing.public_point == told


# --- what is planted ----------------------------------------------------------------------------------------
def _row(world: World, victims: list[int]) -> None:
    """A row written with the exact place."""
    for listing in Listing.objects.filter(pk__in=victims).select_related("site"):
        Listing.objects.filter(pk=listing.pk).update(
            latitude=listing.site.latitude, longitude=listing.site.longitude
        )


def _match(world: World, victims: list[int]) -> None:
    """A match measured from the exact place."""
    for match in Match.objects.filter(offer__in=victims).select_related("offer__site", "request__site"):
        km = distance_km(match.offer.site.point, match.request.site.point) * 1.3
        Match.objects.filter(pk=match.pk).update(distance_km=km)


def _cell(world: World, victims: list[int]) -> None:
    """A lonely plant told by the finest cell."""
    for listing in Listing.objects.filter(pk__in=victims).select_related("site"):
        SiteCell.objects.filter(pk=listing.site_id).update(cell=geo.cell_of(listing.site.point), others=0)
        told = told_place(listing.site, listing.disclosure)
        Listing.objects.filter(pk=listing.pk).update(
            latitude=told.point.latitude, longitude=told.point.longitude, place=told.name
        )
        refresh_matches(listing_id=listing.pk)


def _key(world: World, victims: list[int]) -> None:
    """Keys in a row."""
    open_ones = Listing.objects.filter(disclosure=Disclosure.OPEN)
    for listing in Listing.objects.filter(pk__in=victims):
        Listing.objects.filter(pk=open_ones.get(organization=listing.organization_id).pk).update(
            id=listing.pk + 1
        )


def _found(world: World, victims: list[int]) -> None:
    """A row of search with the exact place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE listings_listingsearch r SET latitude = s.latitude, longitude = s.longitude, "
            "written = pg_current_xact_id()::text::bigint FROM listings_listing l JOIN accounts_site s "
            "ON s.id = l.site_id WHERE l.id = r.listing_id AND l.id = ANY(%s)",
            [victims],
        )


def _nothing(world: World, victims: list[int]) -> None:
    """What is planted stands in the code."""


LEAKS: Final[dict[str, str]] = {
    "row": "the told place",
    "match": "a match",
    "cell": "",
    "key": "its key",
    "circle": "a circle",
    "order": "the order",
    "time": "its time",
}
"""What is planted, and by which way it must be found; a cell that is too fine is no place beside the cell."""
_IN_ROWS: Final[dict[str, Callable[[World, list[int]], None]]] = {
    "row": _row,
    "match": _match,
    "cell": _cell,
    "key": _key,
    "circle": _found,
    "order": _found,
}


@contextmanager
def planted(world: World, leak: str) -> Iterator[list[int]]:
    """Leak of the lonely plants that also list under their name."""
    named = Listing.objects.filter(disclosure=Disclosure.OPEN).values("organization")
    lonely = ("Køge", "Nykøbing", "Svendborg", "Nyborg", "Aalborg", "Vejle")
    victims = list(
        Listing.objects.filter(
            pk__in=list(world.hidden), organization__in=named, site__town__in=lonely
        ).values_list("pk", flat=True)
    )
    assert victims
    _IN_ROWS.get(leak, _nothing)(world, victims)
    with pytest.MonkeyPatch.context() as patch:
        if leak == "time":
            # What was told before is not told again.
            patch.setattr(told, "_kept", {})
            patch.setattr(read, "told_at", lambda moment, is_known: moment)
        yield victims
