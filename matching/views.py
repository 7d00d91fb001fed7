"""Pages of matches: mine, one, those of a listing, and the facilitator's review."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import current_membership, is_facilitator, signed_in
from accounts.models import Organization, Programme, User
from catalogue.fields import resource_from_text
from catalogue.models import Resource
from catalogue.precedents import precedents_for
from common.errors import AppError, Forbidden, NotFound
from common.pages import query_without
from listings.access import mark_identities, own_listings
from listings.models import Listing
from matching import runs, services
from matching.access import (
    get_match,
    get_match_to_review,
    get_matched_listing,
    matches_of_listing,
    matches_to_review,
    own_matches,
    with_sides,
)
from matching.explain import Explanation, explained, what_if
from matching.forms import AssumptionsForm
from matching.models import DismissReason, Match, MatchState
from matching.near_misses import NearMiss, near_misses

PER_PAGE = 20
LISTINGS_PER_PAGE = 10
SHOWN_PER_LISTING = 3
# A listing's matches come within seconds of its publication; after this the page stops asking.
WATCHED_FOR = timedelta(minutes=2)
STOP_POLLING = 286
# Below this score the best match leaves something to wish for, and what almost fits is shown too.
GOOD_SCORE = 0.5


def _mark(user: Any, matches: Iterable[Match]) -> list[Match]:
    """Return the matches with both listings as the user may see them."""
    marked = list(matches)
    mark_identities(user, [side for match in marked for side in (match.offer, match.request)])
    return marked


def _explain(matches: Iterable[Match]) -> list[Match]:
    """Return the matches with what their numbers rest on, for the templates."""
    shown = list(matches)
    explanations = explained(shown)
    for match in shown:
        match.explanation = explanations[match.pk]  # type: ignore[attr-defined]
    return shown


# --- of a listing -------------------------------------------------------------------------------------------
@require_safe
@login_required
@vary_on_headers("HX-Request")
def listing_matches(request: HttpRequest, pk: int) -> HttpResponse:
    """What fits a listing, for its own and their facilitators: a page, and the part of it that htmx polls."""
    listing = get_matched_listing(request.user, pk)
    found = _explain(_mark(request.user, with_sides(matches_of_listing(request.user, listing))))
    for match in found:
        match.partner = match.other_side(listing)  # type: ignore[attr-defined]  # for the template
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
    mine = own_matches(request.user)
    listings = own_listings(request.user).filter(organization=membership.organization_id)
    matched = (
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
    )
    page = Paginator(matched.select_related("resource", "organization", "site"), LISTINGS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    groups = _grouped(request.user, mark_identities(request.user, page.object_list))
    context = {"page": page, "groups": groups, "has_listings": bool(page) or listings.exists()}
    return render(request, "matching/my_matches.html", context)


def _grouped(user: Any, listings: list[Listing]) -> list[dict[str, Any]]:
    ids = [listing.pk for listing in listings]
    found = with_sides(own_matches(user).filter(Q(offer__in=ids) | Q(request__in=ids)))
    # "approved" comes before "proposed" in the alphabet, as it does here.
    ranked = _mark(user, found.order_by("state", "-score", "distance_km", "pk"))
    groups: list[dict[str, Any]] = []
    for listing in listings:
        own = [match for match in ranked if listing.pk in (match.offer_id, match.request_id)]
        shown = [(match, match.other_side(listing)) for match in own[:SHOWN_PER_LISTING]]
        groups.append({"listing": listing, "matches": shown, "more": max(0, len(own) - SHOWN_PER_LISTING)})
    _explain({match.pk: match for group in groups for match, _partner in group["matches"]}.values())
    return groups


# --- one ----------------------------------------------------------------------------------------------------
@require_safe
@login_required
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Two listings and the bridge between them; ?disposal_price= and the like say what other assumptions would do."""
    [found] = _explain(_mark(request.user, [get_match(request.user, pk)]))
    explanation: Explanation = found.explanation  # type: ignore[attr-defined]
    form = AssumptionsForm(request.GET, explanation=explanation)
    context = {
        "match": found,
        "explanation": explanation,
        "form": form,
        "changed": _changed(found, form),
        "can_review": matches_to_review(request.user).filter(pk=pk).exists(),
        "reasons": DismissReason.choices,
        "precedents": precedents_for(found.offer.resource, found.request.resource),
    }
    return render(request, "matching/match.html", context)


def _changed(match: Match, form: AssumptionsForm) -> Explanation | None:
    """What the match would be with what was typed; None where that is nothing, or cannot be."""
    changes = form.changes() if form.is_valid() else {}
    return what_if(match, changes) if changes else None


# --- the facilitator's --------------------------------------------------------------------------------------
@require_safe
@login_required
def review(request: HttpRequest) -> HttpResponse:
    """The queue by score, to approve or dismiss."""
    if not is_facilitator(request.user):
        raise Forbidden(_("Only facilitators of a programme review matches."))
    programmes = Programme.objects.filter(facilitators=request.user.pk)
    programme = programmes.filter(slug=request.GET.get("programme", "").replace("\0", "")).first()
    state = request.GET.get("state", MatchState.PROPOSED)
    if state not in MatchState.values:
        state = MatchState.PROPOSED
    resource, wrong = _resource(request.GET.get("resource", ""))
    found = _narrowed(matches_to_review(request.user).filter(state=state), programme, resource)
    page = Paginator(with_sides(found).order_by("-score", "distance_km", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    page.object_list = _mark(request.user, page.object_list)
    context = {
        "page": page,
        "query": query_without(request, "page"),
        "programmes": [(p, p == programme) for p in programmes],
        "states": [(code, label, code == state) for code, label in MatchState.choices],
        "state": state,
        "resource": resource.name if resource else request.GET.get("resource", ""),
        "wrong_resource": wrong,
        "filtered": bool(programme or resource),
        "reasons": DismissReason.choices,
        "run": runs.open_run(),
    }
    return render(request, "matching/review.html", context)


def _resource(text: str) -> tuple[Resource | None, str]:
    text = text.replace("\0", "").strip()
    if not text:
        return None, ""
    try:
        return resource_from_text(text), ""
    except ValidationError as error:
        return None, error.messages[0]


def _narrowed(
    matches: QuerySet[Match], programme: Programme | None, resource: Resource | None
) -> QuerySet[Match]:
    if programme:
        members = Organization.objects.filter(programmes=programme)
        matches = matches.filter(Q(offer__organization__in=members) | Q(request__organization__in=members))
    if resource:
        below = Resource.objects.descendants_of(resource)
        matches = matches.filter(Q(offer__resource__in=below) | Q(request__resource__in=below))
    return matches


@require_POST
@login_required
def match_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Introduce the parties."""
    remark = request.POST.get("remark", "")
    return _reviewed(
        request,
        pk,
        lambda user, found: services.approve_match(actor=user, match=found, remark=remark),
        _("Approved: both parties see it now."),
    )


@require_POST
@login_required
def match_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a match out, with its reason."""
    reason, remark = request.POST.get("reason", ""), request.POST.get("remark", "")
    return _reviewed(
        request,
        pk,
        lambda user, found: services.dismiss_match(actor=user, match=found, reason=reason, remark=remark),
        _("Dismissed."),
    )


def _reviewed(request: HttpRequest, pk: int, act: Callable[[User, Match], Match], done: str) -> HttpResponse:
    """Do it; answer htmx with the row as it is now, others with the page they came from."""
    found = get_match_to_review(request.user, pk)
    problem = ""
    try:
        act(signed_in(request), found)
    except (Forbidden, NotFound):
        raise
    except AppError as error:
        problem = " ".join(text for texts in error.fields.values() for text in texts) or error.message
    if request.htmx:  # type: ignore[attr-defined]  # by middleware
        [fresh] = _mark(request.user, [get_match_to_review(request.user, pk)])
        context = {"match": fresh, "reasons": DismissReason.choices, "problem": problem, "done": done}
        return render(request, "matching/_review_row.html", context)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, done)
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("review")
