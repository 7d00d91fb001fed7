"""Who could take what is being typed: the engine asked about a listing that is written nowhere.

It answers what publishing it would show to its own, and no more: whoever the user may not see is left out, and so are
private listings, which stand on nobody's list. The place is the one that would be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from accounts.access import AnyUser
from catalogue.affinity.uses import Use
from catalogue.selectors.uses import all_uses_of
from listings.models import Listing, Side
from matching.market.supposed import row_of
from matching.selectors.explanations.explanation import PER_YEAR_PLACES
from matching.selectors.near_misses.lifting import known
from matching.selectors.near_misses.near_miss import NearMiss, Partner
from matching.selectors.near_misses.search import Looked, look_around

MOST_TAKERS: Final = 3


@dataclass(frozen=True)
class Takers:
    """The likeliest; where none fits, who almost does; where nobody does, which kinds of plants take it at all."""

    fits: Sequence[Partner]
    almost: Sequence[NearMiss]
    kinds: Sequence[Use]


def likely_takers(user: AnyUser, listing: Listing) -> Takers:
    """Return who could take a listing as `listings.services.drafts.drafted` makes it, three at most of each."""
    looked = look_around(listing, row_of(listing))
    fits = (
        [_taker(looked, partner, row) for partner, row in looked.fitting(user, limit=MOST_TAKERS)]
        if looked
        else []
    )
    almost = looked.almost(user, limit=MOST_TAKERS) if looked and not fits else []
    kinds: Sequence[Use] = []
    if not fits and not almost and listing.side == Side.OFFER:
        kinds = all_uses_of(listing.resource).activities[:MOST_TAKERS]
    return Takers(fits, almost, kinds)


def _taker(looked: Looked, partner: Listing, row: int) -> Partner:
    offer = looked.listing if looked.listing.side == Side.OFFER else partner
    found = looked.found
    return Partner(
        listing=partner,
        score=float(found.score[row]),
        distance_km=Decimal(str(round(float(found.distance_km[row]), 1))),
        amount_per_year=known(found.amount_per_year[row], PER_YEAR_PLACES),
        unit=offer.canonical_unit,
        benefit_low_eur_per_year=known(found.benefit_low_per_year[row], 0),
    )
