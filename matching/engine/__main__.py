"""`python -m matching.engine` compiles the loops, half a minute's work on a fresh machine; who comes later finds them.

The market is the smallest there is: what numba compiles depends on the types of the arrays alone.
"""

from dataclasses import fields

import numpy as np

from matching.engine.arrays import MONTHS, OPEN_END, Compatibility, Listings, Qualities, Resources
from matching.engine.search import evaluate_pairs, match


def _listing() -> Listings:
    one, whole, flag = np.ones(1), np.zeros(1, np.int64), np.zeros(1, np.bool_)
    return Listings(
        id=whole,
        organization=whole,
        resource=whole,
        latitude=one,
        longitude=one,
        amount=one,
        is_rate=~flag,
        first_day=np.zeros(1, np.int32),
        last_day=np.full(1, OPEN_END, np.int32),
        month_share=np.full((1, MONTHS), 1 / MONTHS),
        price=one,
        currency=whole,
        minimum_lot=one,
        hazardous=flag,
        hazardous_permit=flag,
        uses=whole,
        programme_only=flag,
        programmes=np.zeros((1, 1), np.uint64),
        quality=Qualities(start=np.zeros(2, np.int64), property=whole[:0], low=one[:0], high=one[:0]),
    )


def main() -> None:
    """Compile, unless it is done."""
    one, whole = np.ones(1), np.zeros(1, np.int64)
    figures = {column.name: one for column in fields(Resources) if column.name != "most_matches"}
    resources = Resources(most_matches=np.ones(1, np.int64), **figures)
    compatibility = Compatibility(
        offer_resource=whole,
        request_resource=whole,
        fit=one,
        yield_per_unit=one,
        treatment_cost=one,
        residue_low=one,
        residue_high=one,
        treatment_kg=one,
        direct=np.ones(1, np.bool_),
        forbidden=whole,
    )
    offers, requests = _listing(), _listing()
    match(offers, requests, resources=resources, compatibility=compatibility, today=0)
    evaluate_pairs(
        offers,
        requests,
        offer_rows=whole,
        request_rows=whole,
        resources=resources,
        compatibility=compatibility,
        today=0,
    )


if __name__ == "__main__":
    main()
