"""What is expected of an agreement: of which years, taken back by what, never added to the benefit."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from accounts.models import Organization, User
from events.models import Event, Job
from tests.conftest import MakeListing
from tests.trading.conftest import agree, kinds_of
from tests.trading.deals import agree_on_all, deliver, today
from tests.trading.ledger import YEAR, lines
from trading import tasks
from trading.models import Agreement, ImpactEntry, Synergy
from trading.selectors.impact import expected_benefit, totals
from trading.services.agreements import ask_cancel, complete_agreement
from trading.services.impact import post_expected

pytestmark = pytest.mark.django_db


def test_signing_posts_what_is_expected_of_the_year(flow: Agreement) -> None:
    assert lines(agreement=flow) == {
        "virgin_saved": Decimal(12_000),
        "co2e_primary": Decimal(3_840),  # × 320 kg/t
        "co2e_transport": Decimal("-65.555675"),  # × 43.627 km × 0.12522 kg/t·km, 65.55567528
        # It is paid for, at 4 EUR/t: no disposal is avoided. Fly ash costs 10 EUR/t at least.
        "cost_purchase": Decimal(120_000),
        "cost_transport": Decimal("-105587.640000"),  # × (4 + 0.11 × 43.627 km) = 8.79897 EUR/t
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
    assert (event.subject_id, event.data["agreement"], event.data["lines"]) == (flow.synergy_id, flow.pk, 6)
    assert event.data["missing"] == [
        f"{metric}: what is paid for would not be disposed of"
        for metric in ("landfill_diverted", "co2e_disposal", "cost_disposal")
    ]


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
    assert entries.filter(metric="virgin_saved", year=YEAR).count() == 1
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
    by_year = {year: lines(agreement=agreement, year=year)["virgin_saved"] for year in (2027, 2028)}
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
    assert ImpactEntry.objects.filter(status="estimated").count() == 12
    assert lines(status="confirmed")["virgin_saved"] == 100
    assert Event.objects.filter(kind="impact.cancelled", subject_id=flow.synergy_id).count() == 1


def expected_by_year(agreement: Agreement, metric: str = "virgin_saved") -> dict[int, Decimal]:
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
    assert lines(status="confirmed")["virgin_saved"] == 100


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
    in_time = agree_on_all(
        make_offer(), cement_works, quantity=late.amount, starts_on=late.starts_on, ends_on=None
    )
    deliver(in_time, "1")
    complete_agreement(actor=seller, agreement=in_time)
    assert expected_by_year(late) == expected_by_year(in_time) != {}


def test_expected_is_never_added_to_the_benefit(flow: Agreement) -> None:
    before = {total.metric: total for total in totals(ImpactEntry.objects.all())}
    assert before["virgin_saved"].expected == 12_000
    assert {total.benefit for total in before.values()} == {0}
    deliver(flow, "100")
    after = {total.metric: total for total in totals(ImpactEntry.objects.all())}
    assert after["virgin_saved"].expected == 12_000
    assert after["virgin_saved"].benefit == 100


def test_expected_benefit_says_who_gains_what(flow: Agreement) -> None:
    benefit, shares = expected_benefit(flow)
    assert benefit.gross("cost_saved") == Decimal("14412.36")  # 120,000 − 105,587.64
    assert shares.supplier == 48_000
    assert shares.receiver == Decimal(120_000) - 48_000 - Decimal("105587.64")
