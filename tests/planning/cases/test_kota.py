"""Kota: the chain balances, carbide is not all made acetylene, hydrogen chloride becomes free as caustic grows."""

import pytest

from planning.cases.kota import CHLORINE, hydrogen_chloride_price
from planning.cases.reading import price_at, used
from planning.optimize.network import Metric
from tests.planning.cases.runs import changed_run, figure, outside, run_of


def test_published_balance_is_met_but_for_the_planned_acetylene() -> None:
    found = run_of("kota")
    assert outside(found) == ["acetylene after the expansion, no carbide sold"]
    assert sum(one.is_published for one in found.figures) == 16


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PVC", 200.0),
        ("vinyl chloride", 216.0),
        ("acetylene", 90.0),
        ("carbide", 316.9),
        ("carbide to acetylene", 276.9),
        ("carbide sold", 40.0),
        ("carbide idle", 13.1),
        ("acetylene if all carbide were forced into it", 107.0),
        ("acetylene after the expansion, no carbide sold", 107.2),
        ("hydrogen chloride to vinyl chloride", 126.0),
        ("chlorine for it", 122.5),
        ("caustic made with it", 138.0),
        ("hydrogen for it", 3.5),
        ("hydrogen left to burn for coal", 4.27),
        ("slaked lime in the sludge, to cement", 256.0),
        ("limestone spared", 346.0),
        ("CO2 that the lime loop spares", 152.0),
        ("CO2 of its transport", 0.27),
        ("fly ash to cement", 300.0),
    ],
)
def test_balance_per_day(name: str, value: float) -> None:
    assert figure(run_of("kota"), name).value == value


def test_carbide_that_nobody_takes_stands_idle_and_is_not_forced_on() -> None:
    assert figure(changed_run("kota", "carbide that others buy", 0.0), "carbide idle").value == 53.1
    sold_out = changed_run("kota", "carbide that others buy", 200.0)
    # Sold it earns more than as PVC: the control that the balance follows the market.
    assert figure(sold_out, "carbide idle").value == 0.0
    assert figure(sold_out, "PVC").value < 100.0
    assert "PVC" in outside(sold_out)


def test_hydrogen_chloride_becomes_free_as_caustic_grows() -> None:
    given = run_of("kota").given
    prices = [hydrogen_chloride_price(given, caustic) for caustic in (100, 130, 250, 300, 320, 550, 700)]
    assert prices == sorted(prices, reverse=True)
    # Bought, while there is too little; worth the chlorine that others would buy; at last the cost to be rid of it.
    assert prices[0] == pytest.approx(312.5)
    assert prices[2] == pytest.approx(250 / 1.0284 + 0.02843 / 1.0284 * 33.3 * 7.8 * 129.7 / 132.7, abs=1e-6)
    assert prices[-1] == pytest.approx(-20.6)
    free = changed_run("kota", "disposal of hydrogen chloride", 0.0)
    assert price_at(free.plan, f"hydrogen chloride at {CHLORINE}") == pytest.approx(0.0, abs=1e-9)


def test_hydrogen_chloride_has_its_price_again_where_all_chlorine_is_sold() -> None:
    found = changed_run("kota", "chlorine that others buy", 1000.0)
    assert price_at(found.plan, f"hydrogen chloride at {CHLORINE}") > 200


def test_lime_loop_saves_more_co2_than_any_way_in_the_complex_costs() -> None:
    found = run_of("kota")
    assert (
        figure(found, "CO2 that the lime loop spares").value
        > 500 * figure(found, "CO2 of its transport").value
    )
    far = changed_run("kota", "way inside the complex", 2000.0)
    assert figure(far, "slaked lime in the sludge, to cement").value == 0.0


def test_without_exchange_no_pvc_is_made_and_all_lime_is_quarried() -> None:
    found = run_of("kota")
    limestone = used(found.baseline, "limestone", "lime, as CaO at cement works")
    assert limestone == pytest.approx(0.52 * 438_000)
    assert found.baseline.metrics[Metric.COST] > found.plan.metrics[Metric.COST]
    assert figure(found, "gain of all over no exchange").value == 21.16
