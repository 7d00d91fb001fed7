"""The synergy room: where two parties and a facilitator carry an idea to its end."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import can_trade, role_in
from common.web.forms import AppForm
from trading.access import (
    facilitates_synergy,
    get_synergy,
    visible_agreements,
    visible_bids,
    visible_deliveries,
    visible_files,
    visible_tenders,
)
from trading.forms.messages import FileForm, MessageForm
from trading.forms.synergies import AttributionForm, LoseForm, NextStepForm
from trading.models import BIDDING_STAGES, LIVE_BIDS, Stage, Synergy, TenderState
from trading.selectors.agreements import expected_days
from trading.selectors.bids import with_before
from trading.selectors.deliveries import delivery_rows
from trading.selectors.history import history_of
from trading.selectors.impact import ledger_for, totals, years_to_verify
from trading.selectors.synergies import match_of, next_step_of, synergy_messages
from trading.selectors.turns import turn_of, with_turns
from trading.views.shared import acts_for

LINE = (Stage.IDEA, Stage.DISCUSSION, Stage.NEGOTIATION, Stage.IMPLEMENTATION, Stage.COMPLETED)


@require_safe
@login_required
def synergy(request: HttpRequest, pk: int) -> HttpResponse:
    """The room of a synergy: terms, bids, agreements, deliveries, messages and files."""
    return show_room(request, get_synergy(request.user, pk))


def show_room(
    request: HttpRequest, found: Synergy, *, problem: str = "", status: int = 200, **forms: AppForm
) -> HttpResponse:
    """Render the room, with forms that were refused instead of empty ones."""
    bidding = _bidding(request, found)
    turn = turn_of(with_turns(Synergy.objects.filter(pk=found.pk)).get())
    context = {
        "synergy": found,
        "problem": problem,
        "turn": turn,
        "stages": _stages(found),
        **_roles(request, found),
        **bidding,
        "expected_days": expected_days(bidding["agreements"]),
        **_delivered(request, found),
        "match": match_of(found),
        "talk": synergy_messages(request.user, found),
        "files": visible_files(request.user).filter(synergy=found),
        "totals": totals(ledger_for(request.user).filter(synergy=found)),
        "history": history_of(request.user, found),
        "message_form": MessageForm(),
        "file_form": FileForm(),
        "lose_form": LoseForm(),
        "step_form": NextStepForm(current=next_step_of(found)),
        **forms,
    }
    if context["facilitates"]:
        context.setdefault("attribution_form", AttributionForm.of(found))
        context["years"] = years_to_verify(found)
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
        # What can be answered comes first, then the newest; the page folds what is behind it.
        "bids": sorted(with_before(found, bids), key=lambda bid: (bid.state not in LIVE_BIDS, -bid.number)),
        "live_bid": live,
        "tender": tender,
        "may_bid": live is None and tender is None and found.stage in BIDDING_STAGES,
        "agreements": list(visible_agreements(request.user).filter(synergy=found).order_by("pk")),
    }


def _delivered(request: HttpRequest, found: Synergy) -> dict[str, Any]:
    deliveries = visible_deliveries(request.user).filter(agreement__synergy=found)
    return {"deliveries": delivery_rows(deliveries.prefetch_related("files"))}


def refused_in_room(request: HttpRequest, found: Synergy, problem: str, *, status: int = 409) -> HttpResponse:
    """Show the room as it is now, with why something was refused in it."""
    return show_room(request, get_synergy(request.user, found.pk), problem=problem, status=status)
