"""PDF pages in any script: nothing typed vanishes, and nothing breaks the page."""

import re

import pytest

from common.pdf import Document


def test_every_script_is_written() -> None:
    document = Document(foot="Test")
    document.set_font("Inter", "", 10)
    for text in (
        "Asnæs Ørsted",
        "粉煤灰 工厂",
        "フライアッシュ",
        "비산회",
        "رماد متطاير",
        "אפר מרחף",
        "Στάχτη",
        "Зола",
        "😀",
        "⚗",
    ):
        assert document.printable(text) == text
        document.multi_cell(0, 5, text, new_x="LMARGIN", new_y="NEXT")
        assert document.unprintable == set()
    assert bytes(document.output()).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "printed"),
    [("lime 🔥", "lime [U+1F525]"), ("ᚠ𓀀", "[U+16A0][U+13000]"), ("a\U000e0041b", "ab")],
)
def test_what_no_font_has_is_marked_and_said(text: str, printed: str) -> None:
    document = Document(foot="Test")
    document.set_font("Inter", "B", 10)
    assert document.printable(text) == printed
    document.cell(0, 5, text)
    for number in re.findall(r"U\+[0-9A-F]+", printed):
        assert number in document.note_unprintable()
    assert bytes(document.output()).startswith(b"%PDF")


def test_latin_alone_loads_no_further_font() -> None:
    document = Document(foot="Test")
    document.set_font("Inter", "", 10)
    document.multi_cell(0, 5, "Asnæs – 1,234.5 t at 12.345 EUR/t")
    assert set(document.fonts) == {"inter", "interB"}
    assert not document.note_unprintable()
