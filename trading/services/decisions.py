"""How a bid is decided, and what is refused because a moment has passed, by the clock of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import Conflict
from trading.models import Bid, BidState


def deadline_passed() -> Conflict:
    """Return the refusal of what comes after a tender's deadline."""
    return Conflict(_("The deadline is over."), code="deadline_passed")


def bid_expired() -> Conflict:
    """Return the refusal of what comes after a bid's own time."""
    return Conflict(_("This bid's time is over. Ask for a new one."), code="bid_expired")


_RULES: Final = {"bid_before_deadline": deadline_passed, "bid_in_time": bid_expired}


@contextmanager
def by_the_clock() -> Iterator[None]:
    """Tell in our words what the database refused because a moment passed while we wrote."""
    try:
        yield
    except IntegrityError as error:
        refusal = _RULES.get(getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or "")
        if refusal is None:
            raise
        raise refusal() from error


def decide(actor: User | None, state: BidState, *bids: Bid, reason: str = "") -> None:
    """Write and set the state to which bids come, who decided so and why; None: it came by itself. They must be locked.

    Raises the refusals of `by_the_clock` where the database finds that a moment has passed.
    """
    now = timezone.now()
    with by_the_clock():
        Bid.objects.filter(pk__in=[bid.pk for bid in bids]).update(
            state=state, decided_at=now, decided_by=actor, decline_reason=reason
        )
    for bid in bids:
        bid.state, bid.decided_at, bid.decided_by, bid.decline_reason = state, now, actor, reason
