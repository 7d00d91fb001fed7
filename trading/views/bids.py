"""Bids to and fro."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import signed_in
from catalogue.called import called
from common.errors import words_of
from common.web.pages import act, posted, submit
from trading.access import (
    get_bid,
    get_bid_to_answer,
    get_bid_to_withdraw,
    get_synergy,
    get_synergy_to_act,
    mark_parties,
)
from trading.forms.bids import BidForm, ReasonForm, first_terms, initial_terms
from trading.models import Bid, Synergy
from trading.selectors.bids import bid_before, taken_by
from trading.selectors.days import days_at
from trading.selectors.synergies import currency_of
from trading.selectors.terms_in_words import changed, left_rows, rows_of
from trading.services.bids import accept_bid, counter_bid, decline_bid, place_bid, withdraw_bid
from trading.views.room import refused_in_room, show_room
from trading.views.shared import Question, acts_for, all_words, ask


def bid_form(
    request: HttpRequest, synergy: Synergy, initial: dict[str, Any], *, sealed: bool = False
) -> BidForm:
    """Return the form with the resource's units and the synergy's currency; `sealed`: as for a tender."""
    return BidForm(
        posted(request),
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
    initial = (
        initial_terms(last) if last else first_terms(listings, synergy.resource, today=days_at(synergy)[1])
    )
    form = bid_form(request, synergy, initial)
    bid = submit(
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
    counter = submit(
        request, form, lambda: counter_bid(actor=signed_in(request), bid=bid, terms=form.terms())
    )
    if counter:
        messages.success(request, _("Your terms are with the other party."))
        return redirect("synergy", bid.synergy_id)
    side = bid.synergy.side_of(bid.synergy.other_than(bid.organization_id))
    context = {"form": form, "synergy": bid.synergy, "side": side, "answered": bid}
    return render(request, "trading/bid.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bid_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a bid binds to, what it changes and what is left after it; then agree to it."""
    bid = get_bid_to_answer(request.user, pk)
    if request.method != "POST":
        return _ask_to_accept(request, bid)
    return act(
        request,
        lambda: accept_bid(actor=signed_in(request), bid=bid),
        _("Agreed. The quantity is taken off what is left; fill in the transport paper’s data next."),
        to=reverse("synergy", args=[bid.synergy_id]),
        refused=lambda refusal: _ask_to_accept(request, bid, words_of(refusal), refusal.status),
    )


def _ask_to_accept(request: HttpRequest, bid: Bid, problem: str = "", status: int = 200) -> HttpResponse:
    synergy = get_synergy(request.user, bid.synergy_id)
    bid = get_bid(request.user, bid.pk)
    if not bid.is_live or bid.tender_id is not None:
        return refused_in_room(
            request, synergy, problem or _("This bid can no longer be answered."), status=max(status, 409)
        )
    before = bid_before(request.user, bid)
    side = synergy.side_of(synergy.other_than(bid.organization_id))
    rows = rows_of(bid, side=side, before=before)
    rows += left_rows(taken_by(synergy, bid))
    question = Question(
        title=_("Accept bid %(number)s") % {"number": bid.number},
        lead=_("%(resource)s, %(supplier)s → %(receiver)s. Accepting binds both parties to these terms.")
        % {
            "resource": called(synergy.resource.name),
            "supplier": synergy.supplier_name,
            "receiver": synergy.receiver_name,
        },
        button=_("Accept: it binds both of you"),
        back=reverse("synergy", args=[synergy.pk]),
        back_label=called(synergy.resource.name),
        rows=rows,
        before=_("Bid %(number)s") % {"number": before.number} if before else "",
        note=_difference_words(len(changed(rows)), before.number) if before else "",
    )
    return ask(request, question, problem=problem, status=status)


def _difference_words(count: int, number: int) -> str:
    if not count:
        return _("No term differs from bid %(number)s.") % {"number": number}
    words = ngettext(
        "%(count)d term differs from bid %(number)s.", "%(count)d terms differ from bid %(number)s.", count
    )
    return words % {"count": count, "number": number}


@require_POST
@login_required
def bid_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no to a bid."""
    bid = get_bid_to_answer(request.user, pk)
    found = get_synergy(request.user, bid.synergy_id)
    form = ReasonForm(request.POST)
    declined = submit(
        request,
        form,
        lambda: decline_bid(actor=signed_in(request), bid=bid, reason=form.cleaned_data["reason"]),
    )
    if declined:
        messages.success(request, _("Declined. Either of you can make another bid."))
        return redirect("synergy", found.pk)
    return show_room(request, found, problem=all_words(form))


@require_POST
@login_required
def bid_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an own bid back."""
    bid = get_bid_to_withdraw(request.user, pk)
    found = get_synergy(request.user, bid.synergy_id)
    sealed_in = bid.tender_id
    return act(
        request,
        lambda: withdraw_bid(actor=signed_in(request), bid=bid),
        _("Withdrawn."),
        to=reverse("tender", args=[sealed_in]) if sealed_in else reverse("synergy", args=[found.pk]),
        refused=lambda refusal: refused_in_room(request, found, words_of(refusal), status=refusal.status),
    )
