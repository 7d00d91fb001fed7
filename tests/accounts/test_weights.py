import math

import pytest

from accounts.models import Programme, User
from accounts.services.programmes import set_programme_weights
from accounts.services.weights import COMMON_WEIGHTS, SCORE_PARTS, check_weights
from common.errors import Invalid
from events.models import Event, Job
from matching.engine import PARTS, default_weights
from matching.market.participation import load_participation

EVEN = dict.fromkeys(SCORE_PARTS, 1.0)


def test_parts_and_common_weights_are_those_of_the_engine() -> None:
    assert SCORE_PARTS == PARTS
    assert [COMMON_WEIGHTS[part] for part in PARTS] == default_weights().tolist()


@pytest.mark.parametrize(
    ("weights", "field"),
    [
        ({**EVEN, "price": -0.1}, "price"),
        ({**EVEN, "season": math.nan}, "season"),
        ({**EVEN, "season": math.inf}, "season"),
        ({part: 1.0 for part in SCORE_PARTS if part != "quality"}, "quality"),
        ({**EVEN, "charm": 1.0}, "charm"),
        (dict.fromkeys(SCORE_PARTS, 0.0), "weights"),
    ],
)
def test_weights_that_mean_nothing_are_refused_by_name(weights: dict[str, float], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_weights(weights)
    assert list(refusal.value.fields) == [field]


def test_one_part_alone_may_count() -> None:
    assert check_weights({**dict.fromkeys(SCORE_PARTS, 0), "distance": 3})["distance"] == 3


def test_programme_weights_reach_the_engine_and_start_a_full_run(
    programme: Programme, facilitator: User
) -> None:
    wanted = {**EVEN, "distance": 4.0}
    set_programme_weights(actor=facilitator, programme=programme, weights=wanted)
    by_programme = load_participation().weights.by_programme
    assert by_programme is not None
    assert by_programme.tolist() == [[wanted[part] for part in PARTS]]
    event = Event.objects.get(kind="programme.changed")
    assert (event.actor, event.data) == (facilitator, {"weights": wanted})
    assert list(Job.objects.filter(event=event).values_list("task", flat=True)) == [
        "matching.tasks.match_programme"
    ]


def test_same_weights_again_start_nothing(programme: Programme, facilitator: User) -> None:
    for _attempt in range(2):
        set_programme_weights(actor=facilitator, programme=programme, weights=EVEN)
    assert Event.objects.filter(kind="programme.changed").count() == 1


def test_no_weights_bring_the_common_ones_back(programme: Programme, facilitator: User) -> None:
    set_programme_weights(actor=facilitator, programme=programme, weights=EVEN)
    assert set_programme_weights(actor=facilitator, programme=programme, weights={}).weights == {}
    assert load_participation().weights.by_programme is None
