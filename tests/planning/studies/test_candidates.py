"""Plants of the library at sensible places: what may be built, what is left out and why."""

import pytest

from planning.library import facilities, in_money_of, product_prices
from planning.optimize.answers import make_plan
from planning.optimize.checks import find_faults
from planning.optimize.draft import Draft
from planning.optimize.network import Economy, one_year
from planning.optimize.verify import verify
from planning.studies.candidates import At, Spot, Surroundings, Terms, Way, add_candidates, capital
from planning.studies.missing import find_missing


def _terms(resource: str) -> Terms:
    known = product_prices().get(resource)
    return Terms(None if known is None else known.value_eur, None if known is None else known.value_eur)


def _way(resource: str, start: Spot, end: Spot) -> Way | None:
    km = abs(float(str(start.place)) - float(str(end.place)))
    return Way(cost=4 + 0.1 * km, mode="lorry") if km <= 100 else None


def _region() -> tuple[Draft, list[Spot]]:
    """A builder with 20,000 t of board offcuts to dispose of at 110; a works 50 km away that buys gypsum at 20."""
    draft = Draft(one_year(), Economy(rate=0.06, price_year=2024))
    builder, works = draft.party("builder"), draft.party("board works")
    offcuts = draft.node("offcuts", party=builder, resource="gypsum-board-offcuts", unit="t", supply=20_000)
    draft.dispose(offcuts, cost=110.0, landfill=1.0)
    wanted = draft.node("gypsum", party=works, resource="recycled-gypsum", unit="t", demand=50_000)
    draft.purchase(wanted, price=20.0, virgin=1.0)
    return draft, [
        Spot("Odense", (At("gypsum-board-offcuts", offcuts, "t"),), (), "0"),
        Spot("Kalundborg", (), (At("recycled-gypsum", wanted, "t"),), "50"),
        Spot("Far away", (), (), "500"),
    ]


def test_every_facility_is_read_with_what_it_takes_and_gives() -> None:
    kinds = facilities()
    assert len(kinds) == 61
    assert all(kind.inputs and kind.outputs and kind.basis and kind.life_years > 0 for kind in kinds.values())
    electrolysis = kinds["electrolysis-alkaline-10-mw"]
    assert electrolysis.capacity_per_year == pytest.approx(10 * 8000 / 57.7, rel=1e-3)


def test_a_cost_is_brought_to_another_year() -> None:
    assert in_money_of(100, 2015, 2022) == pytest.approx(118.9)
    with pytest.raises(KeyError, match="from 2010 to 2025"):
        in_money_of(100, 1999, 2022)


def test_capital_grows_less_than_size() -> None:
    plant = facilities()["gypsum-recycling-from-plasterboard-waste"]
    assert capital(plant, 1.0, 2022) == pytest.approx(4_000_000)
    assert capital(plant, 0.5, 2022) == pytest.approx(4_000_000 * 0.5**0.65)


def test_a_plant_is_tried_where_its_input_arises_or_its_product_is_needed() -> None:
    draft, spots = _region()
    found = add_candidates(
        draft, [facilities()["gypsum-recycling-from-plasterboard-waste"]], Surroundings(spots, _terms, _way)
    )
    assert [place for _, place in found.investments.values()] == ["Odense", "Kalundborg"]
    network = draft.network()
    assert [fault for fault in find_faults(network) if fault.is_error] == []
    _, missing = find_missing(network, list(found.investments))
    assert [found.investments[one.investment][1] for one in missing] == ["Odense", "Kalundborg"]
    # Offcuts of 20,000 t at 110 are spared; where they arise a twelfth less has to be carried, as gypsum.
    assert all(one.size * 8760 == pytest.approx(20_000) for one in missing)
    assert all(one.landfill == pytest.approx(20_000) for one in missing)
    assert 1_000_000 < missing[0].value < 2_200_000
    plan, _ = make_plan(network)
    assert plan is not None
    assert verify(plan) == []
    assert plan.is_built.sum() == 1


def test_a_plant_of_which_something_has_no_price_is_left_out_and_said_why() -> None:
    draft, spots = _region()
    found = add_candidates(
        draft, facilities().values(), Surroundings(spots, lambda resource: Terms(None, None), _way)
    )
    assert found.investments == {}
    assert ("gypsum-recycling-from-plasterboard-waste", "Odense") in {
        (one[0], one[1]) for one in found.left_out
    }
    assert all("no price is known" in why for _, _, why in found.left_out)
