"""The network of Kalundborg: each plant at its place, each flow beside what both sides would do without it."""

from __future__ import annotations

from typing import Final

import numpy as np

from matching.economics import delivered
from planning.cases.assumptions import Assumptions
from planning.cases.kalundborg.given import (
    ASNAES,
    CEMENT,
    FARMS,
    GYPROC,
    HEATING_LIMIT_C,
    KEMIRA,
    NOVO,
    PLACES,
    PRICE_YEAR,
    REFINERY,
    SPREADING,
    TOWN,
)
from planning.cases.reading import Place, distance_km
from planning.cases.stating import in_year
from planning.optimize.draft import Draft
from planning.optimize.network import MONTH_DAYS, Economy, Float, Investment, Network, months

COOLING_PIPE, EFFLUENT_PIPE, LAKE_PIPE = "cooling water pipe", "effluent pipe", "pipe from Lake Tissø"
WATER_PIPES: Final = (COOLING_PIPE, EFFLUENT_PIPE, LAKE_PIPE)
WATER_PRICES: Final = (0.5, 1.0, 2.0)
"""EUR/m³: own well, process water, drinking water."""

DOCUMENTED: Final = (
    ("steam", f"steam at {ASNAES}", f"steam at {NOVO}"),
    ("district heat", f"heat at {ASNAES}", f"heat in the network at {TOWN}"),
    ("refinery gas to Gyproc", f"gas at {REFINERY}", f"fuel at {GYPROC}"),
    ("refinery gas to Asnæs", f"gas at {REFINERY}", f"fuel at {ASNAES}"),
    ("cooling water", f"cooling water at {REFINERY}", f"feed water at {ASNAES}"),
    ("treated effluent", f"effluent at {REFINERY}", f"washing water at {ASNAES}"),
    ("water of Lake Tissø", f"lake water at {TOWN}", f"process water at {NOVO}"),
    ("gypsum", f"gypsum at {ASNAES}", f"gypsum at {GYPROC}"),
    ("fly ash", f"fly ash at {ASNAES}", f"fly ash at {CEMENT}"),
    ("sulphur", f"sulphur at {REFINERY}", f"sulphur at {KEMIRA}"),
    ("surplus yeast", f"yeast at {NOVO}", f"yeast at {FARMS}"),
    ("sludge, solid", f"sludge, solid at {NOVO}", f"sludge at {FARMS}"),
    ("sludge, liquid", f"sludge, liquid at {NOVO}", f"sludge at {FARMS}"),
)
"""The flows that sources report, each with where it leads from and to."""


def heat_profile(given: Assumptions) -> Float:
    """Return the share of a year's heat that the town takes in each month: degree days, and hot water all year."""
    days = np.array(MONTH_DAYS, dtype=np.float64)
    outdoor = np.array([given[f"outdoor air, {month}"] for month in months().names])
    degree_days = days * np.maximum(HEATING_LIMIT_C - outdoor, 0.0)
    hot_water = given["hot water"]
    shares: Float = (1 - hot_water) * degree_days / degree_days.sum() + hot_water * days / days.sum()
    return shares


class _Builder:
    """Puts the network together; every price is taken in the money of `PRICE_YEAR`."""

    def __init__(self, given: Assumptions) -> None:
        self.given = given
        self.draft = Draft(months(), Economy(rate=given["interest"], price_year=PRICE_YEAR))
        self.parties = {name: self.draft.party(name) for name in PLACES[:-1]}
        self.places = {
            name: Place(given[f"{name}, latitude"], given[f"{name}, longitude"]) for name in PLACES
        }
        self._years = {one.name: one.year for one in given.all()}
        self.nodes: dict[str, int] = {}

    def money(self, name: str) -> float:
        """Return a price in the plan's money."""
        year = self._years[name]
        if year is None:
            raise ValueError(f"{name} has no price year.")
        return in_year(self.given[name], of=year, year=PRICE_YEAR)

    def km(self, tail: str, head: str) -> float:
        return distance_km(self.places[tail], self.places[head])

    def node(
        self, what: str, at: str, unit: str, *, supply: Float | float = 0.0, demand: Float | float = 0.0
    ) -> int:
        """Add a node of a party; amounts are per year, or per month if given so."""
        name = f"{what} at {at}"
        amounts = [
            self.draft.spread(amount) if isinstance(amount, (int, float)) else amount
            for amount in (supply, demand)
        ]
        self.nodes[name] = self.draft.node(
            name, party=self.parties[at], resource=what, unit=unit, supply=amounts[0], demand=amounts[1]
        )
        return self.nodes[name]

    def haul(self, tail: int, head: int, ends: tuple[str, str], vehicle: str) -> None:
        """Let it be carried: load and distance as matching has them, the CO2 of the way with it."""
        km = self.km(*ends) * self.given["roads and sea lanes over the straight line"]
        per_km = self.given["CO2 of a ship" if vehicle == "coaster" else "CO2 of a lorry"]
        self.draft.arc(
            tail,
            head,
            cost=self.money(f"{vehicle}, load") + self.money(f"{vehicle}, distance") * km,
            co2e=per_km * km,
            mode=vehicle,
        )

    def pipe(
        self,
        tail: int,
        head: int,
        ends: tuple[str, str],
        name: str,
        *,
        capex: float = 0.0,
        per_size: float = 0.0,
        loss: float = 0.0,
        largest: float = np.inf,
        availability: float = 1.0,
        cost: float = 0.0,
    ) -> None:
        """Let it flow through a pipe that may be built; `capex` per km and `per_size` per km and unit per hour."""
        km = self.km(*ends)
        line = self.draft.arc(tail, head, kept=delivered(loss, km, 1.0), cost=cost, mode="pipe")
        limit = self.draft.limit(f"capacity of {name}", arcs={line: 1.0}, availability=availability)
        upkeep = self.given["upkeep of pipes"]
        self.draft.investment(
            Investment(
                name=name,
                party=self.parties[ends[1]],
                limit=limit,
                largest=largest,
                capex=capex * km,
                capex_per_size=per_size * km,
                life_years=self.given["life of pipes"],
                opex=capex * km * upkeep,
                opex_per_size=per_size * km * upkeep,
                price_year=PRICE_YEAR,
            )
        )

    def heat(self) -> None:
        """Steam for the biotech works, heat for the town, drawn from the turbines; else gas boilers, oil furnaces."""
        given, draft = self.given, self.draft
        shares = heat_profile(given)
        houses_mwh = given["houses on district heat"] * given["heat per house"]
        for what, at, loss, amount in (
            ("steam", NOVO, "steam", given["steam of the biotech works"]),
            ("heat", TOWN, "district heat", houses_mwh * shares),
        ):
            source = self.node(what, ASNAES, "MWh")
            target = self.node(what, at, "MWh", demand=amount)
            lost = given[f"power lost per {loss}"]
            draft.process(
                f"{what} from the turbines",
                party=self.parties[ASNAES],
                takes={},
                gives={source: 1.0},
                cost=lost * self.money("price of power"),
                co2e=lost * given["CO2 of power"],
            )
            gas = what == "steam"
            fuel, burner = ("natural gas", "a gas boiler") if gas else ("heating oil", "an oil furnace")
            efficiency = given[f"efficiency of {burner}"]
            draft.purchase(
                target,
                price=self.money(f"price of {fuel}") / efficiency,
                name="own boilers" if gas else "oil furnaces",
                co2e=given[f"CO2 of {fuel}"] / efficiency,
            )
        nodes = self.nodes
        self.pipe(
            nodes[f"steam at {ASNAES}"],
            nodes[f"steam at {NOVO}"],
            (ASNAES, NOVO),
            "steam pipe",
            per_size=self.money("steam pipe"),
            loss=given["loss of steam"],
            availability=given["load of the steam"],
        )
        grid = self.node("heat in the network", TOWN, "MWh")
        self.pipe(
            nodes[f"heat at {ASNAES}"],
            grid,
            (ASNAES, TOWN),
            "heat pipe",
            per_size=self.money("heat pipe"),
            loss=given["loss of heat"],
            availability=1 / given["heat at the peak over the month's mean"],
        )
        network = draft.arc(
            grid, nodes[f"heat at {TOWN}"], kept=1 - given["loss of the heat network"], mode="heat network"
        )
        # Sized by the year's sum: what is sold in a month is bounded by the share of the year that falls into it.
        limit = draft.limit(
            "capacity of the heat network",
            arcs={network: 1 - given["loss of the heat network"]},
            availability=shares / months().hours,
        )
        draft.investment(
            Investment(
                name="heat network",
                party=self.parties[TOWN],
                limit=limit,
                capex_per_size=self.money("heat network"),
                life_years=given["life of pipes"],
                opex_per_size=self.money("heat network") * given["upkeep of pipes"],
                price_year=PRICE_YEAR,
            )
        )

    def gas(self) -> None:
        """The refinery's surplus gas, else flared: its CO2 is the same in both, so only what it replaces counts."""
        given, draft = self.given, self.draft
        surplus = self.node("gas", REFINERY, "MWh", supply=given["surplus gas of the refinery"])
        draft.dispose(surplus, cost=0.0, name="flare")
        for at, demand, fuel in (
            (GYPROC, "gas of Gyproc", "natural gas"),
            (ASNAES, "coal that gas replaces at Asnæs", "coal"),
        ):
            target = self.node("fuel", at, "MWh", demand=given[demand])
            draft.purchase(
                target, price=self.money(f"price of {fuel}"), name=fuel, co2e=given[f"CO2 of {fuel}"]
            )
            self.pipe(surplus, target, (REFINERY, at), f"gas pipe to {at}", per_size=self.money("gas pipe"))

    def water(self) -> None:
        """Cooling water and effluent of the refinery and lake water, else groundwater; three pipes to build or not."""
        given, draft = self.given, self.draft
        cooling = self.node("cooling water", REFINERY, "m³", supply=given["cooling water of the refinery"])
        draft.dispose(cooling, cost=self.money("discharge of cooling water"), name="discharge")
        effluent = self.node("effluent", REFINERY, "m³", supply=given["effluent of the refinery"])
        draft.dispose(effluent, cost=0.0, name="discharge")
        feed = self.node("feed water", ASNAES, "m³", demand=given["cooling water of the refinery"])
        washing = self.node("washing water", ASNAES, "m³", demand=given["effluent of the refinery"])
        process = self.node("process water", NOVO, "m³", demand=given["water that lake water can replace"])
        lake = self.node("lake water", TOWN, "m³")
        draft.purchase(lake, price=self.money("price of lake water"), name="abstraction")
        for node in (feed, washing, process):
            draft.purchase(
                node, price=self.money("price of water"), name="groundwater", co2e=given["CO2 of water"]
            )
        draft.grades([feed, washing])
        small, large = self.money("water pipe, small"), self.money("water pipe, large")
        self.pipe(cooling, feed, (REFINERY, ASNAES), COOLING_PIPE, capex=small, largest=350)
        self.pipe(effluent, washing, (REFINERY, ASNAES), EFFLUENT_PIPE, capex=small, largest=350)
        self.pipe(
            lake,
            process,
            ("Lake Tissø", NOVO),
            LAKE_PIPE,
            capex=large,
            largest=1_700,
            cost=self.money("treatment of lake water"),
        )

    def materials(self) -> None:
        """Gypsum, ash, sulphur and yeast: month by month alike, by lorry, tanker or ship."""
        given, draft = self.given, self.draft
        landfill = given["CO2 of landfill"]
        for what, giver, supply, taker, demand, price, disposal, vehicle, co2e, buried in (
            ("gypsum", ASNAES, "gypsum of Asnæs", GYPROC, "gypsum of Gyproc", "price of gypsum",
             "disposal of gypsum", "lorry", "CO2 of natural gypsum", True),
            ("fly ash", ASNAES, "fly ash of Asnæs", CEMENT, "binder of the cement works", "price of fly ash",
             "disposal of fly ash", "coaster", "CO2 that fly ash spares", True),
            ("sulphur", REFINERY, "sulphur of the refinery", KEMIRA, "sulphur of Kemira", "price of sulphur",
             "disposal of sulphur", "lorry", None, True),
            ("yeast", NOVO, "surplus yeast", FARMS, "surplus yeast", "price of feed",
             "disposal of yeast", "tanker", "CO2 of feed", False),
        ):  # fmt: skip
            source = self.node(what, giver, "t", supply=given[supply])
            target = self.node(what, taker, "t", demand=given[demand])
            draft.dispose(
                source,
                cost=self.money(disposal),
                co2e=landfill if buried else 0.0,
                landfill=1.0 if buried else 0.0,
            )
            draft.purchase(
                target, price=self.money(price), co2e=0.0 if co2e is None else given[co2e], virgin=1.0
            )
            self.haul(source, target, (giver, taker), vehicle)

    def sludge(self) -> None:
        """Sludge arises all the year and is spread in some months only: what lies between is kept in a store."""
        given, draft = self.given, self.draft
        fields = self.node(
            "sludge",
            FARMS,
            "t",
            demand=given["sludge that the fields can take"] * np.array(SPREADING),
        )
        draft.purchase(fields, price=self.money("price of fertiliser"), name="fertiliser")
        draft.storage(
            "slurry tanks", party=self.parties[FARMS], node=fields, capacity=given["store for sludge"]
        )
        for kind in ("solid", "liquid"):
            source = self.node(f"sludge, {kind}", NOVO, "t", supply=given[f"sludge, {kind}"])
            draft.dispose(source, cost=self.money("disposal of sludge"))
            self.haul(source, fields, (NOVO, FARMS), "tanker")


def make_network(given: Assumptions) -> Network:
    """Return the plants at their places, each with its purchase or disposal as the alternative."""
    builder = _Builder(given)
    builder.heat()
    builder.gas()
    builder.water()
    builder.materials()
    builder.sludge()
    return builder.draft.network()
