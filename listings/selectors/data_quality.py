"""Puts together from listings and catalogue what the gauge of data quality asks."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from uuid import UUID

from catalogue.called import called
from catalogue.models import Release, Resource, ResourceQuality
from listings.data_quality import MOST_PROPERTIES, Property, Stated, data_quality
from listings.models import Listing, Side

_Row = tuple[int, int, str, str]


def mark_data_quality(listings: Iterable[Listing]) -> list[Listing]:
    """Return the listings with `data_quality`: one query, beside that for what each states of its quality.

    A new release of the catalogue costs one more.
    """
    marked = list(listings)
    if not marked:
        return []
    rows = _rows(Release.objects.values_list("key", flat=True).first())
    for listing in marked:
        listing.data_quality = data_quality(_stated(listing, rows))
    return marked


@lru_cache(maxsize=2)
def _rows(_release: UUID | None) -> tuple[_Row, ...]:
    """Return which properties matter for what; kept under the release that they came with."""
    found = ResourceQuality.objects.order_by("-resource__depth", "resource", "rank")
    return tuple(
        found.values_list("resource__tree_left", "resource__tree_right", "property__slug", "property__name")
    )


def _stated(listing: Listing, rows: Sequence[_Row]) -> Stated:
    resource = listing.resource
    stated = {each.property.slug for each in listing.quality.all()}
    return Stated(
        resource=called(resource.name),
        resource_is_specific=resource.depth > 1 or resource.tree_right - resource.tree_left == 1,
        quantity=listing.quantity is not None,
        price=listing.price is not None,
        properties=tuple(Property(slug, name, slug in stated) for slug, name in _deciding(resource, rows)),
        needs_waste_code=listing.side == Side.OFFER and bool(resource.ewc_codes),
        waste_code=bool(listing.ewc_code),
        end_or_season=listing.available_until is not None or bool(listing.months),
        description=bool(listing.description.strip()),
    )


def _deciding(resource: Resource, rows: Sequence[_Row]) -> list[tuple[str, str]]:
    """The first properties of the nearest resource that names any, itself or above; see `quality_properties`."""
    above = [row for row in rows if row[0] <= resource.tree_left < row[1]]
    return [(slug, name) for left, _right, slug, name in above if left == above[0][0]][:MOST_PROPERTIES]
