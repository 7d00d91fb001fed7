"""Typed errors with a code, raised by services and access functions and rendered in one place.

Pages: `common.web.middleware`. API: `common.api`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
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
    """The input cannot be taken; `fields` names each field and what would be right."""

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
    """It cannot be done in the state that the thing is in now."""

    status = 409
    code = "conflict"


def words_of(refusal: AppError) -> str:
    """Return a refusal as one sentence, for what has no field to stand beside."""
    return " ".join(text for texts in refusal.fields.values() for text in texts) or refusal.message


class Outdated(AppError):
    """Somebody else changed it since the caller read it; nothing was changed now.

    `current` is what it says now, by field, for showing the two beside each other; `shown` the same as the API shows
    it, once the endpoint has read it.
    """

    status = 412
    code = "outdated"

    def __init__(self, current: Mapping[str, Any]) -> None:
        super().__init__(_("This was changed meanwhile. Look at what it says now, then decide which holds."))
        self.current = dict(current)
        self.shown: Mapping[str, Any] | None = None


@contextmanager
def unique_or_invalid(taken: Mapping[str, tuple[str, str]]) -> Iterator[None]:
    """Let what two callers write at the same moment be an error of a field, not a crash.

    `taken` maps the name of a unique constraint to the field and the text of the error (`Invalid`). Other violations
    pass. The write stands in a savepoint, so that the transaction around it can go on.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        name = str(getattr(diagnosis, "constraint_name", ""))
        if name not in taken:
            raise
        field, text = taken[name]
        raise Invalid({field: text}, code="taken") from error
