"""Reads: what was delivered, with all corrections, and what is still planned."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from trading.models import Agreement, Delivery, DeliveryKind


def amount_now(delivery: Delivery) -> Decimal:
    """Return what a delivery was, with its corrections."""
    found = Delivery.objects.filter(Q(pk=delivery.pk) | Q(corrects=delivery)).aggregate(sum=Sum("amount"))
    return found["sum"] or Decimal(0)


def delivered(agreement: Agreement, *, year: int | None = None) -> Decimal:
    """Return what was delivered under an agreement, with all corrections, in all or in one year."""
    rows = Delivery.objects.filter(agreement=agreement).exclude(kind=DeliveryKind.PLANNED)
    if year is not None:
        rows = rows.filter(happened_on__year=year)
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def delivered_of(agreements: Iterable[Agreement]) -> dict[int, Decimal]:
    """Return the same for many agreements in one query, by key; what is missing has no delivery."""
    rows = Delivery.objects.filter(agreement__in=[agreement.pk for agreement in agreements])
    sums = rows.exclude(kind=DeliveryKind.PLANNED).order_by().values_list("agreement").annotate(Sum("amount"))
    return dict(sums)


def open_plans(agreement: Agreement) -> list[Delivery]:
    """Return the planned consignments of which none with their reference was delivered, the next first."""
    rows = Delivery.objects.filter(agreement=agreement).exclude(kind=DeliveryKind.CORRECTION)
    done = {row.reference.lower() for row in rows if row.kind == DeliveryKind.ACTUAL}
    return [row for row in rows if row.kind == DeliveryKind.PLANNED and row.reference.lower() not in done]


def delivery_rows(deliveries: Iterable[Delivery]) -> list[dict[str, Any]]:
    """Return each planned or actual consignment with its corrections and what it is now; the latest first."""
    corrections: defaultdict[int | None, list[Delivery]] = defaultdict(list)
    rows = list(deliveries)
    for row in rows:
        corrections[row.corrects_id].append(row)
    recorded = {row.reference.lower() for row in rows if row.kind == DeliveryKind.ACTUAL}
    return [
        {
            "delivery": row,
            "corrections": corrections[row.pk],
            "now": row.amount + sum(each.amount for each in corrections[row.pk]),
            "came": row.kind == DeliveryKind.PLANNED and row.reference.lower() in recorded,
        }
        for row in sorted(rows, key=lambda row: (row.happened_on, row.pk), reverse=True)
        if row.corrects_id is None
    ]
