"""A plan as investments: each company's gain at the plan's prices, worked out by hand, and the sum of them."""

from dataclasses import replace

import numpy as np
import pytest

from planning.optimize.draft import Draft
from planning.optimize.network import Economy, Investment, Network, months, one_year
from planning.optimize.verify import party_costs, running_costs, verify
from planning.studies.finance import Kind
from planning.studies.investment import (
    payments,
    plan_swings,
    project_of,
    study_investment,
    views_of,
    yearly_gains,
)
from tests.planning.studies.networks import with_baseline


def _steam() -> Network:
    """A mill dumps 100 MWh of heat at 1 each; a dairy buys 80 MWh at 30; a pipe for 400 lasts the 20 years."""
    draft = Draft(one_year(), Economy(rate=0.05, horizon_years=20, currency="EUR", price_year=2022))
    mill, dairy = draft.party("mill"), draft.party("dairy")
    waste = draft.node("waste heat", party=mill, resource="heat", unit="MWh", supply=100.0)
    need = draft.node("heat", party=dairy, resource="heat", unit="MWh", demand=80.0)
    draft.dispose(waste, cost=1.0, co2e=0.0)
    draft.purchase(need, price=30.0, co2e=0.2)
    pipe = draft.arc(waste, need, cost=2.0)
    limit = draft.limit("pipe", arcs={pipe: 1.0})
    draft.investment(
        Investment(name="pipe", party=dairy, limit=limit, largest=1.0, capex=400.0, opex=10.0, life_years=20)
    )
    return draft.network()


def test_gains_of_a_year_are_those_worked_out_by_hand() -> None:
    plan, baseline = with_baseline(_steam())
    # The mill dumps the last MWh at 1, so heat is worth −1 at its gate: the dairy is paid 80 for taking it.
    assert plan.price[0].tolist() == pytest.approx([-1.0])
    assert payments(plan).tolist() == pytest.approx([-80.0, 80.0])
    # Mill: 20 dumped; dairy: 80 × 2 on the way, 10 for upkeep. Without: 100 dumped, 80 × 30 bought.
    assert running_costs(plan).tolist() == pytest.approx([20.0, 170.0])
    assert running_costs(baseline).tolist() == pytest.approx([100.0, 2400.0])
    assert party_costs(plan).tolist() == pytest.approx([20.0, 170.0 + 400 * Economy(rate=0.05).recovery(20)])
    assert verify(plan) == []
    assert yearly_gains(plan, baseline).tolist() == pytest.approx([0.0, 2310.0])
    # At 5 a MWh, the mill has 400 for the heat and 80 spared.
    assert yearly_gains(plan, baseline, np.array([[5.0], [0.0]])).tolist() == pytest.approx([480.0, 1830.0])


def test_value_of_all_companies_is_what_the_plan_spares() -> None:
    plan, baseline = with_baseline(_steam())
    together, public, dairy = views_of(plan, baseline, carbon_price=10.0, tax_rate=0.0)
    years = Economy(rate=0.05).present_value(20)
    assert together.npv == pytest.approx((baseline.objective - plan.objective) * years)
    assert together.npv == pytest.approx(-400 + 2310 * years)
    assert dairy.npv == pytest.approx(together.npv)
    assert (together.currency, together.price_year) == ("EUR", 2022)
    assert together.payback_years == pytest.approx(400 / 2310)
    # 80 MWh × 0.2 t × 10 a year, and nothing paid for it.
    assert public.total(Kind.CARBON) == pytest.approx(20 * 160.0)
    assert public.outlay == 0.0


def test_a_process_that_takes_from_another_company_pays_for_it() -> None:
    draft = Draft(months())
    farm, plant = draft.party("farm"), draft.party("plant")
    slurry = draft.node("slurry", party=farm, resource="slurry", unit="t", supply=10.0)
    gas = draft.node("gas", party=plant, resource="gas", unit="MWh")
    draft.dispose(slurry, cost=4.0)
    draft.dispose(gas, cost=-50.0, limit=6.0, name="sale")
    draft.process("digester", party=plant, takes={slurry: 1.0}, gives={gas: 1.0}, cost=1.0, is_new=True)
    plan, baseline = with_baseline(draft.network())
    # Six of ten tonnes a month go in; the rest is spread at 4, which is what taking one is worth.
    assert payments(plan).tolist() == pytest.approx([-12 * 6 * 4.0, 12 * 6 * 4.0])
    assert yearly_gains(plan, baseline).tolist() == pytest.approx([0.0, 12 * 6 * (50.0 - 1.0 + 4.0)])
    assert project_of(plan, baseline, plant).profit == pytest.approx(12 * 6 * 53.0)
    assert project_of(plan, baseline).assets == ()


def test_swings_of_a_plan_are_those_of_the_plan_held_fast() -> None:
    plan, baseline = with_baseline(_steam())
    years = Economy(rate=0.05).present_value(20)
    value = -400 + 2310 * years
    found = {one.name: one for one in plan_swings(plan, baseline)}
    assert list(found) == [
        "purchase of heat",
        "interest",
        "cost of transport",
        "disposal of waste heat",
        "capital of pipe",
    ]
    # A tenth of 2,400 a year, spared; of 160, paid; of 80, spared; of 400, paid at once.
    assert found["purchase of heat"].npv_high == pytest.approx(value + 240 * years)
    assert found["cost of transport"].npv_high == pytest.approx(value - 16 * years)
    assert found["disposal of waste heat"].npv_low == pytest.approx(value - 8 * years)
    assert found["capital of pipe"].npv_low == pytest.approx(value + 40)
    assert found["interest"].npv_low == pytest.approx(-400 + 2310 * Economy(rate=0.045).present_value(20))
    # Planned anew with heat a tenth dearer: here the same plan, so the same value.
    dearer = _steam()
    dearer.alternatives.cost[1] *= 1.1
    plan, baseline = with_baseline(dearer)
    assert views_of(plan, baseline)[0].npv == pytest.approx(found["purchase of heat"].npv_high)


def test_study_says_whether_public_money_makes_it_worth_while() -> None:
    plan, baseline = with_baseline(_steam())
    found = study_investment(plan, baseline, carbon_price=10.0)
    assert [view.investor for view in found.views] == ["All companies", "Public", "dairy"]
    assert found.swings[0].name == "purchase of heat"
    assert (found.advice.needed, found.advice.is_worth_while) == (0.0, True)
    # For 600 % a year the pipe may cost 2,310 ÷ 6 = 385 at most: 15 of subsidy, and the public has 160 a year of CO2e.
    steep = study_investment(plan, baseline, carbon_price=10.0, target_rate=6.0).advice
    assert steep.needed == pytest.approx(400 - 2310 / 6, abs=0.01)
    assert steep.public_npv == pytest.approx(160 * Economy(rate=0.05).present_value(20) - 15, abs=0.01)


def test_what_is_agreed_already_is_no_gain_of_the_plan() -> None:
    network = _steam()
    network.arcs.lower[:] = 80.0
    network = replace(network, investments=(replace(network.investments[0], is_built=True),))
    plan, baseline = with_baseline(network)
    assert yearly_gains(plan, baseline).tolist() == pytest.approx([0.0, 0.0])
    assert yearly_gains(plan, baseline, np.array([[5.0], [0.0]])).tolist() == pytest.approx([0.0, 0.0])
    assert [view.investor for view in views_of(plan, baseline)] == ["All companies", "Public"]


def test_capital_that_the_plan_spares_counts_as_such() -> None:
    draft = Draft(one_year(), Economy(rate=0.05, horizon_years=20))
    mill, dairy = draft.party("mill"), draft.party("dairy")
    waste = draft.node("waste heat", party=mill, resource="heat", unit="MWh", supply=60.0)
    need = draft.node("heat", party=dairy, resource="heat", unit="MWh", demand=100.0)
    draft.dispose(waste, cost=0.0)
    draft.arc(waste, need)
    boiler = draft.process("boiler", party=dairy, takes={}, gives={need: 1.0}, cost=30.0)
    limit = draft.limit("boiler", processes={boiler: 8760.0})
    # It is built in any case: of 100 without the mill's heat, of 40 with it, at 5 per MWh a year.
    draft.investment(
        Investment(name="boiler", party=dairy, limit=limit, largest=200.0, capex_per_size=5.0, is_built=True)
    )
    plan, baseline = with_baseline(draft.network())
    project = project_of(plan, baseline)
    assert [(one.name, one.life_years) for one in project.assets] == [("boiler", 20)]
    assert project.capex == pytest.approx(-60 * 5.0)
    assert project.profit == pytest.approx(60 * 30.0)
    years = Economy(rate=0.05).present_value(20)
    assert views_of(plan, baseline)[0].npv == pytest.approx(300 + 1800 * years)
    assert views_of(plan, baseline)[0].npv == pytest.approx((baseline.objective - plan.objective) * years)
    assert study_investment(plan, baseline, tax_rate=0.3).advice.needed == 0.0
