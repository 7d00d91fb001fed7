"""Pages of matches: mine, one, and those of a listing."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import current_membership, is_facilitator
from catalogue.precedents.selectors import precedents_for
from listings.access import mark_identities, own_listings
from listings.selectors.files import mark_pictures
from listings.selectors.law import strip_of, verdict_of
from listings.views.maps import place_of
from matching.access import (
    get_match,
    get_matched_listing,
    matches_of_listing,
    matches_to_review,
    with_sides,
)
from matching.forms.explanations import AssumptionsForm
from matching.forms.reviews import DismissalForm
from matching.models import Match, MatchState
from matching.selectors.explanations.explain import explained_by_road, what_if
from matching.selectors.explanations.explanation import Explanation
from matching.selectors.matches import grouped_matches, mark_sides, matched_listings, with_explanations
from matching.selectors.near_misses.near_miss import NearMiss
from matching.selectors.near_misses.search import near_misses
from matching.selectors.waiting import waiting_for_review

LISTINGS_PER_PAGE = 10
# A listing's matches come within seconds of its publication; after this the page stops asking.
WATCHED_FOR = timedelta(minutes=2)
STOP_POLLING = 286
# Below this score the best match leaves something to wish for, and what almost fits is shown too.
GOOD_SCORE = 0.5


# --- of a listing -------------------------------------------------------------------------------------------
@require_safe
@login_required
@vary_on_headers("HX-Request")
def listing_matches(request: HttpRequest, pk: int) -> HttpResponse:
    """What fits a listing, for its own and their facilitators: a page, and the part of it that htmx polls."""
    listing = get_matched_listing(request.user, pk)
    found = with_explanations(mark_sides(request.user, with_sides(matches_of_listing(request.user, listing))))
    for match in found:
        match.partner = match.other_side(listing)  # type: ignore[attr-defined]  # for the template
    mark_pictures(match.other_side(listing) for match in found)
    fitting = any(match.score >= GOOD_SCORE for match in found)
    misses = [] if fitting else near_misses(request.user, listing)
    watched = listing.changed_at > timezone.now() - WATCHED_FOR
    context = {
        "listing": mark_identities(request.user, [listing])[0],
        "matches": found,
        "misses": misses,
        "watched": watched,
        "said": _said(len(found)),
    }
    if not request.htmx:  # type: ignore[attr-defined]  # by middleware
        return render(request, "matching/listing_matches.html", context)
    status = 200 if watched else STOP_POLLING
    response = render(request, "matching/_listing_matches.html", context, status=status)
    response["X-Version"] = _version(found, misses, watched)
    return response


def _said(count: int) -> str:
    return ngettext("%(count)d match found", "%(count)d matches found", count) % {"count": count}


def _version(matches: Iterable[Match], misses: Iterable[NearMiss], watched: bool) -> str:
    """Return a digest of what is shown, so that the page is replaced only when something changed."""
    shown = [(match.pk, match.state, match.computed_at.isoformat()) for match in matches]
    almost = [(miss.listing.pk, miss.words, miss.score) for miss in misses]
    return hashlib.sha256(repr((shown, almost, watched)).encode()).hexdigest()[:16]


# --- mine ---------------------------------------------------------------------------------------------------
@require_safe
@login_required
def my_matches(request: HttpRequest) -> HttpResponse:
    """What fits the listings of my organization, by listing, the approved first."""
    membership = current_membership(request)
    if membership is None and is_facilitator(request.user):
        return redirect("review")
    if membership is None:
        return redirect("organization_new")
    listings = own_listings(request.user).filter(organization=membership.organization_id)
    page = Paginator(matched_listings(request.user, listings), LISTINGS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    groups = grouped_matches(request.user, mark_identities(request.user, page.object_list))
    context = {"page": page, "groups": groups, "has_listings": bool(page) or listings.exists()}
    return render(request, "matching/my_matches.html", context)


# --- one ----------------------------------------------------------------------------------------------------
@require_safe
@login_required
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Two listings and the bridge between them; ?disposal_low= and the like say what other assumptions would do."""
    [found] = mark_sides(request.user, [get_match(request.user, pk)])
    mark_pictures((found.offer, found.request))
    explanation = found.explanation = explained_by_road(found)  # type: ignore[attr-defined]  # for the template
    can_review = matches_to_review(request.user).filter(pk=pk).exists()
    form = AssumptionsForm(request.GET, explanation=explanation)
    context = {
        "match": found,
        "explanation": explanation,
        "form": form,
        "changed": _changed(found, form),
        "can_review": can_review,
        "dismissal": DismissalForm(match_id=pk),
        "waiting": waiting_for_review(request.user, found),
        "route": _route(found),
        "precedents": precedents_for(found.offer.resource, found.request.resource),
        "strip": strip_of(verdict_of(found.offer, found.request, delivered=_delivered(explanation))),
    }
    return render(request, "matching/match.html", context)


def _route(match: Match) -> dict[str, Any] | None:
    """Return both ends and the way between them for a map, at their public places; None for one spot."""
    offer, request = match.offer, match.request
    ends = [[side.latitude, side.longitude] for side in (offer, request)]
    if ends[0] == ends[1]:
        return None
    points = [
        place_of(
            side,
            text=f"{side.party_name} · {side.party_place}",
            url=reverse("listing", args=[side.pk]) if side.opens else "",
        )
        for side in (offer, request)
    ]
    flow = {
        "from": ends[0],
        "to": ends[1],
        "kind": offer.resource.kind,
        "name": f"{offer.name} → {request.name}",
        "text": "",
        "settled": match.state == MatchState.APPROVED,
    }
    return {"points": points, "flows": [flow]}


def _delivered(explanation: Explanation) -> str:
    """Return the slug of what arrives; empty where it is the offer itself, as where it stands in for something."""
    made = [step.output_slug for step in explanation.pathway if step.kind != "substitution"]
    return made[-1] if made else ""


def _changed(match: Match, form: AssumptionsForm) -> Explanation | None:
    """What the match would be with what was typed; None where that is nothing, or cannot be."""
    changes = form.changes() if form.is_valid() else {}
    return what_if(match, changes) if changes else None
