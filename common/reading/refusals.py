"""Why something typed or pasted cannot be taken: a code for machines, words for people."""

from collections.abc import Sequence


class Unreadable(ValueError):
    """What was typed cannot be read; the message says what would be right.

    A form turns it into `ValidationError(error.message, code=error.code)`, a service into
    `Invalid({field: error.message}, code=error.code)`. The message is finished text: per cent signs in it are no
    places to be filled.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Ambiguous(Unreadable):
    """What was typed can be read in several ways; `writings` says each of them so that it can be read in one only."""

    def __init__(self, message: str, *, code: str = "ambiguous", writings: Sequence[str]) -> None:
        super().__init__(message, code=code)
        self.writings = tuple(writings)
