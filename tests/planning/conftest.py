"""A scenario of the network of Zealand: Asnæs's fly ash and what the cement works seek."""

from collections.abc import Callable

import pytest

from accounts.models import Programme, User
from matching.models import Match
from planning.models import PlanRun, Scenario
from planning.services.runs import start_run
from planning.services.scenarios import ScenarioDetails, create_scenario
from planning.services.working import work_run
from tests.api.conftest import Api, ApiOf

Planned = Callable[[], PlanRun]


@pytest.fixture
def scenario(programme: Programme, facilitator: User) -> Scenario:
    """Money alone, in EUR, all as it is."""
    return create_scenario(actor=facilitator, programme=programme, details=ScenarioDetails(name="As it is"))


@pytest.fixture
def planned(scenario: Scenario, facilitator: User) -> Planned:
    """`planned()`: the scenario run once, to its end."""

    def run() -> PlanRun:
        found = start_run(actor=facilitator, scenario=scenario)
        assert work_run(run_id=found.pk)
        found.refresh_from_db()
        return found

    return run


@pytest.fixture
def plan(ash_match: Match, planned: Planned) -> PlanRun:
    """The plan of the one match that there is."""
    return planned()


@pytest.fixture
def api_of(db: None) -> ApiOf:
    """`api_of(user)`: the API with the user's token."""
    return Api
