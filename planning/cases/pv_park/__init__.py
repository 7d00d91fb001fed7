"""The eight-factory park around a photovoltaic plant of 1 GW a year, and six ways of public support for it."""

from __future__ import annotations

from typing import Final

from planning.cases.assumptions import Assumptions
from planning.cases.case import Case
from planning.cases.pv_park import results
from planning.cases.pv_park.park import PARK, make_network
from planning.cases.pv_park.support import SUPPORT, swings

CASE: Final = Case(
    name="pv-park",
    title="The eight-factory photovoltaic park",
    about=(
        "Recycling, sheet glass, thin-film modules, silane recycling, frames, packaging, greenhouse and power side by "
        "side: waste glass becomes cullet, silane is used again, the furnace heats tomatoes. The module plant as a "
        "government's investment, in the six published ways. Money is in CAD of 2010."
    ),
    assumptions=Assumptions([*PARK, *SUPPORT]),
    make_network=make_network,
    figures=results.figures,
    tables=results.tables,
    views=results.views,
    tornado=swings,
)
