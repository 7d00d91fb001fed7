"""Scenarios of a programme, the runs that look for their best plans, and what is studied of a plan."""

from planning.models.runs import PlanRun, PlanStudy, RunState, StudyState
from planning.models.scenarios import Basis, Objective, Scenario

__all__ = ["Basis", "Objective", "PlanRun", "PlanStudy", "RunState", "Scenario", "StudyState"]
