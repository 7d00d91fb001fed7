"""Numba, with what it keeps between runs apart for each state of the engine's sources.

Numba looks up what it has compiled by unpickling the types of an earlier run: after an update that renamed one of them,
that lookup itself would fail. So each state of the sources has a folder of its own below the one that numba would use.
"""

import hashlib
import os
from pathlib import Path

import numba
from numba import njit

__all__ = ["njit"]

_HERE = Path(__file__).parent
_KEPT_IN = Path(os.environ.get("NUMBA_CACHE_DIR") or _HERE / "__pycache__")


def _state() -> str:
    """Return a digest of the engine's sources."""
    digest = hashlib.sha256()
    for path in sorted(_HERE.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


if os.access(_KEPT_IN if _KEPT_IN.exists() else _KEPT_IN.parent, os.W_OK):
    numba.config.CACHE_DIR = str(_KEPT_IN / f"engine-{_state()}")  # type: ignore[attr-defined]  # made when imported
