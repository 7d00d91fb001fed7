"""Figures and tables as docs/planning.md shows them: its lines are made from these, and a test compares."""

from pathlib import Path

from planning.cases.case import Case, Figure, Table
from planning.optimize.answers import Plan, make_plan
from planning.optimize.solving import Settings
from planning.optimize.verify import verify
from planning.studies.finance import Swing

DOCS = Path(__file__).parents[3] / "docs"
EXACT = Settings(gap=1e-7)


def planned(case: Case) -> tuple[Plan, Plan]:
    """Return a case's plan and its baseline without exchange, both computed once more from the network alone."""
    network = case.make_network(case.assumptions)
    plan, outcome = make_plan(network, EXACT)
    baseline, before = make_plan(network.without_exchange(), EXACT)
    assert plan is not None, outcome.status
    assert baseline is not None, before.status
    assert [*verify(plan), *verify(baseline)] == []
    return plan, baseline


def figure_lines(figures: list[Figure]) -> list[str]:
    """Return a table of figures beside the published ones, as Markdown."""
    lines = ["| figure | here | unit | published | within | remark |", "|---|---|---|---|---|---|"]
    for one in figures:
        within = {None: "–", True: "yes", False: "**no**"}[one.agrees]
        words = "; ".join(part for part in (one.source, one.remark) if part)
        lines.append(
            f"| {one.name} | {number(one.value)} | {one.unit} | {_published(one)} | {within} | {words} |"
        )
    return lines


def table_lines(table: Table) -> list[str]:
    """Return a table of a case as Markdown, its title before and its remark after it."""
    head = [f"**{table.title}**", "", f"| {' | '.join(table.columns)} |", f"|{'---|' * len(table.columns)}"]
    rows = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in table.rows]
    return [*head, *rows, *(["", table.remark] if table.remark else [])]


def tornado_lines(swings: list[Swing], currency: str) -> list[str]:
    """Return a tornado as Markdown, in millions."""
    head = ["| assumption | value | ± | lowered | raised |", "|---|---|---|---|---|"]
    return [
        *(line.replace("lowered", f"lowered, million {currency}") for line in head),
        *(
            f"| {one.name} | {number(one.value)} | 10 % | {one.npv_low / 1e6:,.2f} | {one.npv_high / 1e6:,.2f} |"
            for one in swings
        ),
    ]


def documented() -> set[str]:
    """Return all lines of the planner's documents."""
    return {
        line for file in DOCS.glob("planning*.md") for line in file.read_text(encoding="utf-8").splitlines()
    }


def number(value: float) -> str:
    """Return a number with commas between thousands and no digits it does not have."""
    return f"{value:,.10g}"


def _published(one: Figure) -> str:
    low, high = one.published_low, one.published_high
    if low is None and high is None:
        return "not published"
    if low is None or high is None:
        return f"≥ {number(low)}" if low is not None else f"≤ {number(high or 0.0)}"
    return number(low) if low == high else f"{number(low)}-{number(high)}"


def _cell(cell: str | float | None) -> str:
    if cell is None:
        return "–"
    return cell if isinstance(cell, str) else number(cell)
