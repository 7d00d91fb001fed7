from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from accounts.models import User
from events.models import Event
from events.services import record_event
from tests.events import handlers

Record = Callable[..., Event]


@pytest.fixture(autouse=True)
def _wired_to_test_handlers(settings: Settings) -> Iterator[None]:
    settings.EVENT_WIRING = "tests.events.handlers.WIRING"
    yield
    handlers.go_on.set()
    handlers.spared.clear()


@pytest.fixture
def record(seller: User) -> Record:
    """`record(kind="test.noted", subject=seller, **data)`: one event in a transaction of its own."""

    def make(kind: str = "test.noted", subject: User = seller, **data: Any) -> Event:
        with transaction.atomic():
            return record_event(kind=kind, subject=subject, actor=seller, data=data)

    return make
