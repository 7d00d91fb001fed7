from decimal import Decimal

import pytest

from accounts.models import Programme
from matching.models import Match
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing
from tests.matching.explanations import the_match


@pytest.fixture
def ash_match(make_offer: MakeListing, make_request: MakeListing, programme: Programme) -> Match:
    """Asnæs's fly ash and what the cement works seek, matched by the service."""
    make_offer(price=Decimal(-8))
    make_request(resource="fly-ash", quantity=Decimal(24_000), price=Decimal(3))
    refresh_all_matches()
    return Match.objects.get()


@pytest.fixture
def ash(make_offer: MakeListing, make_request: MakeListing) -> Match:
    """12,000 t of coal fly ash a year, of which 10,000 t are sought, at the same place as ever."""
    make_offer()
    make_request(quantity=Decimal(10_000))
    return the_match()


@pytest.fixture
def lime_to_cement(make_offer: MakeListing, make_request: MakeListing) -> Match:
    """12,000 t of carbide lime a year, and 9,000 t of cement sought."""
    make_offer(resource="carbide-lime")
    make_request(resource="cement", quantity=Decimal(9_000))
    return the_match()
