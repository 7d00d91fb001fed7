"""Kalundborg: what power station, refinery, biotech works, Gyproc, town and farms give each other.

Twelve months; money in EUR of 2024. The station is the coal-fired one of before 2020, which made gypsum and ash.
"""

from __future__ import annotations

from typing import Final

from planning.cases.case import Case
from planning.cases.kalundborg.figures import figures
from planning.cases.kalundborg.given import ASSUMPTIONS
from planning.cases.kalundborg.network import make_network

CASE: Final = Case(
    name="kalundborg",
    title="Kalundborg: the grown symbiosis",
    about=(
        "Power station, refinery, biotech works, plasterboard works, town, farms, and two buyers farther away, at "
        "their places and in twelve months. Every exchange stands against what each side would do without: buy, burn, "
        "bury. The plan is to find the flows that grew there one by one since 1972."
    ),
    assumptions=ASSUMPTIONS,
    make_network=make_network,
    figures=figures,
)
