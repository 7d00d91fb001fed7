"""The form of a listing: what a newcomer has to fill in, and twelve months as bars."""

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Site, User
from listings.models import Listing
from tests.conftest import MakeListing
from tests.listings.test_pages import form_of

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]
MOST_FIELDS = 12


class Fields(HTMLParser):
    """Names of the fields that are seen before a fold is opened; the choices of one count once."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.folded: set[str] = set()
        self.inside = False
        self.folds: list[bool] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        said = dict(attrs)
        if tag == "form":
            self.inside = said.get("id") == "listing-form"
        if tag == "details" and self.inside:
            self.folds.append("open" in said)
        if self.inside and tag in ("input", "select", "textarea") and said.get("type") != "hidden":
            (self.names if all(self.folds) else self.folded).add(str(said["name"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if tag == "details" and self.folds:
            self.folds.pop()


def page_of(client: Client, query: str = "") -> str:
    return unescape(client.get(f"{reverse('listing_new')}{query}").content.decode())


# --- how many fields ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "query", ["", "?side=offer&resource=coal-fly-ash", "?side=request&resource=fgd-gypsum"]
)
def test_newcomer_sees_twelve_fields_at_most(
    client_of: ClientOf, seller: User, asnaes_site: Site, query: str
) -> None:
    found = Fields(page_of(client_of(seller), query))
    assert found.names == {
        "side",
        "resource",
        "quantity",
        "unit",
        "period",
        "site",
        "available_from",
        "price_way",
        "price_amount",
        "ewc_code",
        "hazardous",
        "disclosure",
    }
    assert len(found.names) <= MOST_FIELDS
    assert {
        "months",
        "available_until",
        "minimum_lot",
        "legal_status",
        "title",
        "description",
    } <= found.folded


def test_one_field_typed_by_a_newcomer_is_enough(
    client_of: ClientOf, seller: User, asnaes_site: Site
) -> None:
    """All that the form does not fill in by itself is what it is."""
    client = client_of(seller)
    page = client.get(reverse("listing_new"), {"resource": "coal-fly-ash"}).context["form"]
    as_served = {name: page[name].value() for name in page.fields if page[name].value() not in (None, "", [])}
    as_served |= {"site": asnaes_site.pk, "unit": "t", "resource": "Coal fly ash"}
    as_served.pop("with_files", None)
    assert client.post(reverse("listing_new"), as_served).status_code == 302
    assert Listing.objects.get().resource.slug == "coal-fly-ash"


def test_folds_stand_open_where_something_in_them_is_stated_or_wrong(
    client_of: ClientOf, make_offer: MakeListing, seller: User
) -> None:
    offer, client = make_offer(), client_of(seller)
    answer = client.post(reverse("listing_new"), form_of(offer.site, months=["1"], reach_number="x"))
    found = Fields(answer.content.decode())
    assert {"months", "available_until", "reach_number", "legal_status"} <= found.names
    edit = Fields(client.get(reverse("listing_edit", args=[offer.pk])).content.decode())
    assert {"months", "available_until", "reach_number"} <= edit.names


# --- the season ---------------------------------------------------------------------------------------------
def echoed(client: Client, site: Site, **changes: Any) -> str:
    page = client.get(reverse("listing_echo"), form_of(site, **changes)).content.decode()
    found = re.search(r'id="season-echo"[^>]*>(.*?)</p>', page)
    assert found is not None
    return unescape(found[1])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"months": ["11", "12", "1"]}, "= 4\u202f000 t in each of 3 months, 12\u202f000 t/yr in all"),
        ({"months": ["7"]}, "= 12\u202f000 t in the one month, 12\u202f000 t/yr"),
        (
            {"months": ["1", "2", "3", "4", "5", "6", "7"]},
            "= 1\u202f714.286 t in each of 7 months, 12\u202f000 t/yr in all",
        ),
        (
            {"months": ["1", "1", "x", "13"], "quantity": "100", "period": "month"},
            "= 1\u202f200 t in the one month, 1\u202f200 t/yr",
        ),
        ({"months": []}, ""),
        ({"months": ["1"], "period": "once"}, ""),
        ({"months": ["1"], "quantity": ""}, ""),
    ],
)
def test_months_say_how_much_in_each_and_in_all(
    client_of: ClientOf, seller: User, asnaes_site: Site, changes: dict[str, Any], said: str
) -> None:
    assert echoed(client_of(seller), asnaes_site, **changes) == said


def test_each_month_is_a_box_with_its_label(client_of: ClientOf, seller: User, asnaes_site: Site) -> None:
    page = page_of(client_of(seller))
    labels = re.findall(
        r'<label for="(id_months_\d+)"><input type="checkbox" name="months" value="(\d+)"[^>]*>'
        r'<i aria-hidden="true"></i><span>(\w+)</span>',
        page,
    )
    assert [int(value) for _id, value, _name in labels] == list(range(1, 13))
    assert [name for _id, _value, name in labels][:3] == ["Jan", "Feb", "Mar"]
