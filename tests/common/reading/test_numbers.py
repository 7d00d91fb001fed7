from decimal import Decimal

import pytest

from common.reading.numbers import largest_of, read_number, same_number, typed
from common.reading.refusals import Ambiguous, Unreadable


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12000", "12000"),
        ("12 000", "12000"),
        ("12\u00a0000", "12000"),
        ("12\u202f000", "12000"),
        ("12\u2009000\u2009000", "12000000"),
        ("12'000", "12000"),
        ("12’000’000", "12000000"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        (",5", "0.5"),
        (".125", "0.125"),
        ("1.200,5", "1200.5"),
        ("12.000,50", "12000.50"),
        ("1,234.5", "1234.5"),
        ("1 234,567", "1234.567"),
        ("1'234.567", "1234.567"),
        ("1234,567", "1234.567"),
        ("1.234.567,123", "1234567.123"),
        ("  12 ", "12"),
        ("\ufeff12\u200b\r\n", "12"),
        ("\u202a12,5\u202c", "12.5"),
        ("007", "7"),
        ("−3", "-3"),
        ("- 3", "-3"),
        ("–3,5", "-3.5"),
        ("－３", "-3"),
        ("+5", "5"),
        ("-0", "0"),
        ("１２，５", "12.5"),
        ("１２．３４５．６７８", "12345678"),
        ("١٢٫٥", "12.5"),
        ("١٬٢٣٤", "1234"),
        ("१२३", "123"),
    ],
)
def test_number_is_read_as_its_writer_means_it(text: str, number: str) -> None:
    read = read_number(text)
    assert (read, str(read)) == (Decimal(number), number)


@pytest.mark.parametrize(
    ("text", "writings"),
    [
        ("1.200", ("1200", "1.2")),
        ("1,200", ("1200", "1.2")),
        ("50.000", ("50000", "50")),
        ("12,345", ("12345", "12.3450")),
        ("-999.001", ("-999001", "-999.0010")),
        ("١,٢٣٤", ("1234", "1.2340")),
    ],
)
def test_number_that_can_be_two_is_asked_back(text: str, writings: tuple[str, str]) -> None:
    with pytest.raises(Ambiguous) as asked:
        read_number(text)
    assert (asked.value.code, asked.value.writings) == ("ambiguous", writings)
    assert f"Write {writings[0]} or {writings[1]}." in asked.value.message
    assert [typed(read_number(writing)) for writing in writings] == list(writings)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12 5", "wrong_groups"),
        ("10 20", "wrong_groups"),
        ("2'5", "wrong_groups"),
        ("1 2345", "wrong_groups"),
        ("1234 567", "wrong_groups"),
        ("12  000", "wrong_groups"),
        ("0 500", "wrong_groups"),
        ("1,23,456", "wrong_groups"),
        ("12,00,0", "wrong_groups"),
        ("1.2.3", "wrong_groups"),
        ("1,234 567", "wrong_groups"),
        ("1.234 567,5", "wrong_groups"),
        ("1.234.56", "wrong_groups"),
        ("12.", "wrong_groups"),
        ("12,", "wrong_groups"),
        (".", "wrong_groups"),
        ("12\n500", "invalid"),
        ("12\t500", "invalid"),
        ("12\u202e34", "invalid"),
        ("", "invalid"),
        ("abc", "invalid"),
        ("NaN", "invalid"),
        ("Infinity", "invalid"),
        ("12 t", "invalid"),
        ("5 %", "invalid"),
        ("€ 5", "invalid"),
        ("10²", "invalid"),
        ("½", "invalid"),
        ("1_000", "invalid"),
        ("0x10", "invalid"),
        ("--5", "invalid"),
        ("5-", "invalid"),
        ("(5)", "invalid"),
        ("1e3", "exponent"),
        ("1E400", "exponent"),
        ("1,5e-3", "exponent"),
        ("9" * 101, "too_long"),
    ],
)
def test_what_is_no_number_is_refused(text: str, code: str) -> None:
    with pytest.raises(Unreadable, match=r"^(Type a number|This is too long)") as refused:
        read_number(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "rule", "message"),
    [
        ("1000000000001", {}, "Type at most 1\u202f000\u202f000\u202f000\u202f000."),
        ("9" * 41, {}, "Type at most 1\u202f000\u202f000\u202f000\u202f000."),
        ("-1000000000001", {}, "Type at least −1\u202f000\u202f000\u202f000\u202f000."),
        ("1000000000000", {"most": largest_of(16, 4)}, "Type at most 999\u202f999\u202f999\u202f999.9999."),
        ("-0.01", {"least": Decimal(0)}, "Type at least 0."),
        ("0.00004", {"places": 4}, "Type at most 4 decimals: the smallest step is 0.0001."),
        ("1.0000001", {}, "Type at most 6 decimals: the smallest step is 0.000001."),
        ("0.55", {"places": 1}, "Type at most 1 decimal: the smallest step is 0.1."),
        ("2.5", {"places": 0}, "Type a whole number."),
        ("2.5", {"whole": True}, "Type a whole number."),
        ("56 123", {"grouped": False}, "Type a number, as 12 or 12.5, without blanks; “56 123” is not one."),
    ],
)
def test_number_beyond_its_limits_is_refused_and_the_limit_named(
    text: str, rule: dict[str, Decimal | int], message: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read_number(text, **rule)  # type: ignore[arg-type]
    assert refused.value.message == message


def test_nothing_is_lost_up_to_the_limits() -> None:
    assert read_number("1 000 000 000 000") == Decimal(10) ** 12
    assert read_number("0.00004", places=5) == Decimal("0.00004")
    # Zeros at the end say nothing: they are no further decimals.
    assert read_number("1.50000000") == Decimal("1.5")
    digits = "1234567890" * 4
    assert read_number(f"-{digits}.5", most=largest_of(50, 0)) == Decimal(f"-{digits}.5")
    assert largest_of(40, 2) == Decimal("9" * 38 + ".99")


@pytest.mark.parametrize(
    ("text", "number"), [("1.200", "1200"), ("1,200", "1200"), ("50.000", "50000"), ("12.0", "12")]
)
def test_whole_number_has_thousands_and_no_decimals(text: str, number: str) -> None:
    assert read_number(text, whole=True) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "number"), [("56,5", "56.5"), ("56.123", "56.123"), ("-1,200", "-1.2"), ("11", "11")]
)
def test_where_nobody_parts_thousands_a_separator_stands_before_decimals(text: str, number: str) -> None:
    assert read_number(text, grouped=False) == Decimal(number)


@pytest.mark.parametrize(
    ("locale", "text", "number"),
    [
        ("de", "1.200", "1200"),
        ("de", "1,200", "1.2"),
        ("de-AT", "1.200", "1200"),
        ("da", "50.000", "50000"),
        ("en", "1.200", "1.2"),
        ("en-GB", "1,200", "1200"),
        ("fr", "1,200", "1.2"),
        # What can only be one number stays that, whoever reads it.
        ("de", "12.5", "12.5"),
        ("en", "12,5", "12.5"),
    ],
)
def test_a_language_decides_only_what_can_be_two_numbers(locale: str, text: str, number: str) -> None:
    assert read_number(text, locale=locale) == Decimal(number)


@pytest.mark.parametrize("locale", ["", "fr", "xx", "../etc", "de\0"])
def test_a_language_that_does_not_say_leaves_the_question(locale: str) -> None:
    with pytest.raises(Ambiguous):
        read_number("1.200", locale=locale)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, ""),
        (0, "0"),
        (Decimal("-0"), "0"),
        (Decimal("1.200000"), "1.2"),
        (Decimal(1200), "1200"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1.234"), "1.2340"),
        (Decimal("-50.001"), "-50.0010"),
        (Decimal("1234.567"), "1234.567"),
        (Decimal("0.125"), "0.125"),
        (Decimal("0.0000010"), "0.000001"),
        (Decimal("1" * 40 + ".5"), "1" * 40 + ".5"),
    ],
)
def test_number_is_written_as_somebody_would_type_it(number: Decimal | None, text: str) -> None:
    assert typed(number) == text


def test_what_is_no_finite_number_cannot_be_typed() -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        typed(Decimal("NaN"))


def test_text_is_compared_with_a_number_without_asking() -> None:
    assert same_number("1.2340", Decimal("1.234"))
    assert not same_number("1.234", Decimal("1.234"))
    assert not same_number("1.2", Decimal("1.200001"))
    assert not same_number("x", Decimal(1))


def test_message_with_a_percent_sign_is_finished_text() -> None:
    with pytest.raises(Unreadable) as refused:
        read_number("5 %(number)s")
    assert "“5 %(number)s”" in refused.value.message
