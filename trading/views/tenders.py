"""Tenders: asked for on an own listing, bid in under seal, decided after the deadline."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import can_trade, current_membership, get_organization_to_trade, is_member, signed_in
from common.errors import AppError, Conflict, Forbidden, NotFound, words_of
from listings.access import get_listing_to_trade, mark_identities
from trading.access import bids_of_tender, get_tender, get_tender_to_decide, mark_parties
from trading.forms.bids import BidForm, first_terms, initial_terms
from trading.forms.tenders import AwardForm, TenderForm
from trading.models import LIVE_BIDS, Bid, BidState, Tender, TenderState
from trading.services.tenders import award_tender, cancel_tender, open_tender, place_sealed_bid
from trading.views.acting import done


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def listing_tender(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for sealed bids on a listing of mine."""
    listing = get_listing_to_trade(request.user, pk)
    form = TenderForm(request.POST or None)
    tender = done(
        request,
        form,
        lambda: open_tender(actor=signed_in(request), listing=listing, **form.cleaned_data),
    )
    if tender:
        messages.success(request, _("The tender is open. Bids stay sealed until the deadline."))
        return redirect("tender", tender.pk)
    mark_identities(request.user, [listing])
    return render(request, "trading/tender_form.html", {"form": form, "listing": listing})


@require_safe
@login_required
def tender(request: HttpRequest, pk: int) -> HttpResponse:
    """A tender: what is asked, until when, my bid; after the deadline, to the owner, the ranking."""
    return _show(request, get_tender(request.user, pk))


def _show(
    request: HttpRequest,
    found: Tender,
    *,
    form: AwardForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    membership = current_membership(request)
    acting = membership.organization_id if membership else None
    owner = found.listing.organization_id
    bids = list(bids_of_tender(request.user, found))
    mark_parties(request.user, [bid.synergy for bid in bids])
    mark_identities(request.user, [found.listing])
    live = [bid for bid in bids if bid.state in LIVE_BIDS]
    over = found.deadline <= timezone.now()
    decides = can_trade(request.user, owner)
    open_now = found.state == TenderState.OPEN
    context = {
        "tender": found,
        "listing": found.listing,
        "over": over,
        "is_owner": is_member(request.user, owner),
        "decides": decides and open_now,
        "own_bid": next((bid for bid in live if bid.organization_id == acting), None),
        "may_bid": open_now
        and not over
        and acting is not None
        and acting != owner
        and can_trade(request.user, acting),
        "ranked": [bid for bid in bids if bid.state != BidState.WITHDRAWN] if over else [],
        "problem": problem,
    }
    if over and decides and open_now and live:
        shown = form or AwardForm(bids=live, left=found.listing.left)
        mark_parties(request.user, [bid.synergy for bid in shown.bids])
        context["award_form"] = shown
    return render(request, "trading/tender.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def tender_bid(request: HttpRequest, pk: int) -> HttpResponse:
    """Bid in a tender, or replace my bid."""
    found = get_tender(request.user, pk)
    membership = current_membership(request)
    if membership is None:
        raise NotFound
    organization = get_organization_to_trade(request.user, membership.organization_id)
    if organization.pk == found.listing.organization_id:
        raise Conflict(
            _("This is a listing of your own organization. You cannot trade with yourself."),
            code="own_listing",
        )
    listing = found.listing
    earlier = _own_bid(request, found, organization.pk)
    form = BidForm(
        request.POST or None,
        initial=initial_terms(earlier) if earlier else first_terms([listing], listing.resource),
        resource=listing.resource,
        is_rate=listing.is_rate,
        currency=listing.currency,
        sealed=True,
    )
    bid = done(
        request,
        form,
        lambda: place_sealed_bid(
            actor=signed_in(request), tender=found, organization=organization, terms=form.terms()
        ),
    )
    if bid:
        messages.success(request, _("Your bid is sealed until the deadline."))
        return redirect("tender", pk)
    mark_identities(request.user, [listing])
    context: dict[str, Any] = {"form": form, "tender": found, "listing": listing, "replaces": earlier}
    return render(request, "trading/sealed_bid.html", context)


def _own_bid(request: HttpRequest, found: Tender, organization_id: int) -> Bid | None:
    own = bids_of_tender(request.user, found).filter(organization=organization_id, state__in=LIVE_BIDS)
    return own.first()


@require_POST
@login_required
def tender_award(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide a tender: whole to one, or split."""
    found = get_tender_to_decide(request.user, pk)
    bids = bids_of_tender(request.user, found).filter(state__in=LIVE_BIDS)
    form = AwardForm(request.POST, bids=bids, left=found.listing.left)
    awarded = done(
        request,
        form,
        lambda: award_tender(actor=signed_in(request), tender=found, awards=form.awards()),
    )
    if awarded:
        messages.success(request, _("Awarded. The agreements stand, and all other bids are declined."))
        return redirect("tender", pk)
    problem = " ".join(str(text) for text in form.non_field_errors())
    return _show(request, get_tender(request.user, pk), form=form, problem=problem)


@require_POST
@login_required
def tender_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a tender off."""
    found = get_tender_to_decide(request.user, pk)
    try:
        cancel_tender(actor=signed_in(request), tender=found)
    except (Forbidden, NotFound):
        raise
    except AppError as refusal:
        fresh = get_tender(request.user, pk)
        return _show(request, fresh, problem=words_of(refusal), status=refusal.status)
    messages.success(request, _("The tender is called off; its bids are declined."))
    return redirect("tender", pk)
