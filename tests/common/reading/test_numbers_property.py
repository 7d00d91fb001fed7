"""The reader over many texts and the languages of the world: what is taken is what was meant, or it is asked back."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.conf import global_settings
from django.utils.formats import get_format
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from common.reading.numbers import read_number, typed
from common.reading.refusals import Ambiguous, Unreadable
from tests.proof import examples

pytestmark = pytest.mark.mass

Reader = Callable[[str], Decimal]
LOCALES = sorted(code for code, _name in global_settings.LANGUAGES)
BLANKS = " \u00a0\u2007\u2009\u202f"
# Half of them as large as numbers get, half short ones, of which many can be two.
numbers = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-(10**7), 10**7) | st.integers(-(10**18), 10**18),
    st.integers(0, 6),
).filter(lambda number: abs(number) <= 10**12)


def answer(read: Reader, text: str) -> Decimal | Unreadable:
    """Return what a reader says of a text, the number or why there is none."""
    try:
        return read(text)
    except Unreadable as refused:
        return refused


def written(number: Decimal, locale: str, *, grouped: bool, decimals: int) -> str:
    """Write a number as readers of a language do, with as many decimals as asked for, or as it needs."""
    point = get_format("DECIMAL_SEPARATOR", lang=locale, use_l10n=True)
    separator = get_format("THOUSAND_SEPARATOR", lang=locale, use_l10n=True) if grouped else ""
    digits, _dot, fraction = f"{abs(number):f}".partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    digits = f"{int(digits):,}".replace(",", separator)
    return f"{'-' if number < 0 else ''}{digits}{point if fraction else ''}{fraction}"


def check(
    read: Reader, number: Decimal, locale: str, *, grouped: bool, decimals: int, read_at_home: Reader
) -> None:
    text = written(number, locale, grouped=grouped, decimals=decimals)
    said = answer(read, text)
    if isinstance(said, Ambiguous):
        # Whoever is asked finds the meant number among the answers, and is asked only where there are two.
        assert number in [read_number(writing) for writing in said.writings]
        assert re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d{3}", text)
    else:
        assert said == number
    assert read_at_home(text) == number


def quiet(many: int, **options: Any) -> settings:
    return settings(max_examples=many, deadline=None, database=None, report_multiple_bugs=False, **options)


@quiet(examples(300, 10_000))
@given(numbers, st.sampled_from(LOCALES), st.booleans(), st.integers(0, 4))
@example(Decimal(1200), "de", True, 0)
@example(Decimal("1.2"), "en", False, 3)
def test_number_written_in_any_language_is_read_or_asked_back(
    number: Decimal, locale: str, grouped: bool, decimals: int
) -> None:
    check(
        read_number,
        number,
        locale,
        grouped=grouped,
        decimals=decimals,
        read_at_home=lambda text: read_number(text, locale=locale),
    )


def read_as_before(text: str) -> Decimal:
    """The reader before this one: all separators go, and what is left is a number."""
    plain = re.sub(r"[\s'’]", "", text)
    if re.fullmatch(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"-?(\d{1,3}(\.\d{3})+|\d+),\d+", plain):
        plain = plain.replace(".", "").replace(",", ".")
    return Decimal(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else Decimal(0)


def test_a_reader_that_guesses_is_found_out() -> None:
    @quiet(1_000, phases=[Phase.generate])
    @given(numbers, st.sampled_from(LOCALES), st.booleans(), st.integers(0, 4))
    def holds(number: Decimal, locale: str, grouped: bool, decimals: int) -> None:
        check(
            read_as_before,
            number,
            locale,
            grouped=grouped,
            decimals=decimals,
            read_at_home=read_as_before,
        )

    with pytest.raises(AssertionError):
        holds()


@quiet(examples(300, 10_000))
@given(st.integers(-(10**40), 10**40) | st.integers(-(10**7), 10**7), st.integers(-20, 20))
def test_number_that_is_typed_is_read_back_without_asking(digits: int, exponent: int) -> None:
    number = Decimal(f"{digits}E{exponent}")
    read = read_number(typed(number), places=90, most=Decimal(10) ** 90)
    assert (read, typed(read)) == (number, typed(number))


@quiet(examples(300, 10_000))
@given(st.text(alphabet=f"0123456789.,'’{BLANKS}-+−eE%\u200b\u202e\t\n٣٫٬३½²", max_size=14))
@example("1 234.567")
def test_what_is_taken_prints_back_and_what_is_not_says_why(text: str) -> None:
    number = answer(read_number, text)
    if isinstance(number, Unreadable):
        assert number.code
        assert number.message.endswith(".")
        return
    assert read_number(typed(number)) == number
    # Taken was every digit that stands there, in its order, and none that does not.
    digits = "".join(str(int(char)) for char in text if char.isdecimal())
    assert re.sub(r"\D", "", f"{number:f}").lstrip("0") == digits.lstrip("0")
    # And what parts digits stands before decimals or between groups of three.
    groups = re.split(r"[^\d]+", re.sub(r"[\u200b\u202e]", "", text).strip(" \t\n-+−" + BLANKS))
    assert all(len(group) == 3 for group in groups[1:-1])
