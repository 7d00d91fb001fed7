"""What happens to scenarios and plans. See `events.kinds`."""

from django.utils.translation import gettext_lazy as _

from events.kinds import Audience, EventKind

_PROGRAMME = {"programme": "key of the programme"}
_RUN = _PROGRAMME | {"scenario": "key of the scenario"}

KINDS = (
    EventKind(
        "scenario.created",
        "planning.scenario",
        _("Scenario made"),
        Audience.FACILITATORS,
        _PROGRAMME | {"name": "its name"},
    ),
    EventKind(
        "scenario.changed", "planning.scenario", _("Scenario changed"), Audience.FACILITATORS, _PROGRAMME
    ),
    EventKind(
        "scenario.archived", "planning.scenario", _("Scenario put away"), Audience.FACILITATORS, _PROGRAMME
    ),
    EventKind("plan_run.asked", "planning.planrun", _("Plan asked for"), Audience.FACILITATORS, _RUN),
    EventKind("plan_run.cancelled", "planning.planrun", _("Run cancelled"), Audience.FACILITATORS, _RUN),
    EventKind("plan_run.published", "planning.planrun", _("Plan shown to members"), Audience.PROGRAMME, _RUN),
    EventKind(
        "plan_run.taken_back", "planning.planrun", _("Plan no longer shown"), Audience.FACILITATORS, _RUN
    ),
    EventKind(
        "plan_run.study_asked",
        "planning.planrun",
        _("Study of a plan asked for"),
        Audience.FACILITATORS,
        _PROGRAMME | {"study": "its name"},
    ),
)
