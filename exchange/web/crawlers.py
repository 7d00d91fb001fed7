"""For search engines: which pages there are, and which they had better leave alone."""

from datetime import datetime
from typing import Any, Final

from django.contrib.sitemaps import Sitemap, views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalogue.models import Resource, ResourceQuerySet
from listings.access import public_market
from listings.disclosure.rules import told_at
from listings.models import Listing, ListingQuerySet

PER_FILE: Final = 10_000
"""Addresses in one file of the sitemap; the protocol allows 50,000, which would keep a web process busy for seconds."""
_PAGES: Final = ("home", "browse", "resources", "precedents", "glossary", "programmes", "register_plants")


class _Pages(Sitemap):  # type: ignore[type-arg]  # generic only in its stubs
    """What has no object."""

    def items(self) -> list[str]:
        return list(_PAGES)

    def location(self, item: str) -> str:
        return reverse(item)


class _Resources(Sitemap):  # type: ignore[type-arg]
    """The catalogue."""

    limit = PER_FILE

    def items(self) -> ResourceQuerySet:
        return Resource.objects.only("slug").order_by("tree_left")

    def location(self, item: Resource) -> str:
        return reverse("resource", args=[item.slug])


class _Listings(Sitemap):  # type: ignore[type-arg]
    """What everybody may see of the market."""

    limit = PER_FILE

    def items(self) -> ListingQuerySet:
        return public_market().only("pk", "changed_at").order_by("pk")

    def location(self, item: Listing) -> str:
        return reverse("listing", args=[item.pk])

    def lastmod(self, item: Listing) -> datetime | None:
        # By the day, as to who does not know whose it is: the answer's head would tell the second of the latest.
        return told_at(item.changed_at, is_known=False)

    def get_latest_lastmod(self) -> None:
        """Say nothing of the whole for the index: every row would be read for it."""


SITEMAPS: Final[dict[str, Any]] = {
    "pages": _Pages,
    "resources": _Resources,
    "listings": _Listings,
}


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers leave alone (RFC 9309): forms, the API, files, and searches that are narrowed more than once."""
    context = {"sitemap": request.build_absolute_uri(reverse("sitemap"))}
    return render(request, "robots.txt", context, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """The files of the sitemap."""
    return views.index(request, SITEMAPS, sitemap_url_name="sitemap_part")


@require_safe
@cache_control(public=True, max_age=3600)
def sitemap_part(request: HttpRequest, section: str) -> HttpResponse:
    """One file of the sitemap: `?p=2` is its second page."""
    return views.sitemap(request, SITEMAPS, section)
