"""Float line and greenhouse as a network: a pipe to choose, hectares to add, a boiler for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from matching.physics import serves
from planning.cases.assumptions import Assumption, Assumptions, Basis
from planning.cases.canadian import CURRENCY, PRICE_YEAR, in_cad
from planning.cases.glass_greenhouse.climate import climate_of
from planning.cases.glass_greenhouse.heat import FURNACE, GREENHOUSE, MWH_PER_HA, heat_demand, usable_mw
from planning.optimize.draft import Draft
from planning.optimize.network import Economy, Float, Investment, Network, Periods, months, one_year

GROWER: Final = "Grower"
GLASS_WORKS: Final = "Glass works"
EXHAUST: Final = "exhaust heat"
HEAT: Final = "greenhouse heat"
AREA: Final = "further greenhouse"
LIFT: Final = "heat link"
PIPES: Final = ("DN100", "DN125", "DN150", "DN200")

_THERMOS: Final = (
    "THERMOS, soft ground (f8a3ef7), 90/60 °C; currency and year not stated, taken as EUR of 2022"
)
_PIPE_DATA: Final = {
    "DN100": (1.486, 549_000),
    "DN125": (2.584, 651_000),
    "DN150": (4.053, 757_000),
    "DN200": (8.224, 988_000),
}

GROWING: Final = [
    Assumption(
        "greenhouse", 1.4, "ha", Basis.COMPUTED, "700 t of tomatoes a year at 50 kg/m²; heated by gas today"
    ),
    Assumption("tomatoes per area", 500.0, "t/ha", Basis.GENERAL, "50 kg/m², a heated glasshouse"),
    Assumption(
        "land",
        40.0,
        "ha",
        Basis.GENERAL,
        "at most added: a site of a few hundred metres square, and a market",
    ),
    in_cad("tomato price", 1200.0, "t", of=2024, source="wholesale, EU, order of magnitude"),
    in_cad("growing cost", 600.0, "t", of=2022, source="labour, packaging, plants; without heat"),
    in_cad(
        "greenhouse investment",
        1_500_000.0,
        "ha",
        of=2022,
        source="heated glasshouse of 5 ha, with its boiler",
    ),
    Assumption("greenhouse upkeep", 0.04, "share/year", Basis.GENERAL, "of the investment"),
    Assumption(
        "greenhouse life",
        25.0,
        "years",
        Basis.PUBLISHED,
        "appropedia.org, Greenhouses_literature_review (84705)",
    ),
]
HEATING: Final = [
    Assumption("boiler efficiency", 0.85, "share", Basis.GENERAL, "gas, yearly, lower heating value"),
    in_cad(
        "gas price",
        9.5 * 3.6,
        "MWh",
        of=2006,
        currency="USD",
        basis=Basis.PUBLISHED,
        source="middle of 5-14 USD/GJ, appropedia.org, Greenhouses_literature_review (84705)",
    ),
    Assumption(
        "CO2e of gas",
        0.2027,
        "t/MWh",
        Basis.PUBLISHED,
        "UK Government GHG Conversion Factors 2025, net calorific value, OGL v3.0",
        2025,
    ),
    Assumption("distance", 0.5, "km", Basis.GENERAL, "greenhouse beside the glass works"),
    *(
        in_cad(f"pipe, {size}", cost, "km", of=2022, basis=Basis.PUBLISHED, source=_THERMOS)
        for size, (_, cost) in _PIPE_DATA.items()
    ),
    *(
        Assumption(f"most through {size}", most, "MW", Basis.COMPUTED, "THERMOS, velocity and 30 K (f8a3ef7)")
        for size, (most, _) in _PIPE_DATA.items()
    ),
    Assumption(
        "pipe loss", 0.013, "share/km", Basis.COMPUTED, "THERMOS (f8a3ef7), DN125 at full load: 34 W/m"
    ),
    in_cad(
        "exchanger",
        35_900.0,
        "MW",
        of=2020,
        basis=Basis.PUBLISHED,
        source="EMB3Rs (ba9eac3), economizer 245·kW^0.76 EUR, as a line through nothing and 3 MW; year taken as 2020",
    ),
    Assumption("link upkeep", 0.02, "share/year", Basis.GENERAL, "of the investment"),
    Assumption("link life", 20.0, "years", Basis.GENERAL, "exchanger 20, pipe 40: the shorter"),
    Assumption("pumping", 0.01, "MWh/MWh", Basis.GENERAL, "power per heat"),
    in_cad("power price", 85.0, "MWh", of=2024, source="industry, Canada, order of magnitude"),
]
MONEY: Final = [
    Assumption("interest", 0.06, "share/year", Basis.GENERAL, "real; the paper's was not found"),
    Assumption("horizon", 20.0, "years", Basis.GENERAL, "Andrews and Pearce 2011, abstract as recalled"),
    Assumption("tax on profit", 0.28, "share", Basis.GENERAL, "Canada and Ontario, manufacturing", 2010),
    in_cad("carbon value", 28.44, "t", of=2012, currency="CAD", source="Canada's social cost of carbon"),
]


def assumptions_at(town: str) -> Assumptions:
    """Return all assumptions with the climate of a town. MissingClimate: there is none."""
    return Assumptions([*climate_of(town).assumptions(), *FURNACE, *GREENHOUSE, *GROWING, *HEATING, *MONEY])


def economy_of(given: Mapping[str, float]) -> Economy:
    """Return the case's economy, in CAD of 2010."""
    return Economy(
        rate=given["interest"], horizon_years=given["horizon"], currency=CURRENCY, price_year=PRICE_YEAR
    )


def make_network(given: Assumptions) -> Network:
    """Return the network by months."""
    return network_over(given, months())


def network_over(given: Mapping[str, float], periods: Periods) -> Network:
    """Return the network over months, or over one year as if heat of July could be had in January."""
    draft = Draft(periods, economy_of(given))
    glass, grower = draft.party(GLASS_WORKS), draft.party(GROWER)
    demand = _over(periods, heat_demand(given)) * MWH_PER_HA
    exhaust = draft.node(
        EXHAUST, party=glass, resource="heat", unit="MWh", supply=usable_mw(given) * periods.hours
    )
    draft.dispose(exhaust, cost=0.0, name="stack")
    heat = draft.node(HEAT, party=grower, resource="heat", unit="MWh", demand=demand * given["greenhouse"])
    add_boiler(draft, heat, given)
    add_link(draft, exhaust, heat, party=grower, given=given)
    add_area(draft, heat, demand, party=grower, given=given)
    return draft.network()


def add_boiler(draft: Draft, heat: int, given: Mapping[str, float]) -> int:
    """Let heat be had from a gas boiler that is there: price and CO2e of gas by its efficiency."""
    return draft.purchase(
        heat,
        price=given["gas price"] / given["boiler efficiency"],
        name="gas boiler",
        co2e=given["CO2e of gas"] / given["boiler efficiency"],
    )


def add_link(draft: Draft, exhaust: int, heat: int, *, party: int, given: Mapping[str, float]) -> int:
    """Let exhaust heat reach the greenhouse by one pipe of several sizes, with an exchanger, if it is warm enough."""
    warm = serves(given["stack temperature"], given["heating water"], given["approach"])
    arc = draft.arc(
        exhaust,
        heat,
        kept=1 - given["pipe loss"] * given["distance"],
        cost=given["pumping"] * given["power price"],
        upper=np.inf if warm else 0.0,
        mode="heat pipe",
    )
    limit = draft.limit(LIFT, arcs={arc: 1.0})
    sizes = []
    for size in PIPES:
        pipe, exchanger = given[f"pipe, {size}"] * given["distance"], given["exchanger"]
        sizes.append(
            draft.investment(
                Investment(
                    name=f"{LIFT}, {size}",
                    party=party,
                    limit=limit,
                    largest=given[f"most through {size}"],
                    capex=pipe,
                    capex_per_size=exchanger,
                    life_years=given["link life"],
                    opex=pipe * given["link upkeep"],
                    opex_per_size=exchanger * given["link upkeep"],
                    price_year=PRICE_YEAR,
                )
            )
        )
    draft.choice(LIFT, sizes)
    return arc


def add_area(draft: Draft, heat: int, demand: Float, *, party: int, given: Mapping[str, float]) -> int:
    """Let hectares be added that must be kept warm all year; `demand`: MWh per ha and period. Returns the process."""
    per_hour = given["tomatoes per area"] / float(draft.periods.hours.sum())
    crop = draft.node("tomatoes", party=party, resource="tomatoes", unit="t")
    draft.dispose(crop, cost=-given["tomato price"], name="sale")
    growing = draft.process(
        "growing",
        party=party,
        takes={heat: demand / draft.periods.hours},
        gives={crop: per_hour},
        cost=given["growing cost"] * per_hour,
        other_mass_t=per_hour,
        is_new=True,
    )
    area = draft.limit(AREA, processes={growing: 1.0}, least=1.0)
    draft.investment(
        Investment(
            name=AREA,
            party=party,
            limit=area,
            largest=given["land"],
            capex_per_size=given["greenhouse investment"],
            life_years=given["greenhouse life"],
            opex_per_size=given["greenhouse investment"] * given["greenhouse upkeep"],
            price_year=PRICE_YEAR,
        )
    )
    return growing


def built_as(network: Network, size: Float) -> Network:
    """Return the network with what is built decided: each investment in its size, or not at all."""
    return replace(
        network,
        investments=tuple(
            replace(one, smallest=float(own), largest=float(own), is_built=bool(own > 0))
            for one, own in zip(network.investments, size, strict=True)
        ),
    )


def yearly(given: Mapping[str, float]) -> Network:
    """Return the network whose year is one period."""
    return network_over(given, one_year())


def _over(periods: Periods, by_month: Float) -> Float:
    return by_month if periods.count == by_month.size else np.array([by_month.sum()])
