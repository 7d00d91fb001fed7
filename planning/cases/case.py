"""A case: how its network is made from its assumptions, and its figures beside the published ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planning.cases.assumptions import Assumptions
from planning.optimize.answers import Plan
from planning.optimize.network import Network

if TYPE_CHECKING:
    from planning.studies.finance import Swing, View


@dataclass(frozen=True)
class Figure:
    """One figure of a case."""

    name: str
    value: float
    unit: str
    published_low: float | None = None
    published_high: float | None = None
    """Both None: not published."""
    source: str = ""
    remark: str = ""

    @property
    def is_published(self) -> bool:
        """Whether there is something to compare with."""
        return self.published_low is not None or self.published_high is not None

    @property
    def agrees(self) -> bool | None:
        """Whether it lies within what was published; None: not published."""
        if not self.is_published:
            return None
        low = -float("inf") if self.published_low is None else self.published_low
        high = float("inf") if self.published_high is None else self.published_high
        return low <= self.value <= high


@dataclass(frozen=True)
class Table:
    """What a case shows besides its figures: one line per climate, per way of public support, and so on."""

    title: str
    columns: tuple[str, ...]
    """With their units."""
    rows: tuple[tuple[str | float | None, ...], ...]
    """None: there is no such figure, and the remark says why."""
    remark: str = ""


@dataclass(frozen=True)
class Case:
    """A published system as a network."""

    name: str
    """As `manage.py plan_case NAME` takes it."""
    title: str
    about: str
    """What it is and what it shows, in two or three sentences."""
    assumptions: Assumptions
    make_network: Callable[[Assumptions], Network]
    figures: Callable[[Assumptions, Plan, Plan], list[Figure]]
    """From the assumptions, the plan and its baseline without exchange."""
    tables: Callable[[Assumptions, Plan, Plan], list[Table]] | None = None
    views: Callable[[Assumptions, Plan, Plan], list[View]] | None = None
    """The investment as each of those concerned sees it."""
    tornado: Callable[[Assumptions], list[Swing]] | None = None
    """Of the net present value, each assumption moved alone; it plans anew each time and takes seconds."""
