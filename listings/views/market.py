"""The market page: everything on it, narrowed by the address's query."""

from django.core.paginator import Paginator
from django.db.models import Case, F, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalogue.models import Kind
from common.web.pages import query_without
from listings.access import (
    listings_on_market,
    mark_identities,
)
from listings.models import LEFT, ListingQuerySet
from listings.selectors.data_quality import mark_data_quality
from listings.selectors.filters import DEFAULT_WITHIN_KM, ListingFilter
from listings.views.listings import PER_PAGE
from listings.views.maps import MOST_POINTS, map_points

PER_PREVIEW = 6
RADII_KM = (10, 25, 50, 100, 250, 500, 1000)
# The filters that stand behind the fold.
FOLDED = ("quantity_min", "quantity_max", "price_max", "free", "window_from", "window_until", "hazardous")
SORTS = {
    "newest": gettext_lazy("Newest"),
    "largest": gettext_lazy("Largest amount left"),
    "cheapest": gettext_lazy("Lowest price"),
    "nearest": gettext_lazy("Nearest"),
}


@require_safe
@vary_on_headers("HX-Request")
def browse(request: HttpRequest) -> HttpResponse:
    """Everything on the market, narrowed by the address's query; for htmx the results alone."""
    filters = ListingFilter(
        request.GET, queryset=listings_on_market(request.user).with_cards(), request=request
    )
    found: ListingQuerySet = filters.qs
    near = "distance_km" in found.query.annotations
    sort = _sort(request.GET.get("sort", ""), near)
    view = request.GET.get("view")
    per_page = PER_PREVIEW if view == "preview" else PER_PAGE
    page = Paginator(_sorted(found, sort, filters), per_page).get_page(request.GET.get("page"))
    page.object_list = mark_data_quality(mark_identities(request.user, page.object_list))
    context = {
        "filters": filters,
        "kinds": [(kind, label, kind in request.GET.getlist("kind")) for kind, label in Kind.choices],
        "sorts": [(code, label, code == sort) for code, label in SORTS.items() if near or code != "nearest"],
        "page": page,
        "query": query_without(request, "page"),
        "sort_query": query_without(request, "page", "sort"),
        "view_query": query_without(request, "page", "view"),
        "map_view": view == "map",
        "preview": view == "preview",
        "filtered": any(
            request.GET.get(name) for name in filters.filters if name not in ("within_km", "currency")
        ),
        "map_data": {"points": [] if view == "preview" else map_points(found)},
        "most_points": MOST_POINTS,
        "radii": RADII_KM,
        "within_km": _radius_km(request.GET.get("within_km", "")),
        "more_open": any(request.GET.get(name) for name in FOLDED),
    }
    part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]  # by middleware
    return render(request, "listings/_results.html" if part else "listings/browse.html", context)


def _radius_km(asked: str) -> int:
    return next((radius for radius in RADII_KM if str(radius) == asked), DEFAULT_WITHIN_KM)


def _sort(asked: str, near: bool) -> str:
    if asked in SORTS and (near or asked != "nearest"):
        return asked
    return "nearest" if near else "newest"


def _sorted(listings: ListingQuerySet, sort: str, filters: ListingFilter) -> ListingQuerySet:
    if sort == "cheapest":
        # Yen are not compared with euros: what is priced in the reader's currency comes first.
        mine = Case(When(currency=filters.price_currency, then=0), default=1)
        return listings.order_by(mine, F("unit_price").asc(nulls_last=True), "-pk")
    order = {
        "newest": F("published_at").desc(nulls_last=True),
        "largest": LEFT.desc(nulls_last=True),
        "nearest": F("distance_km").asc(),
    }[sort]
    return listings.order_by(order, "-pk")
