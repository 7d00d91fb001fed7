import pytest
from django.core.exceptions import ValidationError

from accounts.models import Town
from accounts.selectors.towns import place_from_text
from catalogue.forms import resource_from_text
from common.geo import Point


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["coal-fly-ash", "Coal fly ash", "coal FLY ash"])
def test_resource_is_found_by_slug_and_name(text: str) -> None:
    assert resource_from_text(text).slug == "coal-fly-ash"


@pytest.mark.django_db
def test_resource_that_may_be_several_names_them() -> None:
    with pytest.raises(ValidationError, match=r"Which one is it: .*“Fly ash”"):
        resource_from_text("fly as")


@pytest.mark.django_db
def test_unknown_resource_says_what_would_help() -> None:
    with pytest.raises(ValidationError, match="more general word"):
        resource_from_text("☃")


@pytest.mark.django_db
@pytest.mark.parametrize("root", ["material", "energy", "water", "heat", "service"])
def test_root_is_no_resource_to_list(root: str) -> None:
    with pytest.raises(ValidationError):
        resource_from_text(root)


@pytest.mark.parametrize(
    "text",
    [
        "55.68, 11.09",
        "55.68,11.09",
        " 55.68 ; 11.09 ",
        "55.68 11.09",
        "55,68; 11,09",
        "55,68, 11,09",
        "55,68 11,09",
        "55.68,\u00a011.09\u200b",
    ],
)
def test_place_may_be_coordinates(text: str) -> None:
    assert place_from_text(text) == Point(55.68, 11.09)


def test_coordinates_off_the_globe_are_refused() -> None:
    with pytest.raises(ValidationError, match="±90"):
        place_from_text("91, 11")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "country", "population"),
    [
        ("Kalundborg", "DK", 16211),
        ("kalundborg, Denmark", "DK", 16211),
        ("Birmingham", "GB", 1157603),
        ("Birmingham, US", "US", 196357),
    ],
)
def test_of_towns_with_one_name_the_largest_is_meant(text: str, country: str, population: int) -> None:
    town = Town.objects.get(country=country, population=population, name__iexact=text.partition(",")[0])
    assert place_from_text(text) == Point(town.latitude, town.longitude)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("København", "Copenhagen", "DK"),
        ("Warszawa", "Warsaw", "PL"),
        ("Sevilla", "Sevilla", "ES"),
        ("Halle", "Halle (Saale)", "DE"),
        ("Halle, BE", "Halle", "BE"),
        ("Frankfurt", "Frankfurt am Main", "DE"),
        ("Københ", "Copenhagen", "DK"),
    ],
)
def test_place_is_found_by_each_name_of_its_town(text: str, name: str, country: str) -> None:
    towns = Town.objects.filter(name=name, country=country).order_by("-population")
    assert place_from_text(text) == Point(towns[0].latitude, towns[0].longitude)


@pytest.mark.django_db
def test_resource_is_found_by_a_synonym_of_its_own() -> None:
    assert resource_from_text("pulverised fuel ash").slug == "coal-fly-ash"


@pytest.mark.django_db
def test_waste_code_of_several_resources_names_them() -> None:
    with pytest.raises(ValidationError, match="“Fly ash”, “Coal fly ash”"):
        resource_from_text("10 01 02")


@pytest.mark.django_db
def test_unknown_town_is_refused() -> None:
    with pytest.raises(ValidationError, match="We know no town"):
        place_from_text("Nowhereville")
