"""Who sees what of a plan: a facilitator's plan over private listings tells members nothing that they may not know."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Programme, User
from listings.models import Disclosure
from matching.models import Match
from matching.services.reviews import approve_match
from matching.services.runs import refresh_all_matches
from planning.models import PlanRun
from planning.selectors.shown import shown_plan
from planning.services.runs import publish_run
from tests.conftest import MakeListing, make_crowds
from tests.planning.conftest import Planned

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]
PAGES = ("plan_run", "plan_run_csv", "api-plan-run-result", "api-plan-run-detail")


@pytest.fixture
def private_plan(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    planned: Planned,
    facilitator: User,
) -> PlanRun:
    """Asnæs hides its ash from all but the facilitators, who plan with it and show the plan to members.

    Its place is told as far away as may be, so that it must be worth much to be carried.
    """
    make_offer(price=Decimal(-8), disclosure=Disclosure.PRIVATE, title="Secret ash")
    make_request(resource="fly-ash", quantity=Decimal(24_000), price=Decimal(20))
    refresh_all_matches()
    return publish_run(actor=facilitator, run=planned())


def told(client: Client, name: str, run: PlanRun) -> str:
    answer = client.get(reverse(name, args=[run.pk]))
    assert answer.status_code == 200
    content = b"".join(answer) if answer.streaming else answer.content
    return content.decode()


def test_facilitator_sees_the_private_flow_by_name(private_plan: PlanRun, facilitator: User) -> None:
    [flow] = shown_plan(facilitator, private_plan).flows
    assert flow.offer.party_name == "Asnæs power station"
    assert flow.sent == pytest.approx(12_000)


@pytest.mark.parametrize("name", PAGES)
def test_other_party_learns_nothing_of_a_private_listing_from_a_published_plan(
    private_plan: PlanRun, buyer: User, client_of: ClientOf, name: str
) -> None:
    page = told(client_of(buyer), name, private_plan)
    for secret in ("Asn", "Secret", "12,000", "12000", "fly ash", "Fly ash"):
        assert secret not in page
    assert shown_plan(buyer, private_plan).flows == []


def test_owner_of_the_private_listing_sees_their_own_flow(private_plan: PlanRun, seller: User) -> None:
    plan = shown_plan(seller, private_plan)
    assert [flow.offer.name for flow in plan.flows] == ["Secret ash"]
    assert (plan.flows[0].price, plan.flows[0].gain, plan.hidden) == (None, None, 0)


def test_once_approved_the_other_party_sees_the_flow_under_a_code_name(
    private_plan: PlanRun, buyer: User, facilitator: User, client_of: ClientOf
) -> None:
    approve_match(actor=facilitator, match=Match.objects.get())
    [flow] = shown_plan(buyer, private_plan).flows
    assert flow.offer.party_name == flow.offer.code_name
    page = told(client_of(buyer), "plan_run", private_plan)
    assert flow.offer.code_name in page
    assert "Asn" not in page


def test_anonymous_party_stays_a_code_name_to_the_other(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    planned: Planned,
    facilitator: User,
    buyer: User,
    client_of: ClientOf,
) -> None:
    make_crowds()
    make_offer(price=Decimal(-8), disclosure=Disclosure.ANONYMOUS)
    make_request(resource="fly-ash", quantity=Decimal(24_000), price=Decimal(3))
    refresh_all_matches()
    run = publish_run(actor=facilitator, run=planned())
    for name in PAGES:
        assert "Asn" not in told(client_of(buyer), name, run)
    assert len(shown_plan(buyer, run).flows) == 1


def test_plan_shows_a_facilitator_no_longer_what_left_the_programme(
    plan: PlanRun, programme: Programme, asnaes: Organization, facilitator: User
) -> None:
    programme.memberships.filter(organization=asnaes).delete()
    shown = shown_plan(facilitator, plan)
    assert (shown.flows, shown.hidden) == ([], 1)


def test_member_who_left_sees_the_published_plan_no_longer(
    private_plan: PlanRun, programme: Programme, asnaes: Organization, seller: User, client_of: ClientOf
) -> None:
    programme.memberships.filter(organization=asnaes).delete()
    assert client_of(seller).get(reverse("plan_run", args=[private_plan.pk])).status_code == 404
