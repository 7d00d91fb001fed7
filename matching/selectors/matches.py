"""Matches with what their pages show."""

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Max, Q, QuerySet

from accounts.access import AnyUser
from listings.access import mark_identities
from listings.models import Listing
from listings.selectors.files import mark_pictures
from matching.access import own_matches, with_sides
from matching.models import Match, MatchState
from matching.selectors.explanations.explain import explained

SHOWN_PER_LISTING: Final = 3


def mark_sides(user: AnyUser, matches: Iterable[Match]) -> list[Match]:
    """Return the matches with both listings as the user may see them."""
    marked = list(matches)
    mark_identities(user, [side for match in marked for side in (match.offer, match.request)])
    return marked


def with_explanations(matches: Iterable[Match]) -> list[Match]:
    """Return the matches with what their numbers rest on, for the templates."""
    shown = list(matches)
    explanations = explained(shown)
    for match in shown:
        match.explanation = explanations[match.pk]  # type: ignore[attr-defined]
    return shown


def matched_listings(user: AnyUser, listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """Return those of the user's listings that have matches, with an approved one first, then by their best."""
    mine = own_matches(user)
    return (
        listings.filter(Q(matches_as_offer__in=mine) | Q(matches_as_request__in=mine))
        .annotate(
            best_offered=Max("matches_as_offer__score", filter=Q(matches_as_offer__in=mine)),
            best_sought=Max("matches_as_request__score", filter=Q(matches_as_request__in=mine)),
            approved=Max(
                "pk",
                filter=Q(matches_as_offer__state=MatchState.APPROVED)
                | Q(matches_as_request__state=MatchState.APPROVED),
            ),
        )
        .order_by("approved", "-best_offered", "-best_sought", "pk")
        .select_related("resource", "organization", "site")
    )


def grouped_matches(user: AnyUser, listings: list[Listing]) -> list[dict[str, Any]]:
    """Return for each listing its best matches with the partners, explained, and how many more there are."""
    ids = [listing.pk for listing in listings]
    found = with_sides(own_matches(user).filter(Q(offer__in=ids) | Q(request__in=ids)))
    # "approved" comes before "proposed" in the alphabet, as it does here.
    ranked = mark_sides(user, found.order_by("state", "-score", "distance_km", "pk"))
    groups: list[dict[str, Any]] = []
    for listing in listings:
        own = [match for match in ranked if listing.pk in (match.offer_id, match.request_id)]
        shown = [(match, match.other_side(listing)) for match in own[:SHOWN_PER_LISTING]]
        groups.append({"listing": listing, "matches": shown, "more": max(0, len(own) - SHOWN_PER_LISTING)})
    mark_pictures([*listings, *(partner for group in groups for _match, partner in group["matches"])])
    with_explanations({match.pk: match for group in groups for match, _partner in group["matches"]}.values())
    return groups
