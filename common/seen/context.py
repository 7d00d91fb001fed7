"""The request that is worked for, in whatever process: the web's, or the worker's that does what followed from it."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

LONGEST: Final = 64
_FITS: Final = re.compile(rf"[A-Za-z0-9._-]{{8,{LONGEST}}}")
_request: ContextVar[str] = ContextVar("request", default="")


def current_request() -> str:
    """Return the id of the request that is worked for; empty where nobody asked, as in what the clock starts."""
    return _request.get()


def new_request(given: str = "") -> str:
    """Return the id that a proxy gave, where it can stand in a log as it is, else a new one (32 hexadecimal digits)."""
    return given if _FITS.fullmatch(given) else uuid.uuid4().hex


@contextmanager
def working_for(request: str) -> Iterator[None]:
    """Within this block lines of the log and events bear the id `request`."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)
