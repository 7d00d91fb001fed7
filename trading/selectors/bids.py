"""Reads: bids with what became of them."""

from django.db.models import QuerySet

from trading.models import Bid


def with_agreements(found: QuerySet[Bid]) -> QuerySet[Bid]:
    """Load what accepted bids became."""
    return found.select_related("agreement")
