"""A listing is on the market exactly while something of it is left."""

from decimal import Decimal

import pytest

from listings.models import Listing, State
from listings.services.closing import close_or_reopen


@pytest.mark.parametrize(
    ("state", "amount", "allocated", "then"),
    [
        (State.PUBLISHED, "10", "10", State.CLOSED),
        (State.PUBLISHED, "10", "9.999999", State.PUBLISHED),
        (State.PUBLISHED, "10", "0", State.PUBLISHED),
        (State.CLOSED, "10", "10", State.CLOSED),
        (State.CLOSED, "10", "9.999999", State.PUBLISHED),
        (State.PUBLISHED, None, "0", State.PUBLISHED),
        (State.PAUSED, "10", "10", State.PAUSED),
        (State.DRAFT, "10", "10", State.DRAFT),
        (State.WITHDRAWN, "10", "0", State.WITHDRAWN),
        (State.EXPIRED, "10", "10", State.EXPIRED),
    ],
)
def test_state_follows_what_is_left(state: State, amount: str | None, allocated: str, then: State) -> None:
    listing = Listing(state=state, amount=amount and Decimal(amount), allocated=Decimal(allocated))
    close_or_reopen(listing)
    assert listing.state == then
