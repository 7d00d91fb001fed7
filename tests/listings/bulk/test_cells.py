"""One cell: words in two languages, numbers, days, months, intervals."""

from datetime import date
from decimal import Decimal

import pytest

from common.reading.refusals import Unreadable
from listings.bulk import cells
from listings.bulk.columns import COLUMNS, guess_mapping, unit_in
from listings.models import Side


@pytest.mark.parametrize(
    ("name", "text", "meant"),
    [
        ("side", "Angebot", Side.OFFER),
        ("side", "biete", Side.OFFER),
        ("side", "Gesuch", Side.REQUEST),
        ("side", "WANTED", Side.REQUEST),
        ("period", "pro Jahr", "year"),
        ("period", "jährlich", "year"),
        ("period", "einmalig", "once"),
        ("period", "per week", "week"),
        ("hazardous", "ja", True),
        ("hazardous", "x", True),
        ("hazardous", "nein", False),
        ("hazardous", "-", False),
        ("disclosure", "anonym", "anonymous"),
        ("legal_status", "Nebenprodukt", "by-product"),
        ("abp_category", "Kategorie 3", 3),
        ("origin_of_gas", "abgefackelt", "flared"),
    ],
)
def test_word_is_understood_in_both_languages(name: str, text: str, meant: object) -> None:
    assert cells.read_choice(name, text) == meant


@pytest.mark.parametrize(
    ("text", "unit", "period"),
    [
        ("t", "t", ""),
        ("Tonnen", "t", ""),
        ("t/a", "t", "year"),
        ("t pro Jahr", "t", "year"),
        ("m³/Monat", "m3", "month"),
        ("cbm", "m3", ""),
        ("Nm³/Tag", "m3", "day"),
        ("MWh/yr", "MWh", "year"),
        ("Liter", "l", ""),
    ],
)
def test_unit_is_understood_with_the_period_behind_it(text: str, unit: str, period: str) -> None:
    assert cells.read_unit(text) == (unit, period)


@pytest.mark.parametrize("text", ["bushel", "t/fortnight", "", "/"])
def test_unknown_unit_is_answered_with_those_that_are(text: str) -> None:
    with pytest.raises(Unreadable, match="these are: t, kg"):
        cells.read_unit(text)


def test_amount_may_say_its_unit() -> None:
    assert cells.read_amount("1.200,5 t/a", decimal="comma") == (Decimal("1200.5"), "t", "year")
    assert cells.read_amount("500", decimal="") == (Decimal(500), "", "")


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("12.000", "comma", 12000),
        ("12.000", "point", 12),
        ("12,5", "comma", "12.5"),
        ("12,500", "point", 12500),
    ],
)
def test_habit_of_the_file_decides_what_can_be_read_in_two_ways(
    text: str, decimal: str, number: object
) -> None:
    assert cells.read_plain(text, decimal=decimal) == Decimal(str(number))


def test_number_of_two_readings_is_asked_back_where_the_file_shows_no_habit() -> None:
    with pytest.raises(Unreadable, match="in two ways"):
        cells.read_plain("12,000", decimal="")


@pytest.mark.parametrize(
    ("texts", "habit"),
    [
        (["12,5", "1000"], "comma"),
        (["1.200,50"], "comma"),
        (["12.5", "7"], "point"),
        (["1,234.5"], "point"),
        (["12,000", "12.000"], ""),
        (["12,5", "12.5"], ""),
        ([], ""),
    ],
)
def test_habit_of_numbers_is_what_all_cells_show(texts: list[str], habit: str) -> None:
    assert cells.habit_of_numbers(texts) == habit


def test_habit_of_days_is_what_all_cells_show() -> None:
    assert cells.habit_of_days(["31/12/2026", "03/04/2026"]) == cells.DAY_FIRST
    assert cells.habit_of_days(["12/31/2026", "03/04/2026"]) == cells.MONTH_FIRST
    assert cells.habit_of_days(["03/04/2026"]) == ""
    assert cells.read_date("03/04/2026", first=cells.DAY_FIRST) == date(2026, 4, 3)
    assert cells.read_date("03/04/2026", first=cells.MONTH_FIRST) == date(2026, 3, 4)
    with pytest.raises(Unreadable, match="two days"):
        cells.read_date("03/04/2026", first="")


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("1-3, 10", (1, 2, 3, 10)),
        ("Jan-Mar; Okt", (1, 2, 3, 10)),
        ("November bis Februar", (1, 2, 11, 12)),
        ("Mär", (3,)),
        ("ganzjährig", ()),
        ("all year", ()),
    ],
)
def test_months_are_read_over_the_turn_of_the_year(text: str, months: tuple[int, ...]) -> None:
    assert cells.read_months(text) == months


def test_month_that_is_none_is_told_so() -> None:
    with pytest.raises(Unreadable, match="“13” is no month"):
        cells.read_months("13")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2..5", 2, 5),
        ("2 - 5", 2, 5),
        ("2-5", 2, 5),
        ("-5..-2", -5, -2),
        ("2 bis 5", 2, 5),
        ("≤ 5", None, 5),
        ("max. 5", None, 5),
        ("..5", None, 5),
        ("ab 2", 2, None),
        ("2..", 2, None),
        (">=2,5", "2.5", None),
        ("3", 3, 3),
        ("-3", -3, -3),
    ],
)
def test_interval_is_read(text: str, low: object, high: object) -> None:
    wanted = tuple(None if end is None else Decimal(str(end)) for end in (low, high))
    assert cells.read_interval(text, decimal="comma") == wanted


def test_columns_are_guessed_from_headings_in_both_languages() -> None:
    german = [
        "Lfd. Nr.",
        "Abfallbezeichnung",
        "AVV-Nummer",
        "Menge (t/a)",
        "Standort",
        "gefährlich",
        "Preis",
        "?",
    ]
    assert guess_mapping(german, {}) == {
        "external_id": 0,
        "resource": 1,
        "ewc_code": 2,
        "quantity": 3,
        "site": 4,
        "hazardous": 5,
        "price": 6,
    }
    assert unit_in("Menge (t/a)") == ("t", "year")
    assert unit_in("Menge in kg") == ("kg", "")
    assert unit_in("Menge") == ("", "")
    assert guess_mapping([column.heading for column in COLUMNS], {}) == {
        column.name: place for place, column in enumerate(COLUMNS)
    }


def test_property_has_a_column_of_its_own_by_its_name() -> None:
    assert guess_mapping(
        ["Moisture, %", "Feuchte"], {"moisture": "moisture", "moisture %": "moisture", "feuchte": "moisture"}
    ) == {"quality_moisture": 0}
