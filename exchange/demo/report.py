"""Which of the published exchanges the matching service found by itself, and at which rank.

The pairs stand in `data/documented_exchanges.csv`, which only this report reads: the loader enters offers and requests
that know nothing of each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from exchange.demo.loader import last_entered
from exchange.demo.rows import PublishedExchange, documented_exchanges, read_demo_rows
from listings.models import Listing, Side, State
from matching.access import SHOWN_TO_PARTIES
from matching.models import Match

GOOD_RANK = 3
LEAST_SHARE = 0.9


@dataclass(frozen=True)
class ListedExchange:
    """A published exchange and its two listings; None where one is not on the market."""

    exchange: PublishedExchange
    offer: Listing | None
    request: Listing | None


@dataclass(frozen=True)
class Finding:
    """What the matching service made of one exchange. Ranks count from 1, None: not proposed."""

    exchange: PublishedExchange
    score: float | None
    distance_km: float | None
    buyer_rank: int | None
    """Among the matches of the request."""
    buyer_matches: int
    seller_rank: int | None
    """Among the matches of the offer."""
    seller_matches: int

    @property
    def worse_rank(self) -> int | None:
        """The larger number of both ranks; None where one of the two does not have the other."""
        if self.buyer_rank is None or self.seller_rank is None:
            return None
        return max(self.buyer_rank, self.seller_rank)


@dataclass(frozen=True)
class Report:
    """All findings and what was left out of the demonstration."""

    findings: Sequence[Finding]
    possible_pairs: int
    """Published offers times published requests."""
    proposed_pairs: int
    """How many of these the matching service proposes, published exchanges or not."""
    left_out: Sequence[dict[str, str]]

    @property
    def good_for_buyer(self) -> int:
        """How many stand at rank 3 or better in the buyer's list; this is what counts."""
        return sum(_is_good(finding.buyer_rank) for finding in self.findings)

    @property
    def good_for_both(self) -> int:
        """How many stand at rank 3 or better in both lists."""
        return sum(_is_good(finding.worse_rank) for finding in self.findings)

    @property
    def share(self) -> float:
        """Share of the exchanges at rank 3 or better for the buyer; 0 when there are none."""
        return self.good_for_buyer / len(self.findings) if self.findings else 0.0

    @property
    def passes(self) -> bool:
        """Whether enough exchanges were found."""
        return self.share >= LEAST_SHARE


def _is_good(rank: int | None) -> bool:
    return rank is not None and rank <= GOOD_RANK


def published_pairs() -> list[ListedExchange]:
    """Return the published exchanges with their listings as the demonstration entered them."""
    organizations = last_entered().organizations
    return [
        ListedExchange(
            exchange,
            _listing(organizations.get(exchange.from_plant), Side.OFFER, exchange.offered),
            _listing(organizations.get(exchange.to_plant), Side.REQUEST, exchange.requested),
        )
        for exchange in documented_exchanges()
    ]


def _listing(organization: int | None, side: Side, resource: str) -> Listing | None:
    # The first is the documented one: what people list later has a higher key.
    return (
        Listing.objects.filter(
            organization=organization, side=side, resource__slug=resource, state=State.PUBLISHED
        )
        .order_by("pk")
        .first()
    )


def report_on(pairs: Sequence[ListedExchange]) -> Report:
    """Look the pairs up among the stored matches."""
    offers = {pair.offer for pair in pairs if pair.offer}
    requests = {pair.request for pair in pairs if pair.request}
    return Report(
        findings=[_finding(pair) for pair in pairs],
        possible_pairs=len(offers) * len(requests),
        proposed_pairs=_proposed().filter(offer__in=offers, request__in=requests).count(),
        left_out=list(read_demo_rows("documented_left_out.csv")),
    )


def _proposed() -> QuerySet[Match]:
    return Match.objects.filter(fits=True, state__in=SHOWN_TO_PARTIES)


def _finding(pair: ListedExchange) -> Finding:
    buyer_list, seller_list = _matches(pair.request), _matches(pair.offer)
    ids = {listing.pk for listing in (pair.offer, pair.request) if listing}
    buyer_rank, seller_rank = _rank(buyer_list, ids), _rank(seller_list, ids)
    found = buyer_list[buyer_rank - 1] if buyer_rank else None
    return Finding(
        exchange=pair.exchange,
        score=found.score if found else None,
        distance_km=found.distance_km if found else None,
        buyer_rank=buyer_rank,
        buyer_matches=len(buyer_list),
        seller_rank=seller_rank,
        seller_matches=len(seller_list),
    )


def _matches(listing: Listing | None) -> list[Match]:
    """Return the matches of a listing as its own page lists them."""
    if listing is None:
        return []
    own = _proposed().filter(Q(offer=listing) | Q(request=listing))
    return list(own.order_by("-score", "distance_km", "pk"))


def _rank(matches: Sequence[Match], ids: set[int]) -> int | None:
    return next(
        (rank for rank, match in enumerate(matches, 1) if {match.offer_id, match.request_id} == ids), None
    )
