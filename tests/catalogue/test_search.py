"""What people type, and which resource they get."""

import csv
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogue.models import Kind, Resource, TermSource
from catalogue.selectors.resources import Suggestion, find_resource, suggest_resources
from common.reading.words import plain_words

pytestmark = pytest.mark.django_db
# Plain-language names with their waste codes, compiled from general knowledge; the codes were checked to exist.
BY_PRODUCTS = Path(__file__).parent / "by_product_names.csv"


def slugs(text: str, *, limit: int = 10, kinds: list[str] | None = None) -> list[str]:
    return [found.slug for found in suggest_resources(text, limit=limit, kinds=kinds)]


def test_every_by_product_name_leads_first_to_a_resource_of_its_kind_with_its_codes() -> None:
    with BY_PRODUCTS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 361
    for row in rows:
        first = suggest_resources(row["term"])[0]
        resource = Resource.objects.get(pk=first.resource_id)
        assert plain_words(row["term"]) == plain_words(first.text), row["term"]
        assert resource.kind == row["kind"], row["term"]
        assert set(filter(None, row["ewc_codes"].split(";"))) <= set(resource.ewc_codes), row["term"]
        assert resource.hazardous_possible >= (row["hazardous_possible"] == "1"), row["term"]


def test_suggestion_says_what_it_is_and_why_it_was_found() -> None:
    assert suggest_resources("PFA")[0] == Suggestion(
        resource_id=Resource.objects.get(slug="coal-fly-ash").pk,
        slug="coal-fly-ash",
        name="Coal fly ash",
        kind=Kind.MATERIAL,
        dimension="mass",
        breadcrumb="Ashes and combustion residues › Fly ash › Coal fly ash",
        source=TermSource.SYNONYM,
        text="pfa",
        strength=1.0,
    )
    assert suggest_resources("PFA")[0].why == "also called pfa"
    assert suggest_resources("PFA")[0].unit == "t"
    assert suggest_resources("coal fly ash")[0].why == ""
    assert suggest_resources("06 02 01")[0].why == "waste code 06 02 01*"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Coal fly ash", "coal-fly-ash"),
        ("PFA", "coal-fly-ash"),
        ("coal-fly-ash", "coal-fly-ash"),
        ("water-treatment-sludge", "water-treatment-sludge"),
        ("coal fly", None),
        ("100102", None),
        ("materials", None),
        ("material", None),
        ("", None),
        ("\0", None),
    ],
)
def test_one_resource_is_found_by_its_whole_name_other_name_or_slug_and_nothing_else(
    text: str, slug: str | None
) -> None:
    found = find_resource(text)
    assert (found.slug if found else None) == slug


def test_every_slug_finds_its_own_resource() -> None:
    for resource in Resource.objects.listable():
        assert find_resource(resource.slug) == resource


@pytest.mark.parametrize("text", ["Fly ash", "FLY ASH", " fly  ash ", "fly-ash", "fly ash!", "flÿ äsh"])
def test_case_accents_spaces_and_punctuation_do_not_matter(text: str) -> None:
    assert slugs(text)[0] == "fly-ash"


@pytest.mark.parametrize("text", ["ash fly coal", "coal fly ahs", "cola fly ash", "coalfly ash"])
def test_word_order_and_slips_still_find_it(text: str) -> None:
    assert "coal-fly-ash" in slugs(text)[:3]


def test_short_word_with_two_letters_swapped_still_finds_it() -> None:
    assert slugs("gypusm")[0] == "gypsum"


def test_whole_name_then_start_of_name_then_word_in_name_then_synonym() -> None:
    found = suggest_resources("steam", limit=20)
    assert found[0].name == "Steam"
    names = [suggestion.name.lower().endswith(" steam") for suggestion in found[1:]]
    assert names == sorted(names, reverse=True)
    assert [suggestion.slug for suggestion in suggest_resources("gyps")][:2] == ["gypsum", "gypsum-and-lime"]


@pytest.mark.parametrize("text", ["100102", "10 01 02", " 10 01 02 ", "10.01.02", "10 0102"])
def test_code_with_or_without_spaces_finds_the_resources_that_carry_it(text: str) -> None:
    carriers = Resource.objects.filter(ewc_codes__contains=["100102"]).values_list("slug", flat=True)
    assert slugs(text) == list(carriers)


def test_code_of_a_hazardous_waste_may_carry_its_star() -> None:
    assert slugs("10 02 07*") == slugs("100207") != []


def test_start_of_a_code_finds_the_resources_below_it() -> None:
    found = suggest_resources("10 13", limit=5)
    assert len(found) == 5
    assert all(suggestion.text.startswith("10 13") for suggestion in found)


def test_code_that_is_not_carried_finds_nothing_similar() -> None:
    assert slugs("999999") == []


def test_each_resource_is_suggested_once_and_no_more_than_asked_for() -> None:
    found = slugs("ash", limit=7)
    assert len(found) == len(set(found)) == 7


def test_kinds_narrow_the_suggestions() -> None:
    assert {found.kind for found in suggest_resources("water")} > {"water"}
    assert {found.kind for found in suggest_resources("water", kinds=[Kind.HEAT])} == {"heat"}
    assert slugs("water", kinds=[]) == []


@pytest.mark.parametrize("root", ["materials", "energy", "water", "heat", "services"])
def test_roots_are_never_suggested(root: str) -> None:
    assert not {"material", "energy", "water", "heat", "service"} & set(slugs(root, limit=50))


@pytest.mark.parametrize(
    "text", ["", "   ", "%", "_", "\\", "'", "\0", "😀", "💧🔥", "--", "*", "...", "\u200b", "‮"]
)
def test_text_without_letters_or_digits_finds_nothing_and_asks_nothing(text: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert suggest_resources(text) == []
    assert len(queries) == 0


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "9" * 10_000,
        "fly ash " * 2_000,
        "e\u0301" * 5_000,
        "'; DROP TABLE catalogue_resource; --",
        "fly%ash_",
        "fly\0ash",
        "\ud800",
        "粉煤灰",
        "летучая зола",
        "٣٤",
        "1",
        "x",
    ],
)
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(suggest_resources(text), list)
    assert Resource.objects.filter(slug="fly-ash").exists()


def test_wildcards_are_taken_as_spaces() -> None:
    assert slugs("fly%ash")[0] == slugs("fly_ash")[0] == slugs("fly\0ash")[0] == "fly-ash"


def test_search_asks_the_database_once_when_something_is_near() -> None:
    with CaptureQueriesContext(connection) as queries:
        suggest_resources("gypsum")
    assert len(queries) == 1


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Brewers' spent grain", "brewers spent grain"),
        ("Asnæs, Ålborg & Øst", "asnaes alborg ost"),
        ("Straße", "strasse"),
        ("H₂SO₄", "h2so4"),
        ("LimeX (carbonatation lime)", "limex carbonatation lime"),
        ("a_b%c\0d", "a b c d"),
        ("x" * 500, "x" * 120),
    ],
)
def test_words_are_made_plain(text: str, plain: str) -> None:
    assert plain_words(text) == plain
