from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Town
from accounts.selectors.towns import (
    US_STATES_CSV,
    check_near_town,
    find_town,
    place_from_text,
    split_town,
    suggest_towns,
    town_near,
)
from accounts.services import towns
from accounts.services.towns import load_towns
from common.errors import Invalid
from common.geo import Point
from common.reading.tables import read_table

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kalundborg", ("Kalundborg", "")),
        ("Kalundborg, DK", ("Kalundborg", "DK")),
        (" Kalundborg , denmark ", ("Kalundborg", "DK")),
        ("Frankfurt, Main", ("Frankfurt, Main", "")),
        ("Kalundborg,\u00a0Danmark", ("Kalundborg", "DK")),
        ("Kalundborg (Danmark)", ("Kalundborg", "DK")),
        ("Kalundborg; DNK", ("Kalundborg", "DK")),
        ("Athína, Ελλάδα", ("Athína", "GR")),
        ("Halle (Saale)", ("Halle (Saale)", "")),
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


# --- every name of a town -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("København", "Copenhagen", "DK"),
        ("KØBENHAVN", "Copenhagen", "DK"),
        ("Kobenhavn", "Copenhagen", "DK"),
        ("Koebenhavn", "Copenhagen", "DK"),
        ("Kopenhagen", "Copenhagen", "DK"),
        ("Copenhagen", "Copenhagen", "DK"),
        ("Göteborg", "Gothenburg", "SE"),
        ("Go\u0308teborg", "Gothenburg", "SE"),
        ("Goeteborg", "Gothenburg", "SE"),
        ("Malmoe", "Malmö", "SE"),
        ("Milano", "Milan", "IT"),
        ("Napoli", "Naples", "IT"),
        ("Firenze", "Florence", "IT"),
        ("Torino", "Turin", "IT"),
        ("Roma", "Rome", "IT"),
        ("Lisboa", "Lisbon", "PT"),
        ("Sevilla, España", "Sevilla", "ES"),
        ("Seville", "Sevilla", "ES"),
        ("Warszawa", "Warsaw", "PL"),
        ("Praha", "Prague", "CZ"),
        ("Wien", "Vienna", "AT"),
        ("Köln", "Köln", "DE"),
        ("Koeln", "Köln", "DE"),
        ("Cologne", "Köln", "DE"),
        ("München", "Munich", "DE"),
        ("Muenchen", "Munich", "DE"),
        ("Aix-la-Chapelle", "Aachen", "DE"),
        ("Bruxelles", "Brussels", "BE"),
        ("Brüssel", "Brussels", "BE"),
        ("Antwerpen", "Antwerp", "BE"),
        ("Anvers", "Antwerp", "BE"),
        ("Luik", "Liège", "BE"),
        ("Lüttich", "Liège", "BE"),
        ("Den\u00a0Haag ", "The Hague", "NL"),
        ("’s‑Gravenhage", "The Hague", "NL"),
        ("Genève", "Geneva", "CH"),
        ("Genf, Schweiz", "Geneva", "CH"),
        ("Bâle", "Basel", "CH"),
        ("Zürich", "Zürich", "CH"),
        ("Helsingfors", "Helsinki", "FI"),
        ("Åbo", "Turku", "FI"),
        ("Karleby", "Kokkola", "FI"),
        ("Aarhus", "Århus", "DK"),
        ("Athína", "Athens", "GR"),
        ("Αθήνα", "Athens", "GR"),
        ("Москва", "Moscow", "RU"),
        ("Київ", "Kyiv", "UA"),
        ("東京", "Tokyo", "JP"),
        ("서울", "Seoul", "KR"),
        ("Luxembourg", "Luxembourg", "LU"),
        ("San Sebastián, Spain", "Donostia / San Sebastián", "ES"),
        ("Donostia", "Donostia / San Sebastián", "ES"),
    ],
)
def test_town_is_found_by_each_of_its_names(text: str, name: str, country: str) -> None:
    found = find_town(text)
    assert (found.name, found.country) == (name, country)


@pytest.mark.parametrize(
    "text",
    [
        "Halle, DE",
        "Halle, DEU",
        "Halle, Germany",
        "Halle, Deutschland",
        "Halle (Germany)",
        "Halle (Saale)",
        "Halle/Saale",
    ],
)
def test_country_is_named_in_any_form_and_the_largest_town_is_meant(text: str) -> None:
    assert find_town(text).name == "Halle (Saale)"


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ("København", "København"),
        ("Kobenhavn", "Kobenhavn"),
        ("kobenhavn", "København"),
        ("KØBENHAVN", "København"),
        ("  Køben\u200bhavn, DK ", "København"),
        ("copenhagen", "Copenhagen"),
        ("malmo", "Malmö"),
        ("lüttich", "Lüttich"),
        ("napoli", "Napoli"),
        ("東京", "東京"),
    ],
)
def test_town_is_called_as_it_was_typed_and_tidily_spelled(typed: str, called: str) -> None:
    assert find_town(typed).called == called


def test_small_town_is_not_hidden_behind_what_a_larger_one_is_called_elsewhere() -> None:
    with pytest.raises(Invalid) as refusal:
        find_town("Hanover")
    assert "(Germany, United States): choose the country" in refusal.value.fields["town"][0]
    assert find_town("Hanover, US").country == "US"
    assert find_town("Hanover, DE").name == "Hannover"


def test_towns_of_one_country_are_told_apart_by_their_full_names() -> None:
    with pytest.raises(Invalid) as refusal:
        find_town("Frankfurt")
    [text] = refusal.value.fields["town"]
    assert "type “Frankfurt am Main” or “Frankfurt (Oder)” in full" in text
    assert find_town("Frankfurt (Oder)").population < find_town("Frankfurt am Main").population


@pytest.mark.parametrize(
    ("typed", "first", "called"),
    [
        ("københ", "Copenhagen", "København"),
        ("kobenh", "Copenhagen", "København"),
        ("koebenh", "Copenhagen", "København"),
        ("Københa", "Copenhagen", "København"),
        ("wien", "Vienna", "Wien"),
        ("roma", "Rome", "Roma"),
        ("den haag", "The Hague", "Den Haag"),
        ("Aarhus", "Århus", "Aarhus"),
        ("Köl", "Köln", "Köln"),
        ("copen", "Copenhagen", "Copenhagen"),
        ("Athens, Greece", "Athens", "Athens"),
        ("东京", "Tokyo", "东京"),
    ],
)
def test_suggestion_says_which_town_and_by_which_name(typed: str, first: str, called: str) -> None:
    town = suggest_towns(typed)[0]
    assert (town.name, town.called) == (first, called)


@pytest.mark.parametrize(
    "text", ["'", "\ud800", "%", "_", "\\", "(", "(DK)", ", DK", "a" * 5000, "Ö" * 300, "\u202e", "☃"]
)
def test_odd_text_is_no_error(text: str) -> None:
    assert len(suggest_towns(text)) <= 8
    with pytest.raises(Invalid):
        find_town(text)


def test_town_is_suggested_once_however_many_of_its_names_start_so() -> None:
    for start in ("k", "ko", "kop", "s", "m"):
        found = suggest_towns(start)
        assert len({town.pk for town in found}) == len(found) == 8


def test_towns_are_loaded_again_when_their_files_change(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    count = load_towns()
    with CaptureQueriesContext(connection) as queries:
        assert load_towns() == count
    assert not [query for query in queries if "COPY" in query["sql"] or "DELETE" in query["sql"]]

    changed = tmp_path / "town_names.csv"
    changed.write_text(f"town,names\n{find_town('Kalundborg').pk},Kalundeborg by Havet\n", encoding="utf-8")
    monkeypatch.setattr(towns, "TOWN_NAMES_CSV", changed)
    assert load_towns() == count
    assert find_town("Kalundeborg by havet").name == "Kalundborg"
    with pytest.raises(Invalid):
        find_town("København")


@pytest.mark.parametrize("text", ["Kokkola", "Karleby", "Gamlakarleby", "karleby, FI", "KARLEBY, Finland"])
def test_kokkola_is_found_by_its_finnish_and_swedish_names(text: str) -> None:
    assert (find_town(text).name, suggest_towns(text)[0].name) == ("Kokkola", "Kokkola")
    assert round(place_from_text(text).latitude, 1) == 63.8


@pytest.mark.parametrize(
    ("text", "country", "latitude"),
    [
        ("Portland, OR", "US", 45.5),
        ("Portland, Oregon", "", 45.5),
        ("Portland (Oregon)", "", 45.5),
        ("portland, or, USA", "", 45.5),
        ("Portland, ME", "", 43.7),  # ME is Montenegro's code too, which has no Portland
        ("Portland, Maine", "US", 43.7),
        ("San Francisco, CA", "", 37.8),
        ("London, CA", "", 43.0),  # Canada's
        ("Halle, DE", "", 51.5),  # Germany's, not Delaware's
    ],
)
def test_town_of_a_state_is_found(text: str, country: str, latitude: float) -> None:
    assert round(find_town(text, country).latitude, 1) == latitude
    assert round(place_from_text(text).latitude, 1) == latitude
    assert round(suggest_towns(text)[0].latitude, 1) == latitude


def test_state_of_another_country_or_without_the_town_finds_nothing() -> None:
    for text, country in (("Portland, OR", "DK"), ("Kalundborg, Oregon", ""), ("Portland, Narnia", "")):
        with pytest.raises(Invalid):
            find_town(text, country)


def test_towns_of_several_states_are_asked_back_with_their_states() -> None:
    with pytest.raises(Invalid) as refusal:
        find_town("Springfield", "US")
    said = refusal.value.fields["town"][0]
    assert "“Springfield, Missouri” or “Springfield, Massachusetts”" in said


def test_every_town_of_the_united_states_lies_in_one_state() -> None:
    towns = [int(town) for row in read_table(US_STATES_CSV).rows for town in row["towns"].split("|")]
    assert len(towns) == len(set(towns))
    assert set(towns) == set(Town.objects.filter(country="US").values_list("pk", flat=True))
