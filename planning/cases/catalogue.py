"""The published cases by name; a case's module is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Final

from planning.cases.case import Case

NAMES: Final = (
    "kalundborg",
    "kota",
    "pv-park",
    "glass-greenhouse",
    "ulsan",
)
"""As `manage.py plan_case NAME` takes them; `pv-park` stands in `planning/cases/pv_park/`, as its `CASE`."""


class _Cases(Mapping[str, Case]):
    """Name to case."""

    def __getitem__(self, name: str) -> Case:
        if name not in NAMES:
            raise KeyError(f"{name}: not among {', '.join(NAMES)}")
        found = import_module(f"planning.cases.{name.replace('-', '_')}").CASE
        if not isinstance(found, Case):
            raise TypeError(f"planning.cases.{name.replace('-', '_')} must name its case CASE.")
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


CASES: Final = _Cases()
