"""Matches as the home page tells of them: how many there are, and who could supply whom."""

from django.db.models import Count, Q, QuerySet

from accounts.access import AnyUser
from accounts.models import Organization, Provenance
from listings.models import Disclosure, Listing, State
from matching.access import SHOWN_TO_PARTIES, matches_to_review, own_matches, with_sides
from matching.models import Match, MatchState

_COUNTS = {"approved": Count("pk", filter=Q(state=MatchState.APPROVED))}


def match_figures(listings: QuerySet[Listing]) -> dict[str, int]:
    """Count the matches between these listings, and those of them that are approved."""
    matches = Match.objects.filter(
        offer__in=listings, request__in=listings, state__in=SHOWN_TO_PARTIES, fits=True
    )
    return matches.aggregate(matches=Count("pk"), **_COUNTS)


def own_match_figures(user: AnyUser) -> dict[str, int]:
    """Count what is proposed and what is approved for the user's organizations."""
    return own_matches(user).aggregate(proposed=Count("pk", filter=Q(state=MatchState.PROPOSED)), **_COUNTS)


def count_to_review(user: AnyUser) -> int:
    """Count what waits for the user's review."""
    return matches_to_review(user).filter(state=MatchState.PROPOSED).count()


def open_flows(most: int) -> list[Match]:
    """Return every approved match, and of what no organization entered itself the best of every request.

    Only between listings whose place and owner are open to all: a line to a blurred place would still tell
    who deals with whom. What nobody has reviewed is not told of two companies by name. The published cases come first.
    """
    between_open = Match.objects.filter(
        offer__disclosure=Disclosure.OPEN,
        request__disclosure=Disclosure.OPEN,
        offer__state=State.PUBLISHED,
        request__state=State.PUBLISHED,
        state__in=SHOWN_TO_PARTIES,
        fits=True,
    )
    of_records = between_open.exclude(
        Q(offer__provenance=Provenance.OWN) | Q(request__provenance=Provenance.OWN)
    )
    best = (
        of_records.order_by("request_id", "-score", "distance_km", "pk").distinct("request_id").values("pk")
    )
    shown = between_open.filter(Q(pk__in=best) | Q(state=MatchState.APPROVED))
    ranked = shown.annotate(illustrative=Q(offer__provenance=Provenance.ILLUSTRATIVE))
    return list(with_sides(ranked).order_by("illustrative", "-score", "pk")[:most])


def own_flows(user: AnyUser, organization: Organization, most: int) -> list[Match]:
    """Return the organization's matches, the approved first, then the best."""
    own = own_matches(user).filter(
        Q(offer__organization=organization) | Q(request__organization=organization)
    )
    return list(with_sides(own.filter(fits=True)).order_by("state", "-score", "pk")[:most])


def is_documented(flow: Match) -> bool:
    """Whether both sides are published cases."""
    return flow.offer.provenance == flow.request.provenance == Provenance.DOCUMENTED
