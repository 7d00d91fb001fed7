"""The form of a bid is long: what is typed into it outlives a reload, until it was taken."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from tests.conftest import MakeListing
from tests.trading.conftest import introduce

pytestmark = pytest.mark.django_db


def test_bid_form_is_kept_by_its_address_and_what_was_refused_is_newer(
    make_offer: MakeListing,
    cement_works: Organization,
    buyer: User,
    client_of: Callable[[User | None], Client],
) -> None:
    path = reverse("synergy_bid", args=[introduce(make_offer(), cement_works).pk])
    browser = client_of(buyer)
    served = browser.get(path).content.decode()
    assert f'data-draft="{path}"' in served
    assert "data-refused" not in served
    refused = browser.post(path, {"quantity": "none"}).content.decode()
    assert f'data-draft="{path}" data-refused' in refused
