"""Ulsan's steam highway: surplus steam of a chemical works for a refinery, by pipe. Money in million KRW of 2011."""

from __future__ import annotations

from typing import Final

from matching.economics import delivered
from planning.cases.assumptions import Assumptions
from planning.cases.case import Case, Figure
from planning.cases.reading import (
    capital_of,
    earned,
    payback_years,
    rounded,
    sent,
    size_of,
    solved,
    spared,
)
from planning.cases.stating import computed, general, published
from planning.optimize.answers import Plan
from planning.optimize.draft import Draft
from planning.optimize.network import HOURS_PER_YEAR, Economy, Investment, Metric, Network, months

PRICE_YEAR: Final = 2011
PER_MILLION: Final = 1e-6
PIPE: Final = "steam highway"
SURPLUS: Final = "surplus steam at SK Chemicals"
STEAM: Final = "steam at SK Energy"
BOILERS: Final = "own boilers"
PAPERS: Final = "sedaily.com 1HU025M8L8 and greened.kr 3114 (2011)"
OPENING: Final = "asiae.co.kr 2013111116094442695 (opening, 2013)"

ASSUMPTIONS: Final = Assumptions(
    [
        published("investment, pipe", 22_000, "million KRW", PAPERS, PRICE_YEAR),
        published("investment, stations", 5_500, "million KRW", PAPERS, PRICE_YEAR),
        published("length", 6.2, "km", f"{OPENING}: 6.2 km built, 6 km planned"),
        published("capacity", 100, "t/h", PAPERS),
        published("steam of the refinery", 720_000, "t/year", PAPERS),
        published("oil spared", 49_000, "kl/year", "49 million t in the press, an error of units: 49,000 kl"),
        general("price of bunker oil", 800_000, "KRW/kl", "order of magnitude", PRICE_YEAR),
        computed(
            "price of surplus steam",
            25_278,
            "KRW/t",
            "49,000 kl × 800,000 KRW ÷ 720,000 t, less KRW 21 bn ÷ 720,000 t = 29,167 KRW that the buyer is said to "
            "save on each: what the seller asks is not published",
            PRICE_YEAR,
        ),
        computed(
            "CO2 of own boilers, net of the seller's",
            102_000 / 720_000,
            "t/t steam",
            f"102,000 t ÷ 720,000 t ({PAPERS}); 49,000 kl of oil alone hold about 146,000 t",
        ),
        general("loss of heat", 0.005, "share per km", "steam pipe of 100 t/h"),
        general("upkeep", 0.0, "share of investment per year", "none, as the press counts; 0.02 is usual"),
        general("life", 30, "years", "steam pipe of 100 t/h"),
        general("interest", 0.06, "per year", "real", PRICE_YEAR),
    ]
)


def make_network(given: Assumptions) -> Network:
    """Return the two works, the pipe that may be built between them, and the refinery's own boilers."""
    draft = Draft(months(), Economy(rate=given["interest"], currency="million KRW", price_year=PRICE_YEAR))
    seller, buyer = draft.party("SK Chemicals"), draft.party("SK Energy")
    surplus = draft.node(SURPLUS, party=seller, resource="steam", unit="t")
    steam = draft.node(
        STEAM, party=buyer, resource="steam", unit="t", demand=draft.spread(given["steam of the refinery"])
    )
    draft.purchase(surplus, price=given["price of surplus steam"] * PER_MILLION, name="surplus")
    # The oil is published for the published steam: per tonne it stays, however much is needed.
    oil_kl_per_t = given["oil spared"] / ASSUMPTIONS["steam of the refinery"]
    draft.purchase(
        steam,
        price=oil_kl_per_t * given["price of bunker oil"] * PER_MILLION,
        name=BOILERS,
        co2e=given["CO2 of own boilers, net of the seller's"],
    )
    kept = delivered(given["loss of heat"], given["length"], 1.0)
    line = draft.arc(surplus, steam, kept=kept, mode="steam pipe")
    limit = draft.limit("capacity of the steam highway", arcs={line: kept})
    capex = given["investment, pipe"] + given["investment, stations"]
    draft.investment(
        Investment(
            name=PIPE,
            party=buyer,
            limit=limit,
            smallest=given["capacity"],
            largest=given["capacity"],
            capex=capex,
            life_years=given["life"],
            opex=capex * given["upkeep"],
            price_year=PRICE_YEAR,
        )
    )
    return draft.network()


def figures(given: Assumptions, plan: Plan, baseline: Plan) -> list[Figure]:
    """Return the pipe, its load, what it saves and how soon it is repaid."""
    arrives = sent(plan, SURPLUS, STEAM) * delivered(given["loss of heat"], given["length"], 1.0)
    saving = earned(plan, baseline) / 1000
    lossless = given.changed({"loss of heat": 0.0})
    without_loss = solved(make_network(lossless))
    size = size_of(plan, PIPE)
    return [
        Figure(
            "pipe",
            rounded(size, 1),
            "t/h",
            100,
            100,
            PAPERS,
            "an input; that it is built is the plan's answer",
        ),
        Figure(
            "steam through it", rounded(arrives, 0), "t/year", 720_000, 720_000, PAPERS, "all that is needed"
        ),
        Figure(
            "full-load hours",
            rounded(arrives / size if size else 0.0, 1),
            "h/year",
            7_200,
            7_200,
            "720,000 t ÷ 100 t/h",
        ),
        Figure("load", rounded(arrives / size / HOURS_PER_YEAR if size else 0.0), "share of the year"),
        Figure("investment", rounded(capital_of(plan) / 1000, 2), "bn KRW", 27.5, 27.5, PAPERS, "an input"),
        Figure(
            "saving before capital",
            rounded(saving, 3),
            "bn KRW/year",
            18.0,
            21.0,
            f"21 planned: {PAPERS}; 18 at the opening: {OPENING}",
            "21 less the heat lost on the way; 21 itself by construction, since the seller's price is what leaves it",
        ),
        Figure(
            "saving without loss of heat",
            rounded(earned(without_loss, baseline) / 1000, 3),
            "bn KRW/year",
            18.0,
            21.0,
            PAPERS,
            "the press's own figure, as a check of the arithmetic",
        ),
        Figure(
            "payback",
            rounded(payback_years(plan, baseline), 3),
            "years",
            1.3,
            1.5,
            "27.5 ÷ 21 and 27.5 ÷ 18: the buyer's saving alone pays the line",
        ),
        Figure("gain after capital", rounded(spared(plan, baseline) / 1000, 3), "bn KRW/year"),
        Figure(
            "CO2 spared",
            rounded(spared(plan, baseline, Metric.CO2E), 0),
            "t/year",
            100_000,
            102_000,
            f"102,000: {PAPERS}; 100,000: {OPENING}",
            "102,000 by construction: the factor is 102,000 ÷ 720,000",
        ),
        Figure(
            "CO2 spared per steam",
            rounded(spared(plan, baseline, Metric.CO2E) / arrives if arrives else 0.0, 3),
            "t/t",
            0.142,
            0.142,
            "102,000 t ÷ 720,000 t",
        ),
        Figure(
            "least saving at which the pipe pays",
            rounded(
                (plan.network.economy.recovery(given["life"]) + given["upkeep"])
                * (given["investment, pipe"] + given["investment, stations"])
                / given["steam of the refinery"]
                / PER_MILLION,
                0,
            ),
            "KRW/t",
            remark="the yearly cost of the line over the steam; the buyer saves ten times as much",
        ),
    ]


CASE: Final = Case(
    name="ulsan",
    title="Ulsan: the steam highway",
    about=(
        "SK Chemicals sends surplus steam to SK Energy's refinery over 6.2 km, in place of oil-fired boilers. The "
        "pipe is an investment that the plan may build or leave. Money is in million KRW of 2011; what steam costs "
        "is not published."
    ),
    assumptions=ASSUMPTIONS,
    make_network=make_network,
    figures=figures,
)
