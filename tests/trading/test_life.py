"""The whole life, step by step, beside a plain model of it.

Each example is a walk of `STEPS` random steps, legal and not, in one transaction that is rolled back. The model says
before each step whether it is taken or with which code it is refused; after each, the database must hold what the
model holds, every quantity must add up, and the log must have grown by one event for each thing that changed.

To add a step: a method `step_…` of one of the classes in `life/` that returns whether there was anything to try.
"""

from collections import Counter
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Organization, User
from tests.conftest import MakeListing
from tests.proof import examples
from tests.trading.life.agreements import AgreementSteps
from tests.trading.life.bids import BidSteps
from tests.trading.life.listings import ListingSteps
from tests.trading.life.synergies import SynergySteps
from tests.trading.life.tenders import TenderSteps
from tests.trading.life.walk import World

pytestmark = pytest.mark.mass

STEPS = 200
PARTS = examples(3, 10)
"""Of all steps (20,000 by `make prove`), which may run side by side."""
EXAMPLES = examples(600, 20_000) // STEPS // PARTS

WEIGHTS = {
    "step_place": 12,
    "step_accept": 10,
    "step_interest": 7,
    "step_enquire": 4,
    "step_ask_cancel": 4,
    "step_deliver": 4,
    "step_post_expected": 6,
    "step_complete": 3,
    "step_seal": 8,
    "step_award": 8,
    "step_amend": 1,
    "step_pause_or_publish": 1,
}


class Life(ListingSteps, SynergySteps, BidSteps, TenderSteps, AgreementSteps):
    """All steps there are."""

    def walk(self, steps: int) -> None:
        """Take so many steps."""
        known = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("step_")]
        weights = [WEIGHTS.get(step.__name__, 2) for step in known]
        taken = 0
        try:
            while taken < steps:
                taken += bool(self.random.choices(known, weights)[0]())
            self.check_ledger()
        except Exception as error:
            raise AssertionError(
                "\n".join([str(error), f"{self.name}, after:", *self.trail[-40:]])
            ) from error


@pytest.fixture
def world(
    make_offer: MakeListing,
    make_request: MakeListing,
    asnaes: Organization,
    cement_works: Organization,
    elsewhere: Organization,
    seller: User,
    buyer: User,
    stranger: User,
) -> World:
    flow = make_offer(quantity=Decimal(100))
    lot = make_offer(quantity=Decimal(60), period="once")
    request = make_request(quantity=Decimal(80))
    return World(
        supplier=asnaes,
        seller=seller,
        takers=[cement_works, elsewhere],
        user_of={cement_works.pk: buyer, elsewhere.pk: stranger},
        listings=[flow, lot, request],
        offers=2,
        slots=[(cement_works, None), (cement_works, request), (elsewhere, None)],
    )


@pytest.mark.parametrize("part", range(PARTS))
def test_life_is_what_the_model_says(world: World, part: int) -> None:
    taken: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.integers(0, 2**32))
    def walk(seed: int) -> None:
        with transaction.atomic():
            life = Life(f"walk {part} {seed}", world)
            life.walk(STEPS)
            taken.update(life.taken_steps)
            transaction.set_rollback(True)

    walk()
    often = {"enquire", "interest", "place", "accept", "seal", "ask", "deliver"}
    assert often <= taken.keys(), f"the walks never came to {often - taken.keys()}"
    assert taken.total() > EXAMPLES * STEPS / 5
