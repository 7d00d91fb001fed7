"""Consignments: planned, delivered, corrected by counter-entry, confirmed by the other party, with evidence."""

import hashlib
import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from pytest_django.fixtures import Settings

from accounts.models import Organization, User
from common.errors import Conflict, Forbidden, Invalid
from events.models import Event
from tests.conftest import MakeListing
from tests.trading.conftest import kinds_of
from tests.trading.deals import agree_on_all, consignment, deliver, today
from trading.models import Agreement, Delivery, DeliveryFile, DeliveryKind, ImpactEntry, ImpactStatus
from trading.selectors.deliveries import amount_now, delivered, open_plans
from trading.services import deliveries, locks
from trading.services.agreements import ask_cancel, complete_agreement
from trading.services.deliveries import (
    add_delivery_file,
    confirm_delivery,
    correct_delivery,
    plan_delivery,
    record_delivery,
)
from trading.tasks import remove_stray_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(cement_works: Organization, make_offer: MakeListing, make_request: MakeListing) -> Agreement:
    """12,000 t of fly ash a year."""
    return agree_on_all(make_offer(), cement_works, make_request())


@pytest.fixture
def lot(cement_works: Organization, make_offer: MakeListing, make_request: MakeListing) -> Agreement:
    """500 t of fly ash, once."""
    once = {"quantity": Decimal(500), "period": "once"}
    return agree_on_all(make_offer(**once), cement_works, make_request(**once))


def correct(delivery: Delivery, quantity: str, *, unit: str = "t", note: str = "weighed again") -> Delivery:
    return correct_delivery(
        actor=delivery.reported_by,
        delivery=delivery,
        organization=delivery.organization,
        quantity=Decimal(quantity),
        unit=unit,
        note=note,
    )


# --- planned and delivered ----------------------------------------------------------------------------------
def test_planned_delivery_counts_nothing(flow: Agreement, buyer: User, cement_works: Organization) -> None:
    due = today() + timedelta(days=9)
    planned = plan_delivery(
        actor=buyer,
        agreement=flow,
        organization=cement_works,
        consignment=consignment(happened_on=due, note="  before noon "),
    )
    assert (planned.kind, planned.happened_on, planned.note) == (DeliveryKind.PLANNED, due, "before noon")
    assert kinds_of(planned) == ["delivery.planned"]
    assert delivered(flow) == 0
    assert not ImpactEntry.objects.filter(delivery=planned).exists()


def test_plan_is_open_until_a_consignment_with_its_reference_is_delivered(
    flow: Agreement, seller: User
) -> None:
    for reference in ("CMR 1", "CMR 2"):
        plan_delivery(
            actor=seller,
            agreement=flow,
            organization=flow.supplier,
            consignment=consignment(reference=reference),
        )
    deliver(flow, reference="cmr 1")
    assert [plan.reference for plan in open_plans(flow)] == ["CMR 2"]


def test_delivery_is_recorded_with_its_lines_and_one_event(flow: Agreement, seller: User) -> None:
    delivery = deliver(flow, "250.5", unit="t")
    assert (delivery.kind, delivery.amount) == (DeliveryKind.ACTUAL, Decimal("250.5"))
    assert (delivery.organization, delivery.reported_by) == (flow.supplier, seller)
    assert kinds_of(delivery) == ["delivery.recorded"]
    lines = ImpactEntry.objects.filter(delivery=delivery)
    assert {line.status for line in lines} == {ImpactStatus.CONFIRMED}
    assert {line.year for line in lines} == {today().year}
    assert lines.get(metric="virgin_saved").gross == Decimal("250.5")
    posted = Event.objects.filter(kind="impact.posted").order_by("pk").last()
    assert posted is not None
    assert posted.data["delivery"] == delivery.pk
    assert posted.data["lines"] == len(lines)


def test_delivery_is_counted_in_the_canonical_unit(flow: Agreement) -> None:
    assert deliver(flow, "25500", unit="kg").amount == Decimal("25.5")


@pytest.mark.parametrize("reference", ["CMR 1", " cmr  1 ", "Cmr 1"])
def test_consignment_counts_once_whoever_reports_it(
    flow: Agreement, buyer: User, cement_works: Organization, reference: str
) -> None:
    deliver(flow, reference="CMR 1")
    with pytest.raises(Conflict) as refused:
        record_delivery(
            actor=buyer,
            agreement=flow,
            organization=cement_works,
            consignment=consignment(reference=reference),
        )
    assert refused.value.code == "recorded_already"
    assert delivered(flow) == 100
    assert ImpactEntry.objects.filter(metric="virgin_saved", status="confirmed").count() == 1


def test_same_reference_under_another_agreement_is_another_consignment(
    flow: Agreement, cement_works: Organization, make_offer: MakeListing
) -> None:
    other = agree_on_all(make_offer(resource="fgd-gypsum"), cement_works)
    deliver(flow)
    assert deliver(other).reference == "CMR 1"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reference": "  "}, "reference"),
        ({"reference": "x" * 81}, "reference"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-5"}, "quantity"),
        ({"quantity": "NaN"}, "quantity"),
        ({"quantity": "1e13"}, "quantity"),
        ({"quantity": "0.0001", "unit": "kg"}, "quantity"),
        ({"unit": "MWh"}, "unit"),
        ({"unit": "bags"}, "unit"),
        ({"happened_on": date(2999, 1, 1)}, "happened_on"),
    ],
)
def test_delivery_that_cannot_be_so_is_refused(flow: Agreement, said: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        deliver(flow, **said)
    assert list(refused.value.fields) == [field]
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("kind", [DeliveryKind.PLANNED, DeliveryKind.ACTUAL])
def test_nothing_is_delivered_before_the_agreement(
    cement_works: Organization, make_offer: MakeListing, seller: User, kind: DeliveryKind
) -> None:
    agreement = agree_on_all(make_offer(), cement_works, starts_on=today() - timedelta(days=3))
    act = plan_delivery if kind == DeliveryKind.PLANNED else record_delivery
    said: dict[str, Any] = {"actor": seller, "agreement": agreement, "organization": agreement.supplier}
    with pytest.raises(Invalid) as refused:
        act(consignment=consignment(happened_on=today() - timedelta(days=4)), **said)
    assert list(refused.value.fields) == ["happened_on"]
    assert not Delivery.objects.exists()
    assert act(consignment=consignment(happened_on=today() - timedelta(days=3)), **said).kind == kind


def test_delivery_may_come_between_the_signature_and_the_start_of_the_window(
    cement_works: Organization, make_offer: MakeListing
) -> None:
    agreement = agree_on_all(make_offer(), cement_works, starts_on=today() + timedelta(days=30), ends_on=None)
    assert deliver(agreement, "5").amount == 5


def test_lot_is_not_delivered_beyond_what_is_agreed(lot: Agreement) -> None:
    deliver(lot, "400")
    with pytest.raises(Invalid) as refused:
        deliver(lot, "100.000001", reference="CMR 2")
    assert refused.value.fields["quantity"] == ["Only 100 t of what is agreed are left to deliver."]
    deliver(lot, "100", reference="CMR 2")
    assert delivered(lot) == 500


def test_more_than_a_years_rate_can_be_delivered(flow: Agreement) -> None:
    assert deliver(flow, "12500").amount == 12_500


def test_stranger_to_the_agreement_reports_nothing(
    flow: Agreement, stranger: User, elsewhere: Organization
) -> None:
    with pytest.raises(Forbidden):
        record_delivery(actor=stranger, agreement=flow, organization=elsewhere, consignment=consignment())
    with pytest.raises(Forbidden):
        plan_delivery(actor=stranger, agreement=flow, organization=elsewhere, consignment=consignment())


def test_cancelled_agreement_takes_no_delivery(flow: Agreement, seller: User, buyer: User) -> None:
    ask_cancel(actor=seller, agreement=flow, organization=flow.supplier)
    ask_cancel(actor=buyer, agreement=flow, organization=flow.receiver)
    with pytest.raises(Conflict) as refused:
        deliver(flow)
    assert refused.value.code == "wrong_state"


def test_late_paper_of_a_completed_agreement_is_taken_but_no_plan(flow: Agreement, seller: User) -> None:
    deliver(flow)
    complete_agreement(actor=seller, agreement=flow)
    assert deliver(flow, reference="CMR 2").amount == 100
    with pytest.raises(Conflict):
        plan_delivery(
            actor=seller,
            agreement=flow,
            organization=flow.supplier,
            consignment=consignment(reference="CMR 3"),
        )


def test_nothing_is_kept_of_a_delivery_whose_lines_fail(
    flow: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(deliveries, "post_delivery", fail)
    with pytest.raises(RuntimeError):
        deliver(flow)
    assert not Delivery.objects.exists()


# --- corrected ----------------------------------------------------------------------------------------------
def test_correction_is_a_counter_entry_and_leaves_the_delivery_as_it_was(flow: Agreement) -> None:
    delivery = deliver(flow, "100")
    correction = correct(delivery, "88")
    delivery.refresh_from_db()
    assert delivery.amount == 100
    assert (correction.kind, correction.amount, correction.corrects) == (
        DeliveryKind.CORRECTION,
        Decimal(-12),
        delivery,
    )
    assert correction.happened_on == delivery.happened_on
    assert kinds_of(correction) == ["delivery.corrected"]
    assert amount_now(delivery) == delivered(flow) == 88


def test_correction_of_a_correction_starts_from_what_stands(flow: Agreement) -> None:
    delivery = deliver(flow, "100")
    assert correct(delivery, "88").amount == -12
    assert correct(delivery, "90000", unit="kg").amount == 2
    assert correct(delivery, "0").amount == -90
    assert delivered(flow) == 0


@pytest.mark.parametrize(
    ("quantity", "note", "code"),
    [
        ("100", "why", "nothing_changes"),
        ("88", "  ", "invalid"),
        ("-1", "why", "invalid"),
        ("NaN", "why", "invalid"),
    ],
)
def test_correction_that_cannot_be_so_is_refused(
    flow: Agreement, quantity: str, note: str, code: str
) -> None:
    delivery = deliver(flow, "100")
    with pytest.raises((Invalid, Conflict)) as refused:
        correct(delivery, quantity, note=note)
    assert refused.value.code == code
    assert Delivery.objects.count() == 1


def test_only_what_was_delivered_is_corrected(flow: Agreement, seller: User) -> None:
    planned = plan_delivery(
        actor=seller, agreement=flow, organization=flow.supplier, consignment=consignment()
    )
    correction = correct(deliver(flow, "100"), "90")
    for each in (planned, correction):
        with pytest.raises(Conflict) as refused:
            correct(each, "5")
        assert refused.value.code == "not_delivered"


def test_lot_is_not_corrected_beyond_what_is_agreed(lot: Agreement) -> None:
    delivery = deliver(lot, "400")
    with pytest.raises(Invalid):
        correct(delivery, "501")
    assert correct(delivery, "500").amount == 100


def test_cancelled_lot_is_not_corrected_back_into_being(lot: Agreement, seller: User, buyer: User) -> None:
    delivery = deliver(lot, "400")
    correct(delivery, "0")
    ask_cancel(actor=seller, agreement=lot, organization=lot.supplier)
    ask_cancel(actor=buyer, agreement=lot, organization=lot.receiver)
    with pytest.raises(Conflict) as refused:
        correct(delivery, "400")
    assert refused.value.code == "wrong_state"
    assert delivered(lot) == 0


def test_delivery_is_neither_edited_nor_deleted(flow: Agreement) -> None:
    delivery = deliver(flow, "100")
    rows = Delivery.objects.filter(pk=delivery.pk)
    changes: list[Callable[[], object]] = [
        lambda: rows.update(amount=1),
        lambda: rows.update(reference="other"),
        lambda: rows._raw_delete("default"),
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert delivered(flow) == 100


# --- confirmed ----------------------------------------------------------------------------------------------
def test_other_party_confirms_once(flow: Agreement, buyer: User) -> None:
    delivery = deliver(flow)
    confirmed = confirm_delivery(actor=buyer, delivery=delivery, organization=flow.receiver)
    assert confirmed.confirmed_by == buyer
    assert confirmed.confirmed_at is not None
    assert kinds_of(delivery) == ["delivery.recorded", "delivery.confirmed"]
    with pytest.raises(Conflict) as refused:
        confirm_delivery(actor=buyer, delivery=delivery, organization=flow.receiver)
    assert refused.value.code == "already_confirmed"


def test_party_does_not_confirm_its_own_report(flow: Agreement, seller: User, trader: User) -> None:
    delivery = deliver(flow)
    for actor in (seller, trader):
        with pytest.raises(Forbidden):
            confirm_delivery(actor=actor, delivery=delivery, organization=flow.supplier)


def test_correction_is_confirmed_on_its_own(flow: Agreement, buyer: User) -> None:
    delivery = deliver(flow)
    confirm_delivery(actor=buyer, delivery=delivery, organization=flow.receiver)
    correction = correct(delivery, "90")
    assert correction.confirmed_at is None
    assert (
        confirm_delivery(actor=buyer, delivery=correction, organization=flow.receiver).confirmed_by == buyer
    )


# --- evidence -----------------------------------------------------------------------------------------------
@pytest.fixture
def upload(settings: Settings, tmp_path: Path) -> Callable[..., SimpleUploadedFile]:
    settings.MEDIA_ROOT = tmp_path
    return lambda name="ticket.pdf", content=b"%PDF-1.7 ticket": SimpleUploadedFile(name, content)


def test_evidence_is_kept_with_its_digest_under_a_name_that_cannot_be_guessed(
    flow: Agreement, buyer: User, upload: Callable[..., SimpleUploadedFile]
) -> None:
    delivery = deliver(flow)
    file = add_delivery_file(actor=buyer, delivery=delivery, organization=flow.receiver, upload=upload())
    assert (file.name, file.size, file.content_type) == ("ticket.pdf", 15, "application/pdf")
    assert file.sha256 == hashlib.sha256(b"%PDF-1.7 ticket").hexdigest()
    assert "ticket" not in file.file.name
    assert file.file.read() == b"%PDF-1.7 ticket"
    assert kinds_of(delivery) == ["delivery.recorded", "delivery.file"]


def test_file_to_which_no_row_leads_is_removed_after_two_days(
    flow: Agreement, buyer: User, upload: Callable[..., SimpleUploadedFile], tmp_path: Path
) -> None:
    delivery = deliver(flow)
    kept = add_delivery_file(actor=buyer, delivery=delivery, organization=flow.receiver, upload=upload())
    with transaction.atomic():
        second = upload(content=b"%PDF-1.7 another")
        add_delivery_file(actor=buyer, delivery=delivery, organization=flow.receiver, upload=second)
        transaction.set_rollback(True)
    there = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert len(there) == 2
    assert remove_stray_files() == 0, "its row may still be written"
    three_days_ago = time.time() - 3 * 24 * 3600
    for path in there:
        os.utime(path, (three_days_ago, three_days_ago))
    assert remove_stray_files() == 1
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {Path(kept.file.path)}


def test_same_evidence_is_kept_once(
    flow: Agreement, seller: User, upload: Callable[..., SimpleUploadedFile]
) -> None:
    delivery = deliver(flow)
    add_delivery_file(actor=seller, delivery=delivery, organization=flow.supplier, upload=upload())
    with pytest.raises(Conflict) as refused:
        add_delivery_file(
            actor=seller, delivery=delivery, organization=flow.supplier, upload=upload("again.pdf")
        )
    assert refused.value.code == "file_there"
    assert DeliveryFile.objects.count() == 1


@pytest.mark.parametrize(("name", "content"), [("run.exe", b"MZ"), ("ticket.pdf", b""), ("noending", b"x")])
def test_file_of_no_use_is_refused(
    flow: Agreement, seller: User, upload: Callable[..., SimpleUploadedFile], name: str, content: bytes
) -> None:
    with pytest.raises(Invalid) as refused:
        add_delivery_file(
            actor=seller,
            delivery=deliver(flow),
            organization=flow.supplier,
            upload=upload(name, content),
        )
    assert list(refused.value.fields) == ["file"]


def test_stranger_adds_no_evidence(
    flow: Agreement, stranger: User, elsewhere: Organization, upload: Callable[..., SimpleUploadedFile]
) -> None:
    with pytest.raises(Forbidden):
        add_delivery_file(actor=stranger, delivery=deliver(flow), organization=elsewhere, upload=upload())
    assert not DeliveryFile.objects.exists()


# --- in the database ----------------------------------------------------------------------------------------
def test_database_counts_a_reference_once_even_without_the_check(flow: Agreement) -> None:
    delivery = deliver(flow)
    twin = Delivery(
        agreement=flow,
        kind=DeliveryKind.ACTUAL,
        reference=delivery.reference,
        happened_on=today(),
        amount=5,
        organization=flow.receiver,
        reported_by=flow.agreed_by,
    )
    with pytest.raises(IntegrityError, match="delivery_counts_once"), transaction.atomic():
        twin.save()


def test_synergy_shows_that_something_was_done(flow: Agreement) -> None:
    before = flow.synergy.acted_at
    deliver(flow)
    flow.synergy.refresh_from_db()
    assert flow.synergy.acted_at > before


def test_locks_are_taken_synergy_first(flow: Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    for name in ("lock_synergy", "lock_agreement"):
        real = getattr(locks, name)

        def spy(pk: int, name: str = name, real: Callable[[int], object] = real) -> object:
            taken.append(name)
            return real(pk)

        monkeypatch.setattr(locks, name, spy)
    correct(deliver(flow), "90")
    assert taken == ["lock_synergy", "lock_agreement"] * 2
