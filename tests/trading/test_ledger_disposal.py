"""What the supplier is paid for would not be disposed of: in what is expected, confirmed, corrected and verified."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from accounts.models import Organization, Programme, Site, User
from events.models import Event
from tests.conftest import MakeListing
from tests.trading.conftest import end_transaction
from tests.trading.deals import agree_on_all, deliver
from tests.trading.ledger import YEAR, correct, lines, standing
from trading.models import Agreement, ImpactEntry
from trading.selectors.impact import totals
from trading.services.impact import verify_year

pytestmark = pytest.mark.django_db
AgreeAt = Callable[[str], Agreement]

DISPOSAL = ("landfill_diverted", "hazardous_avoided", "co2e_disposal", "cost_disposal")


@pytest.fixture
def agree_at(
    cement_works: Organization, cement_site: Site, programme: Programme, make_offer: MakeListing
) -> AgreeAt:
    """12,000 t of hazardous ash a year, for this calendar year, at a price per t."""
    return lambda price: agree_on_all(make_offer(hazardous=True), cement_works, price=Decimal(price))


@pytest.mark.parametrize("price", ["-4", "0"])
def test_without_a_price_paid_to_the_supplier_disposal_is_avoided_all_the_way(
    agree_at: AgreeAt, facilitator: User, price: str
) -> None:
    agreement = agree_at(price)
    of_year = {
        "landfill_diverted": Decimal(12_000),
        "hazardous_avoided": Decimal(12_000),
        "co2e_disposal": Decimal("15.16056"),  # × 1.26338 kg/t
        "cost_disposal": Decimal(240_000),  # × 20 EUR/t
    }
    assert {metric: gross for metric, gross in lines().items() if metric in DISPOSAL} == of_year
    delivery = deliver(agreement, "100")
    correct(delivery, "50")
    half = {
        "landfill_diverted": Decimal(50),
        "hazardous_avoided": Decimal(50),
        "co2e_disposal": Decimal("0.063169"),
        "cost_disposal": Decimal(1_000),
    }
    confirmed = lines(status="confirmed")
    assert {metric: confirmed[metric] for metric in DISPOSAL} == half
    verify_year(actor=facilitator, synergy=agreement.synergy, year=YEAR)
    found = standing(totals(ImpactEntry.objects.all()))
    assert {metric: found[metric] for metric in DISPOSAL} == {
        metric: (of_year[metric], 0, half[metric]) for metric in DISPOSAL
    }
    end_transaction()


def test_what_the_supplier_is_paid_for_avoids_no_disposal_all_the_way(
    agree_at: AgreeAt, facilitator: User
) -> None:
    agreement = agree_at("4")
    said = [f"{metric}: what is paid for would not be disposed of" for metric in DISPOSAL]
    assert Event.objects.get(kind="impact.posted").data["missing"] == said
    delivery = deliver(agreement, "100")
    posted = Event.objects.filter(kind="impact.posted").order_by("pk").last()
    assert posted is not None
    assert posted.data["missing"] == said
    correct(delivery, "50")
    verify_year(actor=facilitator, synergy=agreement.synergy, year=YEAR)
    assert not ImpactEntry.objects.filter(metric__in=DISPOSAL).exists()
    found = {total.metric: total for total in totals(ImpactEntry.objects.all())}
    # 3,840 − 65.555675 t, and of 50 t: 16 − 0.273148 (half of 0.546297).
    assert found["co2e_avoided"].expected == Decimal("3774.444325")
    assert found["co2e_avoided"].verified == Decimal("15.726852")
    end_transaction()
