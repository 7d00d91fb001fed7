"""Which matches somebody may see and review."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access import (
    AnyUser,
    facilitated_organizations,
    facilitates_organization,
    get_organization_to_trade,
    is_member,
    organizations_of,
)
from accounts.models import Membership, Organization, Programme
from common.errors import Forbidden, NotFound
from listings.access import get_listing
from listings.disclosure.rules import parties_to_review, seen_in_pair
from listings.models import Listing
from matching.models import Match, MatchState

SHOWN_TO_PARTIES = (MatchState.PROPOSED, MatchState.APPROVED)


def _between(organizations: QuerySet[Organization]) -> Q:
    return Q(offer__organization__in=organizations) | Q(request__organization__in=organizations)


def with_sides(matches: QuerySet[Match]) -> QuerySet[Match]:
    """Load both listings with what their cards show, without a query per row."""
    sides = [
        f"{side}__{related}"
        for side in ("offer", "request")
        for related in ("resource", "organization", "site")
    ]
    return matches.select_related(*sides, "reviewed_by").prefetch_related(
        "offer__quality__property", "request__quality__property"
    )


def _both_seen(user: AnyUser) -> Q:
    """What the user may see of both sides: that a listing is matched says that it exists."""
    approved = Q(state=MatchState.APPROVED)
    return seen_in_pair(user, "offer", "request", approved=approved) & seen_in_pair(
        user, "request", "offer", approved=approved
    )


def own_matches(user: AnyUser) -> QuerySet[Match]:
    """Return what is proposed or approved for the user's organizations."""
    own = _between(organizations_of(user))
    return Match.objects.filter(own, _both_seen(user), state__in=SHOWN_TO_PARTIES)


def matches_to_review(user: AnyUser) -> QuerySet[Match]:
    """Return the matches, in every state, of which the user facilitates a party."""
    return Match.objects.filter(_between(facilitated_organizations(user)), _both_seen(user))


def visible_matches(user: AnyUser) -> QuerySet[Match]:
    """Return every match that the user may see, as a party or as a facilitator."""
    return Match.objects.filter(
        Q(pk__in=own_matches(user).values("pk")) | Q(pk__in=matches_to_review(user).values("pk"))
    )


def matches_of_listing(user: AnyUser, listing: Listing) -> QuerySet[Match]:
    """Return a listing's matches that the user may see, the best first."""
    return (
        visible_matches(user)
        .filter(Q(offer=listing) | Q(request=listing), state__in=SHOWN_TO_PARTIES)
        .order_by("-score", "distance_km", "pk")
    )


def get_matched_listing(user: AnyUser, pk: int) -> Listing:
    """Return a listing of which the user may see who fits it: their own, or of an organization they facilitate.

    The listing may be open to all; who fits it is not.
    """
    listing = get_listing(user, pk)
    owner = listing.organization_id
    if not (is_member(user, owner) or facilitates_organization(user, owner)):
        raise NotFound
    return listing


def get_match(user: AnyUser, pk: int) -> Match:
    """Return a match that the user may see."""
    match = with_sides(visible_matches(user)).filter(pk=pk).first()
    if match is None:
        raise NotFound
    return match


def reviewing_programmes(match: Match) -> QuerySet[Programme]:
    """Return the programmes of which a facilitator may review a match; where there are none, nobody does.

    One that others may not see is reviewed in a programme of its own organization alone.
    """
    parties = (match.offer.organization_id, match.request.organization_id)
    found = Programme.objects.filter(organizations__in=parties, facilitators__isnull=False)
    for party in parties_to_review((match.offer, match.request)):
        found = found.filter(pk__in=Programme.objects.filter(organizations=party).values("pk"))
    return found.distinct()


def may_be_taken_up(match: Match) -> bool:
    """Whether a party may open a deal of it now: once it is approved, or where nobody is there to approve it."""
    if match.state == MatchState.APPROVED:
        return True
    return match.state == MatchState.PROPOSED and match.fits and not reviewing_programmes(match).exists()


def parties_only() -> Forbidden:
    """Return what others than the parties are answered."""
    return Forbidden(_("Only the parties can do this."))


def party_to_trade_for(user: AnyUser, match: Match, *, acting: Membership | None) -> Organization:
    """Return the party that the user may speak for, the one acted for first; `Forbidden` for all others."""
    parties = sorted(
        (match.offer.organization, match.request.organization),
        key=lambda party: acting is None or party.pk != acting.organization_id,
    )
    for party in parties:
        try:
            return get_organization_to_trade(user, party.pk)
        except NotFound:
            continue
    raise parties_only()


def get_match_to_review(user: AnyUser, pk: int) -> Match:
    """Return a match that the user may approve or dismiss; a party sees it, but does not review it."""
    match = get_match(user, pk)
    if not matches_to_review(user).filter(pk=pk).exists():
        raise Forbidden(_("Only a facilitator of a programme of one of the parties reviews matches."))
    return match
