"""Which day it is is judged where the parties are."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.models import Organization, Site
from common.errors import Invalid
from tests.conftest import MakeListing
from tests.trading.conftest import agree, introduce
from tests.trading.deals import deliver
from trading.models import Agreement
from trading.selectors.days import days_at, opens_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement(make_offer: MakeListing, cement_works: Organization, cement_site: Site) -> Agreement:
    return agree(introduce(make_offer(), cement_works), quantity=Decimal(100), starts_on=date(2026, 1, 1))


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
    today = timezone.now().astimezone(UTC).date()
    shortly_after = datetime.combine(today - timedelta(days=1), time(23, 5), tzinfo=UTC)
    with patch("django.utils.timezone.now", return_value=shortly_after):
        delivery = deliver(agreement, happened_on=today)
        with pytest.raises(Invalid, match="another look"):
            deliver(agreement, reference="CMR 2", happened_on=today + timedelta(days=1))
    assert delivery.happened_on == today


def test_agreement_opens_on_the_day_of_its_signature_there(agreement: Agreement) -> None:
    agreement.agreed_at = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    agreement.starts_on = date(2026, 2, 1)
    assert opens_on(agreement) == date(2026, 1, 1)
