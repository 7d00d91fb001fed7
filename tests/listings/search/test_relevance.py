"""What people type finds what they mean: a table of questions with the right resource, asked of a market of everything.

The table was written from the words of the trade, before it was tried what the search makes of them.
"""

import csv
from pathlib import Path
from typing import Final

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils.http import urlencode

from accounts.models import Site, User
from catalogue.models import Resource
from listings.models import Listing, Side
from listings.search.find import find
from listings.selectors.filters import ListingFilter, understood
from listings.views.listings import PER_PAGE
from tests.conftest import make_terms
from tests.proof import one_in

TABLE: Final = list(
    csv.DictReader((Path(__file__).parent / "relevance.csv").read_text(encoding="utf-8").splitlines())
)
LEAST_FIRST, LEAST_PAGE = 0.85, 0.95
STATED_FIRST, STATED_PAGE = 186, 192


@pytest.fixture
def everything(seller: User, asnaes_site: Site) -> None:
    """An offer of every resource at each place that the lines of the table name, a request of it at one."""
    terms = make_terms(Side.OFFER, asnaes_site)
    Listing.objects.bulk_create(
        Listing(
            organization=asnaes_site.organization,
            site=asnaes_site,
            side=side,
            resource=resource,
            unit="t",
            quantity=1000,
            amount=1000,
            price=-1,
            unit_price=-1,
            available_from=terms.available_from,
            state="published",
            published_at="2050-01-01T00:00Z",
            latitude=latitude,
            longitude=longitude,
            place=place,
        )
        for resource in Resource.objects.listable()
        for latitude, longitude, place in PLACES
        for side in (Side.values if place in WANTED_AT else [Side.OFFER])
    )


WANTED_AT: Final = ("Aalborg, DK", "Berlin, DE")
PLACES: Final = (
    (55.68, 11.09, "Kalundborg, DK"),
    (53.55, 10.0, "Hamburg, DE"),
    (57.05, 9.92, "Aalborg, DK"),
    (48.3, 14.29, "Linz, AT"),
    (55.4, 10.39, "Odense, DK"),
    (52.52, 13.4, "Berlin, DE"),
    (51.92, 4.48, "Rotterdam, NL"),
    (61.5, 23.76, "Tampere, FI"),
    (48.14, 11.58, "München, DE"),
    (49.48, 8.44, "Ludwigshafen, DE"),
)


def test_table_is_large_and_of_all_kinds() -> None:
    assert len(TABLE) >= 150
    assert {row["kind"] for row in TABLE} == {"english", "german", "misspelt", "code", "compound", "line"}
    assert len({row["query"] for row in TABLE}) == len(TABLE)


@pytest.mark.mass
@pytest.mark.usefixtures("everything")
def test_what_people_type_finds_what_they_mean() -> None:
    first, page, missed = 0, 0, []
    asked = one_in(6, TABLE)
    for row in asked:
        shown = resources_shown(row["query"])
        right = set(row["resource"].split("|"))
        first += bool(shown) and shown[0] in right
        page += not right.isdisjoint(shown)
        if not shown or shown[0] not in right:
            missed.append((row["query"], shown[:3]))
    figures = f"first hit {first / len(asked):.1%}, page {page / len(asked):.1%}, not first: {missed}"
    assert first / len(asked) >= LEAST_FIRST, figures
    assert page / len(asked) >= LEAST_PAGE, figures
    # The figures of docs/search.md.
    assert len(asked) < len(TABLE) or (first, page) >= (STATED_FIRST, STATED_PAGE), figures


def resources_shown(line: str) -> list[str]:
    """Return the resources of the first page for a line, as the page and the API ask for it."""
    query = understood(QueryDict(urlencode({"q": line})), line_wins=True)
    found = find(
        AnonymousUser(), ListingFilter(query, queryset=Listing.objects.none()).question(), most=PER_PAGE
    )
    names = dict(Listing.objects.filter(pk__in=found.keys).values_list("pk", "resource__slug"))
    return [names[key] for key in found.keys]
