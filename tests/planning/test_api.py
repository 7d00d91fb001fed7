"""Scenarios and plans over REST."""

import pytest

from accounts.models import User
from matching.models import Match
from planning.models import PlanRun, Scenario
from planning.services.working import work_run
from tests.api.conftest import ApiOf, errors_of

pytestmark = pytest.mark.django_db


def test_scenario_is_made_supposed_run_and_its_result_read(
    api_of: ApiOf, facilitator: User, ash_match: Match
) -> None:
    api = api_of(facilitator)
    made = api.post("/api/v1/scenarios/", {"programme": "zealand-network", "name": "With less ash"})
    assert (made.status_code, made.json()["objective"]) == (201, "money")
    scenario = made.json()["id"]
    offer = ash_match.offer_id
    said = {"listings": [{"listing": offer, "amount": "6000"}]}
    supposed = api.post(f"/api/v1/scenarios/{scenario}/suppose/", said)
    assert supposed.json()["supposed"] == [
        {"listing": offer, "out": False, "amount": "6000.000000", "price": None}
    ]
    run = api.post(f"/api/v1/scenarios/{scenario}/run/").json()
    assert (run["state"], run["figures"]["objective"]) == ("queued", None)
    assert api.get(f"/api/v1/plan-runs/{run['id']}/result/").status_code == 404
    assert work_run(run_id=run["id"])
    assert (
        api.get(f"/api/v1/plan-runs/?scenario={scenario}&state=done").json()["results"][0]["id"] == run["id"]
    )
    result = api.get(f"/api/v1/plan-runs/{run['id']}/result/").json()
    assert [flow["sent"] for flow in result["flows"]] == [6000]
    assert result["is_whole"] is True


def test_change_of_an_older_state_is_refused(api_of: ApiOf, facilitator: User, scenario: Scenario) -> None:
    api = api_of(facilitator)
    address = f"/api/v1/scenarios/{scenario.pk}/"
    seen = api.get(address).headers["ETag"]
    assert api.call("patch", address, {"name": "Mine"}, **{"If-Match": seen}).status_code == 200
    stale = api.call("patch", address, {"name": "Yours"}, **{"If-Match": seen})
    assert (stale.status_code, stale.json()["code"]) == (412, "outdated")
    assert stale.json()["current"]["name"] == "Mine"


def test_run_asked_for_twice_with_one_key_is_one(
    api_of: ApiOf, facilitator: User, scenario: Scenario
) -> None:
    api = api_of(facilitator)
    key = {"Idempotency-Key": "once"}
    one, two = (api.call("post", f"/api/v1/scenarios/{scenario.pk}/run/", {}, **key) for _ in range(2))
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json()["id"] == two.json()["id"] == PlanRun.objects.get().pk


def test_run_is_cancelled(api_of: ApiOf, facilitator: User, scenario: Scenario) -> None:
    api = api_of(facilitator)
    run = api.post(f"/api/v1/scenarios/{scenario.pk}/run/").json()["id"]
    assert api.post(f"/api/v1/plan-runs/{run}/cancel/").json()["state"] == "cancelled"
    assert api.post(f"/api/v1/plan-runs/{run}/cancel/").json()["code"] == "over"


def test_wrong_supposition_names_its_field(api_of: ApiOf, facilitator: User, scenario: Scenario) -> None:
    said = {"listings": [{"listing": 5, "amount": "1"}], "sites_out": [7]}
    answer = api_of(facilitator).post(f"/api/v1/scenarios/{scenario.pk}/suppose/", said)
    assert answer.status_code == 400
    assert set(errors_of(answer)) == {"listing_5", "sites_out"}
