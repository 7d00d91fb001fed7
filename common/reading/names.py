"""Names as keys to look them up by: however somebody writes a name, its key is the same."""

import unicodedata

# What Unicode does not take apart into a plain letter and an accent.
PLAIN_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "ə": "a",
    }
)
# How German, Danish, Norwegian, Swedish and Finnish names are typed where the keyboard lacks their letters.
_TWO_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ø": "oe",
        "å": "aa",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "Ø": "Oe",
        "Å": "Aa",
    }
)
_APOSTROPHES = "'’‘`´ʹʻʼʽ"
_IGNORED = frozenset(("Mn", "Me", "Cf", "Cs", "Co", "Cn"))
_ASCII_KEY = {
    code: (
        chr(code).lower()
        if chr(code).isalnum()
        else None
        if chr(code) in _APOSTROPHES or (code < 32 and not chr(code).isspace())
        else " "
    )
    for code in range(128)
}


def name_key(text: str) -> str:
    """Return `text` without case, accents, apostrophes and what cannot be seen, its words parted by single blanks.

    “København”, “KØBENHAVN” and “Kobenhavn” have one key, “Sint-Niklaas” and “sint niklaas” too. Any script will do;
    a text without a letter or digit has the empty key.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).casefold().translate(PLAIN_LETTERS)
        # Once more: folding makes some letters anew ("İ"), and a table leaves others to be taken apart ("ǿ").
        text = unicodedata.normalize("NFKD", text)
        text = "".join(
            letter if letter.isalnum() else _in_between(letter)
            for letter in text
            if unicodedata.category(letter) not in _IGNORED
        )
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.translate(_ASCII_KEY).split())


def _in_between(letter: str) -> str:
    return (
        ""
        if letter in _APOSTROPHES or (unicodedata.category(letter) == "Cc" and not letter.isspace())
        else " "
    )


def name_keys(text: str) -> list[str]:
    """Return the keys of a name: as it is, and with ä, ö, ü, ø, å written as two letters (“Koeln”, “Aarhus”)."""
    if text.isascii():
        keys = [name_key(text)]
    else:
        two_letters = unicodedata.normalize("NFC", text).translate(_TWO_LETTERS)
        keys = list(dict.fromkeys((name_key(text), name_key(two_letters))))
    return [key for key in keys if key]
