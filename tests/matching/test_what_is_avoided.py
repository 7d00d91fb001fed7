"""What heat pumps, gases and grids do to the worth and the CO2e of a match, each worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Organization, User
from accounts.services.sites import SiteDetails, create_site
from catalogue.models import EmissionFactor, Process
from listings.models import GasOrigin
from matching import physics
from matching.access import with_sides
from matching.models import Match
from matching.selectors.explanations.explain import explained
from matching.selectors.explanations.explanation import Explanation
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db


@pytest.fixture
def neighbours(
    make_offer: MakeListing, make_request: MakeListing, buyer: User, cement_works: Organization
) -> Any:
    """`neighbours(offered, sought, …)`: an offer of Asnæs and a request two kilometres off, by resource; what the match
    is and what it rests on, or None."""
    near = SiteDetails("Neighbour", "Kalundborg", "DK", 55.68, 11.1)
    site = create_site(actor=buyer, organization=cement_works, details=near)

    def make(
        offered: str,
        sought: str,
        *,
        unit: str = "MWh",
        offer: dict[str, Any] | None = None,
        request: dict[str, Any] | None = None,
    ) -> tuple[Match, Explanation] | None:
        make_offer(resource=offered, unit=unit, **(offer or {}))
        make_request(resource=sought, unit=unit, site=site, **(request or {}))
        refresh_all_matches()
        found = with_sides(Match.objects.all()).first()
        return None if found is None else (found, explained([found])[found.pk])

    return make


def lines(found: Explanation) -> dict[str, Decimal | None]:
    return {line.key: line.kg_per_unit for line in found.co2e_lines}


# --- heat ---------------------------------------------------------------------------------------------------
def heat(low: int, high: int | None = None) -> dict[str, Any]:
    return {"quality": {"temperature": (Decimal(low), None if high is None else Decimal(high))}}


def network(low: int) -> dict[str, Any]:
    return {"quality": {"flow-temperature": (Decimal(low), None)}}


def test_heat_that_is_warm_enough_less_the_approach_is_used_as_it_is(neighbours: Any) -> None:
    match, found = neighbours("low-grade-heat", "low-grade-heat", offer=heat(65, 80), request=heat(60))
    assert (match.treatment_steps, match.part_quality, found.pathway) == (0, 1.0, ())


def test_heat_a_kelvin_too_cold_for_the_exchanger_is_no_match(neighbours: Any) -> None:
    assert neighbours("low-grade-heat", "low-grade-heat", offer=heat(64, 80), request=heat(60)) is None


def test_steam_at_its_pressure_serves_a_network_and_not_a_hotter_one(neighbours: Any) -> None:
    steam = {"quality": {"pressure": (Decimal(10), None)}}
    match, _ = neighbours("process-steam", "district-heat", offer=steam, request=network(115))
    assert (match.treatment_steps, round(match.part_resource, 2)) == (0, 0.85)


def test_steam_of_one_bar_does_not_serve_a_network_of_115_degrees(neighbours: Any) -> None:
    steam = {"quality": {"pressure": (Decimal(1), None)}}
    assert neighbours("process-steam", "district-heat", offer=steam, request=network(115)) is None


def test_low_pressure_does_not_serve_high(neighbours: Any) -> None:
    low, high = ({"quality": {"pressure": (Decimal(bar), None)}} for bar in (4, 10))
    assert neighbours("process-steam", "process-steam", offer=low, request=high) is None


def test_low_grade_heat_reaches_a_network_by_a_heat_pump_at_the_price_and_grid_of_its_country(
    neighbours: Any,
) -> None:
    _, found = neighbours("low-grade-heat", "district-heat", offer=heat(30, 55))
    [step] = found.pathway
    cop = physics.heat_pump_cop((20, 10), (60, 90))
    out, _ = physics.lifted(cop)
    assert step.yield_per_unit == pytest.approx(Decimal(str(out)), abs=Decimal("0.0001"))
    # 12.88 EUR for the machine; a MWh of power costs 125 EUR in Denmark and emits 112 kg there.
    cost = found.assumption("treatment_cost").value
    assert cost == pytest.approx(Decimal(str(12.88 + 0.524 * 125)), abs=Decimal("0.01"))
    assert lines(found)["treatment_power"] == Decimal("-58.6880")
    assert lines(found)["treatment_energy"] == 0
    power_line = next(line for line in found.co2e_lines if line.key == "treatment_power")
    assert power_line.factor is not None
    assert power_line.factor.key == "electricity-grid-dk"
    assert power_line.quantity == Decimal("0.524")


def test_heat_pumps_of_the_catalogue_are_those_of_the_formula() -> None:
    for slug, source in (
        ("heat-pump-from-low-grade-heat", (20, 10)),
        ("heat-pump-from-data-centre-heat", (25, 15)),
        ("heat-pump-from-refrigeration-heat", (40, 30)),
    ):
        process = Process.objects.get(slug=slug)
        out, power = physics.lifted(physics.heat_pump_cop(source, (60, 90)))
        assert float(process.electricity_mwh_per_unit) == pytest.approx(power, abs=1e-4)
        made = process.flows.get(direction="output")
        assert made.resource.slug == "district-heat"
        assert float(made.amount_per_unit) == pytest.approx(out, abs=1e-4)


def test_low_grade_heat_used_as_it_is_is_not_credited_with_a_boiler(neighbours: Any) -> None:
    match, found = neighbours("low-grade-heat", "low-grade-heat", offer=heat(35), request=heat(25))
    assert (match.saved_t_per_year, lines(found)["production_avoided"]) == (None, None)


# --- gases --------------------------------------------------------------------------------------------------
def hydrogen(neighbours: Any, origin: str) -> tuple[Match, Explanation]:
    found: tuple[Match, Explanation] = neighbours(
        "hydrogen", "hydrogen", unit="t", offer={"origin_of_gas": origin}
    )
    return found


def test_hydrogen_made_on_purpose_saves_nothing_and_could_be_sold_elsewhere(neighbours: Any) -> None:
    match, found = hydrogen(neighbours, GasOrigin.ON_PURPOSE)
    kg = lines(found)
    # Of 12,000 t sent 0.024 % is lost in the pipe.
    assert (kg["production_avoided"], kg["made_on_purpose"]) == (Decimal("9997.6251"), Decimal(-10_000))
    assert match.saved_t_per_year == Decimal("-28.499")
    # The seller's market is the buyer's: 1,500 to 6,500 EUR/t.
    seller = next(line for line in found.benefit_lines if line.key == "seller_alternative")
    assert (seller.low_eur_per_unit, seller.high_eur_per_unit) == (Decimal(-6500), Decimal(-1500))


def test_hydrogen_let_into_the_air_spares_another_and_costs_the_seller_nothing(neighbours: Any) -> None:
    match, found = hydrogen(neighbours, GasOrigin.VENTED)
    assert "made_on_purpose" not in lines(found)
    assert lines(found)["production_avoided"] == Decimal("9997.6251")
    assert match.saved_t_per_year == Decimal("119971.501")
    seller = next(line for line in found.benefit_lines if line.key == "seller_alternative")
    assert (seller.low_eur_per_unit, seller.high_eur_per_unit) == (Decimal(0), Decimal(0))


def test_hydrogen_of_which_nobody_said_counts_as_made_on_purpose(neighbours: Any) -> None:
    match, found = hydrogen(neighbours, "")
    assert match.saved_t_per_year == Decimal("-28.499")
    made = next(line for line in found.co2e_lines if line.key == "made_on_purpose")
    assert "not said" in made.source


def test_methane_let_into_the_air_counts_what_it_warms(neighbours: Any) -> None:
    _match, found = neighbours("biogas", "biogas", offer={"origin_of_gas": GasOrigin.VENTED})
    disposal = next(line for line in found.co2e_lines if line.key == "disposal_avoided")
    assert disposal.kg_per_unit == 2016
    assert disposal.factor is not None
    assert disposal.factor.key == "methane-vented"


def test_biogas_is_credited_for_the_gas_it_replaces_also_where_it_is_made_on_purpose(neighbours: Any) -> None:
    _match, found = neighbours("biogas", "biogas", offer={"origin_of_gas": GasOrigin.ON_PURPOSE})
    avoided = EmissionFactor.objects.get(key="avoided-gas-by-biogas").kg_co2e_per_unit
    assert lines(found)["production_avoided"] == pytest.approx(avoided, abs=Decimal("0.0001"))
    assert "made_on_purpose" not in lines(found)


# --- carbon from organisms ----------------------------------------------------------------------------------
def burnt_to_lime(offered: str, make_offer: MakeListing, make_request: MakeListing) -> Explanation:
    make_offer(resource=offered)
    make_request(resource="quicklime")
    refresh_all_matches()
    [explanation] = explained(with_sides(Match.objects.all())).values()
    return explanation


def test_lime_mud_burnt_as_limestone_lets_out_no_fossil_carbon(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    found = burnt_to_lime("lime-mud", make_offer, make_request)
    assert [step.output for step in found.pathway] == ["Limestone", "Quicklime"]
    assert lines(found)["treatment_process"] == 0


def test_limestone_lets_out_the_carbon_dioxide_of_its_equation(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    found = burnt_to_lime("limestone", make_offer, make_request)
    assert lines(found)["treatment_process"] == Decimal("-439.7000")


# --- what pays and emits more -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("gain", "saved", "marked"),
    [(100, -1, True), (100, 1, False), (-100, -1, False), (100, None, False), (None, -1, False)],
)
def test_what_may_pay_and_emits_more_is_marked(gain: int | None, saved: int | None, marked: bool) -> None:
    match = Match(
        benefit_high_eur_per_year=None if gain is None else Decimal(gain),
        saved_t_per_year=None if saved is None else Decimal(saved),
    )
    assert match.gains_money_and_loses_co2e is marked
