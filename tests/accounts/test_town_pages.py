import pytest
from django.urls import reverse

from tests.accounts.pages import ClientOf

pytestmark = pytest.mark.django_db


def test_towns_are_suggested_with_their_places(client_of: ClientOf) -> None:
    answer = client_of(None).get(reverse("town_suggest"), {"q": "kalund"})
    [found] = answer.json()["results"]
    assert found | {"id": 0} == {
        "id": 0,
        "text": "Kalundborg, DK",
        "hint": "Denmark",
        "name": "Kalundborg",
        "country": "DK",
        "latitude": 55.68,
        "longitude": 11.089,
    }


def test_town_is_suggested_by_its_own_name_with_ours_beside_it(client_of: ClientOf) -> None:
    answer = client_of(None).get(reverse("town_suggest"), {"q": "københ"})
    found = answer.json()["results"][0]
    assert (found["text"], found["hint"], found["name"]) == (
        "København, DK",
        "Copenhagen, Denmark",
        "København",
    )


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "\0"}, {"q": "%"}, {"q": "x" * 5000}])
def test_nothing_typed_suggests_nothing(client_of: ClientOf, query: dict[str, str]) -> None:
    assert client_of(None).get(reverse("town_suggest"), query).json() == {"results": []}
