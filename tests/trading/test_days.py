"""Which day it is is judged where the parties are."""

from datetime import UTC, date, datetime
from decimal import Decimal
from unittest.mock import patch

import pytest

from accounts.models import Organization, Site
from tests.conftest import MakeListing
from tests.trading.conftest import agree, introduce
from tests.trading.deals import deliver
from trading.models import Agreement
from trading.selectors.days import days_at, opens_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement(make_offer: MakeListing, cement_works: Organization, cement_site: Site) -> Agreement:
    return agree(introduce(make_offer(), cement_works), quantity=Decimal(100))


@pytest.mark.parametrize(
    ("moment", "days"),
    [
        (datetime(2026, 11, 27, 22, 59, tzinfo=UTC), date(2026, 11, 27)),
        (datetime(2026, 11, 27, 23, 1, tzinfo=UTC), date(2026, 11, 28)),
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, 1, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_midnight_is_that_of_denmark(agreement: Agreement, moment: datetime, days: date) -> None:
    assert days_at(agreement.synergy, moment) == (days, days)


def test_delivery_of_today_shortly_after_midnight_is_recorded(agreement: Agreement) -> None:
    shortly_after = datetime(2031, 3, 3, 23, 5, tzinfo=UTC)
    with patch("django.utils.timezone.now", return_value=shortly_after):
        delivery = deliver(agreement, happened_on=date(2031, 3, 4))
    assert delivery.happened_on == date(2031, 3, 4)


def test_agreement_opens_on_the_day_of_its_signature_there(agreement: Agreement) -> None:
    agreement.agreed_at = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    agreement.starts_on = date(2026, 2, 1)
    assert opens_on(agreement) == date(2026, 1, 1)
