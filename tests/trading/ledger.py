"""Short ways to read the ledger, and to correct what was delivered."""

from decimal import Decimal
from uuid import uuid4

from django.db.models import Sum

from catalogue.models import Release
from tests.trading.deals import today
from trading.models import Delivery, ImpactEntry
from trading.selectors.impact import Total
from trading.services.deliveries import correct_delivery

# Asnæs to the kiln: 33.5590925 km as the crow flies, times 1.3, to the metre.
KM = Decimal("43.627")

YEAR = today().year


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
