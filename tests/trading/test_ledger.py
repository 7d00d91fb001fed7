"""What is confirmed and verified; that nothing is lost, edited or counted twice on the way."""

from collections.abc import Callable
from decimal import Decimal
from random import Random

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Programme, User
from catalogue.models import EmissionFactor
from common.errors import Conflict, Forbidden
from events.models import Event
from tests.trading.conftest import end_transaction
from tests.trading.deals import deliver
from tests.trading.ledger import YEAR, correct, lines, new_release, standing
from trading.adapters import facts_of
from trading.benefit.account import benefit_of
from trading.models import Agreement, Delivery, ImpactEntry, ImpactStatus
from trading.selectors.deliveries import delivered
from trading.selectors.impact import totals
from trading.services.impact import verify_year
from trading.services.synergies import set_attribution

pytestmark = pytest.mark.django_db


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
    assert found["virgin_saved"] == in_all
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


def test_verifying_moves_the_benefit_without_changing_it(flow: Agreement, facilitator: User) -> None:
    deliver(flow, "100")
    before = {total.metric: total.benefit for total in totals(ImpactEntry.objects.all())}
    verified = verify_year(actor=facilitator, synergy=flow.synergy, year=YEAR, remark="seen the tickets")
    assert {entry.status for entry in verified} == {ImpactStatus.VERIFIED}
    after = totals(ImpactEntry.objects.all())
    assert {total.metric: total.benefit for total in after} == before
    assert {total.confirmed for total in after} == {0}
    assert standing(after)["virgin_saved"] == (12_000, 0, 100)
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
    assert standing(totals(ImpactEntry.objects.all()))["virgin_saved"] == (12_000, -20, 100)
    verify_year(actor=facilitator, synergy=flow.synergy, year=YEAR)
    correct(delivery, "0")
    assert standing(totals(ImpactEntry.objects.all()))["virgin_saved"] == (12_000, -80, 80)


def saved() -> tuple[object, ...]:
    """The benefit, the same before attribution, and what is expected."""
    found = totals(ImpactEntry.objects.filter(metric="virgin_saved"))[0]
    return found.benefit, found.gross, found.expected


def test_changed_attribution_holds_for_later_lines_only(flow: Agreement, facilitator: User) -> None:
    before = deliver(flow, "100")
    set_attribution(
        actor=facilitator, synergy=flow.synergy, share=Decimal("0.25"), reason="they talked already"
    )
    deliver(flow, "100", reference="CMR 2")
    assert saved() == (125, 200, 12_000)
    # What corrects the first has the share of the first.
    correct(before, "0")
    assert saved() == (25, 100, 12_000)
