"""What the forms of trading send, and what its pages say."""

from collections.abc import Callable
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User

ClientOf = Callable[[User | None], Client]


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def bid_body(**changes: str) -> dict[str, str]:
    """Return what the bid form sends: 500 t a year, the receiver pays 7 EUR/t."""
    body = {
        "quantity": "500",
        "unit": "t",
        "period": "year",
        "price_way": "receiver",
        "price_amount": "7",
        "starts_on": timezone.now().date().isoformat(),
        "ends_on": "",
        "carrier": "receiver",
        "transport_paid_by": "shared",
        "conditions": "dry",
        "expires_at": "",
    }
    return body | changes


def delivery_body(**changes: Any) -> dict[str, Any]:
    today = timezone.now().date().isoformat()
    body = {
        "kind": "actual",
        "reference": "W-1",
        "happened_on": today,
        "quantity": "25",
        "unit": "t",
        "note": "",
    }
    return body | changes


def places(client: Client, query: str = "") -> list[tuple[int, int]]:
    rows = client.get(reverse("my_deals") + query).context["rows"]
    return [(row["place"], row["synergy"].pk) for row in rows]
