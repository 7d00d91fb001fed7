"""Waste codes for plain words: what is suggested, why, and what is said beside it."""

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.codes.evaluation import by_overlap, by_tf_idf, held_out
from catalogue.codes.knowledge import CodeKnowledge, KnownName, NameSource, WasteCode
from catalogue.codes.search import CodeIndex
from catalogue.codes.vocabulary import same_words
from catalogue.loading.names.code_names import read_code_files
from catalogue.models import EwcCode, Release
from catalogue.selectors.codes import code_book, code_files, read_code_knowledge, suggest_codes
from common.reading.tables import TableError
from tests.catalogue.conftest import EditCell
from tests.proof import if_proving

pytestmark = pytest.mark.django_db


def codes(text: str) -> list[str]:
    return [suggestion.code for suggestion in suggest_codes(text).codes]


# --- what is suggested --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("brewers' spent grain", "020704"),
        ("Brewer’s Spent Grains", "020704"),
        ("BSG", "020704"),
        ("Biertreber", "020704"),
        ("DDGS", "020702"),
        ("swarf with coolant", "120101"),
        ("flue dust from EAF", "100207"),
        ("Flugasche", "100102"),
        ("FGD gypsum", "100105"),
        ("REA-Gips", "100105"),
        ("MSWI bottom ash", "190112"),
        ("ASR", "191004"),
        ("WWTP sludge", "190805"),
        ("Klärschlamm", "190805"),
        ("Klaerschlamm", "190805"),
        ("Bleicherde", "020399"),
        ("Altöl", "130205"),
        ("Altoel", "130205"),
        ("sulfuric acid", "060101"),
        ("sulphuric acid", "060101"),
        ("aluminum dross", "100316"),
        ("aluminium dross", "100316"),
        ("dross of aluminium", "100316"),
        ("aluminum drosss", "100316"),
        ("Altreifen", "160103"),
        ("Kühlschmierstoff", "120109"),
        ("10 01 02", "100102"),
        ("100104*", "100104"),
    ],
)
def test_plain_words_lead_first_to_their_code(text: str, code: str) -> None:
    assert codes(text)[0] == code


def test_ten_codes_are_enough_and_each_stands_once() -> None:
    found = codes("sludge")
    assert len(found) == len(set(found)) == 10
    assert len(suggest_codes("sludge", limit=3).codes) == 3


def test_suggestion_says_why_and_which_resource_is_meant() -> None:
    found = suggest_codes("flue dust from EAF")
    assert found.resource is not None
    assert found.resource.slug == "electric-arc-furnace-dust"
    assert all(code.reason for code in found.codes)
    assert suggest_codes("red mud").codes[0].reason == "usual name “red mud”"


def test_what_is_no_waste_gets_a_note_and_no_code() -> None:
    found = suggest_codes("waste heat")
    assert (found.codes, found.note) == ((), "By itself this is no waste, so it needs no code.")
    assert found.resource is not None
    assert found.resource.kind == "heat"


# --- mirror entries -----------------------------------------------------------------------------------------
def test_mirror_entry_names_its_twin_and_what_decides() -> None:
    [first, *_] = suggest_codes("asphalt planings").codes
    assert (first.code, first.hazardous, first.twins) == ("170302", False, ("170301",))
    assert first.warning == (
        "Mirror entry: 17 03 01* if it is waste containing coal tar. An analysis against HP 1 to HP 15 decides."
    )


def test_hazardous_twin_comes_first_where_the_words_say_so_and_names_the_other() -> None:
    found = suggest_codes("contaminated soil").codes
    assert found[0].code == "170503"
    assert "17 05 04" in found[0].warning


def test_absolute_entry_has_no_twin() -> None:
    [first, *_] = suggest_codes("used tyres").codes
    assert (first.twins, first.warning) == ((), "")


def test_every_twin_is_mutual_and_of_one_sub_chapter() -> None:
    twins = code_book().index.twins
    mirrors = EwcCode.objects.filter(entry_type="MN").count()
    assert len(twins) > mirrors
    for code, others in twins.items():
        for other in others:
            assert code in twins[other]
            assert code[:4] == other[:4]


# --- the question -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["fly ash", "Flugasche"])
def test_fly_ash_alone_is_asked_for_its_origin(text: str) -> None:
    question = suggest_codes(text).question
    assert question is not None
    assert question.text == (
        "Where does it come from: coal, peat or untreated wood, oil, co-incineration or waste incineration?"
    )
    assert dict(question.answers)["190114"] == "waste incineration"


def test_fly_ash_with_its_origin_is_not_asked_again() -> None:
    assert suggest_codes("coal fly ash").question is None


# --- names left out -----------------------------------------------------------------------------------------
@pytest.mark.mass
@if_proving
def test_names_left_out_one_by_one_are_found_and_better_than_by_the_baselines() -> None:
    files = code_files()
    knowledge = read_code_knowledge(files)
    asked = [name for name in files.by_products if name.codes][::8]
    figures, _ = held_out(knowledge, asked, stricter=True)
    assert figures.first >= 0.6
    assert figures.in_ten >= 0.88
    for ranker in (by_overlap, by_tf_idf):
        baseline, _ = held_out(knowledge, asked[::4], stricter=True, ranker=ranker)
        assert baseline.first < figures.first


def test_name_left_out_is_gone_in_every_spelling() -> None:
    row = KnownName("fibre rejects", ("030310",), NameSource.NAME)
    assert same_words("Fibre reject", "fiber rejects")
    knowledge = CodeKnowledge(
        codes=(WasteCode("030310", "Wastes", "", False, "AN"),),
        names=(row, KnownName("Fiber-Reject", ("030310",), NameSource.RESOURCE, "fibre-rejects")),
    )
    figures, misses = held_out(knowledge, [row])
    assert (figures.first, figures.in_ten) == (0, 0)
    assert (misses[0].place, misses[0].instead) == (0, "")


# --- anything typed -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x" * 10_000,
        "fly ash " * 2_000,
        "🏭🔥",
        "лом",
        "飞灰",
        "'; DROP TABLE x; --",
        "9" * 400,
        "\0",
        "ash\0",
        "%",
        "1",
    ],
)
def test_odd_text_is_answered_or_politely_not(text: str, client: Client) -> None:
    assert len(suggest_codes(text).codes) <= 10
    assert client.get(reverse("code_suggest"), {"q": text}).status_code == 200


@given(text=st.text(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_has_an_answer(text: str) -> None:
    found = suggest_codes(text).codes
    assert [code.score for code in found] == sorted((code.score for code in found), reverse=True)


# --- around it ----------------------------------------------------------------------------------------------
def test_index_is_built_once_per_release() -> None:
    book = code_book()
    assert code_book() is book
    Release.objects.update(key="00000000-0000-0000-0000-000000000001")
    assert code_book() is not book


def test_same_knowledge_gives_the_same_order() -> None:
    knowledge = read_code_knowledge(code_files())
    one, two = CodeIndex(knowledge), CodeIndex(knowledge)
    for text in ("sludge", "dust of steel", "wood"):
        assert one.search(text) == two.search(text)


@pytest.mark.parametrize(
    ("file", "key", "cells", "problem"),
    [
        ("code_names.csv", "010101", {"code": "010100"}, "code_names.csv, row 2, column code"),
        ("code_questions.csv", "fly ash", {"answers": "100102"}, "column answers: “100102” should be"),
        ("code_origins.csv", "0101", {"chapter": "2101"}, "code_origins.csv, row 2, column chapter"),
        ("by_product_names.csv", "fly ash", {"ewc": "999999"}, "by_product_names.csv, row 2, column ewc"),
    ],
)
def test_wrong_file_is_named_by_row_and_column(
    edit_cell: EditCell, file: str, key: str, cells: dict[str, str], problem: str
) -> None:
    folder = edit_cell(file, key, **cells)
    with pytest.raises(TableError, match=problem):
        read_code_files(frozenset(EwcCode.objects.values_list("code", flat=True)), folder=folder)


def test_command_writes_ten_codes_for_each_row(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text('text,else\n"brewers, spent grain",1\n,2\n', encoding="utf-8")
    out = io.StringIO()
    call_command("suggest_code", csv=path, stdout=out)
    header, first, second = csv.reader(io.StringIO(out.getvalue()))
    assert header == ["text", *(f"code_{place}" for place in range(1, 11))]
    assert first[:2] == ["brewers, spent grain", "020704"]
    assert second == [""] * 11


def test_command_says_what_it_found_in_words() -> None:
    out = io.StringIO()
    call_command("suggest_code", "Flugasche", stdout=out)
    assert "Resource: Fly ash" in out.getvalue()
    assert "Where does it come from: coal" in out.getvalue()
    assert " 1. 10 01 02  Coal fly ash" in out.getvalue().replace("10 01 02 ", "10 01 02 ")


def test_command_refuses_a_file_without_the_column(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("name\nash\n", encoding="utf-8")
    with pytest.raises(CommandError, match="column text is missing"):
        call_command("suggest_code", csv=path)
    with pytest.raises(CommandError, match="Say what it is"):
        call_command("suggest_code")


def test_type_ahead_gives_code_reason_warning_and_question(client: Client) -> None:
    answer = client.get(reverse("code_suggest"), {"q": "fly ash"}).json()
    assert answer["results"][0]["text"] == "10 01 02"
    assert "usual name “fly ash”" in answer["results"][0]["hint"]
    assert answer["note"].startswith("Where does it come from")
    assert client.get(reverse("code_suggest")).json() == {"results": [], "note": ""}
