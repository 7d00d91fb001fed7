"""The synergy room: where two parties and a facilitator carry an idea to its end."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import can_trade, role_in, signed_in
from catalogue.fields import typed
from common.errors import AppError, Forbidden, NotFound, words_of
from matching.models import Match
from trading.access import (
    facilitates_synergy,
    get_synergy,
    get_synergy_file,
    get_synergy_to_act,
    get_synergy_to_facilitate,
    get_synergy_to_work_on,
    synergy_messages,
    visible_agreements,
    visible_bids,
    visible_deliveries,
    visible_files,
    visible_impact,
    visible_tenders,
)
from trading.forms import (
    AttributionForm,
    FileForm,
    LoseForm,
    MessageForm,
    NextStepForm,
    TradingForm,
    VerifyForm,
)
from trading.history import history_of
from trading.ledger import totals, verify_year
from trading.models import Delivery, DeliveryKind, ImpactEntry, ImpactStatus, Metric, Synergy
from trading.states import BIDDING_STAGES, LIVE_BIDS, Stage, TenderState
from trading.synergies import add_file, lose, post_message, set_attribution, set_next_step, show_interest
from trading.turns import turn_of, with_turns
from trading.views.acting import acts_for, as_download, done

LINE = (Stage.IDEA, Stage.DISCUSSION, Stage.NEGOTIATION, Stage.IMPLEMENTATION, Stage.COMPLETED)


@require_safe
@login_required
def synergy(request: HttpRequest, pk: int) -> HttpResponse:
    """All of one synergy."""
    return show_room(request, get_synergy(request.user, pk))


def show_room(
    request: HttpRequest, found: Synergy, *, problem: str = "", status: int = 200, **forms: TradingForm
) -> HttpResponse:
    """Render the room, with forms that were refused instead of empty ones."""
    turn = turn_of(with_turns(Synergy.objects.filter(pk=found.pk)).get())
    context = {
        "synergy": found,
        "problem": problem,
        "turn": turn,
        "stages": _stages(found),
        **_roles(request, found),
        **_bidding(request, found),
        **_delivered(request, found),
        "match": _match(found),
        "talk": synergy_messages(request.user, found),
        "files": visible_files(request.user).filter(synergy=found),
        "totals": totals(visible_impact(request.user).filter(synergy=found)),
        "history": history_of(request.user, found),
        "message_form": MessageForm(),
        "file_form": FileForm(),
        "lose_form": LoseForm(),
        "step_form": NextStepForm(
            initial={"text": found.next_step, "on": found.next_step_on, "by": found.next_step_by}
        ),
        **forms,
    }
    if context["facilitates"]:
        share = {"share_percent": typed(found.attribution * 100), "reason": found.attribution_reason}
        context.setdefault("attribution_form", AttributionForm(initial=share))
        context["years"] = _years_to_verify(found)
    return render(request, "trading/synergy.html", context, status=status)


def _stages(found: Synergy) -> list[dict[str, Any]]:
    reached = LINE.index(Stage(found.stage)) if found.stage in LINE else -1
    return [
        {"label": stage.label, "done": index < reached, "current": index == reached}
        for index, stage in enumerate(LINE)
    ]


def _roles(request: HttpRequest, found: Synergy) -> dict[str, Any]:
    """Return for which side the reader acts, and what that lets them do."""
    acting = acts_for(request)
    parties = sorted((found.supplier_id, found.receiver_id), key=lambda pk: pk != acting)
    own = next((pk for pk in parties if role_in(request.user, pk)), None)
    trades = own is not None and can_trade(request.user, own)
    facilitates = facilitates_synergy(request.user, found)
    side = found.side_of(own) if own is not None else ""
    own_interest = getattr(found, f"{side}_interested_at") if side else None
    return {
        "side": side,
        "own": own,
        "trades": trades,
        "facilitates": facilitates,
        "works": (trades or facilitates) and found.is_live,
        "asks_interest": trades and found.is_live and own_interest is None,
    }


def _bidding(request: HttpRequest, found: Synergy) -> dict[str, Any]:
    bids = list(visible_bids(request.user).filter(synergy=found).select_related("tender"))
    live = next((bid for bid in bids if bid.state in LIVE_BIDS), None)
    tender = (
        visible_tenders(request.user)
        .filter(listing__in=found.listing_ids, state=TenderState.OPEN)
        .order_by("pk")
        .first()
    )
    return {
        "bids": bids,
        "live_bid": live,
        "tender": tender,
        "may_bid": live is None and tender is None and found.stage in BIDDING_STAGES,
        "agreements": list(visible_agreements(request.user).filter(synergy=found).order_by("pk")),
    }


def _delivered(request: HttpRequest, found: Synergy) -> dict[str, Any]:
    deliveries = visible_deliveries(request.user).filter(agreement__synergy=found)
    return {"deliveries": delivery_rows(deliveries.prefetch_related("files"))}


def delivery_rows(deliveries: Iterable[Delivery]) -> list[dict[str, Any]]:
    """Return each planned or actual consignment with its corrections and what it is now; the latest first."""
    corrections: defaultdict[int | None, list[Delivery]] = defaultdict(list)
    rows = list(deliveries)
    for row in rows:
        corrections[row.corrects_id].append(row)
    recorded = {row.reference.lower() for row in rows if row.kind == DeliveryKind.ACTUAL}
    return [
        {
            "delivery": row,
            "corrections": corrections[row.pk],
            "now": row.amount + sum(each.amount for each in corrections[row.pk]),
            "came": row.kind == DeliveryKind.PLANNED and row.reference.lower() in recorded,
        }
        for row in sorted(rows, key=lambda row: (row.happened_on, row.pk), reverse=True)
        if row.corrects_id is None
    ]


def _match(found: Synergy) -> Match | None:
    """Return the match that it began with, or that there is between its listings."""
    matches = Match.objects.filter(offer=found.offer_id, request=found.request_id)
    if found.offer_id is None or found.request_id is None:
        return None
    return matches.select_related("offer__resource", "request__resource").first()


def _years_to_verify(found: Synergy) -> list[int]:
    confirmed = ImpactEntry.objects.filter(
        synergy=found, status=ImpactStatus.CONFIRMED, corrects__isnull=True, corrected_by__isnull=True
    )
    declared = ImpactEntry.objects.filter(
        synergy=found,
        status=ImpactStatus.ESTIMATED,
        metric__in=[Metric.PRIVATE_INVESTMENT, Metric.JOBS],
        corrected_by__isnull=True,
    )
    years = {*confirmed.values_list("year", flat=True), *declared.values_list("year", flat=True)}
    return sorted(years)


def in_room(
    request: HttpRequest, found: Synergy, act: Callable[[], object], said: str, *, to: str = ""
) -> HttpResponse:
    """Do what a button of the room asks; where it is refused, show the room with the reason."""
    try:
        act()
    except (Forbidden, NotFound):
        raise
    except AppError as refusal:
        fresh = get_synergy(request.user, found.pk)
        return show_room(request, fresh, problem=words_of(refusal), status=refusal.status)
    messages.success(request, said)
    return redirect(to) if to else redirect("synergy", found.pk)


# --- what is done in it -------------------------------------------------------------------------------------
@require_POST
@login_required
def synergy_interest(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that my party is interested."""
    found, party = get_synergy_to_act(request.user, pk, acts_for(request))
    return in_room(
        request,
        found,
        lambda: show_interest(actor=signed_in(request), synergy=found, organization=party),
        _("Your interest is noted."),
    )


@require_POST
@login_required
def synergy_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something."""
    found, party = get_synergy_to_work_on(request.user, pk, acts_for(request))
    form = MessageForm(request.POST)
    sent = done(
        request,
        form,
        lambda: post_message(
            actor=signed_in(request), synergy=found, organization=party, text=form.cleaned_data["text"]
        ),
    )
    if sent:
        return redirect(f"{reverse('synergy', args=[pk])}#talk")
    return show_room(request, found, message_form=form)


@require_POST
@login_required
def synergy_file_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a document into the room."""
    found, party = get_synergy_to_work_on(request.user, pk, acts_for(request))
    form = FileForm(request.POST, request.FILES)
    added = done(
        request,
        form,
        lambda: add_file(
            actor=signed_in(request), synergy=found, organization=party, upload=form.cleaned_data["file"]
        ),
    )
    if added:
        messages.success(request, _("%(name)s is in the room.") % {"name": added.name})
        return redirect("synergy", pk)
    return show_room(request, found, file_form=form)


@require_safe
@login_required
def synergy_file(request: HttpRequest, pk: int) -> FileResponse:
    """Hand a document out to who may see it."""
    return as_download(get_synergy_file(request.user, pk))


@require_POST
@login_required
def synergy_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what comes next."""
    found, _party = get_synergy_to_work_on(request.user, pk, acts_for(request))
    form = NextStepForm(request.POST)
    data = form.cleaned_data if form.is_valid() else {}
    step = done(
        request,
        form,
        lambda: set_next_step(
            actor=signed_in(request), synergy=found, text=data["text"], on=data["on"], by=data["by"]
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
    lost = done(request, form, lambda: lose(actor=signed_in(request), synergy=found, **form.cleaned_data))
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
    form = AttributionForm(request.POST)
    changed = done(
        request,
        form,
        lambda: set_attribution(
            actor=signed_in(request), synergy=found, share=form.share(), reason=form.cleaned_data["reason"]
        ),
    )
    if changed:
        messages.success(request, _("Noted. It holds for what is posted from now on."))
        return redirect("synergy", pk)
    return show_room(request, found, attribution_form=form)


@require_POST
@login_required
def synergy_verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Verify the benefit of a year."""
    found = get_synergy_to_facilitate(request.user, pk)
    form = VerifyForm(request.POST)
    if not form.is_valid():
        return show_room(request, found, problem=_("Choose a year."), status=400)
    data = form.cleaned_data
    return in_room(
        request,
        found,
        lambda: verify_year(
            actor=signed_in(request), synergy=found, year=data["year"], remark=data["remark"]
        ),
        _("Verified: the benefit of %(year)s.") % {"year": data["year"]},
    )
