import pytest

from accounts.selectors.towns import check_near_town, find_town, split_town, suggest_towns, town_near
from common.errors import Invalid
from common.geo import Point

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kalundborg", ("Kalundborg", "")),
        ("Kalundborg, DK", ("Kalundborg", "DK")),
        (" Kalundborg , denmark ", ("Kalundborg", "DK")),
        ("Frankfurt, Main", ("Frankfurt, Main", "")),
        (", DK", ("", "DK")),
    ],
)
def test_country_is_split_from_a_town_only_where_it_is_one(text: str, expected: tuple[str, str]) -> None:
    assert split_town(text) == expected


@pytest.mark.parametrize("text", ["Kalundborg", "kalundborg", "KALUNDBORG, dk", "Kalundborg, Denmark"])
def test_town_is_found_however_its_name_is_typed(text: str) -> None:
    found = find_town(text)
    assert (found.name, found.country, round(found.latitude, 1)) == ("Kalundborg", "DK", 55.7)


def test_town_with_accents_is_found_with_and_without_them() -> None:
    assert find_town("Malmö").pk == find_town("Malmo").pk


def test_unknown_town_is_refused_beside_its_field() -> None:
    with pytest.raises(Invalid) as refusal:
        find_town("Nowhereville", "DK")
    assert "“Nowhereville” in Denmark" in refusal.value.fields["town"][0]


def test_ambiguous_town_is_refused_with_the_countries_to_choose_from() -> None:
    with pytest.raises(Invalid) as refusal:
        find_town("Valencia")
    assert "Spain" in refusal.value.fields["town"][0]
    assert "Venezuela" in refusal.value.fields["town"][0]
    assert find_town("Valencia", "ES").country == "ES"


def test_town_that_its_country_has_twice_needs_coordinates() -> None:
    with pytest.raises(Invalid) as refusal:
        find_town("Springfield", "US")
    assert "coordinates" in refusal.value.fields["town"][0]


def test_nul_and_nothing_find_nothing() -> None:
    assert list(suggest_towns("\0")) == []
    assert list(suggest_towns("  ")) == []
    with pytest.raises(Invalid):
        find_town("Kal\0undborg-on-Sea")


def test_suggestions_start_as_typed_and_the_largest_is_first() -> None:
    populations = [town.population for town in suggest_towns("kal")]
    assert len(populations) == 8
    assert populations == sorted(populations, reverse=True)
    assert "Malmö" in {town.name for town in suggest_towns("malmö")}


def test_place_far_from_the_town_that_was_typed_is_refused_with_the_distance() -> None:
    with pytest.raises(Invalid) as refusal:
        check_near_town("Linz", "AT", Point(55.66, 11.08))
    assert " km from these coordinates" in refusal.value.fields["town"][0]
    check_near_town("Linz", "AT", Point(48.4, 14.5))
    check_near_town("A village on no list", "AT", Point(55.66, 11.08))


def test_no_town_is_near_a_place_at_sea() -> None:
    assert town_near(Point(-48.9, -123.4)) is None
