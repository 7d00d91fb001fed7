"""What a case rests on: every number with unit, year, basis and source, each of which one may change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Basis(StrEnum):
    """How a number is known."""

    PUBLISHED = "published"
    """Read in the source named."""
    COMPUTED = "computed"
    """From published numbers, or from stoichiometry and physics."""
    GENERAL = "general knowledge"
    """An order of magnitude without a source: to be replaced by the site's own."""


@dataclass(frozen=True)
class Assumption:
    """One number that a case rests on."""

    name: str
    value: float
    unit: str
    basis: Basis
    source: str
    """Where it is from, or how it was computed."""
    year: int | None = None
    """Of prices and of what changes with time; None: it does not."""


class Assumptions(Mapping[str, float]):
    """Assumptions by name; reading one gives its value."""

    def __init__(self, assumptions: list[Assumption]) -> None:
        self._by_name = {one.name: one for one in assumptions}
        if len(self._by_name) < len(assumptions):
            raise ValueError("Two assumptions have one name.")

    def __getitem__(self, name: str) -> float:
        return self._by_name[name].value

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def all(self) -> list[Assumption]:
        """Return them with unit, basis and source, in order."""
        return list(self._by_name.values())

    def changed(self, values: Mapping[str, float]) -> Assumptions:
        """Return them with other values. A name that is not among them raises a KeyError that lists those that are."""
        unknown = sorted(set(values) - set(self._by_name))
        if unknown:
            raise KeyError(f"{', '.join(unknown)}: not among {', '.join(self._by_name)}")
        return Assumptions(
            [replace(one, value=values.get(name, one.value)) for name, one in self._by_name.items()]
        )
