"""What the person at the terminal reads: one line per step with its time, one sentence when something is wrong."""

import errno
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Failure(Exception):
    """Something that the person can put right; its text is the whole message."""


def say(text: str, *, end: str = "\n") -> None:
    # Whoever reads may have gone (`make run | head`); that must not end the services.
    with suppress(OSError):
        print(text, end=end, flush=True)


@contextmanager
def step(label: str) -> Iterator[list[str]]:
    """Print the label at once, and the time when it is done; what is put in the list is printed behind."""
    say(f"  {label:<15}", end="")
    started_s = time.monotonic()
    remarks: list[str] = []
    try:
        yield remarks
    except BaseException:
        say("")
        raise
    say(f"{time.monotonic() - started_s:6.1f} s  {', '.join(remarks)}".rstrip())


def last_line(log: Path) -> str:
    """The last line of a log that says something."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.is_file() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def disk_is_full(log: Path) -> bool:
    return log.is_file() and b"No space left on device" in log.read_bytes()[-20_000:]


def sentence_for(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return full_disk_sentence(error.filename or "the project's folder")
    return f"{error.filename or 'The system'}: {error.strerror or error}."


def full_disk_sentence(place: object) -> str:
    return f"The disk that holds {place} is full: free about 1 GB and start again; nothing stored was lost."


def fail(sentence: str) -> None:
    with suppress(OSError):
        print(sentence, file=sys.stderr, flush=True)
