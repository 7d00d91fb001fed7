"""A run in its worker: the same economics as matching, whole or not at all."""

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from common.errors import Conflict
from listings.models import Listing
from matching.models import Match
from planning.adapters.inputs import Inputs
from planning.adapters.networks import network_of
from planning.models import PlanRun, RunState, Scenario
from planning.optimize.decompose import solve_in_parts
from planning.optimize.network import Metric
from planning.services import working
from planning.services.answers import read_again
from planning.services.runs import cancel_run, start_run, sweep_runs
from planning.services.scenarios import WhatIf, suppose
from planning.services.working import work_run
from tests.conftest import MakeListing
from tests.planning.conftest import Planned
from tests.trading.deals import agree_on_all

pytestmark = pytest.mark.django_db


def test_plan_spares_exactly_what_the_match_says_both_gain(ash_match: Match, plan: PlanRun) -> None:
    assert plan.state == RunState.DONE
    assert plan.planned["spared_per_year"] == pytest.approx(
        float(ash_match.benefit_low_eur_per_year or 0), abs=1
    )
    [flow] = plan.planned["flows"]
    assert (flow["match"], flow["offer"], flow["request"]) == (
        ash_match.pk,
        ash_match.offer_id,
        ash_match.request_id,
    )
    assert flow["sent"] == pytest.approx(12_000)
    assert flow["months"] == pytest.approx([1_000] * 12)
    assert flow["seller_gain"] + flow["buyer_gain"] == pytest.approx(flow["gain"], abs=0.01)


def test_price_gives_all_to_the_side_that_is_short(plan: PlanRun) -> None:
    # 12,000 t are offered and 24,000 t sought: the buyers would outbid each other, so the seller gains all.
    [flow] = plan.planned["flows"]
    assert flow["buyer_gain"] == pytest.approx(0, abs=0.01)
    assert flow["seller_gain"] == pytest.approx(flow["gain"])


def test_same_inputs_give_the_same_objective_and_digest(plan: PlanRun, planned: Planned) -> None:
    again = planned()
    assert (again.digest, again.objective, again.seed) == (plan.digest, plan.objective, plan.seed)
    assert again.solver.startswith("HiGHS ")


def test_kept_answer_is_read_again_as_the_same_plan(plan: PlanRun) -> None:
    network = network_of(Inputs.from_json(plan.kept_inputs))
    read = read_again(plan, network)
    assert read.metrics[Metric.COST] == pytest.approx(plan.planned["metrics"]["cost"]["plan"])
    assert read.flow.sum() == pytest.approx(12_000)


def test_what_was_agreed_is_fixed_in_the_next_plan(
    make_offer: MakeListing, make_request: MakeListing, cement_works: Any, planned: Planned, programme: Any
) -> None:
    agreement = agree_on_all(
        make_offer(),
        cement_works,
        make_request(),
        quantity=Decimal(3_000),
        starts_on=timezone.now().date(),
        ends_on=None,
    )
    run = planned()
    assert run.state == RunState.DONE
    agreed = [flow for flow in run.planned["flows"] if flow["agreement"]]
    assert [flow["agreement"] for flow in agreed] == [agreement.pk]
    assert agreed[0]["sent"] == pytest.approx(3_000)
    assert agreed[0]["price"] == 4


def test_what_is_not_known_stays_out_and_is_said(
    make_offer: MakeListing, planned: Planned, programme: Any
) -> None:
    listing = make_offer()
    run = planned()
    assert (run.state, run.planned["flows"]) == (RunState.DONE, [])
    assert run.kept_inputs["left_out"] == [[listing.pk, "partner"]]


def test_what_ifs_change_the_plan_and_not_the_listing(
    ash_match: Match, scenario: Scenario, facilitator: User, planned: Planned
) -> None:
    suppose(
        actor=facilitator, scenario=scenario, listings={ash_match.offer_id: WhatIf(amount=Decimal(6_000))}
    )
    assert planned().planned["flows"][0]["sent"] == pytest.approx(6_000)
    suppose(actor=facilitator, scenario=scenario, listings={ash_match.offer_id: WhatIf(is_out=True)})
    run = planned()
    assert run.planned["flows"] == []
    assert [ash_match.offer_id, "chosen"] in run.kept_inputs["left_out"]
    suppose(actor=facilitator, scenario=scenario, listings={ash_match.offer_id: WhatIf()})
    site = Listing.objects.get(pk=ash_match.request_id).site_id
    suppose(actor=facilitator, scenario=scenario, listings={}, sites_out={site})
    assert planned().planned["flows"] == []
    assert Listing.objects.get(pk=ash_match.offer_id).amount == 12_000


def test_price_supposed_moves_what_is_spared(
    ash_match: Match, scenario: Scenario, facilitator: User, plan: PlanRun, planned: Planned
) -> None:
    # The buyer is willing to pay 5 EUR/t more for each of the 12,000 t.
    suppose(actor=facilitator, scenario=scenario, listings={ash_match.request_id: WhatIf(price=Decimal(8))})
    more = planned().planned["spared_per_year"] - plan.planned["spared_per_year"]
    assert more == pytest.approx(60_000)


def test_run_is_worked_once(ash_match: Match, scenario: Scenario, facilitator: User) -> None:
    run = start_run(actor=facilitator, scenario=scenario)
    assert work_run(run_id=run.pk)
    assert not work_run(run_id=run.pk)


def test_second_run_of_a_scenario_waits_for_the_first(scenario: Scenario, facilitator: User) -> None:
    start_run(actor=facilitator, scenario=scenario)
    with pytest.raises(Conflict, match="being run already"):
        start_run(actor=facilitator, scenario=scenario)


def test_cancelled_while_waiting_is_never_worked(
    ash_match: Match, scenario: Scenario, facilitator: User
) -> None:
    run = cancel_run(actor=facilitator, run=start_run(actor=facilitator, scenario=scenario))
    assert run.state == RunState.CANCELLED
    assert not work_run(run_id=run.pk)
    with pytest.raises(Conflict, match="over already"):
        cancel_run(actor=facilitator, run=run)


def test_killed_worker_leaves_nothing_half_stored_and_the_run_starts_again(
    ash_match: Match, scenario: Scenario, facilitator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start_run(actor=facilitator, scenario=scenario)

    def killed(*_args: Any) -> dict[str, Any]:
        raise SystemExit(137)

    with monkeypatch.context() as during:
        during.setattr(working, "_solved", killed)
        with pytest.raises(SystemExit):
            work_run(run_id=run.pk)
    run.refresh_from_db()
    digest = run.digest
    assert (run.state, run.result, run.objective, len(digest)) == (RunState.RUNNING, None, None, 64)
    assert sweep_runs() == []  # its worker was heard of a moment ago
    PlanRun.objects.filter(pk=run.pk).update(beat_at=Now() - timedelta(minutes=2))
    assert sweep_runs() == [run.pk]
    assert work_run(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts, run.digest) == (RunState.DONE, 2, digest)


def test_run_that_kills_three_workers_has_failed(scenario: Scenario, facilitator: User) -> None:
    run = start_run(actor=facilitator, scenario=scenario)
    PlanRun.objects.filter(pk=run.pk).update(
        state=RunState.RUNNING, attempts=3, beat_at=Now() - timedelta(minutes=2), mark=uuid.uuid4()
    )
    assert sweep_runs() == []
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, "killed")


def test_worker_that_lost_the_run_writes_nothing(
    ash_match: Match, scenario: Scenario, facilitator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start_run(actor=facilitator, scenario=scenario)
    solved = working._solved

    def slow(*args: Any) -> dict[str, Any]:
        PlanRun.objects.filter(pk=run.pk).update(mark=uuid.uuid4())  # another worker has taken it over
        return solved(*args)

    monkeypatch.setattr(working, "_solved", slow)
    assert not work_run(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.result) == (RunState.RUNNING, None)


def test_plan_that_does_not_add_up_is_never_shown(
    ash_match: Match, scenario: Scenario, facilitator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The solver's answer put wrong by one tonne: what is computed once more finds it."""
    run = start_run(actor=facilitator, scenario=scenario)
    solve = solve_in_parts

    def wrong(*args: Any, **options: Any) -> Any:
        outcome = solve(*args, **options)
        return replace(outcome, values=outcome.values + 1.0)

    monkeypatch.setattr(working, "solve_in_parts", wrong)
    assert work_run(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.error, run.result) == (RunState.FAILED, "check", None)
