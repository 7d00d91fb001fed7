"""Float glass and greenhouse: the furnace's exhaust heats tomatoes, month by month, in any of 18 climates."""

from __future__ import annotations

from typing import Final

from planning.cases.case import Case
from planning.cases.glass_greenhouse import results
from planning.cases.glass_greenhouse.network import assumptions_at, make_network

PLACE: Final = "Kingston ON"


def case_at(town: str) -> Case:
    """Return the case in the climate of a town. MissingClimate: there is none, and which there are."""
    return Case(
        name="glass-greenhouse",
        title=f"Float glass furnace and greenhouse, {town}",
        about=(
            "A float line's exhaust heats a greenhouse through one pipe, in place of gas. The plan chooses the pipe "
            "and how many hectares to add, month by month; a furnace burns all year, a greenhouse is cold in January. "
            "Money is in CAD of 2010."
        ),
        assumptions=assumptions_at(town),
        make_network=make_network,
        figures=results.figures,
        tables=results.tables,
        views=results.views,
        tornado=results.swings,
    )


CASE: Final = case_at(PLACE)
