"""Which day it is is judged where the parties are."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, Site, User
from common.errors import Conflict, Invalid
from tests.conftest import MakeListing
from tests.trading.conftest import agree, introduce
from tests.trading.deals import deliver
from trading.forms.deliveries import DeliveryForm
from trading.models import Agreement
from trading.selectors.days import days_at, opens_on
from trading.services.synergies import check_on_market, remind_stale, set_next_step

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


SHORTLY_AFTER = datetime(2026, 11, 27, 23, 5, tzinfo=UTC)
"""Already the 28th in Denmark."""


def test_delivery_form_begins_with_the_day_that_it_is_there(agreement: Agreement) -> None:
    with patch("django.utils.timezone.now", return_value=SHORTLY_AFTER):
        assert DeliveryForm(agreement=agreement).initial["happened_on"] == date(2026, 11, 28)


def test_first_bid_begins_with_the_day_that_it_is_there(
    make_offer: MakeListing, cement_works: Organization, cement_site: Site, buyer: User, client: Client
) -> None:
    synergy = introduce(make_offer(available_from=date(2026, 1, 1)), cement_works)
    client.force_login(buyer)
    with patch("django.utils.timezone.now", return_value=SHORTLY_AFTER):
        page = client.get(reverse("synergy_bid", args=[synergy.pk]))
    assert page.context["form"]["starts_on"].value() == date(2026, 11, 28)


def test_listing_is_over_when_its_last_day_is_over_there(make_offer: MakeListing) -> None:
    offer = make_offer(available_from=date(2026, 1, 1), available_until=date(2026, 12, 31))
    offer.available_until = date(2026, 11, 27)
    with patch("django.utils.timezone.now", return_value=SHORTLY_AFTER - timedelta(minutes=10)):
        check_on_market(offer)
    with (
        patch("django.utils.timezone.now", return_value=SHORTLY_AFTER),
        pytest.raises(Conflict, match="expired"),
    ):
        check_on_market(offer)


def test_next_step_is_due_when_its_day_is_over_at_both_sites(agreement: Agreement, buyer: User) -> None:
    with patch("django.utils.timezone.now", return_value=SHORTLY_AFTER - timedelta(hours=1)):
        set_next_step(
            actor=buyer, synergy=agreement.synergy, text="Sample", on=date(2026, 11, 27), by="receiver"
        )
        assert remind_stale(after=timedelta(days=9999)) == []
    with patch("django.utils.timezone.now", return_value=SHORTLY_AFTER):
        assert [synergy.pk for synergy in remind_stale(after=timedelta(days=9999))] == [agreement.synergy_id]
