"""A plan as a table, and its programme as the solver takes it."""

import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Final

from django.utils.translation import gettext as _

from common.errors import Conflict
from common.templatetags.loopyard import number
from listings.bulk.export import Cell, csv_of, xlsx_of
from planning.adapters.inputs import Inputs
from planning.adapters.networks import network_of
from planning.models import PlanRun
from planning.optimize.model import build_model
from planning.optimize.network import MONTHS
from planning.optimize.solving import write_model
from planning.selectors.shown import ShownPlan

MOST_COLUMNS: Final = 300_000
"""Of a programme that is written with its names."""
HEADINGS: Final = (
    "resource",
    "giver",
    "giver place",
    "taker",
    "taker place",
    "sent per year",
    "unit",
    "received per year",
    "received unit",
    "km",
    "agreed",
    "price per unit",
    "currency",
    "gain per year",
    "giver gains per year",
    "taker gains per year",
    *MONTHS,
)


def plan_rows(run: PlanRun, plan: ShownPlan) -> Iterator[list[Cell]]:
    """Return a row for each flow, as its reader may see it."""
    for flow in plan.flows:
        yield [
            flow.offer.resource.name,
            flow.offer.party_name,
            flow.offer.party_place,
            flow.request.party_name,
            flow.request.party_place,
            _decimal(flow.sent),
            flow.unit,
            _decimal(flow.received),
            flow.received_unit,
            _decimal(flow.km),
            "yes" if flow.agreement else "no",
            _decimal(flow.price),
            run.scenario.currency,
            _decimal(flow.gain),
            _decimal(flow.seller_gain),
            _decimal(flow.buyer_gain),
            *(_decimal(each) for each in flow.months),
        ]


def plan_csv(run: PlanRun, plan: ShownPlan) -> Iterator[bytes]:
    """Return the flows as CSV, in pieces."""
    return csv_of(plan_rows(run, plan), HEADINGS)


def plan_xlsx(run: PlanRun, plan: ShownPlan) -> IO[bytes]:
    """Return the flows as a workbook."""
    return xlsx_of(plan_rows(run, plan), HEADINGS)


def written_model(run: PlanRun, kind: str) -> bytes:
    """Return the programme of a run as `lp` or `mps`; rows and columns are named by keys, not by companies.

    Raises `Conflict` for one too large to be written with names.
    """
    columns = int(run.size.get("columns", 0))
    if columns > MOST_COLUMNS:
        raise Conflict(
            _("This programme has %(columns)s variables; up to %(most)s are written.")
            % {"columns": number(columns), "most": number(MOST_COLUMNS)},
            code="too_many",
        )
    network = network_of(Inputs.from_json(run.kept_inputs))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"plan.{kind}"
        write_model(build_model(network), path)
        return path.read_bytes()


def _decimal(value: float | None) -> Cell:
    return "" if value is None else Decimal(str(round(value, 6)))
