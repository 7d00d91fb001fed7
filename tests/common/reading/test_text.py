import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from common.reading.text import bare_code, clean_code, clean_line, clean_text, plain_digits
from tests.proof import examples

UNSEEN = "\u200b\u2060\ufeff\u00ad\u200e\u202e\u2066\0\x7f\u3164\ud800"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Fly ash", "Fly ash"),
        ("  Fly\u00a0ash \n", "Fly ash"),
        ("Fly\t \u3000ash\u2800", "Fly ash"),
        ("Fly\r\nash", "Fly ash"),
        ("Gru\u0308nkern", "Grünkern"),
        ("a\u200b\u0301", "á"),
        ("Køben\u00adhavn", "København"),
        ("fly\0ash", "flyash"),
        ("\u202eevil\u202c", "evil"),
        ("\ufeffAsnæs\u200b", "Asnæs"),
        ("O’Neill – Söhne", "O’Neill – Söhne"),
        ("10²", "10²"),
        (UNSEEN, ""),
        (" \u00a0\u2003 ", ""),
        ("", ""),
        ("\ud83d", ""),
        # Joiners and selectors where they decide how something is written, and nowhere else.
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🔧 ❤\ufe0f", "👩\u200d🔧 ❤\ufe0f"),
        ("ash\u200d\u200c", "ash"),
        ("a\u200db", "ab"),
        ("a\ufe0f", "a"),
        ("👩\u200d", "👩"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("\u0600\u0661", "\u0600\u0661"),
    ],
)
def test_line_holds_what_can_be_seen_and_plain_blanks(text: str, line: str) -> None:
    assert clean_line(text) == line


def test_text_keeps_its_lines() -> None:
    pasted = "\n\n  Dry\u00a0ash,\r\n\tfrom the\u200b silo. \u2028\r\r\r\n\n\nAsk first.\0\n"
    assert clean_text(pasted) == "Dry ash,\nfrom the silo.\n\nAsk first."
    assert clean_text("\n \u200b\r\n") == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("10 01\u00a002*", "10 01 02*"),
        ("１０ ０１ ０２", "10 01 02"),
        ("١٠ ٠١ ٠٢", "10 01 02"),
        ("DE–12‑34−5", "DE-12-34-5"),
        ("O’Brien`s ＇x", "O'Brien's 'x"),
        ("\u200bW\u00ad-1\u202e\n", "W-1"),
        ("\ufb01n ﾊﾟ", "fin パ"),
        ("№ 5", "No 5"),
        # A note mark is no digit of the code: it stays, and nobody knows such a code.
        ("100102²", "100102²"),
        ("③", "③"),
        ("R 5", "R 5"),
    ],
)
def test_code_is_in_plain_characters(text: str, code: str) -> None:
    assert clean_code(text) == code


@pytest.mark.parametrize(
    "text", ["10 01 02", "10.01.02", "100102*", "10-01-02 *", " 10\u202f01\u202f02\n", "EWC 10 01 02"]
)
def test_code_is_compared_without_what_parts_it(text: str) -> None:
    assert bare_code(text, "EWC", "LoW") == "100102"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("35.11", "35.11"),
        ("35.11\n", "35.11"),
        ("NACE 35.11\n", "35.11"),
        ("nace: 35.11", "35.11"),
        ("NACE-Code 35.11", "35.11"),
        ("NACE Rev. 2: 35.11", "35.11"),
        ("NACE Rev. 2.1 35.11", "35.11"),
        ("NACE no. 35.11", "35.11"),
        ("NACE D", "D"),
        ("NACED", "NACED"),
    ],
)
def test_label_in_front_of_a_code_is_dropped(text: str, code: str) -> None:
    assert clean_code(text, "NACE") == code


def test_digits_of_every_script_are_digits_and_raised_ones_are_not() -> None:
    assert plain_digits("١2３²①") == "123²①"


@settings(max_examples=examples(300, 20_000), deadline=None, database=None)
@given(
    st.text(max_size=40)
    | st.text(alphabet=f"a1 ا\u200c\u200dक👩❤\ufe0f\u0301\u180b{UNSEEN}\r\n", max_size=12)
)
@example("\u2000\u0301")
@example("\u00a8\u0301")
@example("😀\u200d\ufe0f\u200d😀")
@example("\u0610\u200c\ufe0f")
@example("E\u00af")
def test_what_is_clean_stays_as_it_is_and_can_be_stored(text: str) -> None:
    for clean in (clean_line, clean_text, clean_code, bare_code):
        once = clean(text)
        assert clean(once) == once
        assert unicodedata.is_normalized("NFC", once)
        assert "\0" not in once
        once.encode()
        assert once == "" or not once[0].isspace()
