"""The eight factories of the park as a network: what one throws away feeds another, or all is as without a park."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from planning.cases.assumptions import Assumption, Assumptions, Basis
from planning.cases.canadian import PRICE_YEAR, in_cad
from planning.cases.glass_greenhouse.climate import climate_of
from planning.cases.glass_greenhouse.heat import FURNACE, GREENHOUSE, MWH_PER_HA, heat_demand, usable_mw
from planning.cases.glass_greenhouse.network import (
    EXHAUST,
    GROWING,
    HEAT,
    HEATING,
    MONEY,
    add_area,
    add_boiler,
    add_link,
    economy_of,
)
from planning.optimize.draft import Draft
from planning.optimize.network import HOURS_PER_YEAR, Blend, Investment, Network, months

FACTORIES: Final = (
    "Recycling",
    "Sheet glass",
    "Deposition and modules",
    "Silane recycling",
    "Frames",
    "Packaging",
    "Greenhouse",
    "Power",
)
"""The first two and their order are published, the other six recalled."""
REGION: Final = "Region"
PLACE: Final = "Kingston ON"
SORTING: Final = "cullet works"
ENGINES: Final = "gas engines"

_KREIGER: Final = (
    "Kreiger, Shonnard and Pearce 2013, Resources, Conservation and Recycling 70:44-49, abstract as recalled"
)
_UK: Final = "UK Government GHG Conversion Factors 2025, OGL v3.0"

MODULES: Final = [
    Assumption(
        "modules", 1.0, "GW/year", Basis.PUBLISHED, "Branker and Pearce 2010, Energy Policy 38:4291-4303"
    ),
    Assumption("efficiency", 0.08, "share", Basis.GENERAL, "amorphous silicon, stabilized", 2010),
    Assumption("glass per area", 15.0, "kg/m²", Basis.COMPUTED, "two panes of 3 mm at 2.5 t/m³"),
    Assumption(
        "silicon per area", 1.165, "g/m²", Basis.PUBLISHED, "appropedia.org, Semiconductor recycling plant"
    ),
    Assumption("aluminium per area", 1.0, "kg/m²", Basis.GENERAL, "a light frame"),
    Assumption("board per area", 0.3, "kg/m²", Basis.GENERAL, "corner blocks and sheets"),
    Assumption("power per area", 10.0, "kWh/m²", Basis.GENERAL, "deposition and modules"),
]
GLASS: Final = [
    Assumption(
        "cullet share",
        0.16,
        "share",
        Basis.COMPUTED,
        "30,000 t of 188,000 t of glass: so the published 30,000 t",
    ),
    Assumption(
        "batch per glass", 1.17, "t/t", Basis.COMPUTED, "its carbonates lose 0.17 t CO2 per t of glass"
    ),
    Assumption("CO2 of batch", 0.17, "t/t glass", Basis.COMPUTED, "of the carbonates"),
    in_cad("batch price", 75.0, "t", of=2024, source="sand, soda and limestone as mixed, order of magnitude"),
    Assumption("furnace gas", 1.75, "MWh/t", Basis.GENERAL, "float glass without cullet, 6.3 GJ/t"),
    Assumption(
        "gas spared by 10 % cullet",
        0.0275,
        "share",
        Basis.PUBLISHED,
        "middle of 2-3.5 %: Nosrat, Jeswiet and Pearce 2009, after twtext.com",
    ),
    Assumption("power per glass", 0.12, "MWh/t", Basis.GENERAL, "float glass"),
]
RECYCLING: Final = [
    Assumption(
        "waste glass", 40_000.0, "t/year", Basis.GENERAL, "flat glass of the region that is landfilled today"
    ),
    in_cad("landfill cost", 60.0, "t", of=2024, source="gate fee, Ontario, order of magnitude"),
    Assumption("cullet yield", 0.9, "t/t", Basis.GENERAL, "glass cullet works"),
    in_cad("sorting cost", 9.0, "t", of=2022, source="glass cullet works, per t of waste glass"),
    in_cad(
        "cullet works", 120.0, "t/year", of=2022, source="12 million EUR for 100,000 t of waste glass a year"
    ),
    Assumption("cullet works upkeep", 0.05, "share/year", Basis.GENERAL, "of the investment"),
    Assumption("cullet works life", 15.0, "years", Basis.GENERAL, "glass cullet works"),
    in_cad("haul", 5.0, "t", of=2022, source="lorry inside the park and from the region: load and some km"),
    Assumption("scrap aluminium", 2_000.0, "t/year", Basis.GENERAL, "sorted by the recycling works"),
    in_cad("scrap price", 1_500.0, "t", of=2024, source="aluminium scrap, Europe"),
    in_cad("remelting", 250.0, "t", of=2024, source="order of magnitude"),
    Assumption("remelting yield", 0.95, "t/t", Basis.GENERAL, "clean scrap"),
    in_cad("aluminium price", 2_200.0, "t", of=2024, source="primary, order of magnitude"),
    Assumption("CO2e of aluminium", 9.116, "t/t", Basis.PUBLISHED, f"{_UK}: primary", 2025),
    Assumption("CO2e of remelting", 0.995, "t/t", Basis.PUBLISHED, f"{_UK}: closed loop", 2025),
    Assumption("waste paper", 3_000.0, "t/year", Basis.GENERAL, "sorted by the recycling works"),
    in_cad("waste paper price", 120.0, "t", of=2024, source="order of magnitude"),
    in_cad("pulping", 250.0, "t", of=2024, source="order of magnitude, per t of waste paper"),
    Assumption("pulping yield", 0.9, "t/t", Basis.GENERAL, "board"),
    in_cad("board price", 700.0, "t", of=2024, source="order of magnitude"),
    Assumption("CO2e of board", 1.2885, "t/t", Basis.PUBLISHED, f"{_UK}: mixed paper, primary", 2025),
    Assumption("CO2e of pulping", 1.0688, "t/t", Basis.PUBLISHED, f"{_UK}: mixed paper, closed loop", 2025),
]
SILANE: Final = [
    Assumption("silane per silicon", 1.1435, "t/t", Basis.COMPUTED, "molar masses, 32.12 and 28.09"),
    Assumption("silane lost", 0.85, "share", Basis.GENERAL, f"{_KREIGER}: without recycling", 2013),
    Assumption("silane lost, recycled", 0.17, "share", Basis.GENERAL, f"{_KREIGER}: of what is bought", 2013),
    in_cad("silane price", 60_000.0, "t", of=2024, source="30,000 to 150,000 EUR/t"),
    Assumption(
        "silane recycling cost",
        0.14,
        "share",
        Basis.COMPUTED,
        "of the bill without it, capital included: 82 % less silane bought and 68 % less paid, as recalled",
    ),
    in_cad("burning of silane", 500.0, "t", of=2024, source="combustion and scrubbing, order of magnitude"),
    Assumption(
        "CO2e of silane",
        48.4,
        "t/t",
        Basis.COMPUTED,
        "4,400 t over 90.9 t of silane spared, as recalled",
        2013,
    ),
]
POWER: Final = [
    Assumption("grid CO2e", 0.13, "t/MWh", Basis.GENERAL, "Ontario", 2010),
    Assumption("engine efficiency", 0.4, "MWh/MWh", Basis.GENERAL, "gas engine, power"),
    Assumption("engine heat", 0.45, "MWh/MWh", Basis.GENERAL, "gas engine, heat"),
    in_cad("engine investment", 1_000_000.0, "MW", of=2020, source="gas engine of some MW, per MW of power"),
    in_cad("engine cost", 8.0, "MWh", of=2020, source="upkeep, per MWh of power"),
    Assumption("engines at most", 10.0, "MW", Basis.GENERAL, "power"),
]
_OF_ANOTHER_SIZE: Final = ("glass melted", "greenhouse")

PARK: Final = [
    *climate_of(PLACE).assumptions(),
    *MODULES,
    *GLASS,
    *RECYCLING,
    *SILANE,
    *POWER,
    *(one for one in (*FURNACE, *GREENHOUSE, *GROWING, *HEATING, *MONEY) if one.name not in _OF_ANOTHER_SIZE),
]


def area_m2(given: Mapping[str, float]) -> float:
    """Return the modules' area per year: power ÷ (1,000 W/m² × efficiency)."""
    return given["modules"] * 1e9 / (1000 * given["efficiency"])


def glass_t(given: Mapping[str, float]) -> float:
    """Return the glass per year, t."""
    return area_m2(given) * given["glass per area"] / 1000


def silane_deposited_t(given: Mapping[str, float]) -> float:
    """Return the silane whose silicon ends in modules, t per year."""
    return area_m2(given) * given["silicon per area"] / 1e6 * given["silane per silicon"]


def silane_used_t(given: Mapping[str, float]) -> float:
    """Return the silane that goes into deposition, t per year: deposited ÷ (1 − lost)."""
    return silane_deposited_t(given) / (1 - given["silane lost"])


def silane_recovered(given: Mapping[str, float]) -> float:
    """Return the silane won back per t of exhaust so that of what is bought only the recycled loss is lost.

    Bought = deposited ÷ (1 − recycled loss) = used − recovered.
    """
    bought = silane_deposited_t(given) / (1 - given["silane lost, recycled"])
    return (silane_used_t(given) - bought) / (silane_used_t(given) - silane_deposited_t(given))


def make_network(given: Assumptions) -> Network:
    """Return the park by months. Its module plant runs in full, with or without the others' leftovers."""
    draft = Draft(months(), economy_of(given))
    for name in (*FACTORIES, REGION):
        draft.party(name)
    _glass_from_cullet(draft, given)
    _silane(draft, given)
    _secondary(draft, given, "Frames", "aluminium", area_m2(given) * given["aluminium per area"] / 1000)
    _secondary(draft, given, "Packaging", "board", area_m2(given) * given["board per area"] / 1000)
    _heat_and_power(draft, given)
    return draft.network()


def _glass_from_cullet(draft: Draft, given: Mapping[str, float]) -> None:
    region, recycling, glass = draft.party(REGION), draft.party("Recycling"), draft.party("Sheet glass")
    waste = draft.node(
        "waste glass",
        party=region,
        resource="broken glass",
        unit="t",
        supply=draft.spread(given["waste glass"]),
    )
    draft.dispose(waste, cost=given["landfill cost"], name="landfill", landfill=1.0)
    collected = draft.node("collected glass", party=recycling, resource="broken glass", unit="t")
    draft.arc(waste, collected, cost=given["haul"], mode="lorry")
    cullet = draft.node("cullet", party=recycling, resource="glass cullet", unit="t")
    residue = draft.node("sorting residue", party=recycling, resource="sorting residue", unit="t")
    draft.dispose(residue, cost=given["landfill cost"], name="landfill", landfill=1.0)
    sorting = draft.process(
        "sorting",
        party=recycling,
        takes={collected: 1.0},
        gives={cullet: given["cullet yield"], residue: 1 - given["cullet yield"]},
        cost=given["sorting cost"],
        is_new=True,
    )
    per_hour = given["cullet works"] * HOURS_PER_YEAR
    draft.investment(
        Investment(
            name=SORTING,
            party=recycling,
            limit=draft.limit(SORTING, processes={sorting: 1.0}),
            largest=given["waste glass"] / HOURS_PER_YEAR,
            capex_per_size=per_hour,
            opex_per_size=per_hour * given["cullet works upkeep"],
            life_years=given["cullet works life"],
            price_year=PRICE_YEAR,
        )
    )
    melt = draft.node("melt", party=glass, resource="glass", unit="t", demand=draft.spread(glass_t(given)))
    batch = draft.node("batch", party=glass, resource="glass batch", unit="t")
    draft.purchase(batch, price=given["batch price"], virgin=1.0)
    gas, spared = given["furnace gas"], given["gas spared by 10 % cullet"] * 10
    per_batch = 1 / given["batch per glass"]
    of_batch = draft.arc(
        batch,
        melt,
        kept=per_batch,
        cost=per_batch * gas * given["gas price"],
        co2e=per_batch * (gas * given["CO2e of gas"] + given["CO2 of batch"]),
        is_exchange=False,
        mode="furnace",
    )
    of_cullet = draft.arc(
        cullet,
        melt,
        cost=given["haul"] + gas * (1 - spared) * given["gas price"],
        co2e=gas * (1 - spared) * given["CO2e of gas"],
        mode="lorry and furnace",
    )
    draft.blend(
        Blend(name="cullet share", arcs=((of_batch, 0.0), (of_cullet, 1.0)), at_most=given["cullet share"])
    )


def _silane(draft: Draft, given: Mapping[str, float]) -> None:
    plant, recycler = draft.party("Deposition and modules"), draft.party("Silane recycling")
    used, deposited = silane_used_t(given), silane_deposited_t(given)
    silane = draft.node("silane", party=plant, resource="silane", unit="t", demand=draft.spread(used))
    draft.purchase(silane, price=given["silane price"], co2e=given["CO2e of silane"], virgin=1.0)
    exhaust = draft.node(
        "silane exhaust",
        party=plant,
        resource="silane exhaust",
        unit="t",
        supply=draft.spread(used - deposited),
    )
    draft.dispose(exhaust, cost=given["burning of silane"], name="burning")
    taken = draft.node("exhaust to recycle", party=recycler, resource="silane exhaust", unit="t")
    back = draft.node("recycled silane", party=recycler, resource="silane", unit="t")
    rest = draft.node("rest of exhaust", party=recycler, resource="silane exhaust", unit="t")
    draft.dispose(rest, cost=given["burning of silane"], name="burning")
    draft.arc(exhaust, taken, mode="pipe")
    draft.arc(back, silane, mode="pipe")
    won = silane_recovered(given)
    draft.process(
        "silane recycling",
        party=recycler,
        takes={taken: 1.0},
        gives={back: won, rest: 1 - won},
        cost=given["silane recycling cost"] * given["silane price"] * used / (used - deposited),
        is_new=True,
    )


def _secondary(draft: Draft, given: Mapping[str, float], maker: str, material: str, need: float) -> None:
    """Frames of primary aluminium or of scrap, packaging of new board or of waste paper."""
    scrap, work, price = {
        "aluminium": ("scrap aluminium", "remelting", "scrap price"),
        "board": ("waste paper", "pulping", "waste paper price"),
    }[material]
    recycling, party = draft.party("Recycling"), draft.party(maker)
    sorted_out = draft.node(scrap, party=recycling, resource=scrap, unit="t")
    draft.purchase(sorted_out, price=given[price], name="collection", limit=draft.spread(given[scrap]))
    node = draft.node(material, party=party, resource=material, unit="t", demand=draft.spread(need))
    draft.purchase(node, price=given[f"{material} price"], co2e=given[f"CO2e of {material}"], virgin=1.0)
    kept = given[f"{work} yield"]
    draft.arc(
        sorted_out,
        node,
        kept=kept,
        cost=given["haul"] + given[work],
        co2e=kept * given[f"CO2e of {work}"],
        mode="lorry",
    )


def _heat_and_power(draft: Draft, given: Mapping[str, float]) -> None:
    glass, plant = draft.party("Sheet glass"), draft.party("Deposition and modules")
    grower, station = draft.party("Greenhouse"), draft.party("Power")
    furnace = {**given, "glass melted": glass_t(given) / 365}
    exhaust = draft.node(
        EXHAUST, party=glass, resource="heat", unit="MWh", supply=usable_mw(furnace) * draft.periods.hours
    )
    draft.dispose(exhaust, cost=0.0, name="stack")
    heat = draft.node(HEAT, party=grower, resource="heat", unit="MWh")
    add_boiler(draft, heat, given)
    add_link(draft, exhaust, heat, party=glass, given=given)
    add_area(draft, heat, heat_demand(given) * MWH_PER_HA, party=grower, given=given)
    generated = draft.node("power of the park", party=station, resource="electricity", unit="MWh")
    cogenerated = draft.node("heat of the engines", party=station, resource="heat", unit="MWh")
    draft.dispose(cogenerated, cost=0.0, name="cooler")
    draft.arc(cogenerated, heat, kept=1 - given["pipe loss"] * given["distance"], mode="heat pipe")
    engines = draft.process(
        ENGINES,
        party=station,
        takes={},
        gives={generated: 1.0, cogenerated: given["engine heat"] / given["engine efficiency"]},
        cost=given["gas price"] / given["engine efficiency"] + given["engine cost"],
        co2e=given["CO2e of gas"] / given["engine efficiency"],
        is_new=True,
    )
    draft.investment(
        Investment(
            name=ENGINES,
            party=station,
            limit=draft.limit(ENGINES, processes={engines: 1.0}),
            largest=given["engines at most"],
            capex_per_size=given["engine investment"],
            life_years=20,
            price_year=PRICE_YEAR,
        )
    )
    for party, name, amount in (
        (glass, "power, glass", glass_t(given) * given["power per glass"]),
        (plant, "power, modules", area_m2(given) * given["power per area"] / 1000),
    ):
        need = draft.node(name, party=party, resource="electricity", unit="MWh", demand=draft.spread(amount))
        draft.purchase(need, price=given["power price"], name="grid", co2e=given["grid CO2e"])
        draft.arc(generated, need, mode="wire")
