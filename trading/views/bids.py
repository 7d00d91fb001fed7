"""Bids to and fro."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import signed_in
from trading.access import (
    get_bid_to_answer,
    get_bid_to_withdraw,
    get_synergy,
    get_synergy_to_act,
    mark_parties,
)
from trading.forms.bids import BidForm, ReasonForm, first_terms, initial_terms
from trading.models import Synergy
from trading.selectors.synergies import currency_of
from trading.services.bids import accept_bid, counter_bid, decline_bid, place_bid, withdraw_bid
from trading.views.acting import acts_for, done
from trading.views.room import in_room, show_room


def bid_form(
    request: HttpRequest, synergy: Synergy, initial: dict[str, Any], *, sealed: bool = False
) -> BidForm:
    """Return the bid form of a synergy."""
    return BidForm(
        request.POST or None,
        initial=initial,
        resource=synergy.resource,
        is_rate=synergy.is_rate,
        currency=currency_of(synergy),
        sealed=sealed,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def synergy_bid(request: HttpRequest, pk: int) -> HttpResponse:
    """Put terms to the other party."""
    synergy, party = get_synergy_to_act(request.user, pk, acts_for(request))
    listings = [listing for listing in (synergy.offer, synergy.request) if listing]
    last = synergy.bids.filter(tender__isnull=True).last()
    form = bid_form(
        request, synergy, initial_terms(last) if last else first_terms(listings, synergy.resource)
    )
    bid = done(
        request,
        form,
        lambda: place_bid(actor=signed_in(request), synergy=synergy, organization=party, terms=form.terms()),
    )
    if bid:
        messages.success(request, _("Your bid is with the other party."))
        return redirect("synergy", pk)
    context = {"form": form, "synergy": synergy, "side": synergy.side_of(party.pk)}
    return render(request, "trading/bid.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bid_counter(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a bid with other terms."""
    bid = get_bid_to_answer(request.user, pk)
    mark_parties(request.user, [bid.synergy])
    form = bid_form(request, bid.synergy, initial_terms(bid))
    counter = done(request, form, lambda: counter_bid(actor=signed_in(request), bid=bid, terms=form.terms()))
    if counter:
        messages.success(request, _("Your terms are with the other party."))
        return redirect("synergy", bid.synergy_id)
    side = bid.synergy.side_of(bid.synergy.other_than(bid.organization_id))
    context = {"form": form, "synergy": bid.synergy, "side": side, "answered": bid}
    return render(request, "trading/bid.html", context)


@require_POST
@login_required
def bid_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to a bid."""
    bid = get_bid_to_answer(request.user, pk)
    return in_room(
        request,
        get_synergy(request.user, bid.synergy_id),
        lambda: accept_bid(actor=signed_in(request), bid=bid),
        _("Agreed. The quantity is taken off what is left; fill in the transport paper’s data next."),
        to=reverse("synergy", args=[bid.synergy_id]),
    )


@require_POST
@login_required
def bid_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no to a bid."""
    bid = get_bid_to_answer(request.user, pk)
    found = get_synergy(request.user, bid.synergy_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return show_room(request, found, problem=_("The reason is too long."), status=400)
    reason = form.cleaned_data["reason"]
    return in_room(
        request,
        found,
        lambda: decline_bid(actor=signed_in(request), bid=bid, reason=reason),
        _("Declined. Either of you can make another bid."),
    )


@require_POST
@login_required
def bid_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an own bid back."""
    bid = get_bid_to_withdraw(request.user, pk)
    to = reverse("tender", args=[bid.tender_id]) if bid.tender_id else ""
    return in_room(
        request,
        get_synergy(request.user, bid.synergy_id),
        lambda: withdraw_bid(actor=signed_in(request), bid=bid),
        _("Withdrawn."),
        to=to,
    )
