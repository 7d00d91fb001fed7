"""Investments worked out by hand: values, rates, paybacks, tax, replacement, loans, subsidies, tornado."""

import math
from dataclasses import replace

import pytest

from planning.optimize.network import Economy
from planning.studies.finance import (
    Asset,
    Kind,
    Line,
    Loan,
    Project,
    Return,
    View,
    company_view,
    depreciation_by_year,
    least_subsidy,
    loan_by_year,
    public_view,
    subsidy_advice,
    tax_by_year,
    tornado,
)
from planning.studies.rates import Verdict, internal_rates, net_present_value, payback

PLANT = Project(
    name="Plant",
    assets=(Asset("Plant", 1000.0, 4),),
    profit=400.0,
    operating_years=4,
    rate=0.1,
    tax_rate=0.25,
)


def _view(*flows: float, rate: float = 0.1) -> View:
    line = Line("all", Kind.OTHER, flows)
    return View(investor="x", lines=(line,), rate=rate, currency="EUR", price_year=2022)


def test_value_of_100_paid_and_121_received_after_two_years_at_10_percent_is_nothing() -> None:
    assert net_present_value([-100, 0, 121], 0.1) == pytest.approx(0.0, abs=1e-12)
    assert net_present_value([-100, 60, 60], 0.1) == pytest.approx(-100 + 60 / 1.1 + 60 / 1.21)


def test_value_is_that_of_the_core_where_construction_takes_one_year() -> None:
    project = replace(
        PLANT, tax_rate=0.0, operating_years=20, assets=(Asset("Plant", 1000.0, 20),), profit=100.0
    )
    assert company_view(project).npv == pytest.approx(-1000 + 100 * Economy(rate=0.1).present_value(20))


@pytest.mark.parametrize(
    ("flows", "rates", "changes", "verdict"),
    [
        ([-100, 110], [0.1], 1, Verdict.ONE),
        ([-100, 60, 60], [(60 + math.sqrt(3600 + 24000)) / 200 - 1], 1, Verdict.ONE),
        # A loss: half of it comes back.
        ([-100, 50], [-0.5], 1, Verdict.ONE),
        # 1 + r = 1.1 and 1.2: (x − 1.1)(x − 1.2) = x² − 2.3 x + 1.32.
        ([-100, 230, -132], [0.1, 0.2], 2, Verdict.SEVERAL),
        # It touches nothing at 20 % only: −(x − 1.2)².
        ([-100, 240, -144], [0.2], 2, Verdict.ONE),
        # x² − 2 x + 2 has no real root.
        ([-100, 200, -200], [], 2, Verdict.NO_RATE),
        ([10, 20], [], 0, Verdict.NO_OUTLAY),
        ([-10, -20], [], 0, Verdict.NEVER_EARNS),
        # Two changes of sign, one rate in the range looked for: 10 after −100, 130, −10.
        (
            [-100, 130, -10],
            [1 / ((13 - math.sqrt(129)) / 2) - 1, 1 / ((13 + math.sqrt(129)) / 2) - 1],
            2,
            Verdict.SEVERAL,
        ),
    ],
)
def test_internal_rates_are_all_found_and_none_is_made_up(
    flows: list[float], rates: list[float], changes: int, verdict: Verdict
) -> None:
    found = internal_rates(flows)
    assert found.rates == pytest.approx(sorted(rates), abs=1e-6)
    assert (found.sign_changes, found.verdict) == (changes, verdict)
    assert found.value == (found.rates[0] if verdict is Verdict.ONE else None)


def test_internal_rate_of_an_annuity_over_forty_years_is_that_of_the_annuity() -> None:
    flows = [-1000.0] + [1000 * Economy(rate=0.08).recovery(40)] * 40
    assert internal_rates(flows).value == pytest.approx(0.08, abs=1e-9)


@pytest.mark.parametrize(
    ("flows", "years"),
    [
        ([-100, 30, 30, 30, 30], 3 + 10 / 30),
        ([-50, -50, 50, 50], 3.0),
        ([-100, 100], 1.0),
        ([0, 10, 10], 0.0),
        ([-100, 30, 30], None),
        ([0, -100, 200], 1.5),
        ([], 0.0),
    ],
)
def test_payback_counts_from_the_first_year_and_within_years_by_straight_lines(
    flows: list[float], years: float | None
) -> None:
    assert payback(flows) == pytest.approx(years)


def test_discounted_payback_is_later_and_a_late_replacement_is_said() -> None:
    view = _view(-100, 60, 60, -70, 60)
    assert view.payback_years == pytest.approx(1 + 40 / 60)
    # Discounted 54.55 and 49.59: 45.45 ÷ 49.59 of the second year.
    assert view.discounted_payback_years == pytest.approx(1 + (100 - 60 / 1.1) / (60 / 1.21))
    assert view.falls_below_again
    assert view.outlay == pytest.approx(100.0)
    assert not _view(-100, 60, 60).falls_below_again


def test_tax_is_on_profit_less_depreciation() -> None:
    # 400 − 1000 / 4 = 150 taxed at a quarter.
    assert depreciation_by_year(PLANT) == (0.0, 250.0, 250.0, 250.0, 250.0)
    assert tax_by_year(PLANT) == (0.0, 37.5, 37.5, 37.5, 37.5)
    assert company_view(PLANT).cash_flow == (-1000.0, 362.5, 362.5, 362.5, 362.5)
    assert public_view(PLANT).cash_flow == (0.0, 37.5, 37.5, 37.5, 37.5)


def test_a_subsidy_lowers_what_is_written_off_so_part_of_it_returns_as_tax() -> None:
    helped = replace(PLANT, subsidy=400.0)
    # 400 − 600 / 4 = 250 taxed at a quarter: 100 more tax in four years on 400 of subsidy.
    assert company_view(helped).cash_flow == (-600.0, 337.5, 337.5, 337.5, 337.5)
    assert public_view(helped).cash_flow == (-400.0, 62.5, 62.5, 62.5, 62.5)
    together = [
        a + b for a, b in zip(company_view(helped).cash_flow, public_view(helped).cash_flow, strict=True)
    ]
    assert together == pytest.approx([-1000, 400, 400, 400, 400])


def test_losses_are_carried_forward_and_a_holiday_leaves_none() -> None:
    uneven = replace(PLANT, profit=(100.0, 200.0, 500.0, 500.0))
    # −150, −50, then 250 − 200 and 250.
    assert tax_by_year(uneven) == (0.0, 0.0, 0.0, 12.5, 62.5)
    assert tax_by_year(replace(uneven, holiday_years=2)) == (0.0, 0.0, 0.0, 62.5, 62.5)
    assert tax_by_year(replace(PLANT, holiday_years=3)) == (0.0, 0.0, 0.0, 0.0, 37.5)


def test_what_wears_out_is_replaced_and_what_is_left_is_worth_its_unused_life() -> None:
    pump = replace(PLANT, assets=(Asset("Pump", 90.0, 3),), operating_years=5, profit=0.0, tax_rate=0.0)
    view = company_view(pump)
    # Built in year 0, replaced at the end of operating year 3, one of three years unused at the end.
    assert view.cash_flow == (-90.0, 0.0, 0.0, -90.0, 0.0, 30.0)
    assert view.total(Kind.REPLACEMENT) == -90.0
    assert view.total(Kind.RESIDUAL) == 30.0
    # It lasts just as long as the plant runs: neither.
    assert company_view(replace(pump, operating_years=3)).cash_flow == (-90.0, 0.0, 0.0, 0.0)
    assert company_view(replace(pump, operating_years=6)).cash_flow == (-90.0, 0.0, 0.0, -90.0, 0.0, 0.0, 0.0)
    # Depreciation goes on through the second life.
    assert depreciation_by_year(pump) == (0.0, 30.0, 30.0, 30.0, 30.0, 30.0)


def test_construction_takes_its_years() -> None:
    slow = replace(PLANT, construction_years=2, tax_rate=0.0)
    assert company_view(slow).cash_flow == (-500.0, -500.0, 400.0, 400.0, 400.0, 400.0)
    assert company_view(slow).payback_years == pytest.approx(3.5)


def test_a_loan_grows_until_operation_and_is_then_repaid() -> None:
    lent = replace(PLANT, construction_years=2, loan=Loan(1000.0, 0.1, 2))
    flow, interest = loan_by_year(lent)
    # 500 × 1.1 + 500 = 1050 of debt; payment 1050 × 0.1 / (1 − 1.1^−2) = 605.
    assert flow == pytest.approx((500.0, 500.0, -605.0, -605.0, 0.0, 0.0))
    assert interest == pytest.approx((0.0, 0.0, 105.0, 55.0, 0.0, 0.0))
    # Interest lowers the tax: 400 − 250 − 105 = 45, then 95, 150, 150.
    assert tax_by_year(lent) == pytest.approx((0.0, 0.0, 11.25, 23.75, 37.5, 37.5))
    assert loan_by_year(replace(lent, loan=Loan(1000.0, 0.0, 4)))[0][2:] == (-250.0,) * 4


def test_public_counts_landfill_carbon_and_what_else_it_gets() -> None:
    project = replace(
        PLANT,
        subsidy=100.0,
        landfill_t=2.0,
        landfill_cost=5.0,
        co2e_t=3.0,
        carbon_price=4.0,
        public_returns=(Return(name="Tax on wages", kind=Kind.TAX, per_year=(1.0, 2.0, 3.0, 4.0)),),
        public_rate=0.03,
    )
    view = public_view(project)
    # Tax on income: (400 − 900 / 4) / 4 = 43.75.
    assert view.cash_flow == (-100.0, 66.75, 67.75, 68.75, 69.75)
    assert view.total(Kind.LANDFILL) == 40.0
    assert view.total(Kind.CARBON) == 48.0
    assert view.rate == 0.03
    with pytest.raises(ValueError, match="4 amounts for 5 years of operation"):
        public_view(replace(project, operating_years=5))


def test_least_subsidy_makes_the_value_nothing() -> None:
    poor = replace(PLANT, profit=250.0, tax_rate=0.0)
    # −1000 + 250 × 3.169865 = −207.53.
    needed = least_subsidy(lambda subsidy: company_view(replace(poor, subsidy=subsidy)), most=1000.0)
    assert needed == pytest.approx(1000 - 250 * (1 - 1.1**-4) / 0.1, abs=1e-5)
    assert needed is not None
    assert company_view(replace(poor, subsidy=needed)).npv == pytest.approx(0.0, abs=1e-5)


def test_least_subsidy_reaches_a_target_rate_or_says_that_none_does() -> None:
    def helped(subsidy: float) -> View:
        return company_view(replace(PLANT, subsidy=subsidy))

    needed = least_subsidy(helped, most=1000.0, target_rate=0.25)
    assert needed is not None
    assert needed > 0
    assert helped(needed).irr.value == pytest.approx(0.25, abs=1e-6)
    assert least_subsidy(helped, most=1000.0, target_rate=0.1) == 0.0
    losing = replace(PLANT, profit=-50.0)
    assert least_subsidy(lambda s: company_view(replace(losing, subsidy=s)), most=1000.0) is None


def test_advice_weighs_the_least_subsidy_against_what_the_public_gets() -> None:
    poor = replace(PLANT, profit=250.0, tax_rate=0.0, co2e_t=10.0, carbon_price=10.0)
    found = subsidy_advice(poor)
    assert found.needed == pytest.approx(207.53, abs=0.01)
    # 100 a year for four years is worth 316.99 today, the subsidy 207.53.
    assert found.public_npv == pytest.approx(316.99 - 207.53, abs=0.01)
    assert found.is_worth_while
    assert not subsidy_advice(replace(poor, carbon_price=1.0)).is_worth_while
    lost = subsidy_advice(replace(poor, profit=-50.0))
    assert (lost.needed, lost.is_worth_while) == (None, False)
    assert subsidy_advice(PLANT).needed == 0.0


@pytest.mark.parametrize("field", ["construction_years", "operating_years"])
def test_a_project_without_years_is_refused_by_name(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        replace(PLANT, **{field: 0})  # type: ignore[arg-type]


def test_tornado_shows_the_strongest_first_and_leaves_out_what_does_nothing() -> None:
    values = {"price": 10.0, "amount": 5.0, "cost": 20.0, "idle": 7.0, "nothing": 0.0}
    found = tornado(
        values, lambda v: v["price"] * v["amount"] - v["cost"] + 0 * v["idle"], swings={"cost": 0.5}
    )
    assert [one.name for one in found] == ["cost", "price", "amount"]
    assert [one.npv_low for one in found] == pytest.approx([40.0, 25.0, 25.0])
    assert [one.npv_high for one in found] == pytest.approx([20.0, 35.0, 35.0])
    many = {f"a{i}": float(i) for i in range(1, 15)}
    assert [one.name for one in tornado(many, lambda v: sum(v.values()))] == [
        f"a{i}" for i in range(14, 4, -1)
    ]
