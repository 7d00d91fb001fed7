"""Pages: a scenario in a few clicks, its progress, its plan, and what is done with it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Programme, User
from listings.models import Listing
from matching.models import Match, MatchState
from matching.services.runs import refresh_all_matches
from planning.models import PlanRun, RunState, Scenario
from planning.services.runs import publish_run, start_run
from planning.services.working import work_run
from tests.planning.conftest import Planned
from tests.planning.typed import SCENARIO
from trading.models import Synergy

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]

TYPED: dict[str, Any] = {**SCENARIO, "name": "With the new kiln"}


def test_scenario_is_made_and_run_with_one_button(
    ash_match: Match, programme: Programme, facilitator: User, client_of: ClientOf
) -> None:
    client = client_of(facilitator)
    address = reverse("programme_plan_new", args=[programme.slug])
    assert client.get(address).context["form"]["interest_percent"].value() == "6"
    answer = client.post(address, {**TYPED, "run": "1"})
    run = PlanRun.objects.get()
    assert answer.headers["Location"] == reverse("plan_run", args=[run.pk])
    page = client.get(reverse("plan_run", args=[run.pk])).content.decode()
    assert "Waiting for a worker" in page
    assert "hx-get" in page
    assert client.get(reverse("plan_run_progress", args=[run.pk])).status_code == 200
    assert work_run(run_id=run.pk)
    assert client.get(reverse("plan_run_progress", args=[run.pk])).headers["HX-Refresh"] == "true"
    page = client.get(reverse("plan_run", args=[run.pk])).content.decode()
    assert "Asnæs power station → Cement works" in page
    assert page.count("<rect") > 12


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": " "}, "name", "This field is required."),
        (
            {"objective": "weighted"},
            "co2e_price",
            "Put a price on at least one of them, or plan for money alone.",
        ),
        ({"currency": "DKK"}, "per_eur", "say how many DKK a euro is worth"),
        ({"currency": "euro"}, "currency", "3 characters"),
        ({"interest_percent": "120"}, "interest_percent", "less than 100 %"),
        ({"price_year": "20"}, "price_year", "A year from 1990 to 2100."),
    ],
)
def test_wrong_scenario_is_told_beside_the_field_and_kept_as_typed(
    programme: Programme, facilitator: User, client_of: ClientOf, typed: dict[str, str], field: str, said: str
) -> None:
    answer = client_of(facilitator).post(
        reverse("programme_plan_new", args=[programme.slug]), {**TYPED, "horizon_years": "17", **typed}
    )
    assert said in " ".join(answer.context["form"].errors[field])
    assert 'value="17"' in answer.content.decode()
    assert not Scenario.objects.exists()


def test_two_facilitators_do_not_undo_each_other(
    scenario: Scenario, facilitator: User, client_of: ClientOf
) -> None:
    client = client_of(facilitator)
    address = reverse("scenario_edit", args=[scenario.pk])
    seen = client.get(address).context["form"].seen_version
    assert client.post(address, {**TYPED, "seen_version": seen}).status_code == 302
    stale = client.post(address, {**TYPED, "name": "Mine", "seen_version": seen})
    assert "changed meanwhile" in stale.content.decode()
    scenario.refresh_from_db()
    assert scenario.name == "With the new kiln"


def test_what_if_is_typed_beside_each_listing(
    ash_match: Match, scenario: Scenario, facilitator: User, client_of: ClientOf
) -> None:
    client = client_of(facilitator)
    address = reverse("scenario_listings", args=[scenario.pk])
    offer, request = ash_match.offer_id, ash_match.request_id
    wrong = client.post(address, {f"amount_{offer}": "-3"})
    assert "More than nothing" in wrong.content.decode()
    typed = {f"amount_{offer}": "6000", f"out_{request}": "on"}
    assert client.post(address, typed).status_code == 302
    scenario.refresh_from_db()
    assert scenario.what_ifs == {str(offer): {"amount": "6000"}, str(request): {"out": True}}
    assert 'value="6000"' in client.get(address).content.decode()


def test_flow_becomes_a_synergy_with_one_click(
    ash_match: Match, plan: PlanRun, facilitator: User, client_of: ClientOf
) -> None:
    client = client_of(facilitator)
    answer = client.post(reverse("plan_run_synergy", args=[plan.pk]), {"match": ash_match.pk})
    synergy = Synergy.objects.get()
    assert answer.headers["Location"] == reverse("synergy", args=[synergy.pk])
    assert (synergy.offer_id, synergy.request_id) == (ash_match.offer_id, ash_match.request_id)
    ash_match.refresh_from_db()
    assert ash_match.state == MatchState.APPROVED
    assert (
        reverse("synergy", args=[synergy.pk])
        in client.get(reverse("plan_run", args=[plan.pk])).content.decode()
    )
    assert client.post(reverse("plan_run_synergy", args=[plan.pk]), {"match": "999"}).status_code == 404


def test_run_is_cancelled_by_its_button(scenario: Scenario, facilitator: User, client_of: ClientOf) -> None:
    run = start_run(actor=facilitator, scenario=scenario)
    client = client_of(facilitator)
    client.post(reverse("plan_run_cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert "nothing of it is kept" in client.get(reverse("plan_run", args=[run.pk])).content.decode()


def test_two_plans_stand_side_by_side(
    ash_match: Match, plan: PlanRun, planned: Planned, facilitator: User, client_of: ClientOf
) -> None:
    Listing.objects.filter(pk=ash_match.offer_id).update(amount=Decimal(9_000), quantity=Decimal(9_000))
    other = planned()
    page = client_of(facilitator).get(reverse("plan_run_compare", args=[plan.pk]), {"with": other.pk})
    [row] = page.context["flows"]
    assert row["sent"] == pytest.approx([12_000, 9_000])
    assert row["change"] == pytest.approx(-3_000)


def test_page_of_a_plan_asks_as_much_however_many_flows(
    make_offer: Any,
    make_request: Any,
    programme: Programme,
    planned: Planned,
    facilitator: User,
    client_of: ClientOf,
) -> None:
    client = client_of(facilitator)
    counts, flows = [], []
    for amount in (24_000, 30_000, 36_000):
        make_offer(price=Decimal(-8), quantity=Decimal(amount))
        make_request(resource="fly-ash", quantity=Decimal(amount), price=Decimal(3))
        refresh_all_matches()
        run = planned()
        address = reverse("plan_run", args=[run.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            flows.append(len(client.get(address).context["plan"].flows))
        counts.append(len(asked))
    assert flows[0] < flows[2]
    assert counts[1] == counts[2] <= 45


def test_fault_and_omission_are_told_by_name(
    make_offer: Any, programme: Programme, planned: Planned, facilitator: User, client_of: ClientOf
) -> None:
    listing = make_offer()
    run = planned()
    page = client_of(facilitator).get(reverse("scenario", args=[run.scenario_id])).content.decode()
    assert "nothing in the programme fits it" in page
    assert f"{listing.name} (Asnæs power station)" in page


@pytest.mark.parametrize(
    ("kind", "holds"),
    [("csv", b"Cement works"), ("lp", b"disposal_of_offer_"), ("mps", b"ROWS")],
)
def test_plan_is_taken_away(
    plan: PlanRun, facilitator: User, client_of: ClientOf, kind: str, holds: bytes
) -> None:
    answer = client_of(facilitator).get(reverse(f"plan_run_{kind}", args=[plan.pk]))
    content = b"".join(answer) if answer.streaming else answer.content
    assert holds in content
    assert (b"Asn" in content) == (kind == "csv")


def test_published_plan_shows_a_member_their_own_flow_and_no_sum_of_others(
    plan: PlanRun, facilitator: User, seller: User, stranger: User, client_of: ClientOf
) -> None:
    address = reverse("plan_run", args=[plan.pk])
    assert client_of(seller).get(address).status_code == 404
    publish_run(actor=facilitator, run=plan)
    page = client_of(seller).get(address).content.decode()
    assert "Cement works" in page
    assert "Giver gains" not in page
    assert "spared a year" not in page
    assert client_of(stranger).get(address).status_code == 404
    for name in ("plan_run_lp", "plan_run_mps"):
        assert client_of(seller).get(reverse(name, args=[plan.pk])).status_code == 403
