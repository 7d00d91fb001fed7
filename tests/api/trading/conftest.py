"""A seller and a buyer who talk to the API, and a deal at every stage."""

from typing import Any

import pytest

from accounts.models import Organization, Programme, Site, User
from listings.models import Disclosure, Listing
from tests.api.conftest import Api, ApiOf
from tests.conftest import MakeListing
from tests.trading.conftest import agree, bid_in, introduce
from trading.models import Agreement, Bid, Synergy
from trading.services.impact import post_expected


@pytest.fixture
def supplier(api_of: ApiOf, seller: User) -> Api:
    return api_of(seller)


@pytest.fixture
def receiver(api_of: ApiOf, buyer: User) -> Api:
    return api_of(buyer)


@pytest.fixture
def outsider(api_of: ApiOf, stranger: User, elsewhere_site: Site) -> Api:
    return api_of(stranger)


@pytest.fixture(autouse=True)
def _files_apart(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def offer(make_offer: MakeListing, programme: Programme) -> Listing:
    return make_offer(disclosure=Disclosure.ANONYMOUS)


@pytest.fixture
def wanted(make_request: MakeListing) -> Listing:
    return make_request(disclosure=Disclosure.ANONYMOUS)


@pytest.fixture
def synergy(offer: Listing, wanted: Listing, cement_works: Organization) -> Synergy:
    return introduce(offer, cement_works, wanted)


@pytest.fixture
def bid(synergy: Synergy) -> Bid:
    return bid_in(synergy)


@pytest.fixture
def agreement(synergy: Synergy) -> Agreement:
    agreement = agree(synergy)
    post_expected(agreement=agreement)
    return agreement
