"""An agreement over all that is offered, and deliveries under it, through the services."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Organization
from listings.models import Listing
from tests.trading.conftest import agree, introduce
from trading.models import Agreement, Delivery
from trading.services.deliveries import Consignment, record_delivery
from trading.services.impact import post_expected


def today() -> date:
    """Where the sites are: days are judged there."""
    return datetime.now(ZoneInfo("Europe/Copenhagen")).date()


def agree_on_all(
    offer: Listing, receiver: Organization, request: Listing | None = None, **terms: Any
) -> Agreement:
    """All that is offered, in this calendar year, for 4 EUR/t; a worker has posted what is expected of it."""
    values: dict[str, Any] = {
        "quantity": offer.amount,
        "period": "year" if offer.is_rate else "once",
        "price": Decimal(4),
        "starts_on": date(today().year, 1, 1),
        "ends_on": date(today().year, 12, 31),
    }
    agreement = agree(introduce(offer, receiver, request), **(values | terms))
    post_expected(agreement=agreement)
    return agreement


def consignment(quantity: str = "100", *, reference: str = "CMR 1", **said: Any) -> Consignment:
    values: dict[str, Any] = {"happened_on": today(), "unit": "t"}
    return Consignment(reference=reference, quantity=Decimal(quantity), **(values | said))


def deliver(
    agreement: Agreement, quantity: str = "100", *, reference: str = "CMR 1", **said: Any
) -> Delivery:
    """The supplier records a delivery of today."""
    return record_delivery(
        actor=agreement.agreed_by,
        agreement=agreement,
        organization=agreement.supplier,
        consignment=consignment(quantity, reference=reference, **said),
    )
