"""What the ledger reads of an agreement before it counts."""

from decimal import Decimal

import pytest

from accounts.models import Organization, Site, User
from accounts.services.sites import SiteDetails, create_site
from catalogue.models import EmissionFactor, ProcessFlow
from events.models import Event
from matching.market.tables.conversions import load_conversions
from tests.conftest import MakeListing
from tests.trading.deals import agree_on_all, deliver
from tests.trading.ledger import KM, lines
from trading.adapters import facts_of
from trading.models import Agreement, ImpactEntry
from trading.services.agreements import set_papers
from trading.services.terms import Papers

pytestmark = pytest.mark.django_db


def test_party_without_a_listing_acts_at_its_only_site(
    cement_works: Organization, cement_site: Site, make_offer: MakeListing
) -> None:
    agreement = agree_on_all(make_offer(), cement_works)
    assert agreement.synergy.receiver_site is None
    assert facts_of(agreement).distance_km == KM


def test_party_that_may_act_at_two_sites_leaves_the_balances_open(
    buyer: User, cement_works: Organization, cement_site: Site, make_offer: MakeListing
) -> None:
    details = SiteDetails("Second kiln", "Aalborg", "DK", 57.06, 9.98)
    create_site(actor=buyer, organization=cement_works, details=details)
    agreement = agree_on_all(make_offer(), cement_works)
    assert set(lines()) == {"virgin_saved", "new_sales"}
    event = Event.objects.get(kind="impact.posted", subject_id=agreement.synergy_id)
    assert "co2e_transport: the distance is not known, and so co2e_avoided is not" in event.data["missing"]


def test_distance_is_between_the_sites_themselves_even_where_the_listing_blurs_them(
    cement_works: Organization, cement_site: Site, make_offer: MakeListing
) -> None:
    agreement = agree_on_all(make_offer(disclosure="anonymous"), cement_works)
    assert facts_of(agreement).distance_km == KM


def test_hazardous_waste_is_known_by_the_offer_or_the_paper(
    flow: Agreement, seller: User, cement_works: Organization, make_offer: MakeListing
) -> None:
    assert not facts_of(flow).hazardous
    assert facts_of(agree_on_all(make_offer(hazardous=True), cement_works)).hazardous
    set_papers(actor=seller, agreement=flow, papers=Papers(ewc_code="170801"))
    flow.refresh_from_db()
    assert facts_of(flow).hazardous


def test_what_is_disposed_of_in_the_end_diverts_nothing(flow: Agreement, seller: User) -> None:
    set_papers(actor=seller, agreement=flow, papers=Papers(ewc_code="100102", treatment_operation="D1"))
    deliver(flow, "100")
    assert lines(status="confirmed") == {"new_sales": Decimal(400)}


def test_treated_goods_count_the_last_product_and_all_that_the_treatment_takes(
    cement_works: Organization, make_offer: MakeListing, make_request: MakeListing
) -> None:
    offer = make_offer(resource="carbide-lime")
    agreement = agree_on_all(offer, cement_works, make_request(resource="cement", quantity=Decimal(90_000)))
    facts = facts_of(agreement)
    factors = dict(EmissionFactor.objects.values_list("key", "kg_co2e_per_unit"))
    assert agreement.yield_per_unit > 1
    assert (facts.moved.name, facts.credited.name, len(facts.steps)) == ("Carbide lime", "Cement", 1)
    assert facts.credited_per_unit == agreement.yield_per_unit
    step = facts.steps[0]
    clay, gypsum = factors["primary-aggregates"], factors["natural-gypsum"]
    inputs = ProcessFlow.objects.filter(process__slug="cement-from-carbide-lime", role="supplied")
    bought_in = dict(inputs.values_list("resource__slug", "amount_per_unit"))
    assert step.bought_in_kg == pytest.approx(bought_in["clay"] * clay + bought_in["gypsum"] * gypsum)
    assert (step.heat_mwh, step.power_mwh) == (Decimal(1), Decimal("0.12"))
    treatment = ImpactEntry.objects.get(agreement=agreement, metric="co2e_treatment")
    # The seller stands in Denmark.
    energy = factors["heat-steam-with-upstream"] + Decimal("0.12") * factors["electricity-grid-dk"]
    per_t = step.bought_in_kg + energy
    assert abs(treatment.gross + agreement.amount * per_t / 1000) < Decimal("0.000001")
    primary = ImpactEntry.objects.get(agreement=agreement, metric="co2e_primary")
    assert primary.factor_key == facts.credited.primary.key  # type: ignore[union-attr]
    # The factor of the lime that goes in is not added.
    assert "avoided-calcination-by-carbide-lime" not in set(
        ImpactEntry.objects.filter(agreement=agreement).values_list("factor_key", flat=True)
    )


def test_treatment_pays_for_what_else_comes_out_at_its_high_end(
    cement_works: Organization, make_offer: MakeListing, make_request: MakeListing
) -> None:
    offer = make_offer(resource="calcium-carbide")
    agreement = agree_on_all(
        offer, cement_works, make_request(resource="acetylene", quantity=Decimal(90_000))
    )
    [step] = facts_of(agreement).steps
    conversions = load_conversions()
    process = conversions.processes["acetylene-from-carbide"]
    taken = next(flow for flow in process.flows.all() if flow.resource.slug == "calcium-carbide")
    # 1.1559 t of carbide lime a tonne, at 60 EUR/t and 4 + 0.11 × 50 km by silo lorry
    residues = Decimal("1.1559") * (60 + Decimal("9.5"))
    assert step.cost == conversions.costs(process, taken).total + residues
