"""Prices of a plan: every trade pays both sides, and money between companies adds up."""

from dataclasses import replace

import numpy as np
import pytest

from planning.studies.prices import settle
from planning.studies.sharing import coalition_values, equal_split, shapley, stability
from tests.planning.studies.networks import gypsum, shared_plant, with_baseline


def test_with_too_much_on_offer_the_price_is_the_last_givers_alternative() -> None:
    """B takes A's 100 t and 20 of C's 50. C disposes of the rest at 20: a t there is worth −20, at A, 3 nearer, −17."""
    plan, baseline = with_baseline(gypsum())
    settled = settle(plan, baseline)
    by_giver = {trade.giver: trade for trade in settled.trades}
    assert by_giver[2].amount == pytest.approx(20)
    assert by_giver[2].price == pytest.approx(-20)
    assert by_giver[0].amount == pytest.approx(100)
    assert by_giver[0].price == pytest.approx(-17)
    assert by_giver[2].giver_gain == pytest.approx(0)
    assert by_giver[0].giver_gain == pytest.approx(100 * 3)
    assert by_giver[0].receiver_gain == pytest.approx(100 * (30 - 5 + 17))


def test_accounts_add_up_to_what_the_plan_gains() -> None:
    plan, baseline = with_baseline(gypsum())
    settled = settle(plan, baseline)
    gains = {plan.network.parties[account.party]: account.gain for account in settled.accounts}
    assert gains == {"A": pytest.approx(300), "B": pytest.approx(120 * 42), "C": pytest.approx(0)}
    assert settled.gain == pytest.approx(baseline.objective - plan.objective)
    assert settled.losers == ()


def test_with_too_little_on_offer_the_price_is_the_buyers_alternative() -> None:
    network = gypsum()
    scarce = replace(network, nodes=replace(network.nodes, fixed=network.nodes.fixed * [[2], [1], [1]]))
    plan, baseline = with_baseline(scarce)
    settled = settle(plan, baseline)
    assert {trade.giver: trade.price for trade in settled.trades} == {
        0: pytest.approx(30 - 5),
        2: pytest.approx(30 - 8),
    }
    assert settled.accounts[1].gain == pytest.approx(0)


def test_shares_by_price_are_stable_where_nothing_is_whole() -> None:
    """Owen 1975: no coalition gains by leaving. Shapley's shares add up too, and need not be stable."""
    network = gypsum()
    plan, baseline = with_baseline(network)
    values = coalition_values(network, range(3))
    assert values[frozenset({0, 1})] == pytest.approx(100 * 45)
    assert values[frozenset({0, 2})] == 0
    assert values[frozenset({0, 1, 2})] == pytest.approx(100 * 45 + 20 * 42)
    shares = {account.party: account.gain for account in settle(plan, baseline).accounts}
    found = stability(values, shares)
    assert found.objections == ()
    assert found.side_payments is not None
    assert list(found.side_payments.values()) == pytest.approx([0, 0, 0], abs=0.01)
    by_shapley = shapley(values, range(3))
    assert sum(by_shapley.values()) == pytest.approx(values[frozenset({0, 1, 2})])
    # Orders: B after A gains 4,500, after C 2,100; A last 5,340 − 2,100, C last 840.
    assert by_shapley[2] == pytest.approx((2100 + 2 * 840) / 6)
    assert stability(values, equal_split(5340, range(3))).objections[0][0] == frozenset({0, 1})


def test_a_plant_that_prices_do_not_pay_for_needs_side_payments() -> None:
    """The digester saves 200 of disposal and earns 20; its 150 a year are paid by no price of one more tonne."""
    network = shared_plant(capex=150)
    plan, baseline = with_baseline(network)
    settled = settle(plan, baseline)
    assert settled.gain == pytest.approx(200 + 20 - 150)
    values = coalition_values(network, range(4))
    assert values[frozenset({0, 1, 3})] == pytest.approx(70)
    assert values[frozenset({0, 3})] == 0
    found = stability(values, {account.party: account.gain for account in settled.accounts})
    assert found.side_payments is not None
    # Any two of A, B, C may be served: whoever of them got more than nothing would be left out by the others.
    shares = {a.party: a.gain + found.side_payments[a.party] for a in settled.accounts}
    assert shares == {
        0: pytest.approx(0, abs=0.01),
        1: pytest.approx(0, abs=0.01),
        2: pytest.approx(0, abs=0.01),
        3: pytest.approx(70, abs=0.01),
    }
    assert sum(found.side_payments.values()) == pytest.approx(0, abs=0.01)


def test_where_no_shares_are_stable_it_is_proven() -> None:
    """Any two of three earn 90 alone, and all three no more: each pair must get 90, so all 135; 45 are lacking."""
    values = {frozenset(): 0.0, **{frozenset({one}): 0.0 for one in range(3)}}
    values |= {frozenset(pair): 90.0 for pair in ((0, 1), (0, 2), (1, 2))} | {frozenset(range(3)): 90.0}
    found = stability(values, equal_split(90, range(3)))
    assert found.side_payments is None
    assert found.subsidy == pytest.approx(45)
    assert dict(found.proof) == {frozenset(pair): pytest.approx(0.5) for pair in ((0, 1), (0, 2), (1, 2))}
    for party in range(3):
        assert sum(weight for coalition, weight in found.proof if party in coalition) == pytest.approx(1)


def test_more_than_twelve_parties_are_refused() -> None:
    with pytest.raises(ValueError, match="13 parties"):
        coalition_values(gypsum(), range(13))


def test_what_is_agreed_already_is_no_gain_of_the_plan() -> None:
    """40 t from A to B stand in the contract and nothing else may flow: plan and baseline are one, nobody gains."""
    network = gypsum()
    agreed = np.array([[40.0], [0.0]])
    plan, baseline = with_baseline(replace(network, arcs=replace(network.arcs, lower=agreed, upper=agreed)))
    settled = settle(plan, baseline)
    assert [trade.amount for trade in settled.trades] == [pytest.approx(40)]
    assert [account.gain for account in settled.accounts] == [pytest.approx(0)] * 3
