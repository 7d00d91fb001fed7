"""The same questions in SQL over all rows of search, on the market or not: for one's own few, and as a slow twin."""

from collections.abc import Iterable

import numpy as np
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.selectors.regions import country_of_region
from common.geo import within
from listings.models import ListingSearch
from listings.search.find import QUALITIES
from listings.search.memory import QUALITY_FROM_PERCENT
from listings.search.questions import Box, Question
from listings.search.regions import country_number, region_numbers, regions_of
from listings.search.tree import current_tree
from listings.search.words import meaning_of

_SIGNS = {
    "open": Q(unit_price__isnull=True),
    "seller-pays": Q(unit_price__lt=0),
    "free": Q(unit_price=0),
    "buyer-pays": Q(unit_price__gt=0),
}


def rows_asked(question: Question) -> QuerySet[ListingSearch]:
    """Return the rows that a question asks for, of whomever they are; the caller says whose may be seen."""
    rows = ListingSearch.objects.filter(_plain(question))
    if question.near:
        rows = within(rows, question.near, question.within_km)
    if question.regions:
        rows = rows.filter(listing_id__in=_in_regions(rows, question.regions))
    return _with_words(rows, question) if question.words else rows


def _in_regions(rows: QuerySet[ListingSearch], regions: Iterable[str]) -> list[int]:
    """Return the keys of those in the regions: SQL knows no towns."""
    numbers = region_numbers()
    found = rows.filter(country__in={country_of_region(code) for code in regions})
    table = list(found.values_list("listing_id", "country", "latitude", "longitude", "organization_id"))
    if not table:
        return []
    keys, countries, latitudes, longitudes, organizations = (
        np.array(column) for column in zip(*table, strict=True)
    )
    numbered = np.array([country_number(country) for country in countries.tolist()])
    placed = regions_of(numbered, latitudes, longitudes, organizations == 0)
    chosen: list[int] = keys[np.isin(placed, [numbers[code] for code in regions])].tolist()
    return chosen


def _plain(question: Question) -> Q:
    wanted = Q()
    for name, chosen in (
        ("side", {question.side} - {""}),
        ("resource__kind", question.kinds),
        ("legal_status", question.legal),
        ("country", question.countries),
        ("period", question.periods),
    ):
        if chosen:
            wanted &= Q(**{f"{name}__in": list(chosen)})
    if question.resource is not None:
        tree = current_tree()
        place = tree.place_of[question.resource]
        wanted &= Q(resource__in=[node.pk for node in tree.nodes[place : tree.nodes[place].end]])
    if question.hazardous is not None:
        wanted &= Q(hazardous=question.hazardous)
    wanted &= _any(_SIGNS[sign] for sign in sorted(question.price_signs))
    wanted &= _any(_of_quality(QUALITIES.index(word)) for word in sorted(question.qualities))
    for name, value in (
        ("left_amount__gte", question.quantity_min),
        ("left_amount__lte", question.quantity_max),
        ("available_from__lte", question.window_until),
    ):
        if value is not None:
            wanted &= Q(**{name: value})
    if question.window_from is not None:
        wanted &= Q(available_until__isnull=True) | Q(available_until__gte=question.window_from)
    if question.price_max is not None:
        wanted &= Q(unit_price__lte=question.price_max, currency=question.currency)
    return wanted & _inside(question.box) if question.box else wanted


def _any(conditions: Iterable[Q]) -> Q:
    found = Q()
    for condition in conditions:
        found |= condition
    return found


def _of_quality(level: int) -> Q:
    least = Q(quality_percent__gte=QUALITY_FROM_PERCENT[level])
    if level + 1 == len(QUALITY_FROM_PERCENT):
        return least
    return least & Q(quality_percent__lt=QUALITY_FROM_PERCENT[level + 1])


def _inside(box: Box) -> Q:
    across = Q(longitude__gte=box.west) | Q(longitude__lte=box.east)
    between = Q(longitude__gte=box.west, longitude__lte=box.east)
    return Q(latitude__gte=box.south, latitude__lte=box.north) & (between if box.west <= box.east else across)


def _with_words(rows: QuerySet[ListingSearch], question: Question) -> QuerySet[ListingSearch]:
    meaning = meaning_of(question.words, current_tree())
    says = ListingSearch.objects.none()
    if meaning.text:
        holds = RawSQL("words @@ to_tsquery('simple', unaccent(%s))", [meaning.text])
        says = ListingSearch.objects.alias(holds=holds).filter(holds=True)
    wanted = Q(listing_id__in=says.values("listing_id"))
    if not meaning.spelt or not says.filter(on_market=True).exists():
        wanted |= Q(resource__in=[key for key, _score in meaning.scores])
    if meaning.codes:
        first, last = (f"{code:06d}" for code in meaning.codes)
        wanted |= Q(ewc_code__gte=first, ewc_code__lte=last)
    return rows.filter(wanted)
