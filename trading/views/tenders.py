"""Tenders: asked for on an own listing, bid in under seal, decided after the deadline."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import can_trade, current_membership, get_organization_to_trade, is_member, signed_in
from accounts.selectors.timezones import today_at
from common.errors import Conflict, NotFound, words_of
from common.reading.numbers import typed
from common.web.pages import act, posted, rehearse, submit
from listings.access import get_listing_to_trade, mark_identities
from listings.selectors.files import mark_pictures
from trading.access import get_tender, get_tender_to_decide, mark_parties
from trading.forms.bids import BidForm, first_terms, initial_terms
from trading.forms.tenders import AwardForm, TenderForm
from trading.models import LIVE_BIDS, Bid, BidState, Tender, TenderState
from trading.selectors.bids import bids_of_tender, taken_of
from trading.selectors.terms_in_words import TermRow, award_words, left_rows
from trading.services.tenders import award_tender, cancel_tender, open_tender, place_sealed_bid
from trading.views.shared import Question, ask


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def listing_tender(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for sealed bids on a listing of mine."""
    listing = get_listing_to_trade(request.user, pk)
    form = TenderForm(posted(request))
    tender = submit(
        request,
        form,
        lambda: open_tender(actor=signed_in(request), listing=listing, **form.cleaned_data),
    )
    if tender:
        messages.success(request, _("The tender is open. Bids stay sealed until the deadline."))
        return redirect("tender", tender.pk)
    mark_pictures(mark_identities(request.user, [listing]))
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
    today = today_at(listing.site)
    form = BidForm(
        posted(request),
        initial=initial_terms(earlier) if earlier else first_terms([listing], listing.resource, today=today),
        resource=listing.resource,
        is_rate=listing.is_rate,
        currency=listing.currency,
        sealed=True,
    )
    bid = submit(
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
    """Show what an award binds to; asked once more, decide the tender: whole to one, or split."""
    found = get_tender_to_decide(request.user, pk)
    bids = bids_of_tender(request.user, found).filter(state__in=LIVE_BIDS)
    form = AwardForm(request.POST, bids=bids, left=found.listing.left)
    binds = "binding" in request.POST
    awarded = (submit if binds else rehearse)(
        request,
        form,
        lambda: award_tender(actor=signed_in(request), tender=found, awards=form.awards()),
    )
    if awarded and not binds:
        return _ask_to_award(request, found, form)
    if awarded:
        messages.success(request, _("Awarded. The agreements stand, and all other bids are declined."))
        return redirect("tender", pk)
    problem = " ".join(str(text) for text in form.non_field_errors())
    return _show(request, get_tender(request.user, pk), form=form, problem=problem)


def _ask_to_award(request: HttpRequest, found: Tender, form: AwardForm) -> HttpResponse:
    mark_parties(request.user, [bid.synergy for bid in form.bids])
    awards = form.awards()
    rows = []
    for bid in form.bids:
        bidder = (
            bid.synergy.supplier_name
            if bid.organization_id == bid.synergy.supplier_id
            else bid.synergy.receiver_name
        )
        if bid.pk in awards:
            rows.append(TermRow(f"bid-{bid.pk}", bidder, *award_words(bid, awards[bid.pk])))
        else:
            rows.append(TermRow(f"bid-{bid.pk}", bidder, _("declined")))
    rows += left_rows([(found.listing, taken_of(found, form.bids, awards))])
    question = Question(
        title=_("Award the tender"),
        lead=_("Each award is an agreement that binds you and the bidder; all other bids are declined."),
        button=_("Award: it binds"),
        back=reverse("tender", args=[found.pk]),
        back_label=_("Tender %(number)s") % {"number": found.pk},
        rows=rows,
        fields={"binding": "1"} | {f"bid-{pk}": typed(amount) for pk, amount in awards.items()},
        to=reverse("tender_award", args=[found.pk]),
    )
    return ask(request, question)


@require_POST
@login_required
def tender_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a tender off."""
    found = get_tender_to_decide(request.user, pk)
    return act(
        request,
        lambda: cancel_tender(actor=signed_in(request), tender=found),
        _("The tender is called off; its bids are declined."),
        to=reverse("tender", args=[pk]),
        refused=lambda refusal: _show(
            request, get_tender(request.user, pk), problem=words_of(refusal), status=refusal.status
        ),
    )
