from decimal import Decimal

import pytest

from matching.models import Match
from tests.conftest import MakeListing
from tests.matching.explanations import the_match


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
