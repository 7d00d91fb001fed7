"""What is expected, confirmed and verified; that nothing is lost, edited or counted twice on the way."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Sum
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization, Programme, Site, User
from accounts.services.programmes import add_to_programme
from accounts.services.sites import SiteDetails, create_site
from catalogue.models import EmissionFactor, ProcessFlow, Release
from common.errors import Conflict, Forbidden, Invalid
from events.models import Event, Job
from tests.conftest import MakeListing
from tests.trading.conftest import agree, end_transaction, kinds_of
from tests.trading.deals import agree_on_all, deliver, today
from trading import tasks
from trading.adapters import facts_of
from trading.benefit.account import benefit_of
from trading.benefit.lines import BALANCES
from trading.models import Agreement, Delivery, ImpactEntry, ImpactStatus, Metric, Synergy
from trading.selectors.deliveries import delivered
from trading.selectors.impact import Total, expected_benefit, of_organization, of_programme, totals, totals_by
from trading.services.agreements import ask_cancel, complete_agreement, set_papers
from trading.services.deliveries import correct_delivery
from trading.services.impact import declare, post_expected, verify_year
from trading.services.synergies import set_attribution
from trading.services.terms import Papers

pytestmark = pytest.mark.django_db

# Asnæs to the kiln: 33.5590925 km as the crow flies, times 1.3, to the metre.
KM = Decimal("43.627")
YEAR = today().year


@pytest.fixture
def flow(
    programme: Programme, cement_works: Organization, make_offer: MakeListing, make_request: MakeListing
) -> Agreement:
    """12,000 t of fly ash a year, for this calendar year; both parties in one programme."""
    return agree_on_all(make_offer(), cement_works, make_request())


def lines(**conditions: object) -> dict[str, Decimal]:
    rows = ImpactEntry.objects.filter(**conditions).values("metric").annotate(sum=Sum("gross"))
    return {row["metric"]: row["sum"] for row in rows.order_by("metric")}


def standing(entries: list[Total]) -> dict[str, tuple[object, ...]]:
    """What is expected, confirmed and verified."""
    return {total.metric: (total.expected, total.confirmed, total.verified) for total in entries}


def correct(delivery: Delivery, quantity: str) -> Delivery:
    return correct_delivery(
        actor=delivery.reported_by,
        delivery=delivery,
        organization=delivery.organization,
        quantity=Decimal(quantity),
        unit="t",
        note="weighed again",
    )


def new_release() -> None:
    """What the catalogue says is read once per release."""
    Release.objects.update(key=uuid4())


# --- expected -----------------------------------------------------------------------------------------------
def test_signing_posts_what_is_expected_of_the_year(flow: Agreement) -> None:
    assert lines(agreement=flow) == {
        "landfill_diverted": Decimal(12_000),
        "virgin_saved": Decimal(12_000),
        "co2e_primary": Decimal(3_840),  # × 320 kg/t
        "co2e_disposal": Decimal("15.16056"),  # × 1.26338 kg/t
        "co2e_transport": Decimal("-65.555675"),  # × 43.627 km × 0.12522 kg/t·km, 65.55567528
        "cost_disposal": Decimal(540_000),
        "cost_purchase": Decimal(360_000),
        "cost_transport": Decimal("-62822.880000"),
        "new_sales": Decimal(48_000),
    }
    entries = ImpactEntry.objects.filter(agreement=flow)
    assert {(entry.status, entry.year, entry.delivery) for entry in entries} == {("estimated", YEAR, None)}
    transport = entries.get(metric="co2e_transport")
    assert (transport.factor, transport.factor_unit, transport.factor_key, transport.factor_year) == (
        Decimal("0.12522"),
        "kg/t·km",
        "freight-hgv-with-upstream",
        2025,
    )
    assert "27_304_3140_14_1 + 28_907_3140_14_1" in transport.factor_source
    event = Event.objects.get(kind="impact.posted")
    assert (event.subject_id, event.data["agreement"], event.data["lines"]) == (flow.synergy_id, flow.pk, 9)
    assert event.data["missing"] == []


def test_signing_leaves_what_is_expected_to_a_worker_who_posts_it_once(
    synergy: Synergy, seller: User, buyer: User
) -> None:
    agreement = agree(synergy)
    job = Job.objects.get(task="trading.tasks.post_expected")
    assert (job.event.kind, job.event.subject_id) == ("agreement.signed", agreement.pk)
    assert not ImpactEntry.objects.exists()
    tasks.post_expected(job.pk)
    tasks.post_expected(job.pk)
    entries = ImpactEntry.objects.filter(agreement=agreement)
    assert entries.filter(metric="landfill_diverted", year=YEAR).count() == 1
    assert {entry.posted_by_id for entry in entries} == {agreement.agreed_by_id}
    assert kinds_of(synergy).count("impact.posted") == 1
    assert post_expected(agreement=agreement) == []


def test_what_is_cancelled_before_the_worker_comes_is_not_expected(
    synergy: Synergy, seller: User, buyer: User
) -> None:
    agreement = agree(synergy)
    for actor, party in ((seller, synergy.supplier), (buyer, synergy.receiver)):
        ask_cancel(actor=actor, agreement=agreement, organization=party)
    assert post_expected(agreement=agreement) == []
    assert not ImpactEntry.objects.exists()
    assert not {"impact.posted", "impact.cancelled"} & set(kinds_of(synergy))


def test_agreement_over_two_years_is_expected_in_both(
    cement_works: Organization, make_offer: MakeListing
) -> None:
    agreement = agree_on_all(
        make_offer(), cement_works, starts_on=date(2027, 7, 1), ends_on=date(2028, 12, 31)
    )
    by_year = {year: lines(agreement=agreement, year=year)["landfill_diverted"] for year in (2027, 2028)}
    assert by_year == {2027: Decimal("6049.315068"), 2028: Decimal(12_000)}  # 12,000 × 184 ÷ 365


def test_open_end_is_expected_for_the_year_of_the_start_and_the_next(
    cement_works: Organization, make_offer: MakeListing
) -> None:
    agreement = agree_on_all(make_offer(), cement_works, starts_on=date(2027, 1, 1), ends_on=None)
    years = ImpactEntry.objects.filter(agreement=agreement).values_list("year", flat=True)
    assert set(years) == {2027, 2028}


def test_cancelling_takes_back_what_was_expected_and_nothing_else(
    flow: Agreement, seller: User, buyer: User
) -> None:
    deliver(flow, "100")
    for actor, party in ((seller, flow.supplier), (buyer, flow.receiver)):
        ask_cancel(actor=actor, agreement=flow, organization=party)
    assert set(lines(agreement=flow, status="estimated").values()) == {0}
    assert ImpactEntry.objects.filter(status="estimated").count() == 18
    assert lines(status="confirmed")["landfill_diverted"] == 100
    assert Event.objects.filter(kind="impact.cancelled", subject_id=flow.synergy_id).count() == 1


def expected_by_year(agreement: Agreement, metric: str = "landfill_diverted") -> dict[int, Decimal]:
    rows = ImpactEntry.objects.filter(agreement=agreement, metric=metric, status="estimated")
    sums = rows.order_by("year").values_list("year").annotate(Sum("gross"))
    return {year: total for year, total in sums if total}


@pytest.mark.parametrize("ends_on", [None, date(YEAR, 12, 31), date(YEAR + 1, 6, 30)])
def test_completing_a_flow_takes_back_what_was_expected_for_the_days_after(
    cement_works: Organization, make_offer: MakeListing, seller: User, ends_on: date | None
) -> None:
    starts_on = date(YEAR, 1, 1)
    agreement = agree_on_all(make_offer(), cement_works, starts_on=starts_on, ends_on=ends_on)
    deliver(agreement, "100")
    assert max(expected_by_year(agreement)) == (ends_on.year if ends_on else YEAR + 1)
    complete_agreement(actor=seller, agreement=agreement)
    days = (today() - starts_on).days + 1
    length = (date(YEAR + 1, 1, 1) - starts_on).days
    passed = round(Decimal(12_000) * days / length, 6)
    assert expected_by_year(agreement) == {YEAR: passed}
    assert expected_by_year(agreement, "new_sales") == {YEAR: pytest.approx(passed * 4, abs=Decimal("1e-5"))}
    assert lines(status="confirmed")["landfill_diverted"] == 100


def test_completing_a_flow_on_its_last_day_or_a_lot_takes_nothing_back(
    cement_works: Organization, make_offer: MakeListing, seller: User
) -> None:
    flow = agree_on_all(make_offer(), cement_works, ends_on=today())
    lot = agree_on_all(make_offer(period="once"), cement_works, starts_on=today(), ends_on=None)
    for agreement in (flow, lot):
        deliver(agreement, "100")
        before = expected_by_year(agreement)
        complete_agreement(actor=seller, agreement=agreement)
        assert expected_by_year(agreement) == before != {}
    assert not Event.objects.filter(kind="impact.cancelled").exists()


def test_worker_that_comes_after_the_completion_expects_the_same(
    synergy: Synergy, cement_works: Organization, make_offer: MakeListing, seller: User
) -> None:
    late = agree(synergy)
    deliver(late, "1")
    complete_agreement(actor=seller, agreement=late)
    assert post_expected(agreement=late)
    in_time = agree_on_all(make_offer(), cement_works, quantity=late.amount, starts_on=today(), ends_on=None)
    deliver(in_time, "1")
    complete_agreement(actor=seller, agreement=in_time)
    assert expected_by_year(late) == expected_by_year(in_time) != {}


def test_expected_is_never_added_to_the_benefit(flow: Agreement) -> None:
    before = {total.metric: total for total in totals(ImpactEntry.objects.all())}
    assert before["landfill_diverted"].expected == 12_000
    assert {total.benefit for total in before.values()} == {0}
    deliver(flow, "100")
    after = {total.metric: total for total in totals(ImpactEntry.objects.all())}
    assert after["landfill_diverted"].expected == 12_000
    assert after["landfill_diverted"].benefit == 100


def test_expected_benefit_says_who_gains_what(flow: Agreement) -> None:
    benefit, shares = expected_benefit(flow)
    assert benefit.gross("cost_saved") == Decimal("837177.12")
    assert shares.supplier == 540_000 + 48_000
    assert shares.receiver == Decimal(360_000) - 48_000 - Decimal("62822.88")


# --- facts --------------------------------------------------------------------------------------------------
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
    assert set(lines()) == {"landfill_diverted", "virgin_saved", "new_sales"}
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
    assert step.energy_mwh == Decimal("1.12")
    treatment = ImpactEntry.objects.get(agreement=agreement, metric="co2e_treatment")
    per_t = step.bought_in_kg + Decimal("1.12") * factors["heat-steam-with-upstream"]
    assert abs(treatment.gross + agreement.amount * per_t / 1000) < Decimal("0.000001")
    primary = ImpactEntry.objects.get(agreement=agreement, metric="co2e_primary")
    assert primary.factor_key == facts.credited.primary.key  # type: ignore[union-attr]
    # The factor of the lime that goes in is not added.
    assert "avoided-calcination-by-carbide-lime" not in set(
        ImpactEntry.objects.filter(agreement=agreement).values_list("factor_key", flat=True)
    )


# --- delivered and corrected --------------------------------------------------------------------------------
def test_delivery_posts_what_it_spares(flow: Agreement) -> None:
    delivery = deliver(flow, "100")
    expected = {line.metric: line.gross for line in benefit_of(facts_of(flow), Decimal(100)).lines}
    assert lines(delivery=delivery) == expected
    assert expected["co2e_transport"] == Decimal("-0.546297")  # 100 t × 43.627 km × 0.12522 kg


def test_correction_to_nothing_leaves_nothing_in_any_metric(flow: Agreement) -> None:
    delivery = deliver(flow, "33.333333")
    for quantity in ("10.000001", "77.7", "0.000001", "0"):
        correct(delivery, quantity)
    assert set(lines(status="confirmed").values()) == {0}


def test_correction_counts_by_the_factors_of_its_delivery(flow: Agreement) -> None:
    delivery = deliver(flow, "100")
    EmissionFactor.objects.filter(key="avoided-cement-by-fly-ash").update(kg_co2e_per_unit=1000)
    new_release()
    correction = correct(delivery, "50")
    assert lines(delivery=correction)["co2e_primary"] == Decimal(-16)  # 50 t × 320 kg/t, not 1000
    later = deliver(flow, "50", reference="CMR 2")
    assert lines(delivery=later)["co2e_primary"] == Decimal(50)


def test_quantities_are_conserved_through_any_deliveries_and_corrections(flow: Agreement) -> None:
    random = Random(7)
    known: list[Delivery] = []
    for number in range(40):
        if known and random.random() < 0.6:
            correct(random.choice(known), f"{random.uniform(0, 500):.6f}")
        else:
            known.append(deliver(flow, f"{random.uniform(0.01, 500):.6f}", reference=f"CMR {number}"))
    in_all = delivered(flow)
    found = lines(status="confirmed")
    assert found["landfill_diverted"] == found["virgin_saved"] == in_all
    exact = benefit_of(facts_of(flow), in_all)
    for metric, gross in found.items():
        # Every line is rounded on its own, to half a millionth.
        assert abs(gross - (exact.gross(metric) or 0)) <= Decimal("0.0000005") * (len(known) + 1), metric


def test_lines_are_neither_changed_nor_removed(flow: Agreement) -> None:
    deliver(flow)
    entry = ImpactEntry.objects.filter(status="confirmed").first()
    assert entry is not None
    rows = ImpactEntry.objects.filter(pk=entry.pk)
    changes: list[Callable[[], object]] = [
        lambda: rows.update(gross=1),
        lambda: rows.update(status=ImpactStatus.VERIFIED),
        lambda: rows._raw_delete("default"),
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert ImpactEntry.objects.get(pk=entry.pk).gross == entry.gross


# --- verified -----------------------------------------------------------------------------------------------
def test_verifying_moves_the_benefit_without_changing_it(flow: Agreement, facilitator: User) -> None:
    deliver(flow, "100")
    before = {total.metric: total.benefit for total in totals(ImpactEntry.objects.all())}
    verified = verify_year(actor=facilitator, synergy=flow.synergy, year=YEAR, remark="seen the tickets")
    assert {entry.status for entry in verified} == {ImpactStatus.VERIFIED}
    after = totals(ImpactEntry.objects.all())
    assert {total.metric: total.benefit for total in after} == before
    assert {total.confirmed for total in after} == {0}
    assert standing(after)["landfill_diverted"] == (12_000, 0, 100)
    event = Event.objects.get(kind="impact.verified")
    assert (event.actor_id, event.data["remark"], event.data["year"]) == (
        facilitator.pk,
        "seen the tickets",
        YEAR,
    )
    end_transaction()


def test_only_a_facilitator_of_a_party_verifies(flow: Agreement, seller: User, stranger: User) -> None:
    deliver(flow)
    other = Programme.objects.create(name="Elsewhere", slug="elsewhere")
    other.facilitators.add(stranger)
    for actor in (seller, stranger):
        with pytest.raises(Forbidden):
            verify_year(actor=actor, synergy=flow.synergy, year=YEAR)
    assert not ImpactEntry.objects.filter(status="verified").exists()


def test_nothing_is_verified_twice(flow: Agreement, facilitator: User) -> None:
    deliver(flow)
    verify_year(actor=facilitator, synergy=flow.synergy, year=YEAR)
    for year in (YEAR, YEAR - 1):
        with pytest.raises(Conflict) as refused:
            verify_year(actor=facilitator, synergy=flow.synergy, year=year)
        assert refused.value.code == "nothing_to_verify"


def test_correction_after_verification_is_confirmed_until_it_is_verified_too(
    flow: Agreement, facilitator: User
) -> None:
    delivery = deliver(flow, "100")
    verify_year(actor=facilitator, synergy=flow.synergy, year=YEAR)
    correct(delivery, "80")
    assert standing(totals(ImpactEntry.objects.all()))["landfill_diverted"] == (12_000, -20, 100)
    verify_year(actor=facilitator, synergy=flow.synergy, year=YEAR)
    correct(delivery, "0")
    assert standing(totals(ImpactEntry.objects.all()))["landfill_diverted"] == (12_000, -80, 80)


# --- attribution --------------------------------------------------------------------------------------------
def landfill() -> tuple[object, ...]:
    """The benefit, the same before attribution, and what is expected."""
    found = totals(ImpactEntry.objects.filter(metric="landfill_diverted"))[0]
    return found.benefit, found.gross, found.expected


def test_changed_attribution_holds_for_later_lines_only(flow: Agreement, facilitator: User) -> None:
    before = deliver(flow, "100")
    set_attribution(
        actor=facilitator, synergy=flow.synergy, share=Decimal("0.25"), reason="they talked already"
    )
    deliver(flow, "100", reference="CMR 2")
    assert landfill() == (125, 200, 12_000)
    # What corrects the first has the share of the first.
    correct(before, "0")
    assert landfill() == (25, 100, 12_000)


# --- each tonne once ----------------------------------------------------------------------------------------
def test_tonne_between_two_members_counts_once_for_each_of_them_and_for_their_programme(
    flow: Agreement, programme: Programme, elsewhere: Organization
) -> None:
    deliver(flow, "100")
    entries = ImpactEntry.objects.filter(status="confirmed", metric="landfill_diverted")
    scopes = [
        of_programme(entries, programme),
        of_organization(entries, flow.supplier),
        of_organization(entries, flow.receiver),
    ]
    assert [totals(scope)[0].benefit for scope in scopes] == [100, 100, 100]
    assert totals(of_organization(entries, elsewhere)) == []
    # The control: a join over the members of the programme counts it for each of its parties.
    naive = sum(
        totals(entries.filter(**{f"synergy__{side}__programmes": programme}))[0].benefit
        for side in ("supplier", "receiver")
    )
    assert naive == 200


def test_party_in_several_programmes_counts_once_in_each(
    flow: Agreement, facilitator: User, asnaes: Organization
) -> None:
    second = Programme.objects.create(name="Second", slug="second")
    second.facilitators.add(facilitator)
    add_to_programme(actor=facilitator, programme=second, organization=asnaes)
    deliver(flow, "100")
    entries = ImpactEntry.objects.filter(metric="landfill_diverted")
    for programme in Programme.objects.all():
        assert totals(of_programme(entries, programme))[0].benefit == 100


# --- sums ---------------------------------------------------------------------------------------------------
def test_balance_stands_before_its_parts_and_is_their_sum(flow: Agreement) -> None:
    deliver(flow, "100")
    found = totals(ImpactEntry.objects.all())
    names = [total.metric for total in found]
    assert names == [
        "landfill_diverted",
        "co2e_avoided",
        "co2e_primary",
        "co2e_disposal",
        "co2e_transport",
        "virgin_saved",
        "cost_saved",
        "cost_disposal",
        "cost_purchase",
        "cost_transport",
        "new_sales",
    ]
    by_metric = {total.metric: total for total in found}
    for balance, parts in BALANCES.items():
        assert by_metric[balance].is_balance
        for column in ("expected", "confirmed", "verified", "benefit", "gross"):
            summed = sum(getattr(by_metric[part], column) for part in parts if part in by_metric)
            assert getattr(by_metric[balance], column) == summed
    assert all(total.label for total in found)


def test_sums_of_every_year_take_one_query(
    cement_works: Organization, make_offer: MakeListing, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    flow = agree_on_all(make_offer(), cement_works, starts_on=date(YEAR - 1, 1, 1))
    deliver(flow, "100")
    deliver(flow, "7", reference="CMR 2", happened_on=date(YEAR - 1, 12, 31))
    with django_assert_num_queries(1):
        found = totals_by(ImpactEntry.objects.all(), "year")
    by_year = {year: standing(rows)["landfill_diverted"] for year, rows in found.items()}
    assert by_year == {YEAR - 1: (12_000, 7, 0), YEAR: (12_000, 100, 0)}
    assert list(totals_by(ImpactEntry.objects.all(), "synergy_id")) == [flow.synergy_id]


# --- declared -----------------------------------------------------------------------------------------------
def say(synergy: Synergy, actor: User, amount: str, **said: str | int) -> ImpactEntry:
    values: dict[str, str | int] = {
        "year": YEAR,
        "metric": Metric.PRIVATE_INVESTMENT,
        "unit": "EUR",
        "baseline": "No silo would have been built.",
    }
    return declare(actor=actor, synergy=synergy, amount=Decimal(amount), **(values | said))  # type: ignore[arg-type]


def test_declared_investment_is_expected_until_it_is_verified(
    flow: Agreement, seller: User, facilitator: User
) -> None:
    say(flow.synergy, seller, "50000")
    entries = ImpactEntry.objects.filter(metric="private_investment")
    assert standing(totals(entries))["private_investment"] == (50_000, 0, 0)
    verify_year(actor=facilitator, synergy=flow.synergy, year=YEAR)
    assert standing(totals(entries))["private_investment"] == (0, 0, 50_000)
    with pytest.raises(Conflict) as refused:
        say(flow.synergy, seller, "60000")
    assert refused.value.code == "already_verified"
    end_transaction()


def test_declaration_of_both_parties_is_one_and_changes_by_difference(
    flow: Agreement, seller: User, buyer: User, facilitator: User
) -> None:
    say(flow.synergy, seller, "50000")
    say(flow.synergy, buyer, "70000")
    last = say(flow.synergy, seller, "65000")
    assert last.gross == -5_000
    entries = ImpactEntry.objects.filter(metric="private_investment")
    assert [entry.gross for entry in entries] == [50_000, 20_000, -5_000]
    verify_year(actor=facilitator, synergy=flow.synergy, year=YEAR)
    assert standing(totals(entries))["private_investment"] == (0, 0, 65_000)


def test_jobs_count_in_full_time_equivalents(flow: Agreement, buyer: User) -> None:
    assert say(flow.synergy, buyer, "2.5", metric=Metric.JOBS, unit="").unit == "FTE"


@pytest.mark.parametrize(
    ("amount", "said", "field"),
    [
        ("-1", {}, "amount"),
        ("NaN", {}, "amount"),
        ("0.0000001", {}, "amount"),
        ("1", {"metric": "landfill_diverted"}, "metric"),
        ("1", {"unit": "euro"}, "unit"),
        ("1", {"year": 1900}, "year"),
        ("1", {"baseline": "  "}, "baseline"),
    ],
)
def test_declaration_that_cannot_be_so_is_refused(
    flow: Agreement, seller: User, amount: str, said: dict[str, str | int], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        say(flow.synergy, seller, amount, **said)
    assert list(refused.value.fields) == [field]


def test_declaration_does_not_change_its_currency_or_say_the_same_again(
    flow: Agreement, seller: User
) -> None:
    say(flow.synergy, seller, "50000")
    with pytest.raises(Invalid):
        say(flow.synergy, seller, "60000", unit="DKK")
    with pytest.raises(Conflict) as refused:
        say(flow.synergy, seller, "50000")
    assert refused.value.code == "nothing_changes"
