"""One clean step for text that was typed or pasted, before it is stored, compared or looked up.

`clean_line` for names, titles, references and towns, `clean_text` for what has several lines, `clean_code` and
`bare_code` for what a list knows by its characters. Each gives the same again for what it has given.
"""

import re
import unicodedata
from typing import Final

_LONGEST_KEY: Final = 18
"""Digits that surely fit a bigint."""
_LINE_BREAK: Final = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_MANY_BREAKS: Final = re.compile(r"\n{3,}")
_ZERO_WIDTH_JOINERS: Final = "\u200c\u200d"
_EMOJI_STYLE: Final = "\ufe0f"
# Of the category of format characters, and yet seen: the Arabic, Syriac and Kaithi signs that stand around numbers.
_SEEN_FORMATS: Final = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
# Letters and marks that show nothing: fillers of Hangul, two Khmer vowels, the joiner of graphemes.
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_BRAILLE_BLANK: Final = "\u2800"
_SELECTORS: Final = ((0x180B, 0x180D), (0x180F, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
# Where a joiner decides between two spellings: Arabic to Burmese, Khmer and Mongolian, further Indic and Arabic blocks.
_JOINING: Final = (
    (0x0600, 0x109F),
    (0x1780, 0x18AF),
    (0x1A20, 0x1CFF),
    (0xA800, 0xABFF),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFC),
    (0x10A00, 0x11FFF),
    (0x1E900, 0x1E95F),
)
_PICTURES: Final = (
    (0x203C, 0x203C),
    (0x2049, 0x2049),
    (0x2100, 0x2BFF),
    (0x3030, 0x303D),
    (0x1F000, 0x1FAFF),
)
_IDEOGRAPHS: Final = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFD))
# Not the small raised, lowered and encircled ones: the note mark of "100102²" is no digit of the code.
_SAME_CHARACTER: Final = ("<wide>", "<narrow>", "<noBreak>", "<small>", "<font>", "<compat>")
_APOSTROPHES: Final = frozenset("'’‘‛ʼ′‵`´＇")
_FURTHER_DASHES: Final = frozenset("−⁃˗")
_LABEL_WORDS: Final = r"(?:[ -]?(?:codes?|no\b\.?|nr\b\.?|number))?(?: ?rev\.? ?\d(?:\.\d)?(?=[ :]))?[ :.#-]*"


def clean_line(text: str) -> str:
    """Return `text` on one line: composed (NFC), its blanks of all kinds as single plain ones, nothing unseen in it.

    Removed are control characters with NUL, soft hyphens, characters of no width, marks that turn the direction of
    writing, halves of surrogate pairs, and letters that show nothing: what consists of these alone is empty. A
    joiner stays inside a word of a script that needs it (Persian, Malayalam …) and inside an emoji.
    """
    return " ".join(_seen(text).split())


def clean_text(text: str) -> str:
    """Return `text` of several lines, each cleaned as by `clean_line`; at most one of them empty between two others."""
    lines = "\n".join(" ".join(line.split()) for line in _LINE_BREAK.split(_seen(text)))
    return _MANY_BREAKS.sub("\n\n", lines).strip("\n")


def clean_code(text: str, *labels: str) -> str:
    """Return a code or number of a list in plain characters: "１０－０１ ０２" is "10-01 02".

    As `clean_line`, and all dashes are "-", all apostrophes "'", digits of every script 0 to 9, and characters that
    are others in wide, narrow or ligature form are those others. Upper and lower case stay. One of `labels` in front
    is dropped: `clean_code("NACE Rev. 2: 35.11", "NACE")` is "35.11".
    """
    code = " ".join(_seen("".join(_plain(char) for char in _seen(text))).split())
    for label in labels:
        code = re.sub(rf"^{re.escape(label)}\b{_LABEL_WORDS}", "", code, flags=re.IGNORECASE)
    return code


def bare_code(text: str, *labels: str) -> str:
    """Return a code without what only parts or marks it: "10 01 02*", "10.01.02" and "10-01-02" are all "100102"."""
    bare = "".join(char for char in clean_code(text, *labels) if char not in " .-*")
    return unicodedata.normalize("NFC", bare)


def key_in(text: str) -> int:
    """Return the key of a row that an address or a form names; 0, which no row has, for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_KEY else 0


def plain_digits(text: str) -> str:
    """Return `text` with the decimal digits of every script as 0 to 9; a raised or encircled digit is none."""
    return text if text.isascii() else "".join(_digit(char) for char in text)


def _digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)


def _plain(char: str) -> str:
    if char.isascii() and char not in _APOSTROPHES:
        return char
    if char in _APOSTROPHES:
        return "'"
    if char in _FURTHER_DASHES or unicodedata.category(char) == "Pd":
        return "-"
    if unicodedata.decomposition(char).startswith(_SAME_CHARACTER):
        whole = unicodedata.normalize("NFKC", char)
        return whole if whole == char else "".join(_plain(part) for part in whole)
    return _digit(char)


def _seen(text: str) -> str:
    """Return what can be seen of `text`, composed; blanks of every kind stay."""
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text)
    kept = [""]
    for char, following in zip(composed, [*composed[1:], ""], strict=True):
        if char == _BRAILLE_BLANK:
            kept.append(" ")
        elif not _is_unseen(char) or _is_needed(char, kept[-1], following):
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def _is_unseen(char: str) -> bool:
    if char.isspace() or char in _SEEN_FORMATS:
        return False
    return unicodedata.category(char) in ("Cc", "Cf", "Cs") or char in _FILLERS or _within(char, _SELECTORS)


def _is_needed(char: str, before: str, after: str) -> bool:
    """Whether a character that shows nothing itself changes how its neighbours are written, and so what they say."""
    if char in _ZERO_WIDTH_JOINERS:
        return (before == _EMOJI_STYLE or _can_be_joined(before)) and _can_be_joined(after)
    if _within(char, _SELECTORS) and before:
        return _within(before, _PICTURES + _IDEOGRAPHS) or (
            _within(before, _JOINING) and not _within(before, _SELECTORS)
        )
    return False


def _can_be_joined(char: str) -> bool:
    if _within(char, _PICTURES):
        return True
    return _within(char, _JOINING) and unicodedata.category(char)[0] in "LM" and not _is_unseen(char)


def _within(char: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return bool(char) and any(first <= ord(char) <= last for first, last in ranges)
