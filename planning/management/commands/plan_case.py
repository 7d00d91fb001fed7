"""`manage.py plan_case kota --set "caustic capacity=250"`: a published case planned, its figures beside theirs."""

import ctypes
import json
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from planning.cases.case import Case, Figure
from planning.cases.catalogue import CASES, NAMES
from planning.cases.running import CaseRun, run_case
from planning.optimize.network import Metric


class Command(BaseCommand):
    help = "Plan a published case and show its figures beside the published ones; needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help=", ".join(NAMES))
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            dest="values",
            metavar="NAME=VALUE",
            help="an assumption with another value; as often as you like",
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="write JSON")

    def handle(self, *args: Any, name: str, values: list[str], as_json: bool, **options: Any) -> None:
        if name not in CASES:
            raise CommandError(f"{name}: no such case. There are {', '.join(NAMES)}.")
        case = CASES[name]
        changed = dict(_value(one, case) for one in values)
        try:
            with _greeting_aside():
                found = run_case(case, changed)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(json.dumps(_as_json(found), ensure_ascii=False, indent=2, allow_nan=False))
        else:
            for line in _lines(found, changed):
                self.stdout.write(line)


@contextmanager
def _greeting_aside() -> Iterator[None]:
    """HiGHS greets on the process's standard output when it is first made: who reads JSON there must not get it."""
    output = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        ctypes.CDLL(None).fflush(None)  # What C still holds is written before the output is put back.
        os.dup2(output, 1)
        os.close(output)


def _value(typed: str, case: Case) -> tuple[str, float]:
    name, equals, value = typed.rpartition("=")
    name = name.strip()
    if not equals:
        raise CommandError(f'--set "{typed}": write NAME=VALUE, as --set "interest=0.05".')
    if name not in case.assumptions:
        near = get_close_matches(name, case.assumptions, n=3, cutoff=0.4)
        hint = f" Did you mean {' or '.join(repr(one) for one in near)}?" if near else ""
        raise CommandError(
            f"--set: {name!r} is no assumption of {case.name}.{hint} `plan_case {case.name}` lists them."
        )
    try:
        number = float(value)
    except ValueError as error:
        raise CommandError(
            f"--set {name}: {value.strip()!r} is no number; write 0.05, not 5 % or 0,05."
        ) from error
    if not math.isfinite(number):
        raise CommandError(f"--set {name}: {value.strip()!r} is no number that can be planned with.")
    return name, number


def _lines(found: CaseRun, changed: dict[str, float]) -> list[str]:
    case, outcome = found.case, found.plan.outcome
    money = f"{found.plan.network.economy.currency} of {found.plan.network.economy.price_year}"
    return [
        case.title,
        case.about,
        "",
        "Assumptions",
        *_table(
            ["", "value", "unit", "basis", "year", "source"],
            [
                [
                    f"{'* ' if one.name in changed else ''}{one.name}",
                    number(one.value),
                    one.unit,
                    one.basis.value,
                    "" if one.year is None else str(one.year),
                    one.source,
                ]
                for one in found.given.all()
            ],
        ),
        *(["* changed"] if changed else []),
        "",
        "Flows of the plan, per year",
        *_table(
            ["from", "to", "amount", "unit", "by"],
            [[flow.tail, flow.head, number(flow.amount), flow.unit, flow.mode] for flow in found.flows()],
        ),
        "",
        "Built",
        *_table(
            ["", "by", "size per hour", f"capital, {money}"],
            [[one.name, one.party, number(one.size), number(one.capital)] for one in found.built()],
        ),
        "",
        f"Gain of each party at the plan's prices, {money} a year",
        *_table(["", "gain"], [[one.party, number(one.amount)] for one in found.gains()]),
        "",
        "Figures",
        *_table(
            ["", "ours", "published", "unit", "source", "remark"],
            [
                [one.name, number(one.value), published_text(one), one.unit, one.source, one.remark]
                for one in found.figures
            ],
        ),
        "",
        *[f"Does not hold: {one.name}, by {number(one.amount)}" for one in found.violations],
        *[f"Look at {one.subject}: {one.text}" for one in found.findings],
        f"Cost {number(found.plan.metrics[Metric.COST])} {money} a year, "
        f"without exchange {number(found.baseline.metrics[Metric.COST])}.",
        *([] if found.violations else ["Added up again from the network alone: all holds."]),
        f"{outcome.solver}: {outcome.status.value}, gap {outcome.gap:.2g}, {outcome.seconds:.2f} s.",
    ]


def _as_json(found: CaseRun) -> dict[str, Any]:
    outcome, economy = found.plan.outcome, found.plan.network.economy
    return {
        "case": found.case.name,
        "currency": economy.currency,
        "price_year": economy.price_year,
        "assumptions": [asdict(one) for one in found.given.all()],
        "flows": [asdict(one) for one in found.flows()],
        "built": [asdict(one) for one in found.built()],
        "gains": [asdict(one) for one in found.gains()],
        "figures": [
            {
                **asdict(one),
                "value": one.value if math.isfinite(one.value) else None,
                "is_published": one.is_published,
                "agrees": one.agrees,
            }
            for one in found.figures
        ],
        "violations": [asdict(one) for one in found.violations],
        "findings": [asdict(one) for one in found.findings],
        "metrics": {metric.value: value for metric, value in found.plan.metrics.items()},
        "baseline": {metric.value: value for metric, value in found.baseline.metrics.items()},
        "solver": outcome.solver,
        "status": outcome.status.value,
        "gap": outcome.gap,
        "seconds": outcome.seconds,
    }


def published_text(figure: Figure) -> str:
    """Write what is published, and whether ours lies outside of it."""
    low, high = figure.published_low, figure.published_high
    if low is None and high is None:
        return "not published"
    if low is None or high is None:
        text = f"at most {number(high)}" if high is not None else f"at least {number(low or 0.0)}"
    else:
        text = number(low) if low == high else f"{number(low)} to {number(high)}"
    return text if figure.agrees else f"{text}: outside"


def number(value: float) -> str:
    """Write a number with all digits that matter: thousands whole, small ones with four."""
    if not math.isfinite(value):
        return "never"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) >= 0.001 or value == 0 else f"{value:.3g}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return ["  nothing"]
    table = [heads, *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(heads))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
