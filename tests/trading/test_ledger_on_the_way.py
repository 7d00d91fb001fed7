"""Heat that is lost in its pipe, from the agreement to the ledger; and what of it who does not know both is told."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import Organization, Programme, Site, User
from accounts.services.programmes import add_to_programme
from listings.models import Disclosure
from tests.conftest import MakeListing, make_crowds, make_user
from tests.trading.deals import agree_on_all, deliver
from tests.trading.ledger import YEAR, lines, standing
from trading.adapters import facts_of
from trading.models import Agreement, ImpactEntry
from trading.selectors.impact import ledger_for, told, totals
from trading.services.deliveries import correct_delivery
from trading.services.impact import verify_year

pytestmark = pytest.mark.django_db

STRAIGHT_KM = Decimal("33.559")
"""Asnæs to the kiln as the pipe goes, to the metre."""


AgreeOnHeat = Callable[..., Agreement]


@pytest.fixture
def agree_on_heat(cement_works: Organization, cement_site: Site, make_offer: MakeListing) -> AgreeOnHeat:
    """1,000 MWh of district heat a year, for this calendar year, at 4 EUR/MWh."""

    def agree(**said: object) -> Agreement:
        offer = make_offer(resource="district-heat", quantity=Decimal(1_000), unit="MWh", **said)
        return agree_on_all(offer, cement_works, unit="MWh")

    return agree


@pytest.fixture
def heat(agree_on_heat: AgreeOnHeat, programme: Programme) -> Agreement:
    """The same between two members of a programme."""
    return agree_on_heat()


@pytest.fixture
def of_receiver(cement_works: Organization) -> User:
    """A facilitator of the receiver alone."""
    user = make_user("network@example.org", name="Network")
    programme = Programme.objects.create(name="Network", slug="network")
    programme.facilitators.add(user)
    add_to_programme(actor=user, programme=programme, organization=cement_works)
    return user


def test_expected_heat_is_what_arrives(heat: Agreement) -> None:
    facts = facts_of(heat)
    assert (facts.mode, facts.distance_km, facts.loss_per_km) == ("pipe", STRAIGHT_KM, Decimal("0.01"))
    # 1 − 0.01 × 33.559 = 0.66441 arrives
    assert lines() == {
        "co2e_primary": Decimal("138.662367"),  # 664.41 MWh × 208.7 kg/MWh
        "cost_purchase": Decimal("13288.2"),  # 664.41 MWh × 20 EUR/MWh
        "cost_transport": Decimal("-15437.14"),  # 1,000 MWh × 33.559 km × 0.46 EUR/MWh·km
        "new_sales": Decimal(4_000),
    }
    primary = ImpactEntry.objects.get(metric="co2e_primary")
    assert "33.559 % of what is sent is lost on the way" in primary.baseline


def test_delivered_heat_is_what_left_the_supplier(heat: Agreement, facilitator: User) -> None:
    delivery = deliver(heat, "100", unit="MWh")
    assert lines(delivery=delivery) == {
        "co2e_primary": Decimal("13.866237"),  # 66.441 MWh × 208.7 kg/MWh
        "cost_purchase": Decimal("1328.82"),
        "cost_transport": Decimal("-1543.714"),
        "new_sales": Decimal(400),
    }
    correct_delivery(
        actor=delivery.reported_by,
        delivery=delivery,
        organization=delivery.organization,
        quantity=Decimal(50),
        unit="MWh",
        note="read again",
    )
    verify_year(actor=facilitator, synergy=heat.synergy, year=YEAR)
    found = standing(totals(ImpactEntry.objects.all()))
    # Half of 13.866237, to the even digit.
    assert found["co2e_primary"] == (Decimal("138.662367"), 0, Decimal("6.933118"))
    assert found["cost_purchase"] == (Decimal("13288.2"), 0, Decimal("664.41"))


def test_what_is_carried_by_lorry_loses_nothing(flow: Agreement) -> None:
    assert facts_of(flow).loss_per_km == 0


def test_who_does_not_know_both_is_told_the_loss_from_the_middle_of_the_cell(
    agree_on_heat: AgreeOnHeat, asnaes_site: Site, of_receiver: User, client_of: Callable[[User], Client]
) -> None:
    make_crowds()
    agreement = agree_on_heat(disclosure=Disclosure.ANONYMOUS)
    deliver(agreement, "100", unit="MWh")
    rows = told(ledger_for(of_receiver).filter(status="estimated"))
    assert {row.metric: round(row.gross, 4) for row in rows} == {
        "co2e_primary": Decimal("141.0082"),  # 1 − 0.01 × 32.435 of 1,000 MWh arrives, × 208.7 kg/MWh
        "cost_purchase": Decimal("13513.0"),
        "cost_transport": Decimal("-14920.1"),  # 1,000 MWh × 32.435 km × 0.46 EUR/MWh·km
        "new_sales": Decimal(4_000),
    }
    [carried] = [row for row in rows if row.metric == "cost_transport"]
    assert carried.factor == Decimal("14.9201")
    said = client_of(of_receiver).get("/api/v1/impact/?page_size=200").content.decode()
    for word in ("33.559", "0.66441", "138.66", "13.866", "15.43714"):
        assert word not in said
    assert "what is lost on the way, you are not told" in said
    # The control: who knows both reads all of it.
    knows = told(ledger_for(agreement.agreed_by).filter(status="estimated", metric="co2e_primary"))
    assert [row.gross for row in knows] == [Decimal("138.662367")]


def test_line_from_before_the_loss_was_taken_off_is_told_as_it_is(
    agree_on_heat: AgreeOnHeat, of_receiver: User
) -> None:
    agreement = agree_on_heat(disclosure=Disclosure.ANONYMOUS)
    ImpactEntry.objects.create(
        synergy=agreement.synergy,
        agreement=agreement,
        year=YEAR - 1,
        metric="co2e_primary",
        gross=Decimal("208.7"),
        attribution=1,
        unit="t",
        baseline="Without the exchange the receiver would have used: heat.",
        status="estimated",
        posted_by=agreement.agreed_by,
    )
    [before] = told(ledger_for(of_receiver).filter(year=YEAR - 1))
    assert before.gross == Decimal("208.7")
