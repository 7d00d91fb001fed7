"""The facilitator's queue."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.access import AnyUser
from accounts.models import Organization, Programme
from catalogue.models import Resource
from matching.access import matches_to_review, with_sides
from matching.models import Match, MatchState
from matching.selectors.audit import with_finding
from matching.selectors.matches import mark_sides


@dataclass(frozen=True)
class Narrowing:
    """Which matches of the queue are shown; None or empty: all of them."""

    state: MatchState = MatchState.PROPOSED
    programme: Programme | None = None
    resource: Resource | None = None
    finding: str = ""
    """A class of `audit.CLASSES`."""

    @property
    def is_filtered(self) -> bool:
        """Whether it shows less than a whole state."""
        return bool(self.programme or self.resource or self.finding)


def queue_of(user: AnyUser, narrowing: Narrowing) -> QuerySet[Match]:
    """Return the matches that the user may review, narrowed, the best first."""
    matches = matches_to_review(user).filter(state=narrowing.state)
    if narrowing.programme:
        members = Organization.objects.filter(programmes=narrowing.programme)
        matches = matches.filter(Q(offer__organization__in=members) | Q(request__organization__in=members))
    if narrowing.resource:
        below = Resource.objects.descendants_of(narrowing.resource)
        matches = matches.filter(Q(offer__resource__in=below) | Q(request__resource__in=below))
    if narrowing.finding:
        matches = with_finding(matches, narrowing.finding)
    return matches.order_by("-score", "distance_km", "pk")


def queue_rows(user: AnyUser, matches: QuerySet[Match]) -> QuerySet[Match]:
    """Load what a row of the queue shows, without a query per row."""
    return with_sides(matches).prefetch_related("interests")


def mark_interested(user: AnyUser, matches: Iterable[Match]) -> list[Match]:
    """Return the matches as the user may see them, each with `interested`: the sides whose parties said so."""
    marked = mark_sides(user, matches)
    for match in marked:
        noted = {match.side_of(interest.organization_id) for interest in match.interests.all()}
        match.interested = [side for side in ("offer", "request") if side in noted]  # type: ignore[attr-defined]
    return marked
