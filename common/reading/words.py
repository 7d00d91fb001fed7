"""Words made comparable: what people type against what the catalogue knows."""

import re
import unicodedata

LONGEST_WORDS = 120
# Letters that Unicode does not take apart into a plain letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss", "µ": "u"}
)
_NOT_WORD = re.compile(r"[^\w]+|_+")


def plain_words(text: str) -> str:
    """Return `text` in lower case, without accents, its words parted by single spaces, at most 120 characters.

    Anything that is neither letter nor digit only parts words, so that the result is safe inside LIKE and
    never holds a NUL. The result is empty when nothing is left.
    """
    folded = unicodedata.normalize("NFKD", text[: 4 * LONGEST_WORDS].casefold()).translate(_LETTERS)
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", letters).strip()[:LONGEST_WORDS].strip()
