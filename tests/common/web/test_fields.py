"""Fields of forms read what was meant, and ask back what can be read in two ways."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from common.web.fields import CodeField, LineField, NumberField, TextField


@pytest.mark.parametrize(
    ("text", "value"),
    [("12000", "12000"), ("12 000", "12000"), ("12,5", "12.5"), ("12.000,50", "12000.5"), ("−3", "-3")],
)
def test_number_is_read_as_people_write_it(text: str, value: str) -> None:
    assert NumberField().clean(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1.200", "12,000", "50.000"])
def test_number_that_can_be_two_is_asked_back_with_both(text: str) -> None:
    with pytest.raises(ValidationError, match="can be read in two ways") as error:
        NumberField().clean(text)
    assert error.value.code == "ambiguous"
    for writing in (text.replace(",", "").replace(".", ""),):
        assert writing in error.value.messages[0]


def test_per_cent_sign_in_what_was_typed_is_shown() -> None:
    with pytest.raises(ValidationError) as error:
        NumberField().clean("5 %s")
    assert "5 %s" in error.value.messages[0]


@pytest.mark.parametrize("text", ["10 20", "12 5", "2'5", "1e3", "12 t"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        NumberField().clean(text)


def test_coordinate_has_a_decimal_comma_and_no_groups() -> None:
    assert NumberField(grouped=False, least=-90, most=90).clean("56,5") == Decimal("56.5")
    assert NumberField(grouped=False, least=-90, most=90).clean("56,512") == Decimal("56.512")


def test_bounds_and_steps_are_named() -> None:
    with pytest.raises(ValidationError, match="at most 100"):
        NumberField(most=100).clean("101")
    with pytest.raises(ValidationError, match=r"smallest step is 0\.01"):
        NumberField(places=2).clean("1.005,125")


def test_line_of_invisible_characters_is_empty_and_blanks_are_plain() -> None:
    with pytest.raises(ValidationError, match="required"):
        LineField().clean("\u200b\u202e")
    assert LineField().clean(" Gyproc\u00a0 A/S\n") == "Gyproc A/S"
    assert TextField().clean("one\r\n two\u00a0") == "one\ntwo"
    assert CodeField("NACE").clean("NACE 35.11\n") == "35.11"
