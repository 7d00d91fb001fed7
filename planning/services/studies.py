"""What is worked out of a plan once it is there, each by one name: its result is kept with the run as JSON.

    STUDIES["front"] = Study(front, _("Front"), _("What less CO₂e would cost."))

A study takes the kept inputs, their network and its plan and returns what JSON can hold. In it companies and listings
stand by the names that the network has (`party-7`, `offer-12`, `request-13`), also inside of sentences: the page puts
in what its reader may know of them (`planning.selectors.names`). The page's part is
`templates/planning/studies/NAME.html`, which is given `study` (with `result`) and `run`.
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import AnyUser
from planning.adapters.building import investment_of, missing_of
from planning.adapters.inputs import Inputs
from planning.adapters.networks import network_of
from planning.adapters.studies import accounts_of, front_of, knockouts_of, sample_of
from planning.models import PlanRun, PlanStudy, StudyState
from planning.optimize.answers import Plan
from planning.optimize.network import Network
from planning.selectors.names import with_names
from planning.selectors.plants import with_plants
from planning.services.answers import read_again

logger = logging.getLogger(__name__)


def _as_it_is(result: Any) -> Any:
    return result


@dataclass(frozen=True)
class Study:
    """One kind of study."""

    work: Callable[[Inputs, Network, Plan], Any]
    title: str | Promise
    about: str | Promise
    """What it shows, in a sentence: stands beside the button that asks for it."""
    say: Callable[[Any], Any] = _as_it_is
    """Tells the result in the reader's language, where it holds more words than names."""


STUDIES: Final[dict[str, Study]] = {
    "accounts": Study(
        accounts_of,
        _("Who gains what"),
        _(
            "What each company gains at the plan’s prices, beside other rules of sharing, and whether some would leave."
        ),
    ),
    "front": Study(
        front_of, _("What less CO₂e would cost"), _("Plans from the cheapest to the one with least CO₂e.")
    ),
    "missing": Study(
        missing_of,
        _("What is missing"),
        _(
            "Every kind of plant at every sensible place, tried alone: what it is worth, spares, and which "
            "exchanges it opens."
        ),
        with_plants,
    ),
    "investment": Study(
        investment_of,
        _("What to build together"),
        _("The best set of plants as an investment: to all companies, to the public and to each of them."),
        with_plants,
    ),
    "knockouts": Study(
        knockouts_of,
        _("What if one falls out"),
        _(
            "What the others lose without each company and each of the ten largest flows, and what flows instead."
        ),
    ),
    "robust": Study(
        sample_of,
        _("If prices and quantities are others"),
        _(
            "Two hundred draws: how much is gained from bad luck to good, and which flows are worth it in how many."
        ),
    ),
}


def work_study(*, study_id: int) -> bool:
    """Work a study out unless somebody does or did; return whether it was done here."""
    mark = uuid.uuid4()
    taken = PlanStudy.objects.filter(pk=study_id, state=StudyState.QUEUED).update(
        state=StudyState.RUNNING, mark=mark, started_at=Now(), attempts=F("attempts") + 1
    )
    if not taken:
        return False
    study = PlanStudy.objects.get(pk=study_id)
    run = PlanRun.objects.get(pk=study.run_id)
    mine = PlanStudy.objects.filter(pk=study_id, mark=mark, state=StudyState.RUNNING)
    try:
        inputs = Inputs.from_json(run.kept_inputs)
        network = network_of(inputs)
        result = STUDIES[study.name].work(inputs, network, read_again(run, network))
    except Exception as error:  # whatever a study stumbles over is told on its page, and is tried again there
        logger.exception("study %s of run %s", study.name, run.pk)
        mine.update(state=StudyState.FAILED, error=type(error).__name__[:200], finished_at=Now(), mark=None)
        return False
    return bool(mine.update(state=StudyState.DONE, result=result, finished_at=Now(), mark=None))


@dataclass(frozen=True)
class StudyRow:
    """A kind of study, with the one of this run where there is one; its result by names."""

    name: str
    title: str | Promise
    about: str | Promise
    study: PlanStudy | None
    result: Any

    @property
    def template(self) -> str:
        """Its part of the page."""
        return f"planning/studies/{self.name}.html"


def study_rows(user: AnyUser, run: PlanRun) -> list[StudyRow]:
    """Return every kind of study, as far as it was asked for."""
    there = {each.name: each for each in run.studies.all()}
    return [
        StudyRow(
            name,
            study.title,
            study.about,
            there.get(name),
            with_names(user, study.say(there[name].result))
            if name in there and there[name].result is not None
            else None,
        )
        for name, study in STUDIES.items()
    ]
