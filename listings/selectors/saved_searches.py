"""Searches that people keep: what an address asks, what it is called, and how much it finds now."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

from django.http import HttpRequest, QueryDict

from accounts.access import AnyUser
from common.currencies import is_currency
from listings.models import Listing, SavedSearch
from listings.search.questions import as_asked
from listings.search.several import count_found
from listings.selectors.filters import ListingFilter, understood

HOW_SHOWN: Final = ("sort", "view")
"""What an address bears beside its filters, and a saved search keeps."""


@dataclass(frozen=True)
class _Asking:
    """A request, as far as the filters look at one: who asks decides on the currency."""

    user: AnyUser


def filters_of(query: QueryDict, user: AnyUser) -> ListingFilter:
    """Return the filters of a browse page's query, asked by somebody."""
    asking = cast(HttpRequest, _Asking(user))
    return ListingFilter(query, queryset=Listing.objects.none(), request=asking)


def address_to_keep(query: QueryDict, user: AnyUser) -> QueryDict:
    """Return what of a browse page's query a saved search keeps: its filters, understood, its order and its view.

    Not the place in the list. A highest price keeps the currency in which it is meant.
    """
    asked = understood(query, line_wins=True)
    kept = QueryDict(mutable=True)
    for name in (*ListingFilter.base_filters, *HOW_SHOWN):
        if values := [value for value in asked.getlist(name) if value]:
            kept.setlist(name, values)
    if "near" not in kept:
        kept.pop("within_km", None)
    if "price_max" not in kept:
        kept.pop("currency", None)
    elif not is_currency(kept.get("currency", "")):
        kept["currency"] = filters_of(kept, user).price_currency
    return kept


def mark_counts(user: AnyUser, searches: Iterable[SavedSearch]) -> list[SavedSearch]:
    """Return searches with `count`, how many listings each finds now for this user."""
    marked = list(searches)
    counts = count_found(user, [as_asked(each.question) for each in marked])
    for search, count in zip(marked, counts, strict=True):
        search.count = count
    return marked
