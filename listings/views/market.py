"""The market page: everything on it, narrowed by the address's query."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import current_membership
from catalogue.models import Kind
from common.errors import Invalid
from common.web.pages import query_without
from listings.models import Listing, Side
from listings.search.find import Found, find
from listings.search.questions import Question
from listings.selectors.favourites import mark_stars
from listings.selectors.filters import DEFAULT_WITHIN_KM, ListingFilter, understood
from listings.selectors.market import listings_found
from listings.views.facets import chips, counted, facet_views, left_out, tree_view
from listings.views.listings import PER_PAGE
from listings.views.maps import MOST_POINTS, map_points

PER_PREVIEW = 6
PER_TABLE = 50
RADII_KM = (10, 25, 50, 100, 200, 250, 300, 500, 1000)
# The filters that stand behind the fold.
FOLDED = ("quantity_min", "quantity_max", "price_max", "free", "window_from", "window_until")
VIEWS = ("list", "table", "map")
SORTS = {
    "relevance": gettext_lazy("Best fit to the words"),
    "newest": gettext_lazy("Newest"),
    "largest": gettext_lazy("Largest amount left"),
    "cheapest": gettext_lazy("Lowest price"),
    "nearest": gettext_lazy("Nearest"),
    "fit": gettext_lazy("Fit to my listings"),
}


@dataclass(frozen=True)
class ResultPage:
    """A page of what was found."""

    object_list: list[Listing]
    count: int
    over: bool
    next: str
    previous: str
    refused: str
    """What is wrong with the place that was asked for; the first page is shown then."""


@require_safe
@vary_on_headers("HX-Request")
def browse(request: HttpRequest) -> HttpResponse:
    """Everything on the market, narrowed by the address's query; for htmx the results alone.

    A line of words is understood, and the address then says what it means.
    """
    part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]  # by middleware
    query = understood(request.GET, line_wins=True)
    if query is not request.GET and not part:
        return redirect(f"{request.path}?{query.urlencode()}")
    filters = ListingFilter(query, queryset=Listing.objects.none(), request=request)
    mine = current_membership(request) is not None
    asked = query.get("sort", "")
    question = filters.question(asked if asked in SORTS and (mine or asked != "fit") else "")
    view = query.get("view", "")
    most = {"preview": PER_PREVIEW, "table": PER_TABLE}.get(view, PER_PAGE)
    found, refused = _find(request, question, query, most, points=0 if view == "preview" else MOST_POINTS)
    page = ResultPage(
        mark_stars(request.user, listings_found(request.user, found)),
        found.total,
        found.over,
        found.next,
        found.previous,
        refused,
    )
    context = {
        "filters": filters,
        "page": page,
        "circle": _circle(question),
        "map_data": {"points": map_points(found.points), "circle": _circle(question)},
        "most_points": MOST_POINTS,
        "view": view if view in VIEWS else "list",
        "map_view": view == "map",
        "preview": view == "preview",
        "keep": view != "preview",
        "did_you_mean": found.meaning.named[0] if found.meaning.spelt and found.meaning.named else "",
        "spelt": found.spelt,
        "unpriced": found.unpriced,
        "unpriced_query": _unpriced(query),
        "filtered": _filtered(filters, query),
        "left_out": left_out(filters),
    }
    context |= _addresses(request, query, found, question, mine=mine)
    context |= _choices(filters, query, found, question)
    response = render(request, "listings/_results.html" if part else "listings/browse.html", context)
    if part and query is not request.GET:
        response["HX-Push-Url"] = f"{request.path}?{query.urlencode()}"
    return response


def _find(
    request: HttpRequest, question: Question, query: QueryDict, most: int, *, points: int
) -> tuple[Found, str]:
    """Return what is found, and why not from the place that was asked for."""
    refused = ""
    if query.get("page", "1") != "1":
        refused = _("Pages have no numbers here: follow “Next” and “Previous”. This is the first one.")
    try:
        found = find(request.user, question, most=most, cursor=query.get("cursor", ""), most_points=points)
    except Invalid as error:
        refused = " ".join(text for texts in error.fields.values() for text in texts)
        found = find(request.user, question, most=most, most_points=points)
    return found, refused


def _circle(question: Question) -> dict[str, float] | None:
    if question.near is None:
        return None
    return {"lat": question.near.latitude, "lon": question.near.longitude, "km": question.within_km}


def _filtered(filters: ListingFilter, query: QueryDict) -> bool:
    return any(query.get(name) for name in filters.filters if name not in ("within_km", "currency"))


def _addresses(
    request: HttpRequest, query: QueryDict, found: Found, question: Question, *, mine: bool
) -> dict[str, Any]:
    possible = {
        "relevance": bool(question.words),
        "nearest": question.near is not None,
        "fit": mine,
    }
    return {
        "sorts": [
            (code, label, code == found.order) for code, label in SORTS.items() if possible.get(code, True)
        ],
        "query": query_without(request, "page", "cursor") if query is request.GET else _start(query),
        "sort_query": _start(query, "sort"),
        "view_query": _start(query, "view"),
    }


def _start(query: QueryDict, *names: str) -> str:
    left = query.copy()
    for name in (*names, "page", "cursor"):
        left.pop(name, None)
    return f"{left.urlencode()}&" if left else ""


def _unpriced(query: QueryDict) -> str:
    """Return the address of those that would fit but for a price that nobody stated."""
    left = query.copy()
    for name in ("price_max", "currency", "cursor", "page", "free"):
        left.pop(name, None)
    left["price_sign"] = "open"
    return f"?{left.urlencode()}"


def _choices(filters: ListingFilter, query: QueryDict, found: Found, question: Question) -> dict[str, Any]:
    return {
        "kinds": counted(Kind.choices, found.facets.get("kind", {}), query.getlist("kind")),
        "sides": counted(Side.choices, found.facets.get("side", {}), query.getlist("side")),
        "facets": facet_views(found, query),
        "tree": tree_view(found, query, question.resource),
        "chips": chips(filters, query),
        "radii": _radii_km(query.get("within_km", "")),
        "more_open": any(query.get(name) for name in FOLDED),
    }


def _radii_km(asked: str) -> list[tuple[str, bool]]:
    """Return the radii to choose from, with the one that is asked for among them, and whether each is chosen."""
    chosen = asked if asked.isascii() and asked.isdigit() else str(DEFAULT_WITHIN_KM)
    shown = sorted({*RADII_KM, int(chosen)})
    return [(str(radius), str(radius) == chosen) for radius in shown]
