"""Kota: carbide, acetylene, vinyl chloride and PVC beside chlor-alkali, cement and power. Money in EUR of 2024.

Yields are by stoichiometry of pure substances, `catalogue/data/process_flows.csv`; technical carbide is 80 % pure.
"""

from __future__ import annotations

from typing import Final

from planning.cases.assumptions import Assumptions, Basis
from planning.cases.case import Case, Figure
from planning.cases.reading import price_at, rounded, run, sent, solved, spared, used
from planning.cases.stating import catalogue_factor, catalogue_price, computed, general, in_year, published
from planning.optimize.answers import Plan
from planning.optimize.draft import Draft
from planning.optimize.network import Economy, Metric, Network, one_year

PRICE_YEAR: Final = 2024
DAYS: Final = 365
HOURS_PER_DAY: Final = 24
REPORT: Final = "pre-feasibility report, July 2018, scribd 481141609"
CLEARANCE: Final = "environmentclearance.nic.in SIA/RJ/IND/28340/2018"
PRICES: Final = "order of magnitude"
FLOWS: Final = "catalogue/data/process_flows.csv"
LOADS: Final = "matching/market/tables/loads.csv"

CARBIDE, PVC, CHLORINE, CEMENT, POWER = (
    "carbide works",
    "PVC works",
    "chlor-alkali works",
    "cement works",
    "power plant",
)
HCL_PRICES_AT: Final = (100, 250, 400, 700)
"""Caustic capacities (t/d) at which the price of hydrogen chloride is shown beside today's."""

ASSUMPTIONS: Final = Assumptions(
    [
        # Capacities
        published("carbide capacity", 330, "t/d", REPORT),
        published("acetylene capacity", 90, "t/d", f"{REPORT}; 110 planned"),
        published("PVC capacity", 200, "t/d", f"{REPORT}; 250 planned"),
        computed(
            "caustic capacity",
            550,
            "t/d",
            "500 to 600 today: The Hindu BusinessLine 8756283, Business Standard 2024",
        ),
        general("power capacity", 132, "MW", "125 to 140 MW, recalled"),
        published("cement", 438_000, "t/year", CLEARANCE),
        published("fly ash that cement takes", 300, "t/d", f"109,500 t a year by the expansion: {CLEARANCE}"),
        # Yields
        computed("acetylene of pure carbide", 0.4062, "t/t", f"{FLOWS}: acetylene-from-carbide"),
        computed("slaked lime of pure carbide", 1.1559, "t/t", f"{FLOWS}: acetylene-from-carbide"),
        general("purity of carbide", 0.80, "share", "technical carbide: 300 l of acetylene per kg are usual"),
        computed("hydrogen chloride per acetylene", 1.4002, "t/t", f"{FLOWS}: vinyl-chloride-from-acetylene"),
        computed(
            "PVC of vinyl chloride",
            200 / 216,
            "t/t",
            "200 t/d from the 216 t/d that 90 t/d of acetylene make",
        ),
        computed("hydrogen chloride of chlorine", 1.0284, "t/t", f"{FLOWS}: hydrogen-chloride-synthesis"),
        computed("hydrogen per chlorine burnt", 0.02843, "t/t", f"{FLOWS}: hydrogen-chloride-synthesis"),
        computed("caustic of salt", 0.6844, "t/t", f"{FLOWS}: chlor-alkali-electrolysis"),
        computed("chlorine of salt", 0.6066, "t/t", f"{FLOWS}: chlor-alkali-electrolysis"),
        computed("hydrogen of salt", 0.01725, "t/t", f"{FLOWS}: chlor-alkali-electrolysis"),
        computed("quicklime of slaked lime", 0.7569, "t/t", f"{FLOWS}: quicklime-from-carbide-lime"),
        computed("quicklime of limestone", 0.5603, "t/t", f"{FLOWS}: quicklime-from-limestone"),
        general("lime in cement", 0.52, "t CaO/t", "0.65 t CaO per t clinker, 0.8 t clinker per t cement"),
        general("lime per carbide", 0.95, "t/t", "carbide furnace of 330 t/d"),
        general("coke per carbide", 0.62, "t/t", "carbide furnace of 330 t/d"),
        general("power per carbide", 3.1, "MWh/t", "carbide furnace of 330 t/d"),
        general("power per chlorine", 2.55, "MWh/t", "membrane cells"),
        general("power per PVC", 0.45, "MWh/t", "acetylene route"),
        general("steam per PVC", 1.1, "MWh/t", "acetylene route"),
        general("efficiency of the power plant", 0.33, "share", PRICES),
        general(
            "fly ash of power",
            0.21,
            "t/MWh",
            "0.7 t of Indian coal per MWh, 38 % ash, four fifths of it fly ash",
        ),
        general(
            "solids of lime sludge",
            0.35,
            "share",
            "10 to 35 % leaves the generator, the upper end after settling",
        ),
        computed("way inside the complex", 3, "km", "320 ha: no way is longer"),
        # Prices
        catalogue_price("price of PVC", 900, "EUR/t", "pvc, purchase, EU"),
        catalogue_price("price of caustic", 500, "EUR/t", "sodium-hydroxide, purchase, EU"),
        catalogue_price("price of carbide", 650, "EUR/t", "calcium-carbide, purchase, EU"),
        catalogue_price("price of chlorine", 250, "EUR/t", "chlorine, purchase, EU"),
        computed(
            "price of bought hydrogen chloride",
            312.5,
            "EUR/t",
            "100 EUR/t ÷ 0.32, catalogue/data/prices.csv: hydrochloric-acid, purchase, EU, of 32 %",
            PRICE_YEAR,
        ),
        computed(
            "disposal of hydrogen chloride",
            20.6,
            "EUR/t",
            "1.3725 t of limestone at 15 EUR/t neutralise a tonne",
            PRICE_YEAR,
        ),
        catalogue_price("price of salt", 55, "EUR/t", "sodium-chloride, purchase, EU"),
        catalogue_price("price of quicklime", 130, "EUR/t", "quicklime, purchase, EU"),
        computed(
            "price of coke",
            272,
            "EUR/t",
            "35 EUR/MWh (catalogue/data/prices.csv: coke-and-coke-breeze, purchase, EU) × 7.78 MWh/t",
            PRICE_YEAR,
        ),
        catalogue_price("price of limestone", 15, "EUR/t", "limestone, purchase, EU"),
        catalogue_price("price of fly ash", 30, "EUR/t", "fly-ash, purchase, EU"),
        catalogue_price("disposal of fly ash", 45, "EUR/t", "fly-ash, disposal, EU"),
        catalogue_price("disposal of lime sludge", 35, "EUR/t, half water", "carbide-lime, disposal, EU"),
        catalogue_price("price of steam", 40, "EUR/MWh", "steam, purchase, EU"),
        published("price of coal", 7.8, "EUR/MWh", "TYNDP 2024, via PyPSA/technology-data 634cdc1", 2025),
        general("price of power from the grid", 90, "EUR/MWh", f"India, industry: {PRICES}", 2024),
        general("carbide that others buy", 40, "t/d", "a limited market: not published"),
        general("chlorine that others buy", 150, "t/d", "a limited market inland: not published"),
        general("running a carbide furnace", 40, "EUR/t", PRICES, 2022),
        general("running an acetylene generator", 25, "EUR/t", PRICES, 2022),
        general("running a PVC works", 60, "EUR/t", PRICES, 2022),
        general("running a cell house", 25, "EUR/t chlorine", PRICES, 2022),
        general("silo lorry, load", 4.0, "EUR/t", f"{LOADS}: silo", 2022),
        general("silo lorry, distance", 0.11, "EUR/t/km", f"{LOADS}: silo", 2022),
        general("tanker, load", 3.0, "EUR/t", f"{LOADS}: sludge", 2022),
        general("tanker, distance", 0.12, "EUR/t/km", f"{LOADS}: sludge", 2022),
        # Effects
        catalogue_factor("CO2 of quicklime", 1.0848, "t/t", "quicklime", Basis.GENERAL),
        catalogue_factor("CO2 in limestone, per quicklime", 0.7848, "t/t", "quicklime-calcination"),
        computed("CO2 of neutralising", 0.6035, "t/t", "CaCO3 + 2 HCl → CO2: 44.01 ÷ 72.92"),
        computed(
            "CO2 of the carbide furnace", 0.6866, "t/t", "CaO + 3 C → CaC2 + CO, its gas burnt: 44.01 ÷ 64.10"
        ),
        catalogue_factor("CO2 of coal", 0.39869, "t/MWh", "coal-industrial + coal-upstream"),
        general("CO2 of power from the grid", 0.7, "t/MWh", f"India: {PRICES}", 2024),
        catalogue_factor("CO2 that fly ash spares", 0.320, "t/t", "avoided-cement-by-fly-ash", Basis.GENERAL),
        catalogue_factor("CO2 of a lorry", 0.00012522, "t/t/km", "freight-hgv-with-upstream"),
        general("heat of hydrogen", 33.3, "MWh/t", "lower heating value"),
    ]
)


def acetylene_per_carbide(given: Assumptions) -> float:
    """Return tonnes of acetylene of a tonne of technical carbide."""
    return given["acetylene of pure carbide"] * given["purity of carbide"]


def make_network(given: Assumptions) -> Network:
    """Return the five works of the complex; a year as one period, capacities per hour."""
    draft = Draft(one_year(), Economy(price_year=PRICE_YEAR))
    years = {one.name: one.year for one in given.all()}
    party = {name: draft.party(name) for name in (CARBIDE, PVC, CHLORINE, CEMENT, POWER)}

    def money(name: str) -> float:
        year = years[name]
        return given[name] if year is None else in_year(given[name], of=year, year=PRICE_YEAR)

    def node(what: str, at: str, *, unit: str = "t", demand_per_day: float = 0.0) -> int:
        return draft.node(
            f"{what} at {at}", party=party[at], resource=what, unit=unit, demand=demand_per_day * DAYS
        )

    def capacity(name: str) -> float:
        return given[name] / HOURS_PER_DAY

    # Power: the plant's own coal, else the grid; a wire of the complex is no exchange.
    power = node("power", POWER, unit="MWh")
    ash = node("fly ash", POWER)
    coal_mwh = 1 / given["efficiency of the power plant"]
    draft.process(
        "power plant",
        party=party[POWER],
        takes={},
        gives={power: 1.0, ash: given["fly ash of power"]},
        cost=coal_mwh * money("price of coal"),
        capacity=given["power capacity"],
        co2e=coal_mwh * given["CO2 of coal"],
        other_mass_t=0.7,
    )
    draft.purchase(
        power,
        price=money("price of power from the grid"),
        name="grid",
        co2e=given["CO2 of power from the grid"],
    )
    wires = {}
    for at in (CARBIDE, PVC, CHLORINE):
        wires[at] = node("power", at, unit="MWh")
        draft.arc(power, wires[at], mode="wire", is_exchange=False)

    # Carbide, of which the acetylene generator takes what it can use; the rest is sold or not made.
    lime, coke, carbide = (node(what, CARBIDE) for what in ("quicklime", "coke", "carbide"))
    draft.purchase(lime, price=money("price of quicklime"), co2e=given["CO2 of quicklime"], virgin=1.0)
    draft.purchase(coke, price=money("price of coke"), virgin=1.0)
    draft.process(
        "carbide furnace",
        party=party[CARBIDE],
        takes={
            lime: given["lime per carbide"],
            coke: given["coke per carbide"],
            wires[CARBIDE]: given["power per carbide"],
        },
        gives={carbide: 1.0},
        cost=money("running a carbide furnace"),
        capacity=capacity("carbide capacity"),
        co2e=given["CO2 of the carbide furnace"],
    )
    draft.dispose(
        carbide, cost=-money("price of carbide"), name="sale", limit=given["carbide that others buy"] * DAYS
    )
    feed = node("carbide", PVC)
    draft.arc(carbide, feed, mode="conveyor")
    draft.purchase(feed, price=money("price of carbide"), virgin=1.0)
    acetylene, sludge = node("acetylene", PVC), node("lime sludge, dry", PVC)
    needed = 1 / acetylene_per_carbide(given)
    slaked = given["slaked lime of pure carbide"] / given["acetylene of pure carbide"]
    draft.process(
        "acetylene generator",
        party=party[PVC],
        takes={feed: needed},
        gives={acetylene: 1.0, sludge: slaked},
        cost=money("running an acetylene generator"),
        capacity=capacity("acetylene capacity"),
        other_mass_t=1 + slaked,
    )

    # Chlor-alkali: caustic is what is sold, chlorine must go somewhere.
    salt, caustic, chlorine, hydrogen, chloride = (
        node(what, CHLORINE) for what in ("salt", "caustic", "chlorine", "hydrogen", "hydrogen chloride")
    )
    draft.purchase(salt, price=money("price of salt"), virgin=1.0)
    draft.dispose(caustic, cost=-money("price of caustic"), name="sale")
    draft.dispose(
        chlorine,
        cost=-money("price of chlorine"),
        name="sale",
        limit=given["chlorine that others buy"] * DAYS,
    )
    draft.dispose(hydrogen, cost=-given["heat of hydrogen"] * money("price of coal"), name="burnt for coal")
    per_caustic = {
        what: given[f"{what} of salt"] / given["caustic of salt"] for what in ("chlorine", "hydrogen")
    }
    draft.process(
        "cell house",
        party=party[CHLORINE],
        takes={
            salt: 1 / given["caustic of salt"],
            wires[CHLORINE]: given["power per chlorine"] * per_caustic["chlorine"],
        },
        gives={caustic: 1.0, chlorine: per_caustic["chlorine"], hydrogen: per_caustic["hydrogen"]},
        cost=money("running a cell house") * per_caustic["chlorine"],
        capacity=capacity("caustic capacity"),
        other_mass_t=0.3083 / given["caustic of salt"],
    )
    draft.process(
        "hydrogen chloride burner",
        party=party[CHLORINE],
        takes={
            chlorine: 1 / given["hydrogen chloride of chlorine"],
            hydrogen: given["hydrogen per chlorine burnt"] / given["hydrogen chloride of chlorine"],
        },
        gives={chloride: 1.0},
    )
    draft.dispose(
        chloride,
        cost=money("disposal of hydrogen chloride"),
        name="neutralising",
        co2e=given["CO2 of neutralising"],
    )

    # Vinyl chloride and PVC.
    acid = node("hydrogen chloride", PVC)
    draft.arc(chloride, acid, mode="pipe")
    draft.purchase(acid, price=money("price of bought hydrogen chloride"), virgin=1.0)
    monomer, pvc = node("vinyl chloride", PVC), node("PVC", PVC)
    per_acetylene = 1 + given["hydrogen chloride per acetylene"]
    draft.process(
        "vinyl chloride",
        party=party[PVC],
        takes={
            acetylene: 1 / per_acetylene,
            acid: given["hydrogen chloride per acetylene"] / per_acetylene,
        },
        gives={monomer: 1.0},
    )
    draft.process(
        "PVC",
        party=party[PVC],
        takes={monomer: 1 / given["PVC of vinyl chloride"], wires[PVC]: given["power per PVC"]},
        gives={pvc: 1.0},
        cost=money("running a PVC works") + given["steam per PVC"] * money("price of steam"),
        capacity=capacity("PVC capacity"),
    )
    draft.dispose(pvc, cost=-money("price of PVC"), name="sale")

    # Cement: lime by sludge, else by limestone; ash of the power plant, else bought.
    kiln = node("lime, as CaO", CEMENT, demand_per_day=given["lime in cement"] * given["cement"] / DAYS)
    draft.purchase(
        kiln,
        price=money("price of limestone") / given["quicklime of limestone"],
        name="limestone",
        co2e=given["CO2 in limestone, per quicklime"],
        virgin=1 / given["quicklime of limestone"],
    )
    wet, km = 1 / given["solids of lime sludge"], given["way inside the complex"]
    draft.arc(
        sludge,
        kiln,
        kept=given["quicklime of slaked lime"],
        cost=wet * (money("tanker, load") + money("tanker, distance") * km),
        co2e=wet * given["CO2 of a lorry"] * km,
        mode="tanker",
    )
    draft.dispose(sludge, cost=2 * money("disposal of lime sludge"), landfill=1.0)
    binder = node("fly ash", CEMENT, demand_per_day=given["fly ash that cement takes"])
    draft.purchase(binder, price=money("price of fly ash"), co2e=given["CO2 that fly ash spares"], virgin=1.0)
    draft.arc(
        ash,
        binder,
        cost=money("silo lorry, load") + money("silo lorry, distance") * km,
        co2e=given["CO2 of a lorry"] * km,
        mode="silo lorry",
    )
    draft.dispose(ash, cost=money("disposal of fly ash"), landfill=1.0)
    return draft.network()


def hydrogen_chloride_price(given: Assumptions, caustic_t_per_day: float) -> float:
    """Return what one more tonne of hydrogen chloride is worth at the burner, at this capacity for caustic."""
    plan = solved(make_network(given.changed({"caustic capacity": caustic_t_per_day})))
    return price_at(plan, f"hydrogen chloride at {CHLORINE}")


def figures(given: Assumptions, plan: Plan, baseline: Plan) -> list[Figure]:
    """Return the balance per day beside the published capacities, and what caustic does to hydrogen chloride."""

    def daily(amount_per_year: float, digits: int = 1) -> float:
        return rounded(amount_per_year / DAYS, digits)

    stoichiometry = "stoichiometry from the published capacities"
    carbide = run(plan, "carbide furnace")
    fed = sent(plan, f"carbide at {CARBIDE}", f"carbide at {PVC}")
    sold = used(plan, "sale", f"carbide at {CARBIDE}")
    acid = sent(plan, f"hydrogen chloride at {CHLORINE}", f"hydrogen chloride at {PVC}")
    chlorine = acid / given["hydrogen chloride of chlorine"]
    sludge = sent(plan, f"lime sludge, dry at {PVC}", f"lime, as CaO at {CEMENT}")
    quicklime = sludge * given["quicklime of slaked lime"]
    way_t = (
        sludge / given["solids of lime sludge"] * given["CO2 of a lorry"] * given["way inside the complex"]
    )
    all_in = given.changed({"acetylene capacity": 1e3, "PVC capacity": 1e4, "carbide that others buy": 0.0})
    expansion = given.changed(
        {"acetylene capacity": 110.0, "PVC capacity": 250.0, "carbide that others buy": 0.0}
    )
    caustic_with_it = chlorine * given["caustic of salt"] / given["chlorine of salt"]
    found = [
        Figure("PVC", daily(run(plan, "PVC")), "t/d", 200, 200, REPORT),
        Figure("vinyl chloride", daily(run(plan, "vinyl chloride"), 0), "t/d", 216, 216, stoichiometry),
        Figure("acetylene", daily(run(plan, "acetylene generator")), "t/d", 90, 90, REPORT),
        Figure(
            "carbide", daily(carbide), "t/d", None, 330, REPORT, "the capacity: the plan need not use it all"
        ),
        Figure("carbide to acetylene", daily(fed), "t/d", None, 330, REPORT),
        Figure("carbide sold", daily(sold), "t/d", remark="all that others buy"),
        Figure(
            "carbide idle",
            rounded(given["carbide capacity"] - carbide / DAYS, 1),
            "t/d",
            remark="330 t/d are not all forced into acetylene",
        ),
        Figure(
            "acetylene if all carbide were forced into it",
            daily(run(solved(make_network(all_in)), "acetylene generator"), 0),
            "t/d",
            107,
            107,
            "330 t/d of carbide at 80 %",
            "above the 90 t/d of the generator, which therefore cannot take it all",
        ),
        Figure(
            "acetylene after the expansion, no carbide sold",
            daily(run(solved(make_network(expansion)), "acetylene generator")),
            "t/d",
            110,
            110,
            REPORT,
            "330 t/d at 80 % are 107: 110 take carbide of 82 %, or 339 t/d; none is bought at its price",
        ),
        Figure("hydrogen chloride to vinyl chloride", daily(acid, 0), "t/d", 126, 126, stoichiometry),
        Figure("chlorine for it", daily(chlorine), "t/d", 122.5, 122.5, stoichiometry),
        Figure("caustic made with it", daily(caustic_with_it, 0), "t/d", 138, 138, stoichiometry),
        Figure(
            "hydrogen for it",
            daily(chlorine * given["hydrogen per chlorine burnt"]),
            "t/d",
            3.5,
            3.5,
            stoichiometry,
        ),
        Figure(
            "hydrogen left to burn for coal",
            daily(used(plan, "burnt for coal", f"hydrogen at {CHLORINE}"), 2),
            "t/d",
            remark="what the cells make, less what hydrogen chloride takes, that of surplus chlorine with it",
        ),
        Figure("slaked lime in the sludge, to cement", daily(sludge, 0), "t/d", 256, 256, stoichiometry),
        Figure(
            "limestone spared",
            daily(quicklime / given["quicklime of limestone"], 0),
            "t/d",
            346,
            346,
            stoichiometry,
        ),
        Figure(
            "CO2 that the lime loop spares",
            daily(quicklime * given["CO2 in limestone, per quicklime"], 0),
            "t/d",
            152,
            152,
            stoichiometry,
        ),
        Figure(
            "CO2 of its transport",
            daily(way_t, 2),
            "t/d",
            remark="over 3 km, longer than any way inside the complex, wet as it is",
        ),
        Figure(
            "fly ash to cement",
            daily(sent(plan, f"fly ash at {POWER}", f"fly ash at {CEMENT}")),
            "t/d",
            300,
            300,
            CLEARANCE,
        ),
        Figure(
            "power of the carbide furnace at full load",
            rounded(given["carbide capacity"] * given["power per carbide"], 0),
            "MWh/d",
            1_020,
            1_023,
            "330 t/d × 3.1 MWh/t",
        ),
        Figure("gain of all over no exchange", rounded(spared(plan, baseline) / 1e6, 2), "MEUR/year"),
        Figure("landfill spared", daily(spared(plan, baseline, Metric.LANDFILL)), "t/d"),
    ]
    today = given["caustic capacity"]
    found += [
        Figure(
            f"price of hydrogen chloride at {capacity:g} t/d of caustic",
            rounded(hydrogen_chloride_price(given, capacity), 1),
            "EUR/t",
            remark="today's capacity" if capacity == today else "",
        )
        for capacity in sorted({*HCL_PRICES_AT, today})
    ]
    return found


CASE: Final = Case(
    name="kota",
    title="Kota: carbide, chlorine and cement",
    about=(
        "DCM Shriram's complex: carbide makes acetylene, acetylene and hydrogen chloride make PVC, the lime that is "
        "left goes to the cement kiln, and fly ash with it. Chlorine comes with caustic: the more caustic is made, the "
        "less hydrogen chloride is worth. Capacities are published; prices are European orders of magnitude."
    ),
    assumptions=ASSUMPTIONS,
    make_network=make_network,
    figures=figures,
)
