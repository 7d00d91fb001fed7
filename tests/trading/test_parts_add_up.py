"""Parts of a lot that add up in the unit they were typed in close it; a grain more is refused."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Organization, User
from common.errors import AppError, Invalid
from listings.models import State
from tests.conftest import MakeListing
from tests.trading.conftest import agree, bid_in, end_transaction, introduce
from tests.trading.deals import deliver
from trading.models import BidState, Delivery
from trading.services.agreements import ask_cancel

pytestmark = pytest.mark.django_db
LOT: dict[str, Any] = {"period": "once"}


@pytest.mark.parametrize(
    ("whole", "unit", "parts"),
    [
        ("10", "short_ton", ["5", "5"]),
        ("100", "lb", ["50", "50"]),
        ("10", "short_ton", ["3", "3", "4"]),
        ("1", "lb", ["0.1"] * 10),
        ("7", "long_ton", ["1"] * 7),
        ("12.5", "t", ["6.25", "6.25"]),
    ],
)
def test_parts_that_add_up_close_the_lot(
    make_offer: MakeListing,
    cement_works: Organization,
    whole: str,
    unit: str,
    parts: list[str],
) -> None:
    offer = make_offer(quantity=Decimal(whole), unit=unit, **LOT)
    synergy = introduce(offer, cement_works)
    for number, part in enumerate(parts, start=1):
        agree(synergy, quantity=Decimal(part), unit=unit, **LOT)
        offer.refresh_from_db()
        assert (offer.state == State.CLOSED) == (number == len(parts))
    end_transaction()
    assert offer.left == 0
    assert offer.allocated == offer.amount


@pytest.mark.parametrize(
    ("whole", "unit", "first", "second"),
    [
        ("10", "short_ton", "5", "5.00001"),
        ("100", "lb", "50", "50.01"),
        ("10", "short_ton", "5", "6"),
        ("10", "t", "5", "5.000001"),
    ],
)
def test_grain_more_than_is_left_is_refused(
    make_offer: MakeListing, cement_works: Organization, whole: str, unit: str, first: str, second: str
) -> None:
    offer = make_offer(quantity=Decimal(whole), unit=unit, **LOT)
    synergy = introduce(offer, cement_works)
    agree(synergy, quantity=Decimal(first), unit=unit, **LOT)
    with pytest.raises(AppError):
        bid_in(synergy, quantity=Decimal(second), unit=unit, **LOT)


def test_bid_for_the_rest_stays_open_while_another_is_accepted(
    make_offer: MakeListing, cement_works: Organization, elsewhere: Organization
) -> None:
    offer = make_offer(quantity=Decimal(10), unit="short_ton", **LOT)
    other = introduce(offer, elsewhere)
    waiting = bid_in(other, quantity=Decimal(5), unit="short_ton", **LOT)
    agree(introduce(offer, cement_works), quantity=Decimal(5), unit="short_ton", **LOT)
    waiting.refresh_from_db()
    assert waiting.state == BidState.OPEN, "by what is stored it would be a gram too much"


def test_part_given_back_can_be_taken_again(
    make_offer: MakeListing, cement_works: Organization, seller: User, buyer: User
) -> None:
    offer = make_offer(quantity=Decimal(10), unit="short_ton", **LOT)
    synergy = introduce(offer, cement_works)
    agree(synergy, quantity=Decimal(5), unit="short_ton", **LOT)
    last = agree(synergy, quantity=Decimal(5), unit="short_ton", **LOT)
    ask_cancel(actor=seller, agreement=last, organization=last.supplier)
    ask_cancel(actor=buyer, agreement=last, organization=last.receiver)
    offer.refresh_from_db()
    assert offer.state == State.PUBLISHED
    agree(synergy, quantity=Decimal(5), unit="short_ton", **LOT)
    offer.refresh_from_db()
    assert offer.state == State.CLOSED
    assert offer.left == 0


def test_deliveries_in_the_unit_typed_fulfil_the_lot(
    make_offer: MakeListing, cement_works: Organization
) -> None:
    offer = make_offer(quantity=Decimal(10), unit="short_ton", **LOT)
    agreement = agree(introduce(offer, cement_works), quantity=Decimal(10), unit="short_ton", **LOT)
    deliver(agreement, "5", reference="A", unit="short_ton")
    with pytest.raises(Invalid) as refused:
        deliver(agreement, "5.001", reference="B", unit="short_ton")
    assert "left to deliver" in refused.value.fields["quantity"][0]
    deliver(agreement, "5", reference="C", unit="short_ton")
    total = sum(Delivery.objects.filter(agreement=agreement).values_list("amount", flat=True))
    assert total == agreement.amount
