from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.models import Kind, Resource

pytestmark = pytest.mark.django_db


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_tree_shows_every_resource_that_can_be_listed_once(client: Client) -> None:
    page = text_of(client.get(reverse("resources")))
    for kind in Kind:
        assert f'id="kind-{kind}"' in page
    for slug in Resource.objects.listable().values_list("slug", flat=True):
        assert page.count(f'href="{reverse("resource", args=[slug])}"') == 1


def test_tree_search_finds_by_code_and_says_why(client: Client) -> None:
    page = text_of(client.get(reverse("resources"), {"q": "10 01 02"}))
    assert "Coal fly ash" in page
    assert "waste code 10 01 02" in page


@pytest.mark.parametrize("text", ["unobtainium☃☃☃", "%", "'; --"])
def test_tree_search_without_a_hit_says_what_to_do(client: Client, text: str) -> None:
    page = text_of(client.get(reverse("resources"), {"q": text}))
    assert "Nothing found" in page


def test_resource_says_what_is_known_and_where_from(client: Client) -> None:
    resource = Resource.objects.get(slug="coal-fly-ash")
    page = text_of(client.get(reverse("resource", args=[resource.slug])))
    for words in (
        resource.description,
        "10 01 02",
        "Loss on ignition",
        "general knowledge",
        "as Fly ash",
        '>10</span> to <span class="number">55</span>',
        "usually up to",
    ):
        assert words in page
    assert f'href="{reverse("resource", args=["fly-ash"])}"' in page
    assert f"{reverse('listing_new')}?side=offer&resource=coal-fly-ash" in page


@pytest.mark.parametrize("slug", ["material", "unobtainium"])
def test_root_and_unknown_resource_are_missing(client: Client, slug: str) -> None:
    assert client.get(reverse("resource", args=[slug])).status_code == 404


def test_suggestions_are_what_the_type_ahead_takes(client: Client) -> None:
    [first, *_] = client.get(reverse("resource_suggest"), {"q": "pulverised fuel ash"}).json()["results"]
    assert first == {
        "text": "Coal fly ash",
        "slug": "coal-fly-ash",
        "hint": "Ashes and combustion residues › Fly ash · also called pulverised fuel ash",
        "kind": "material",
        "icon": "box",
    }


def test_no_text_suggests_nothing(client: Client) -> None:
    assert client.get(reverse("resource_suggest")).json() == {"results": []}


def test_search_for_nothing_shows_the_tree(client: Client) -> None:
    assert "Ashes and combustion residues" in text_of(client.get(reverse("resources"), {"q": " \0 "}))
