"""What a match's numbers rest on, each recomputed by hand; and what would change them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization, User
from accounts.services.sites import SiteDetails, create_site
from catalogue.models import Process
from common.errors import Conflict
from listings.services.listings import pause_listing
from matching.access import with_sides
from matching.economics import Band
from matching.market.rules import rules_of_release
from matching.models import Match
from matching.selectors.explanations.explain import explained, what_if
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing
from tests.matching.explanations import HIGH, KM, LOW, TRANSPORT, about, eur, explanation_of, the_match

pytestmark = pytest.mark.django_db


def test_related_match_assumes_that_one_unit_replaces_one_unit(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer(resource="fly-ash")
    make_request(resource="coal-fly-ash")
    found = explanation_of(the_match())
    row = found.assumption("yield_per_unit")
    assert row.value == Decimal(1)
    assert row.source.startswith("assumed, to be checked")
    assert found.pathway == ()


# --- a direct match -----------------------------------------------------------------------------------------
def test_every_assumption_is_listed_with_its_number_unit_and_source(ash: Match) -> None:
    rows = {row.key: (row.value, row.unit) for row in explanation_of(ash).assumptions}
    assert rows == {
        "disposal_low": (Decimal(20), "EUR/t"),
        "disposal_high": (Decimal(80), "EUR/t"),
        "purchase_low": (Decimal(10), "EUR/t"),
        "purchase_high": (Decimal(55), "EUR/t"),
        "treatment_cost": (Decimal(0), "EUR/t"),
        "yield_per_unit": (Decimal(1), "t/t"),
        "transport_cost_per_load": (Decimal(4), "EUR/t"),
        "transport_cost_per_km": (Decimal("0.11"), "EUR/t·km"),
        "road_factor": (Decimal("1.3"), "×"),
        "distance_km": (Decimal("43.6"), "km"),
        "amount_per_year": (Decimal(10_000), "t/yr"),
    }
    assert all(row.source for row in explanation_of(ash).assumptions)
    assert [row.key for row in explanation_of(ash).assumptions if not row.is_changeable] == ["distance_km"]
    assert "silo lorry" in explanation_of(ash).assumption("transport_cost_per_load").source


def test_benefit_is_the_sum_of_its_lines(ash: Match) -> None:
    found = explanation_of(ash)
    lines: dict[str, tuple[Decimal | None, ...]] = {
        line.key: (
            *(line.low_eur_per_unit, line.high_eur_per_unit),
            *(line.low_eur_per_year, line.high_eur_per_year),
        )
        for line in found.benefit_lines
    }
    assert lines == {
        "seller_alternative": eur(20, 80, 200_000, 800_000),
        "buyer_alternative": eur(10, 55, 100_000, 550_000),
        "treatment": eur(0, 0, 0, 0),
        "transport": eur("-8.799", "-8.799", -87_990, -87_990),
    }
    assert about(found.benefit_low_eur_per_unit, LOW, 4)
    assert about(found.benefit_high_eur_per_unit, HIGH, 4)
    assert (found.benefit_low_eur_per_year, found.benefit_high_eur_per_year) == eur(212_010, 1_262_010)
    assert found.benefit_low_eur_per_year == ash.benefit_low_eur_per_year
    assert found.benefit_high_eur_per_year == ash.benefit_high_eur_per_year
    assert found.break_even_km == found.reach_km == 200  # (20 + 10 − 4) ÷ 0.11 = 236.4 is beyond its reach
    assert (found.limited_by, found.limited_by_words) == ("sought", "what is sought")
    assert not found.is_suspicious


def test_band_of_prices_runs_from_the_seller_s_alternative_to_the_buyer_s(ash: Match) -> None:
    found = explanation_of(ash)
    # 10 − 8.80, and 55 − 8.80
    assert found.price_band == Band(Decimal(-20), Decimal("1.2"))
    assert found.widest_band == Band(Decimal(-80), Decimal("46.2"))


def test_what_both_say_is_the_low_figure_and_whose_word_it_is_is_said(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer(price=Decimal(-30))
    make_request(price=Decimal(12))
    found = explanation_of(the_match())
    seller, buyer, *_ = found.benefit_lines
    assert seller.label == "disposal avoided"
    assert (seller.low_eur_per_unit, seller.high_eur_per_unit) == eur(30, 80)
    assert (buyer.low_eur_per_unit, buyer.high_eur_per_unit) == eur(12, 55)
    assert seller.source == "the seller asks −30 EUR/t; the catalogue bounds what more it may be"
    assert buyer.source == "the buyer gives 12 EUR/t; the catalogue bounds what more it may be"
    assert about(found.benefit_low_eur_per_unit, 30 + 12 - TRANSPORT, 4)
    assert about(found.benefit_high_eur_per_unit, 80 + 55 - TRANSPORT, 4)
    assert found.price_band == Band(Decimal(-30), Decimal("3.2"))  # 12 − 8.80


def test_what_is_sold_avoids_no_disposal(make_offer: MakeListing, make_request: MakeListing) -> None:
    make_offer(price=Decimal(5))
    make_request(price=Decimal(22))
    found = explanation_of(the_match())
    seller, *_ = found.benefit_lines
    assert seller.label == "what the seller gets elsewhere"
    assert (seller.low_eur_per_unit, seller.high_eur_per_unit) == eur(-5, 0)
    assert about(found.benefit_low_eur_per_unit, 22 - 5 - TRANSPORT, 4)
    assert about(found.benefit_high_eur_per_unit, 55 - 0 - TRANSPORT, 4)
    disposal, *_ = found.co2e_lines
    assert disposal.kg_per_unit == 0
    assert disposal.source == "what the seller is to be paid for would not be disposed of"
    assert found.is_suspicious  # 22 is over four times 5


def test_ask_above_bid_is_no_gain_by_what_is_said_and_one_at_the_best(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer(price=Decimal(20))
    make_request(price=Decimal(12))
    found = explanation_of(the_match())
    assert about(found.benefit_low_eur_per_unit, 12 - 20 - TRANSPORT, 4)
    assert found.price_band is not None
    assert found.price_band.is_empty
    assert found.widest_band == Band(Decimal(0), Decimal("46.2"))
    assert found.break_even_km == 0


def test_price_in_another_currency_is_not_converted_and_leaves_the_benefit_unknown(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer(price=Decimal(-30), currency="DKK")
    make_request(price=Decimal(12))
    match = the_match()
    found = explanation_of(match)
    seller, *_ = found.benefit_lines
    assert (seller.low_eur_per_unit, seller.high_eur_per_unit) == (None, None)
    assert seller.source == "−30 DKK/t is not converted: unknown"
    assert (found.benefit_low_eur_per_year, found.benefit_high_eur_per_year) == (None, None)
    assert (match.benefit_low_eur_per_year, match.benefit_high_eur_per_year) == (None, None)
    assert (found.price_band, found.widest_band, found.break_even_km) == (None, None, None)


def test_co2e_balance_names_each_factor(ash: Match) -> None:
    found = explanation_of(ash)
    disposal, production, transport = found.co2e_lines
    assert disposal.kg_per_unit == Decimal("1.2634")
    assert disposal.factor is not None
    assert (disposal.factor.key, disposal.factor.kg_co2e_per_unit, disposal.factor.unit) == (
        "landfill-aggregates",
        Decimal("1.263380"),
        "t",
    )
    assert (disposal.factor.year, disposal.factor.status) == (2025, "published")
    assert "20_500_5173_15_1" in disposal.factor.source
    assert (production.kg_per_unit, production.t_per_year) == (Decimal(320), Decimal(3_200))
    assert production.factor is not None
    assert (production.factor.key, production.factor.status) == ("avoided-cement-by-fly-ash", "estimate")
    assert transport.factor is not None
    assert transport.factor.key == "freight-hgv-with-upstream"
    assert about(transport.quantity, KM, 4)
    assert about(transport.kg_per_unit, -0.12522 * KM, 4)
    # 1.26338 + 320 − 5.46295 kg/t over 10,000 t.
    assert about(found.saved_t_per_year, (1.26338 + 320 - 0.12522 * KM) * 10, 3)
    assert found.saved_t_per_year == ash.saved_t_per_year


def test_lines_of_the_balance_add_up(lime_to_cement: Match) -> None:
    found = explanation_of(lime_to_cement)
    kg = sum(line.kg_per_unit or 0 for line in found.co2e_lines)
    assert about(found.saved_kg_per_unit, float(kg), 3)
    for line in found.co2e_lines:
        if line.factor and line.quantity is not None and line.kg_per_unit is not None:
            product = float(line.quantity * line.factor.kg_co2e_per_unit)
            assert abs(float(line.kg_per_unit)) == pytest.approx(product, rel=1e-4), line.key


def test_general_request_takes_price_and_factor_of_what_is_offered(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer()
    make_request(resource="ashes-and-combustion-residues")
    found = explanation_of(the_match())
    # The general node has a price of its own, but no factor.
    assert found.assumption("purchase_low").value == Decimal(6)
    assert found.assumption("purchase_high").value == Decimal(27)
    production = found.co2e_lines[1]
    assert production.factor is not None
    assert production.factor.key == "avoided-cement-by-fly-ash"


def test_production_without_a_factor_is_said_to_be_unknown(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer(resource="lignite-fly-ash")
    make_request(resource="lignite-fly-ash")
    disposal, production, _transport = explanation_of(the_match()).co2e_lines
    assert disposal.kg_per_unit == Decimal("1.2634")
    assert (production.kg_per_unit, production.t_per_year, production.factor) == (None, None, None)
    assert "counts as nothing" in production.source


def test_what_a_pipe_emits_is_said_to_be_unknown_and_not_zero(
    make_offer: MakeListing, make_request: MakeListing, buyer: User, cement_works: Organization
) -> None:
    near = SiteDetails("Greenhouse", "Kalundborg", "DK", 55.68, 11.1)
    site = create_site(actor=buyer, organization=cement_works, details=near)
    make_offer(resource="hot-process-water", unit="MWh")
    make_request(resource="hot-process-water", unit="MWh", site=site)
    found = explanation_of(the_match())
    transport = found.co2e_lines[-1]
    assert (transport.key, transport.kg_per_unit, transport.t_per_year) == ("transport", None, None)
    assert "not known" in transport.source
    assert found.saved_kg_per_unit is not None
    assert found.assumption("road_factor").value == 1
    assert found.unit == "MWh"


def test_pair_without_amounts_has_a_benefit_per_unit_only(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer(quantity=None)
    make_request()
    found = explanation_of(the_match())
    assert about(found.benefit_low_eur_per_unit, LOW, 4)
    assert about(found.benefit_high_eur_per_unit, HIGH, 4)
    per_year = (found.benefit_low_eur_per_year, found.benefit_high_eur_per_year, found.saved_t_per_year)
    assert (per_year, found.limited_by) == ((None, None, None), "unknown")
    assumed = what_if(the_match(), {"amount_per_year": Decimal(100)})
    assert (assumed.benefit_low_eur_per_year, assumed.benefit_high_eur_per_year) == eur(2_120, 12_620)


# --- through treatment --------------------------------------------------------------------------------------
def test_pathway_says_each_step_with_yield_cost_and_permit(lime_to_cement: Match) -> None:
    found = explanation_of(lime_to_cement)
    [step] = found.pathway
    assert (step.kind, step.name) == ("process", "Portland cement from carbide lime")
    assert (step.input, step.output, step.yield_per_unit) == ("Carbide lime", "Cement", Decimal("1.2257"))
    # 25 for treatment, 0.12 MWh of power at 80, 1 MWh of steam at 40, 0.4528 t of clay at 12, 0.06129 t gypsum at 25.
    assert about(step.cost_eur_per_unit, 25 + 9.6 + 40 + 0.4528 * 12 + 0.06129 * 25, 4)
    assert step.energy_mwh_per_unit == Decimal("1.12")
    assert step.waste_permit
    assert step.basis == "estimate"
    assert "65 % CaO in clinker" in step.source
    assert step.co_products == ()


def test_benefit_of_a_pathway_carries_yield_and_treatment(lime_to_cement: Match) -> None:
    found = explanation_of(lime_to_cement)
    treatment = 25 + 9.6 + 40 + 0.4528 * 12 + 0.06129 * 25  # 81.56585 EUR/t
    amount = 9_000 / 1.2257  # t of lime for the cement that is sought
    lines = {line.key: (line.low_eur_per_unit, line.high_eur_per_unit) for line in found.benefit_lines}
    assert lines["seller_alternative"] == eur(10, 60)
    # 80 to 140 EUR/t of cement, × 1.2257
    assert lines["buyer_alternative"] == eur("98.056", "171.598")
    assert about(lines["treatment"][0], -treatment, 4)
    assert lines["treatment"][0] == lines["treatment"][1]
    assert lines["residues"] == eur(0, 0)
    assert about(found.amount_per_year, amount, 3)
    assert about(found.benefit_low_eur_per_year, amount * (10 + 98.056 - treatment - TRANSPORT), 0)
    assert about(found.benefit_high_eur_per_year, amount * (60 + 171.598 - treatment - TRANSPORT), 0)
    assert found.benefit_low_eur_per_year == lime_to_cement.benefit_low_eur_per_year
    assert found.benefit_high_eur_per_year == lime_to_cement.benefit_high_eur_per_year
    # (10 + 98.056 − 81.566 − 4) ÷ 0.11 = 204.5 is beyond its reach; at 25 EUR/t of loading it is 13.5.
    assert found.break_even_km == found.reach_km == 200
    dear = what_if(lime_to_cement, {"transport_cost_per_load": Decimal(25)})
    assert about(dear.break_even_km, (10 + 98.056 - treatment - 25) / 0.11, 1)
    assert found.limited_by == "sought"
    assert found.assumption("purchase_low").unit == "EUR/t"
    assert "65 % CaO" in found.assumption("yield_per_unit").source


def test_co2e_of_a_pathway_counts_its_energy(lime_to_cement: Match) -> None:
    found = explanation_of(lime_to_cement)
    kg = {line.key: line.kg_per_unit for line in found.co2e_lines}
    assert about(kg["production_avoided"], 800 * 1.2257, 4)
    # Power of the European grid: only heat pumps count with that of their country.
    assert about(kg["treatment_energy"], -208.7, 4)
    assert about(kg["treatment_power"], -0.12 * 255, 4)
    assert kg["treatment_process"] == 0
    saved = 1.26338 + 800 * 1.2257 - 208.7 - 0.12 * 255 - 0.12522 * KM
    assert about(found.saved_t_per_year, saved * 9_000 / 1.2257 / 1000, 3)
    assert found.saved_t_per_year == lime_to_cement.saved_t_per_year


def test_pathway_of_several_steps_names_what_lies_between_and_what_else_comes_out(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer(resource="calcium-carbide")
    make_request(resource="pvc")
    match = the_match()
    found = explanation_of(match)
    assert [step.output for step in found.pathway] == ["Acetylene", "Vinyl chloride monomer", "PVC"]
    assert match.treatment_steps == 3
    made = [float(step.output_per_unit_offered) for step in found.pathway]
    # 0.4062 t acetylene, × 2.4002 vinyl chloride, × 1 PVC.
    assert made == pytest.approx([0.4062, 0.4062 * 2.4002, 0.4062 * 2.4002], abs=1e-6)
    lime = found.pathway[0].co_products
    assert [(each.name, each.amount_per_unit, each.unit) for each in lime] == [
        ("Carbide lime", Decimal("1.1559"), "t")
    ]
    assert not any(step.waste_permit for step in found.pathway)


def test_substitution_is_a_step_with_its_quality_and_without_cost(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer(resource="carbide-lime")
    make_request(resource="limestone")
    [step] = explanation_of(the_match()).pathway
    assert (step.kind, step.yield_per_unit, step.cost_eur_per_unit) == (
        "substitution",
        Decimal("1.3509"),
        Decimal(0),
    )
    assert (step.quality_factor, step.basis) == (Decimal("0.9"), "stoichiometry")
    assert "CaO content" in step.source


def test_unknown_emissions_of_a_process_are_said_to_be_unknown(lime_to_cement: Match) -> None:
    Process.objects.filter(slug="cement-from-carbide-lime").update(co2e_kg_per_unit=None)
    rules_of_release.cache_clear()
    try:
        found = explanation_of(the_match())
    finally:
        rules_of_release.cache_clear()
    line = next(line for line in found.co2e_lines if line.key.startswith("treatment"))
    assert (line.key, line.kg_per_unit) == ("treatment", None)
    assert "not known" in line.source


# --- off the market -----------------------------------------------------------------------------------------
def test_match_off_the_market_keeps_its_figures_and_says_that_no_more_is_known(
    ash: Match, seller: User
) -> None:
    before = explanation_of(ash)
    pause_listing(actor=seller, listing=ash.offer)
    match = the_match()
    found = explanation_of(match)
    assert not found.is_on_market
    assert (found.assumptions, found.benefit_lines, found.co2e_lines) == ((), (), ())
    assert found.benefit_low_eur_per_year == before.benefit_low_eur_per_year
    assert found.benefit_high_eur_per_year == before.benefit_high_eur_per_year
    assert found.saved_t_per_year == before.saved_t_per_year
    assert found.break_even_km == before.break_even_km
    with pytest.raises(Conflict) as refused:
        what_if(match, {"disposal_low": Decimal(1)})
    assert refused.value.code == "off_market"


# --- of many ------------------------------------------------------------------------------------------------
def test_page_of_matches_takes_one_query_for_all_rows_of_the_market(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    def queries() -> list[str]:
        refresh_all_matches()
        matches = list(with_sides(Match.objects.all()))
        with CaptureQueriesContext(connection) as captured:
            assert set(explained(matches)) == {match.pk for match in matches}
        return [query["sql"] for query in captured]

    make_offer()
    make_request()
    few = queries()
    for _number in range(3):
        make_offer()
        make_request(resource="fly-ash")
    assert len(queries()) == len(few)


def test_nothing_to_explain_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert explained([]) == {}
    assert len(captured) == 0
