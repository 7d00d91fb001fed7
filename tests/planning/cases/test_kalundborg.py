"""Kalundborg: the plan finds the flows that grew, totals lie between the published years, water rests on its price."""

import csv

import numpy as np
import pytest

from local.stack import ROOT
from matching.economics import Costs, Interval, buyer_alternative, seller_alternative, worth
from planning.cases.assumptions import Assumptions
from planning.cases.kalundborg.figures import worth_of_flows
from planning.cases.kalundborg.given import ASNAES, CEMENT, FARMS, GYPROC, KEMIRA, NOVO, REFINERY, TOWN
from planning.cases.kalundborg.network import DOCUMENTED, heat_profile
from planning.cases.reading import Place, distance_km, sent
from planning.cases.stating import in_year
from planning.optimize.answers import Plan
from tests.planning.cases.runs import changed_run, figure, outside, run_of


def monthly(plan: Plan, tail: str, head: str) -> list[float]:
    names, arcs = plan.network.nodes.names, plan.network.arcs
    [row] = [a for a in range(arcs.tail.size) if (names[arcs.tail[a]], names[arcs.head[a]]) == (tail, head)]
    return [float(amount) for amount in plan.flow[row]]


def test_each_documented_flow_is_in_the_plan_and_none_in_the_baseline() -> None:
    found = run_of("kalundborg")
    assert [name for name, tail, head in DOCUMENTED if sent(found.plan, tail, head) <= 1] == []
    assert [name for name, tail, head in DOCUMENTED if sent(found.baseline, tail, head) > 0] == []


def test_published_figures_are_met_but_for_three_that_say_why() -> None:
    found = run_of("kalundborg")
    assert outside(found) == [
        "CO2 spared with the steam of the 1990s",
        "saving of the companies, at the plan's prices",
        "energy spared",
    ]
    assert sum(one.is_published for one in found.figures) == 16
    assert all(figure(found, name).remark for name in outside(found))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("documented flows in the plan", 13.0),
        ("gypsum", 170_000.0),
        ("fly ash", 60_000.0),
        ("sulphur", 2_800.0),
        ("surplus yeast", 5_000.0),
        ("sludge to fields", 377_000.0),
        ("cooling water", 700_000.0),
        ("steam", 552_529.0),
        ("district heat", 75_173.0),
        ("oil furnaces replaced", 3_500.0),
        ("district heat in January over July", 8.61),
        ("refinery gas", 362_000.0),
        ("materials, without sludge and yeast", 232_800.0),
        ("groundwater spared", 3.2),
        ("CO2 spared", 291_147.0),
        ("CO2 spared with the steam of the 1990s", 196_069.0),
        ("saving of all partners", 31.99),
        ("saving of the companies, at the plan's prices", 29.88),
        ("saving of all partners, today's money", 41.5),
        ("energy spared", 911.6),
        ("investment", 76.3),
        ("payback of all pipes", 1.64),
    ],
)
def test_figures(name: str, value: float) -> None:
    assert figure(run_of("kalundborg"), name).value == pytest.approx(value, abs=0.5 if value > 1e5 else 1e-9)


def test_totals_lie_between_the_published_years() -> None:
    found = run_of("kalundborg")
    assert 62_000 <= figure(found, "materials, without sludge and yeast").value <= 242_800
    assert 3.0 <= figure(found, "groundwater spared").value <= 4.0
    assert 240_000 <= figure(found, "CO2 spared").value <= 635_000
    # The control: half the steam, and the sum falls short of 2013.
    less = changed_run("kalundborg", "steam of the biotech works", 273_500.0)
    assert figure(less, "CO2 spared").value < 240_000
    assert "CO2 spared" in outside(less)


@pytest.mark.parametrize(
    ("price", "cooling", "lake", "lake_is_built"),
    [("0.5", 0.92, 46.12, False), ("1", 0.5, 9.91, True), ("2", 0.26, 3.86, True)],
)
def test_payback_of_the_water_exchanges_rests_on_the_price_of_water(
    price: str, cooling: float, lake: float, lake_is_built: bool
) -> None:
    found = run_of("kalundborg")
    pipe = figure(found, f"payback of the pipe from Lake Tissø at {price} EUR/m³")
    assert figure(found, f"payback of the refinery's cooling water at {price} EUR/m³").value == cooling
    assert pipe.value == lake
    assert pipe.remark == ("built in the plan" if lake_is_built else "not built in the plan")


def test_payback_of_the_lake_pipe_is_that_by_hand() -> None:
    given = run_of("kalundborg").given
    length = distance_km(
        Place(given["Lake Tissø, latitude"], given["Lake Tissø, longitude"]),
        Place(given[f"{NOVO}, latitude"], given[f"{NOVO}, longitude"]),
    )
    capital = length * in_year(750_000, of=2022, year=2024)
    yearly = 2_000_000 * (1.0 - 0.1 - 0.2) - 0.01 * capital
    assert figure(
        run_of("kalundborg"), "payback of the pipe from Lake Tissø at 1 EUR/m³"
    ).value == pytest.approx(capital / yearly, abs=5e-3)


def test_each_grown_exchange_of_the_catalogue_but_straw_is_among_the_flows() -> None:
    with (ROOT / "catalogue/data/precedents.csv").open(encoding="utf-8", newline="") as lines:
        grown = {
            row["resource"]
            for row in csv.DictReader(lines)
            if row["place"].startswith("Kalundborg Symbiosis")
        }
    flows = {
        "process-steam": "steam",
        "district-heat": "district heat",
        "refinery-gas": "refinery gas to Gyproc",
        "cooling-water": "cooling water",
        "biologically-treated-effluent": "treated effluent",
        "fgd-gypsum": "gypsum",
        "coal-fly-ash": "fly ash",
        "elemental-sulphur": "sulphur",
        "surplus-yeast": "surplus yeast",
        "fermentation-sludge": "sludge, solid",
    }
    # The straw of the ethanol works, which closed, is left out.
    assert grown - set(flows) == {"straw"}
    assert set(flows.values()) <= {name for name, _, _ in DOCUMENTED}


def test_each_flow_is_worth_having() -> None:
    found = run_of("kalundborg")
    rows = worth_of_flows(found.given, found.plan)
    assert [name for name, lost, _ in rows if lost <= 0] == []
    assert max(rows, key=lambda row: row[2])[0] == "steam"


def test_cheap_water_takes_the_lake_out_of_the_plan() -> None:
    found = changed_run("kalundborg", "price of water", 0.5)
    assert figure(found, "documented flows in the plan").value == 12.0
    assert {one.name for one in found.built()} & {"pipe from Lake Tissø"} == set()


@pytest.mark.parametrize(
    ("what", "giver", "taker", "disposal", "price", "vehicle"),
    [
        ("gypsum", ASNAES, GYPROC, "disposal of gypsum", "price of gypsum", "lorry"),
        ("fly ash", ASNAES, CEMENT, "disposal of fly ash", "price of fly ash", "coaster"),
        ("sulphur", REFINERY, KEMIRA, "disposal of sulphur", "price of sulphur", "lorry"),
    ],
)
def test_an_exchange_is_worth_what_matching_says(
    what: str, giver: str, taker: str, disposal: str, price: str, vehicle: str
) -> None:
    """Without it the best plan costs more by the amount times what `matching.economics` finds for the pair."""
    found = run_of("kalundborg")
    given = found.given
    km = given["roads and sea lanes over the straight line"] * distance_km(
        _place(given, giver), _place(given, taker)
    )
    gain = worth(
        seller_alternative(None, Interval(given[disposal], given[disposal]), None, 0.0),
        buyer_alternative(None, Interval(given[price], given[price])),
        1.0,
        Costs(
            treatment=0.0,
            residues=Interval(0.0, 0.0),
            load=in_year(given[f"{vehicle}, load"], of=2022, year=2024),
            per_km=in_year(given[f"{vehicle}, distance"], of=2022, year=2024),
            loss_per_km=0.0,
        ),
        km,
    )
    assert gain.low is not None
    assert gain.low == gain.high
    amount = sent(found.plan, f"{what} at {giver}", f"{what} at {taker}")
    [(_, lost, _)] = [row for row in worth_of_flows(given, found.plan) if row[0] == what]
    assert lost == pytest.approx(amount * gain.low, rel=1e-7)


def test_heat_follows_the_degree_days_and_steam_does_not() -> None:
    found = run_of("kalundborg")
    shares = heat_profile(found.given)
    assert shares.sum() == pytest.approx(1.0)
    # July and August are warmer than 17 °C: hot water alone.
    assert shares[6] == pytest.approx(0.2 * 31 / 365)
    heat = monthly(found.plan, f"heat at {ASNAES}", f"heat in the network at {TOWN}")
    assert heat[0] / heat[6] == pytest.approx(shares[0] / shares[6])
    steam = np.array(monthly(found.plan, f"steam at {ASNAES}", f"steam at {NOVO}"))
    assert steam / found.plan.network.periods.hours == pytest.approx(np.full(12, steam.sum() / 8760))


def test_houses_keep_their_oil_where_it_costs_less_than_the_network() -> None:
    cheap = changed_run("kalundborg", "price of heating oil", 30.0)
    assert figure(cheap, "oil furnaces replaced").value == 0.0
    assert figure(cheap, "documented flows in the plan").value == 12.0


def test_sludge_is_kept_until_the_fields_take_it() -> None:
    found = run_of("kalundborg")
    assert found.plan.level.max() > 0
    assert found.plan.level.max() <= 283_000 * (1 + 1e-9)
    no_store = changed_run("kalundborg", "store for sludge", 0.0)
    # Five months take it as it comes; what arises in the other seven is got rid of.
    days = 31 + 30 + 31 + 31 + 30
    assert figure(no_store, "sludge to fields").value == pytest.approx(377_000 * days / 365, abs=1)


def test_plants_lie_where_they_are_said_to() -> None:
    given = run_of("kalundborg").given
    assert distance_km(_place(given, ASNAES), _place(given, NOVO)) == pytest.approx(1.0, abs=0.01)
    assert distance_km(_place(given, ASNAES), _place(given, GYPROC)) == pytest.approx(1.0, abs=0.02)
    assert distance_km(_place(given, "Lake Tissø"), _place(given, ASNAES)) == pytest.approx(16.0, abs=0.2)
    assert given[f"{REFINERY}, latitude"] > given[f"{ASNAES}, latitude"]
    assert distance_km(_place(given, NOVO), _place(given, FARMS)) < 15


def _place(given: Assumptions, name: str) -> Place:
    return Place(given[f"{name}, latitude"], given[f"{name}, longitude"])
