"""Kept answers: how long they are kept. What a key does is tested where calls are (tests/api/test_trading.py)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from events.claims import KEPT, forget_answers
from events.models import IdempotentRequest

pytestmark = pytest.mark.django_db


def test_answers_are_forgotten_when_nobody_will_ask_again(seller: User) -> None:
    hour = timedelta(hours=1)
    for key, age in (("old", KEPT + hour), ("young", KEPT - hour)):
        IdempotentRequest.objects.create(
            key=key,
            user=seller,
            method="POST",
            path="/api/v1/listings/",
            body_sha256="0" * 64,
            created_at=timezone.now() - age,
        )
    assert forget_answers() == 1
    assert list(IdempotentRequest.objects.values_list("key", flat=True)) == ["young"]
