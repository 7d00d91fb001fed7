from decimal import Decimal

import pytest

from accounts.models import Programme
from matching.models import Match
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing


@pytest.fixture
def ash_match(make_offer: MakeListing, make_request: MakeListing, programme: Programme) -> Match:
    """Asnæs's fly ash and what the cement works seek, matched by the service."""
    make_offer(price=Decimal(-8))
    make_request(resource="fly-ash", quantity=Decimal(24_000), price=Decimal(3))
    refresh_all_matches()
    return Match.objects.get()
