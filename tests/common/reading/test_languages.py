"""What a page prints in a language, its forms read as the same number."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common.reading.dates import read_day, written_day, written_moment
from common.reading.numbers import read_number, spaced, typed
from common.reading.refusals import Ambiguous
from common.reading.said import as_said, retold, told
from common.templatetags.loopyard import exact, number, price_words
from common.units import unit_label

LANGUAGES = [code for code, _name in settings.LANGUAGES]
numbers = st.decimals(-(10**9), 10**9, places=6) | st.decimals(-(10**6), 10**6, places=2)


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", ("1,234.5", "104.50", "0.075", "−12,000")), ("de", ("1.234,5", "104,50", "0,075", "−12.000"))],
)
def test_number_is_written_as_readers_of_a_language_write_it(language: str, written: tuple[str, ...]) -> None:
    with translation.override(language):
        assert (
            exact(Decimal("1234.5")),
            exact(Decimal("104.5"), 2),
            number(Decimal("0.075")),
            exact(-12000),
        ) == written


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "write", [exact, typed, lambda value: spaced(abs(value))], ids=["page", "field", "limit"]
)
@given(value=numbers)
def test_number_that_is_written_is_read_back_or_asked_back_never_as_another(
    language: str, write: Callable[[Decimal], str], value: Decimal
) -> None:
    with translation.override(language):
        written = write(value)
        meant = abs(value) if "\u202f" in written or write not in (exact, typed) else value
        read = readings_of(written)
    assert meant in read
    # A page groups thousands, and "1.234" can be two numbers; a field and a limit never show such a one.
    assert len(read) == 1 or write is exact


def readings_of(written: str) -> list[Decimal]:
    """Return the number that is read, or those of which it is asked which one is meant."""
    try:
        return [read_number(written)]
    except Ambiguous as asked:
        return [read_number(writing) for writing in asked.writings]


def test_field_shows_a_number_that_would_be_asked_back_with_one_more_decimal() -> None:
    with translation.override("de"):
        assert typed(Decimal("1.234")) == "1,2340"
        assert read_number("1,2340") == Decimal("1.234")
        with pytest.raises(Ambiguous, match="1234 oder 1,2340"):
            read_number("1.234")


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ("5 Mar 2026", "5 March 2026", "5 March", "5 Mar 2026, 14:00")),
        ("de", ("5. März 2026", "5. März 2026", "5. März", "5. März 2026, 14:00")),
    ],
)
def test_day_is_written_in_the_order_of_a_language(language: str, written: tuple[str, ...]) -> None:
    day, moment = date(2026, 3, 5), datetime(2026, 3, 5, 14, tzinfo=UTC)
    with translation.override(language):
        assert (
            written_day(day),
            written_day(day, "long"),
            written_day(day, "yearless"),
            written_moment(moment),
        ) == written


def test_day_as_german_readers_type_it_is_read() -> None:
    with translation.override("de"):
        assert read_day("5.3.2026") == date(2026, 3, 5)


def test_units_and_prices_are_said_in_the_language() -> None:
    with translation.override("de"):
        assert unit_label("h") == "Stunde"
        assert unit_label("t") == "t"
        assert price_words(Decimal("12.5"), "EUR", "t", "offer") == "Käufer zahlt 12,5\u00a0EUR/t"


def test_sentence_of_a_core_is_told_again_with_what_filled_it() -> None:
    german = {"%(name)s: %(why)s": "%(name)s, weil %(why)s", "salt": "Salz", "100 % of it": "100 % davon"}
    sentence = as_said("%(name)s: %(why)s", name=as_said("salt"), why=as_said("100 % of it"))
    assert sentence == "salt: 100 % of it"
    assert told(sentence, lambda text: german.get(text, text)) == "Salz, weil 100 % davon"


def test_stored_sentence_is_told_again_by_the_pattern_that_it_was_made_of() -> None:
    patterns = ("near %(town)s, %(country)s", "near %(latitude)s°")
    german = {
        "near %(town)s, %(country)s": "nahe %(town)s, %(country)s",
        "near %(latitude)s°": "nahe %(latitude)s°",
    }
    assert retold("near Halle (Saale), DE", patterns, german.__getitem__) == "nahe Halle (Saale), DE"
    assert retold("near 55.7°", patterns, german.__getitem__) == "nahe 55.7°"
    assert retold("Kalundborg, DK", patterns, german.__getitem__) == "Kalundborg, DK"
