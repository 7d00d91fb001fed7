"""Who could take what is being typed: the engine asked about a listing that is written nowhere.

It answers what publishing it would show to its own, and no more: whoever the user may not see is left out, and so are
private listings, which stand on nobody's list. The place is the one that would be told.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from accounts.access import AnyUser
from catalogue.affinity.uses import Use
from catalogue.selectors.uses import all_uses_of
from listings.models import Listing, Side
from matching.market.supposed import row_of
from matching.selectors.near_misses.near_miss import NearMiss
from matching.selectors.near_misses.search import Looked, look_around

MOST_TAKERS: Final = 3


@dataclass(frozen=True)
class Taker:
    """A listing that fits what is being typed."""

    listing: Listing
    """Marked for the reader."""
    score: float
    distance_km: Decimal
    amount_per_year: Decimal | None
    """Units offered; None: not known."""
    unit: str
    benefit_low_eur_per_year: Decimal | None
    """Of both together; None: not known."""

    @property
    def percent(self) -> int:
        """The score in whole percent."""
        return round(self.score * 100)


@dataclass(frozen=True)
class Takers:
    """The likeliest; where none fits, who almost does; where nobody does, which kinds of plants take it at all."""

    fits: Sequence[Taker]
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


def _taker(looked: Looked, partner: Listing, row: int) -> Taker:
    offer = looked.listing if looked.listing.side == Side.OFFER else partner
    found = looked.found
    return Taker(
        listing=partner,
        score=float(found.score[row]),
        distance_km=Decimal(str(round(float(found.distance_km[row]), 1))),
        amount_per_year=_known(found.amount_per_year[row], 3),
        unit=offer.canonical_unit,
        benefit_low_eur_per_year=_known(found.benefit_low_per_year[row], 0),
    )


def _known(value: Any, places: int) -> Decimal | None:
    return Decimal(str(round(float(value), places) + 0.0)) if math.isfinite(value) else None
