"""Cases run once for all tests."""

from functools import cache

from planning.cases.case import Figure
from planning.cases.catalogue import CASES
from planning.cases.running import CaseRun, run_case


@cache
def run_of(name: str) -> CaseRun:
    return run_case(CASES[name])


@cache
def changed_run(name: str, assumption: str, value: float) -> CaseRun:
    return run_case(CASES[name], {assumption: value})


def figure(found: CaseRun, name: str) -> Figure:
    [one] = [one for one in found.figures if one.name == name]
    return one


def outside(found: CaseRun) -> list[str]:
    """The figures that lie outside of what is published."""
    return [one.name for one in found.figures if one.agrees is False]
