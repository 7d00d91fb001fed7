"""What Kalundborg rests on: amounts, prices, ways, plants, effects, climate, places."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from planning.cases.assumptions import Assumptions, Basis
from planning.cases.stating import catalogue_factor, catalogue_price, computed, general, published
from planning.optimize.network import months

PRICE_YEAR: Final = 2024
CHERTOW: Final = "Chertow, slides 2013, studylib.net 5496472"
SAVINGS: Final = "ellenmacarthurfoundation.org, after the LCA paper of 2018 (symbiosis.dk/en/paper-lca)"
SYMBIOSIS: Final = "sog.codeomega.co.uk, text of the symbiosis, about 2022"
FIKSEL: Final = "Fiksel, Design for Environment, p. 184"
LOADS: Final = "matching/market/tables/loads.csv"
DEA: Final = "Danish Energy Agency, technology data"
PRICES: Final = "order of magnitude"

ASNAES, REFINERY, NOVO = "Asnæs power station", "refinery", "Novo Nordisk and Novozymes"
GYPROC, TOWN, FARMS, CEMENT, KEMIRA = "Gyproc", "town", "farms", "cement works", "Kemira"
PLACES: Final = (ASNAES, REFINERY, NOVO, GYPROC, TOWN, FARMS, CEMENT, KEMIRA, "Lake Tissø")

# The least temperature of outdoor air (°C) at which houses are not heated, as the degree days of Denmark have it.
HEATING_LIMIT_C: Final = 17.0
# The share of a year's fertiliser that the fields take in each month: spring before sowing, and after the harvest.
SPREADING: Final = (0.0, 0.0, 0.25, 0.30, 0.10, 0.0, 0.0, 0.15, 0.20, 0.0, 0.0, 0.0)
_OUTDOOR_C: Final = (1.9, 1.6, 3.3, 7.1, 11.5, 15.2, 17.6, 17.6, 14.3, 10.0, 6.0, 3.3)


def _places() -> list[tuple[str, float, float, Basis, str]]:
    town = (55.67954, 11.08864)
    return [
        (ASNAES, 55.662, 11.081, Basis.GENERAL, "on the south shore of the fjord"),
        (REFINERY, 55.671, 11.081, Basis.COMPUTED, "to the north of Asnæs (indigodev.com), 1 km: own guess"),
        (NOVO, 55.653, 11.081, Basis.COMPUTED, "about 1 km south of Asnæs (indigodev.com)"),
        (GYPROC, 55.653, 11.083, Basis.COMPUTED, "about 1 km south of Asnæs (indigodev.com)"),
        (TOWN, *town, Basis.PUBLISHED, "the town, as all flows of documented_flows.csv are placed"),
        (FARMS, 55.60, 11.25, Basis.GENERAL, "the middle of the fields: not published"),
        (
            CEMENT,
            57.06,
            9.97,
            Basis.GENERAL,
            "taken as Aalborg: 'local cement company' is all that is published",
        ),
        (KEMIRA, 55.57, 9.75, Basis.GENERAL, "Fredericia (NAP 4982 p. 120)"),
        ("Lake Tissø", 55.58, 11.29, Basis.GENERAL, "16 km from Asnæs in a straight line"),
    ]


ASSUMPTIONS: Final = Assumptions(
    [
        # Amounts
        published("gypsum of Asnæs", 170_000, "t/year", CHERTOW),
        computed(
            "gypsum of Gyproc",
            171_000,
            "t/year",
            "180,000 t board (20 million m²) × 0.95 t/t: a works of that size",
        ),
        computed("fly ash of Asnæs", 60_000, "t/year", f"middle of 50,000 to 70,000: {CHERTOW}"),
        published(
            "binder of the cement works", 135_000, "t/year", f"{FIKSEL}: fly ash taken in a large year"
        ),
        published("sulphur of the refinery", 2_800, "t/year", CHERTOW),
        general("sulphur of Kemira", 10_000, "t/year", "more than the refinery has"),
        published("surplus yeast", 5_000, "t/year", FIKSEL),
        published("sludge, solid", 97_000, "t/year", f"97,000 m³ at 1 t/m³: {CHERTOW}"),
        published("sludge, liquid", 280_000, "t/year", f"280,000 m³ at 1 t/m³: {CHERTOW}"),
        published("sludge that the fields can take", 1_000_000, "t/year", f"{FIKSEL}: taken in a large year"),
        general(
            "store for sludge",
            283_000,
            "t",
            "nine months of sludge, as Danish farms must be able to keep slurry",
        ),
        general(
            "steam of the biotech works",
            547_000,
            "MWh/year",
            "(129 MW of the plant built in 2020 for steam and heat, recalled, less 25 MW for the town) × 8,760 h × 0.6",
        ),
        published(
            "steam in the 1990s",
            215_000,
            "t/year",
            "NAP 4982 p. 121, a fragment of a table: of which column is not visible",
        ),
        computed(
            "heat in steam",
            0.655,
            "MWh/t",
            "saturated at 10 bar, 2,778 kJ/kg, less feed water of 100 °C, 419 kJ/kg",
        ),
        general("load of the steam", 0.6, "share of the year", "order of magnitude"),
        published(
            "houses on district heat",
            3_500,
            "furnaces replaced",
            "ecologycenter.us after Gertler and Ehrenfeld 1996",
        ),
        general("heat per house", 18.1, "MWh/year", "the Danish standard house of 130 m²"),
        general("heat at the peak over the month's mean", 2.0, "times", "order of magnitude"),
        general("hot water", 0.2, "share of a house's heat", "order of magnitude"),
        computed("gas of Gyproc", 153_000, "MWh/year", "180,000 t board × 0.85 MWh/t"),
        general(
            "coal that gas replaces at Asnæs",
            209_000,
            "MWh/year",
            "30,000 t of coal a year at 25.1 GJ/t: recalled",
        ),
        general(
            "surplus gas of the refinery",
            362_000,
            "MWh/year",
            "what both are said to have taken; flared without them",
        ),
        published("cooling water of the refinery", 700_000, "m³/year", "wikisum.wiki"),
        computed(
            "effluent of the refinery",
            500_000,
            "m³/year",
            f"1.2 million m³ ({CHERTOW}) less the cooling water",
        ),
        published("water that lake water can replace", 2_000_000, "m³/year", f"groundwater saved: {CHERTOW}"),
        # Prices
        catalogue_price("price of gypsum", 25, "EUR/t", "gypsum, purchase, EU"),
        catalogue_price("disposal of gypsum", 40, "EUR/t", "fgd-gypsum, disposal, EU"),
        catalogue_price("price of fly ash", 30, "EUR/t", "fly-ash, purchase, EU"),
        catalogue_price("disposal of fly ash", 45, "EUR/t", "fly-ash, disposal, EU"),
        catalogue_price("price of sulphur", 110, "EUR/t", "elemental-sulphur, purchase, EU"),
        catalogue_price("disposal of sulphur", 30, "EUR/t", "elemental-sulphur, disposal, EU"),
        catalogue_price("price of feed", 40, "EUR/t", "surplus-yeast, purchase, EU"),
        general("disposal of yeast", 35, "EUR/t", f"anaerobic digestion, gate fee: {PRICES}", 2023),
        catalogue_price(
            "price of fertiliser", 8, "EUR/t sludge", "soil-improvers-and-fertilisers, purchase, EU"
        ),
        catalogue_price("disposal of sludge", 20, "EUR/t", "fermentation-sludge, disposal, EU"),
        published(
            "price of natural gas", 28.4, "EUR/MWh", "World Bank, via PyPSA/technology-data 634cdc1", 2025
        ),
        published("price of coal", 7.8, "EUR/MWh", "TYNDP 2024, via PyPSA/technology-data 634cdc1", 2025),
        published(
            "price of heating oil",
            82,
            "EUR/MWh",
            "EMB3Rs knowledge base ba9eac3, EU; its year not stated, about 2021",
            2021,
        ),
        general("price of power", 70, "EUR/MWh", f"wholesale: {PRICES}", 2024),
        catalogue_price("price of water", 1.0, "EUR/m³", "process-water, purchase, EU"),
        general("price of lake water", 0.1, "EUR/m³", f"abstraction of surface water: {PRICES}", 2024),
        general("treatment of lake water", 0.2, "EUR/m³", f"filtering: {PRICES}", 2024),
        catalogue_price("discharge of cooling water", 0.1, "EUR/m³", "cooling-water, disposal, EU"),
        # Ways
        general("lorry, load", 4.5, "EUR/t", f"{LOADS}: bulk", 2022),
        general("lorry, distance", 0.11, "EUR/t/km", f"{LOADS}: bulk", 2022),
        general("tanker, load", 3.0, "EUR/t", f"{LOADS}: sludge", 2022),
        general("tanker, distance", 0.12, "EUR/t/km", f"{LOADS}: sludge", 2022),
        general("coaster, load", 6.0, "EUR/t", f"3,000 to 5,000 t bulk: {PRICES}", 2022),
        general("coaster, distance", 0.009, "EUR/t/km", f"3,000 to 5,000 t bulk: {PRICES}", 2022),
        general("roads and sea lanes over the straight line", 1.3, "times", "order of magnitude"),
        general("steam pipe", 51_000, "EUR/MW/km", f"DN300, 50 t/h, 1.8 MEUR/km: {PRICES}", 2022),
        general("loss of steam", 0.01, "share per km", "DN300, 50 t/h"),
        published("heat pipe", 25_000, "EUR/MW/km", f"{DEA}, sheet 113_11, 20 to 50 MW", 2015),
        published("loss of heat", 0.01, "share per km", f"{DEA}, sheet 113_11, 20 to 50 MW", None),
        published("heat network", 655, "EUR per MWh/year", f"{DEA}, sheet 113_13, suburban", 2015),
        published("loss of the heat network", 0.14, "share", f"{DEA}, sheet 113_13, suburban"),
        general("gas pipe", 20_000, "EUR/MW/km", f"raw gas, 5 MW, 100,000 EUR/km: {PRICES}", 2022),
        general("water pipe, small", 350_000, "EUR/km", f"DN300, 350 m³/h: {PRICES}", 2022),
        general("water pipe, large", 750_000, "EUR/km", f"DN600, 1,700 m³/h: {PRICES}", 2022),
        general("upkeep of pipes", 0.01, "share of investment per year", PRICES),
        general("life of pipes", 40, "years", "heat pipes: 40, water pipes: 50, steam pipes: 30"),
        general("interest", 0.06, "per year", "real", 2024),
        # Plants
        general("power lost per steam", 0.20, "MWh/MWh", "steam drawn from the turbine at about 10 bar"),
        general(
            "power lost per district heat", 0.12, "MWh/MWh", "steam drawn from the turbine at about 1 bar"
        ),
        published("efficiency of a gas boiler", 0.92, "share", f"{DEA}, sheet 311.1c"),
        general("efficiency of an oil furnace", 0.85, "share", PRICES),
        # Effects
        catalogue_factor("CO2 of natural gas", 0.23617, "t/MWh", "natural-gas-with-upstream"),
        catalogue_factor("CO2 of coal", 0.39869, "t/MWh", "coal-industrial + coal-upstream"),
        general(
            "CO2 of heating oil",
            0.33,
            "t/MWh",
            "0.267 burnt (order of magnitude), and gas-oil-upstream of the catalogue",
        ),
        catalogue_factor("CO2 of power", 0.112, "t/MWh", "electricity-grid-dk"),
        catalogue_factor("CO2 of natural gypsum", 0.005, "t/t", "natural-gypsum", Basis.GENERAL),
        catalogue_factor("CO2 that fly ash spares", 0.320, "t/t", "avoided-cement-by-fly-ash", Basis.GENERAL),
        catalogue_factor("CO2 of landfill", 0.00126338, "t/t", "landfill-aggregates"),
        catalogue_factor("CO2 of feed", 0.028, "t/t", "feed-barley-for-liquid-feed", Basis.GENERAL),
        catalogue_factor("CO2 of water", 0.0001913, "t/m³", "water-supply"),
        catalogue_factor("CO2 of a lorry", 0.00012522, "t/t/km", "freight-hgv-with-upstream"),
        catalogue_factor("CO2 of a ship", 0.00001621, "t/t/km", "freight-ship-general-with-upstream"),
        # Climate and places
        *[
            general(f"outdoor air, {month}", temperature, "°C", "normals 1991-2020 of west Zealand, recalled")
            for month, temperature in zip(months().names, _OUTDOOR_C, strict=True)
        ],
        *[
            assumption
            for place, latitude, longitude, basis, why in _places()
            for assumption in (
                replace(general(f"{place}, latitude", latitude, "°", why), basis=basis),
                replace(general(f"{place}, longitude", longitude, "°", why), basis=basis),
            )
        ],
    ]
)
