"""Where a local start keeps its things. Settings read the same places, so a second terminal needs no setting."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit


def run_folder(root: Path) -> Path:
    return root / "var" / "run"


def database_url(sockets: Path) -> str:
    """The database behind the sockets in a folder, in the form that django-environ takes for a socket:
    the folder is the first part of the path, since in the place of a host it would be put in lower case."""
    return f"postgres://loopyard@/{quote(str(sockets), safe='')}/loopyard"


def redis_url(sockets: Path) -> str:
    return f"redis+socket://{quote(str(sockets / 'valkey.sock'))}"


def cache_url(redis_url: str, database: int = 1) -> str:
    """The cache beside the broker: the same server in redis-py's words, but another of its databases, because
    emptying the cache empties its database."""
    parts = urlsplit(redis_url)
    if parts.scheme == "redis+socket":
        return f"unix://{parts.path}?db={database}"
    return urlunsplit(parts._replace(path=f"/{database}"))


def default_database_url(root: Path) -> str:
    return database_url(run_folder(root))


def default_redis_url(root: Path) -> str:
    return redis_url(run_folder(root))


def local_secret_key(root: Path) -> str:
    """The key that the first `make run` made, or nothing: a server must be given its own."""
    path = root / "var" / "secret_key"
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""


OWNERS_WORK: Final = {"migrate", "restore", "grant_roles"}
"""The commands of `manage.py` that need the owner of the tables."""


def is_owners_work(command_line: Sequence[str]) -> bool:
    """Whether a command line, such as `manage.py migrate`, needs the owner of the tables."""
    return len(command_line) > 1 and command_line[0].endswith("manage.py") and command_line[1] in OWNERS_WORK


def timeout_options(*limits_s: int) -> str:
    """Return what a connection says at its start for limits in seconds: of a statement, of the wait for a lock, of a
    transaction in which nothing happens. Zeros are left to the server."""
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    return " ".join(
        f"-c {name}={limit_s * 1000}" for name, limit_s in zip(names, limits_s, strict=False) if limit_s > 0
    )
