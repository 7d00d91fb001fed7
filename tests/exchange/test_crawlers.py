"""What search engines are told: which pages there are, and which they leave alone."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.models import Resource
from exchange.web import crawlers
from listings.models import Disclosure, Listing, State
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db
XML = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOST = "http://testserver"


def locations(client: Client, path: str) -> list[str]:
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml")
    assert "max-age=3600" in answer["Cache-Control"]
    return [found.text or "" for found in ElementTree.fromstring(answer.content).iter(f"{XML}loc")]


def is_open(client: Client, path: str) -> bool:
    """Whether robots.txt lets a crawler ask for a path: the longest rule that fits decides, of equal ones Allow."""
    fitting = []
    for line in client.get("/robots.txt").content.decode().splitlines():
        word, _, rule = line.partition(": ")
        if word in ("Allow", "Disallow"):
            pattern = re.escape(rule).replace(r"\*", ".*").replace(r"\$", "$")
            if re.match(pattern, path):
                fitting.append((len(rule), word == "Allow"))
    return max(fitting, default=(0, True))[1]


def test_sitemap_names_the_listings_that_everybody_sees_and_no_others(
    client: Client, make_offer: MakeListing
) -> None:
    shown = [make_offer(), make_offer(disclosure=Disclosure.ANONYMOUS)]
    make_offer(disclosure=Disclosure.PROGRAMME)
    make_offer(disclosure=Disclosure.PRIVATE)
    make_offer(publish=False)
    paused = make_offer()
    Listing.objects.filter(pk=paused.pk).update(state=State.PAUSED)
    expected = sorted(HOST + reverse("listing", args=[each.pk]) for each in shown)
    assert sorted(locations(client, "/sitemap-listings.xml")) == expected


def test_sitemap_tells_changes_by_the_day(client: Client, make_offer: MakeListing) -> None:
    listing = make_offer(disclosure=Disclosure.ANONYMOUS)
    changed = datetime(2026, 3, 5, 14, 33, 21, tzinfo=UTC)
    Listing.objects.filter(pk=listing.pk).update(changed_at=changed)
    answer = client.get("/sitemap-listings.xml")
    assert b"<lastmod>2026-03-05</lastmod>" in answer.content
    assert answer["Last-Modified"] == "Thu, 05 Mar 2026 00:00:00 GMT"


def test_sitemap_names_the_catalogue_and_the_pages(client: Client) -> None:
    resources = locations(client, "/sitemap-resources.xml")
    assert len(resources) == Resource.objects.count()
    assert f"{HOST}/resources/fly-ash/" in resources
    pages = locations(client, "/sitemap-pages.xml")
    assert {f"{HOST}/", f"{HOST}/browse/", f"{HOST}/precedents/"} <= set(pages)
    assert all(client.get(page.removeprefix(HOST)).status_code == 200 for page in pages)


def test_sitemap_of_many_listings_is_several_files(
    client: Client, make_offer: MakeListing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawlers.SITEMAPS["listings"], "limit", 2)
    for _ in range(3):
        make_offer()
    parts = [path.removeprefix(HOST) for path in locations(client, "/sitemap.xml") if "listings" in path]
    assert parts == ["/sitemap-listings.xml", "/sitemap-listings.xml?p=2"]
    assert [len(locations(client, part)) for part in parts] == [2, 1]


@pytest.mark.parametrize(
    "path", ["/sitemap-nothing.xml", "/sitemap-listings.xml?p=1000000000", "/sitemap-pages.xml?p=x"]
)
def test_sitemap_that_is_not_there_is_missing(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "is_it"),
    [
        ("/", True),
        ("/listings/8125/", True),
        ("/browse/", True),
        ("/browse/?resource=fly-ash", True),
        ("/resources/fly-ash/", True),
        ("/precedents/", True),
        ("/sitemap-listings.xml?p=2", True),
        ("/static/css/loopyard.css", True),
        ("/listings/new/?side=offer", False),
        ("/listings/8125/uses/", False),
        ("/listings/8125/enquire/", False),
        ("/browse/?side=offer&kind=heat", False),
        ("/browse/?cursor=AAE", False),
        ("/browse/feed.atom?q=ash", False),
        ("/browse/export.csv", False),
        ("/api/v1/listings/", False),
        ("/accounts/login/?next=/deals/", False),
        ("/resources/suggest/?q=a", False),
        ("/admin/", False),
    ],
)
def test_crawlers_are_kept_out_of_forms_and_narrowed_searches(client: Client, path: str, is_it: bool) -> None:
    assert is_open(client, path) is is_it


def test_robots_names_the_sitemap(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines()[-1] == f"Sitemap: {HOST}/sitemap.xml"
