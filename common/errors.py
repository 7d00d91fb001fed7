"""Typed errors with a code, raised by services and access functions and rendered in one place.

Pages: `common.middleware`. API: `common.api`.
"""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _


class AppError(Exception):
    """Something the caller can understand and act on.

    `code` is stable and for machines; `message` is for people; `fields` maps a field's name to what is wrong with it.
    """

    status = 400
    code = "error"

    def __init__(
        self, message: str, *, code: str = "", fields: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields: dict[str, list[str]] = {name: list(texts) for name, texts in (fields or {}).items()}


class Invalid(AppError):
    """The input can not be taken; `fields` names each field and what would be right."""

    status = 400
    code = "invalid"

    def __init__(self, fields: Mapping[str, str | Sequence[str]], *, code: str = "") -> None:
        texts = {name: [text] if isinstance(text, str) else list(text) for name, text in fields.items()}
        super().__init__(_("Some fields need another look."), code=code, fields=texts)


class NotFound(AppError):
    """There is nothing here that you may see. The text says nothing that differs between missing and foreign."""

    status = 404
    code = "not_found"

    def __init__(self) -> None:
        super().__init__(_("There is nothing at this address, or it is not open to you."))


class Forbidden(AppError):
    """You may see it, but not do this to it."""

    status = 403
    code = "forbidden"


class Conflict(AppError):
    """It can not be done in the state that the thing is in now."""

    status = 409
    code = "conflict"


def words_of(refusal: AppError) -> str:
    """Return a refusal as one sentence, for what has no field to stand beside."""
    return " ".join(text for texts in refusal.fields.values() for text in texts) or refusal.message
