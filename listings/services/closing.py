"""Who closes a listing: it is on the market exactly while something of it is left.

The one place of this rule. The database holds it as well: the constraint `listing_closed_when_agreed`, and the function
by which an allocation is written, `trading/migrations/0002_rules.py`.
"""

from listings.models import Listing, State


def close_or_reopen(listing: Listing) -> None:
    """Put a listing that is on the market, or was closed, into the state that what is left of it says; saves nothing.

    One without a stated quantity promises nothing, and is never closed. Drafts, paused, withdrawn and expired ones stay
    what they are.
    """
    if listing.state in (State.PUBLISHED, State.CLOSED):
        listing.state = State.CLOSED if listing.left == 0 else State.PUBLISHED
