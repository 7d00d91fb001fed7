"""The figures of Kalundborg beside those of 2013 and of 2018 to 2022."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planning.cases.assumptions import Assumptions
from planning.cases.case import Figure
from planning.cases.kalundborg.given import (
    ASNAES,
    CHERTOW,
    FARMS,
    FIKSEL,
    GYPROC,
    NOVO,
    PRICE_YEAR,
    SAVINGS,
    SYMBIOSIS,
    TOWN,
)
from planning.cases.kalundborg.network import (
    COOLING_PIPE,
    DOCUMENTED,
    LAKE_PIPE,
    WATER_PIPES,
    WATER_PRICES,
    make_network,
)
from planning.cases.reading import (
    capital_of,
    earned,
    is_built,
    payback_years,
    rounded,
    sent,
    solved,
    spared,
    used,
)
from planning.cases.stating import in_year
from planning.optimize.answers import Plan
from planning.optimize.network import Metric
from planning.studies.prices import settle


def water_payback(given: Assumptions, price: float, pipes: tuple[str, ...]) -> float:
    """Return the payback (years) of these water pipes at a price of water, built whether they pay or not."""
    network = make_network(given.changed({"price of water": price}))

    def with_pipes(built: bool) -> Plan:
        return solved(
            replace(
                network,
                investments=tuple(
                    replace(one, is_built=built if one.name in pipes else False)
                    if one.name in WATER_PIPES
                    else one
                    for one in network.investments
                ),
            )
        )

    return payback_years(with_pipes(True), with_pipes(False))


def worth_of_flows(given: Assumptions, plan: Plan) -> list[tuple[str, float, float]]:
    """Return for each documented flow the EUR and the t CO2e a year that are lost when the rest is planned without it.

    They do not add up: without one flow another may take its place.
    """
    network = make_network(given)
    names, arcs = network.nodes.names, network.arcs
    found = []
    for name, tail, head in DOCUMENTED:
        closed = np.array(
            [(names[a], names[b]) == (tail, head) for a, b in zip(arcs.tail, arcs.head, strict=True)]
        )
        upper = np.where(closed[:, None], 0.0, arcs.upper)
        without = solved(replace(network, arcs=replace(arcs, upper=upper)))
        found.append((name, spared(plan, without), spared(plan, without, Metric.CO2E)))
    return found


def fuel_spared_mwh(given: Assumptions, plan: Plan, baseline: Plan) -> float:
    """Return the fuel bought less a year, of houses, boilers, Gyproc and the station."""
    total = 0.0
    for name, node, efficiency in (
        ("own boilers", f"steam at {NOVO}", given["efficiency of a gas boiler"]),
        ("oil furnaces", f"heat at {TOWN}", given["efficiency of an oil furnace"]),
        ("natural gas", f"fuel at {GYPROC}", 1.0),
        ("coal", f"fuel at {ASNAES}", 1.0),
    ):
        total += (used(baseline, name, node) - used(plan, name, node)) / efficiency
    return total


def water_spared_m3(plan: Plan, baseline: Plan) -> float:
    """Return the groundwater bought less a year."""
    nodes = (f"feed water at {ASNAES}", f"washing water at {ASNAES}", f"process water at {NOVO}")
    return sum(used(baseline, "groundwater", node) - used(plan, "groundwater", node) for node in nodes)


def figures(given: Assumptions, plan: Plan, baseline: Plan) -> list[Figure]:
    """Return the flows and totals beside those of 2013 and of 2018 to 2022, and what the water price does."""
    flows = {name: sent(plan, tail, head) for name, tail, head in DOCUMENTED}
    materials = flows["gypsum"] + flows["fly ash"] + flows["sulphur"]
    drawn = (
        flows["steam"] * given["power lost per steam"]
        + flows["district heat"] * given["power lost per district heat"]
    )
    earlier = make_network(
        given.changed({"steam of the biotech works": given["steam in the 1990s"] * given["heat in steam"]})
    )
    earlier_plan, earlier_baseline = solved(earlier), solved(earlier.without_exchange())
    found = [
        Figure(
            "documented flows in the plan",
            float(sum(amount > 1.0 for amount in flows.values())),
            "of 13",
            13,
            13,
            "catalogue/data/precedents.csv, and the sources of each below",
        ),
        Figure(
            "gypsum",
            rounded(flows["gypsum"], 0),
            "t/year",
            150_000,
            200_000,
            f"{CHERTOW}; symbiosis.dk 2010; VisitDenmark",
        ),
        Figure("fly ash", rounded(flows["fly ash"], 0), "t/year", 50_000, 135_000, f"{CHERTOW}; {FIKSEL}"),
        Figure("sulphur", rounded(flows["sulphur"], 0), "t/year", 2_800, 3_000, f"{CHERTOW}; Hutchinson"),
        Figure("surplus yeast", rounded(flows["surplus yeast"], 0), "t/year", 5_000, 5_000, FIKSEL),
        Figure(
            "sludge to fields",
            rounded(flows["sludge, solid"] + flows["sludge, liquid"], 0),
            "t/year",
            377_000,
            1_000_000,
            f"{CHERTOW}; {FIKSEL}",
        ),
        Figure(
            "cooling water", rounded(flows["cooling water"], 0), "m³/year", 700_000, 700_000, "wikisum.wiki"
        ),
        Figure(
            "steam",
            rounded(flows["steam"], 0),
            "MWh/year",
            remark="from the size of the plant built for it in 2020",
        ),
        Figure(
            "district heat",
            rounded(flows["district heat"], 0),
            "MWh/year",
            remark="3,500 houses and the losses",
        ),
        Figure(
            "oil furnaces replaced",
            rounded(given["houses on district heat"] * _share_off_oil(plan, baseline), 0),
            "houses",
            3_500,
            3_500,
            "ecologycenter.us after Gertler and Ehrenfeld 1996",
            "how many there are is an input, that all are replaced the plan's answer",
        ),
        Figure(
            "district heat in January over July",
            rounded(_january_over_july(plan), 2),
            "times",
            remark="a yearly sum would hide it",
        ),
        Figure(
            "refinery gas",
            rounded(flows["refinery gas to Gyproc"] + flows["refinery gas to Asnæs"], 0),
            "MWh/year",
        ),
        Figure(
            "materials, without sludge and yeast",
            rounded(materials, 0),
            "t/year",
            62_000,
            242_800,
            f"62,000: {SYMBIOSIS}; 87,000: {SAVINGS}; 222,800 to 242,800: gypsum, ash and sulphur of {CHERTOW}",
            "the amounts of 2013, so near that end: coal, and with it gypsum and ash, went down until 2020",
        ),
        Figure(
            "groundwater spared",
            rounded(water_spared_m3(plan, baseline) / 1e6, 3),
            "million m³/year",
            3.0,
            4.0,
            f"2013: 2 of groundwater and 1 of surface water ({CHERTOW}); 2018: 3.6 ({SAVINGS}); 2022: 4 ({SYMBIOSIS})",
        ),
        Figure(
            "CO2 spared",
            rounded(spared(plan, baseline, Metric.CO2E), 0),
            "t/year",
            240_000,
            635_000,
            f"2013: 240,000 ({CHERTOW}); 2018: 635,000 ({SAVINGS}); 2022: 586,000 ({SYMBIOSIS})",
            "two fifths are steam, of an amount that is recalled, not read: see the next line",
        ),
        Figure(
            "CO2 spared with the steam of the 1990s",
            rounded(spared(earlier_plan, earlier_baseline, Metric.CO2E), 0),
            "t/year",
            240_000,
            635_000,
            f"2013: {CHERTOW}; 2018: {SAVINGS}",
            "215,000 t, the one amount of steam that is published, falls short of 2013: the sum rests on the steam",
        ),
        Figure(
            "saving of all partners",
            rounded(in_year(spared(plan, baseline) / 1e6, of=PRICE_YEAR, year=2015), 2),
            "MEUR of 2015/year",
            24.0,
            38.0,
            f"24 to the companies, 38 with the 14 to society: {SAVINGS}",
            "after capital, in the money of the published year; town and farms are among the partners here",
        ),
        Figure(
            "saving of the companies, at the plan's prices",
            rounded(in_year(_gain_of_companies(plan, baseline) / 1e6, of=PRICE_YEAR, year=2015), 2),
            "MEUR of 2015/year",
            24.0,
            24.0,
            SAVINGS,
            "without town and farms; a quarter above: general prices, and the amount of steam",
        ),
        Figure(
            "saving of all partners, today's money",
            rounded(spared(plan, baseline) / 1e6, 2),
            f"MEUR of {PRICE_YEAR}/year",
            remark="more than the published 24 to 38, which are in the money of about 2015",
        ),
        Figure(
            "saving with the steam of the 1990s",
            rounded(in_year(spared(earlier_plan, earlier_baseline) / 1e6, of=PRICE_YEAR, year=2015), 2),
            "MEUR of 2015/year",
            24.0,
            38.0,
            SAVINGS,
        ),
        Figure(
            "energy spared",
            rounded((fuel_spared_mwh(given, plan, baseline) - drawn) / 1000, 1),
            "GWh/year",
            100.0,
            100.0,
            SAVINGS,
            "fuel no longer bought, less the power lost; far more than published. How the 100 GWh are counted is not "
            "said; flared gas and dumped heat are free here, and the heat of 3,500 houses alone is 63 GWh",
        ),
        Figure("investment", rounded(capital_of(plan) / 1e6, 2), "MEUR"),
        Figure("payback of all pipes", rounded(payback_years(plan, baseline), 2), "years"),
        Figure("saving before capital", rounded(earned(plan, baseline) / 1e6, 2), "MEUR/year"),
    ]
    for price in WATER_PRICES:
        at_price = solved(make_network(given.changed({"price of water": price})))
        found.append(
            Figure(
                f"payback of the refinery's cooling water at {price:g} EUR/m³",
                rounded(water_payback(given, price, (COOLING_PIPE,)), 2),
                "years",
                remark="built in the plan" if is_built(at_price, COOLING_PIPE) else "not built in the plan",
            )
        )
        found.append(
            Figure(
                f"payback of the pipe from Lake Tissø at {price:g} EUR/m³",
                rounded(water_payback(given, price, (LAKE_PIPE,)), 2),
                "years",
                remark="built in the plan" if is_built(at_price, LAKE_PIPE) else "not built in the plan",
            )
        )
    return found


def _gain_of_companies(plan: Plan, baseline: Plan) -> float:
    parties = plan.network.parties
    return sum(one.gain for one in settle(plan, baseline).accounts if parties[one.party] not in (TOWN, FARMS))


def _share_off_oil(plan: Plan, baseline: Plan) -> float:
    before = used(baseline, "oil furnaces", f"heat at {TOWN}")
    return 1 - used(plan, "oil furnaces", f"heat at {TOWN}") / before if before > 0 else 0.0


def _january_over_july(plan: Plan) -> float:
    names, arcs = plan.network.nodes.names, plan.network.arcs
    rows = [a for a in range(arcs.tail.size) if names[arcs.tail[a]] == f"heat at {ASNAES}"]
    monthly = plan.flow[rows].sum(axis=0)
    return float(monthly[0] / monthly[6]) if monthly[6] > 0 else 0.0
