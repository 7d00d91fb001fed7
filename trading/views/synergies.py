"""My deals: how one is opened, moved along and given up."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import (
    current_membership,
    get_organization_to_trade,
    has_members,
    is_facilitator,
    signed_in,
)
from accounts.models import Organization
from common.errors import Forbidden, words_of
from common.web.forms import AppForm
from common.web.pages import act, posted, query_without, submit
from listings.access import get_listing, mark_identities
from listings.selectors.files import mark_pictures
from matching.access import get_match, party_to_trade_for
from trading.access import (
    get_synergy_to_act,
    get_synergy_to_facilitate,
    get_synergy_to_work_on,
    mark_parties,
    own_synergies,
    visible_agreements,
    visible_bids,
    visible_synergies,
    with_parties,
)
from trading.forms.synergies import AttributionForm, EnquiryForm, LoseForm, NextStepForm, PairForm
from trading.models import LIVE_BIDS, LIVE_STAGES, Agreement, AgreementState, Bid, Stage, Synergy
from trading.selectors.days import step_overdue
from trading.selectors.synergies import next_step_of
from trading.selectors.turns import (
    MINE,
    RUNNING,
    STALE_AFTER,
    THEIRS,
    in_order_for,
    in_order_for_facilitator,
    turn_of,
    with_turns,
)
from trading.services.synergies import (
    lose,
    open_synergy_by_enquiry,
    open_synergy_by_facilitator,
    open_synergy_from_match,
    set_attribution,
    set_next_step,
    show_interest,
)
from trading.views.room import refused_in_room, show_room
from trading.views.shared import acts_for, all_words

PER_PAGE = 25


# --- my deals -----------------------------------------------------------------------------------------------
@require_safe
@login_required
def my_deals(request: HttpRequest) -> HttpResponse:
    """Every deal of my organization, or that I facilitate: what waits for me, for others, for nobody; ?show=ended."""
    membership = current_membership(request)
    facilitates = is_facilitator(request.user)
    if membership is None and not facilitates:
        return redirect("organization_new")
    as_facilitator = membership is None or (facilitates and request.GET.get("as") == "facilitator")
    organization = None if as_facilitator or membership is None else membership.organization
    ended = request.GET.get("show") == "ended"
    found = _mine(request, organization)
    live = found.filter(stage__in=LIVE_STAGES)
    shown = found.exclude(stage__in=LIVE_STAGES).order_by("-stage_changed_at", "-pk") if ended else live
    if not ended:
        shown = with_turns(shown)
        shown = in_order_for(shown, organization) if organization else in_order_for_facilitator(shown)
    page = Paginator(with_parties(shown), PER_PAGE).get_page(request.GET.get("page"))
    rows = _rows(request, list(page.object_list), organization)
    context = {
        "page": page,
        "groups": [
            (place, [row for row in rows if row["place"] == place]) for place in (MINE, THEIRS, RUNNING)
        ],
        "rows": rows,
        "ended": ended,
        "as_facilitator": as_facilitator,
        "both_roles": membership is not None and facilitates,
        "query": query_without(request, "page"),
        "organization": organization,
    }
    return render(request, "trading/my_deals.html", context)


def _mine(request: HttpRequest, organization: Organization | None) -> QuerySet[Synergy]:
    own = own_synergies(request.user)
    if organization is None:
        return visible_synergies(request.user).exclude(pk__in=own.values("pk"))
    return own.filter(Q(supplier=organization) | Q(receiver=organization))


def _rows(
    request: HttpRequest, synergies: list[Synergy], organization: Organization | None
) -> list[dict[str, Any]]:
    ids = [synergy.pk for synergy in synergies]
    bids = {
        bid.synergy_id: bid
        for bid in visible_bids(request.user).filter(synergy__in=ids, state__in=LIVE_BIDS).order_by("pk")
    }
    agreements = {
        agreement.synergy_id: agreement
        for agreement in visible_agreements(request.user)
        .filter(synergy__in=ids)
        .exclude(state=AgreementState.CANCELLED)
        .order_by("pk")
    }
    stale_before = timezone.now() - STALE_AFTER
    return [
        _row(synergy, organization, bids.get(synergy.pk), agreements.get(synergy.pk))
        | {"stale": synergy.is_live and synergy.acted_at < stale_before}
        for synergy in mark_parties(request.user, synergies)
    ]


def _row(
    synergy: Synergy, organization: Organization | None, bid: Bid | None, agreement: Agreement | None
) -> dict[str, Any]:
    side = synergy.side_of(organization.pk) if organization else ""
    if bid is not None:
        bid.synergy = synergy
    return {
        "synergy": synergy,
        "side": side,
        "turn": turn_of(synergy),
        "place": getattr(synergy, "place", RUNNING),
        "bid": bid,
        "agreement": agreement,
        "overdue": step_overdue(synergy),
    }


# --- opening ------------------------------------------------------------------------------------------------
@require_POST
@login_required
def match_interest(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that my organization is interested in an approved match."""
    match = get_match(request.user, pk)
    organization = party_to_trade_for(request.user, match, acting=current_membership(request))
    form = AppForm(posted(request))
    synergy = submit(
        request,
        form,
        lambda: open_synergy_from_match(actor=signed_in(request), match=match, organization=organization),
    )
    if synergy is None:
        messages.error(request, all_words(form))
        return redirect("match", pk)
    messages.success(request, _welcome(synergy))
    return redirect("synergy", synergy.pk)


def _welcome(synergy: Synergy) -> str:
    if synergy.stage == Stage.DISCUSSION:
        return _("Both of you are interested: you know each other now. Talk, or make a bid.")
    return _("Your interest is noted. Once the other party shows theirs, you learn who the other is.")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def listing_enquire(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the owner of a listing."""
    listing = get_listing(request.user, pk)
    membership = current_membership(request)
    if membership is None:
        messages.info(request, _("First tell us which organization you ask for."))
        return redirect("organization_new")
    organization = get_organization_to_trade(request.user, membership.organization_id)
    if not has_members(listing.organization_id):
        messages.error(
            request,
            _(
                "Nobody acts for this organization here yet, so nobody could answer. Ask a facilitator to invite it."
            ),
        )
        return redirect("listing", pk)
    form = EnquiryForm(
        posted(request),
        listing=listing,
        organization=organization,
        initial={"own_listing": request.GET.get("own")},
    )
    synergy = submit(
        request,
        form,
        lambda: open_synergy_by_enquiry(
            actor=signed_in(request),
            listing=listing,
            organization=organization,
            text=form.cleaned_data["text"],
            own_listing=form.own(),
        ),
    )
    if synergy:
        messages.success(request, _welcome(synergy))
        return redirect("synergy", synergy.pk)
    mark_pictures(mark_identities(request.user, [listing]))
    return render(request, "trading/enquire.html", {"form": form, "listing": listing})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def synergy_new(request: HttpRequest) -> HttpResponse:
    """Bring two sites together as a facilitator; ?offer= and ?request= name their listings."""
    if not is_facilitator(request.user):
        raise Forbidden(_("Only facilitators of a programme bring others together."))
    initial = {name: request.GET[name] for name in ("offer", "request") if name in request.GET}
    form = PairForm(posted(request), user=signed_in(request), initial=initial)
    synergy = submit(request, form, lambda: _opened(request, form))
    if synergy:
        messages.success(request, _("Opened. Both parties are asked whether they are interested."))
        return redirect("synergy", synergy.pk)
    shown = [listing for listing in (form.named_offer, form.named_request) if listing]
    mark_pictures(mark_identities(request.user, shown))
    return render(
        request,
        "trading/pair.html",
        {"form": form, "offer": form.named_offer, "request_side": form.named_request},
    )


def _opened(request: HttpRequest, form: PairForm) -> Synergy:
    data = form.cleaned_data
    return open_synergy_by_facilitator(
        actor=signed_in(request),
        supplier_site=data["supplier_site"],
        receiver_site=data["receiver_site"],
        resource=data["resource"],
        offer=form.named_offer,
        request=form.named_request,
        is_rate=not data["is_lot"],
    )


# --- moving along ------------------------------------------------------------------------------------------
@require_POST
@login_required
def synergy_interest(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that my party is interested."""
    found, party = get_synergy_to_act(request.user, pk, acts_for(request))
    return act(
        request,
        lambda: show_interest(actor=signed_in(request), synergy=found, organization=party),
        _("Your interest is noted."),
        to=reverse("synergy", args=[pk]),
        refused=lambda refusal: refused_in_room(request, found, words_of(refusal), status=refusal.status),
    )


@require_POST
@login_required
def synergy_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what comes next."""
    found, _party = get_synergy_to_work_on(request.user, pk, acts_for(request))
    form = NextStepForm(request.POST, current=next_step_of(found))
    step = submit(
        request,
        form,
        lambda: set_next_step(
            actor=signed_in(request), synergy=found, seen=form.seen_version, **form.cleaned_data
        ),
    )
    if step:
        messages.success(request, _("Noted."))
        return redirect("synergy", pk)
    return show_room(request, found, step_form=form)


@require_POST
@login_required
def synergy_lose(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it up, with a reason."""
    found, _party = get_synergy_to_work_on(request.user, pk, acts_for(request))
    form = LoseForm(request.POST)
    lost = submit(request, form, lambda: lose(actor=signed_in(request), synergy=found, **form.cleaned_data))
    if lost:
        messages.success(request, _("Given up. What was said and agreed stays readable."))
        return redirect("synergy", pk)
    return show_room(request, found, lose_form=form)


# --- the facilitator's --------------------------------------------------------------------------------------
@require_POST
@login_required
def synergy_attribution(request: HttpRequest, pk: int) -> HttpResponse:
    """Set which share of the benefit the network explains."""
    found = get_synergy_to_facilitate(request.user, pk)
    form = AttributionForm.of(found, request.POST)
    changed = submit(
        request,
        form,
        lambda: set_attribution(
            actor=signed_in(request),
            synergy=found,
            share=form.share(),
            reason=form.cleaned_data["reason"],
            seen=form.seen_version,
        ),
    )
    if changed:
        messages.success(request, _("Noted. It holds for what is posted from now on."))
        return redirect("synergy", pk)
    return show_room(request, found, attribution_form=form)
