"""Agreements: their terms, their papers, and how they end."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import can_trade, role_in, signed_in
from catalogue.models import EwcCode
from common.errors import AppError, Forbidden, NotFound, words_of
from trading.access import (
    get_agreement,
    get_agreement_to_act,
    get_synergy,
    visible_deliveries,
    visible_impact,
)
from trading.forms.agreements import PapersForm
from trading.models import Agreement
from trading.selectors.agreement_pdf import agreement_pdf
from trading.selectors.deliveries import delivered, delivery_rows
from trading.selectors.impact import totals
from trading.services.agreements import ask_cancel, complete_agreement, set_papers
from trading.views.acting import acts_for, done


@require_safe
@login_required
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """What was agreed, and what came of it."""
    return _show(request, get_agreement(request.user, pk))


def _show(request: HttpRequest, found: Agreement, *, problem: str = "", status: int = 200) -> HttpResponse:
    deliveries = visible_deliveries(request.user).filter(agreement=found).prefetch_related("files")
    context = {
        "agreement": found,
        "synergy": get_synergy(request.user, found.synergy_id),
        "problem": problem,
        "deliveries": delivery_rows(deliveries),
        "delivered": delivered(found),
        "totals": totals(visible_impact(request.user).filter(agreement=found)),
        "ewc": EwcCode.objects.filter(code=found.ewc_code).first() if found.ewc_code else None,
        **_roles(request, found),
    }
    return render(request, "trading/agreement.html", context, status=status)


def _roles(request: HttpRequest, found: Agreement) -> dict[str, Any]:
    acting = acts_for(request)
    parties = sorted((found.supplier_id, found.receiver_id), key=lambda pk: pk != acting)
    own = next((pk for pk in parties if role_in(request.user, pk)), None)
    side = "" if own is None else "supplier" if own == found.supplier_id else "receiver"
    asked = getattr(found, f"cancel_asked_by_{side}_at") if side else None
    return {
        "side": side,
        "own": own,
        "trades": own is not None and can_trade(request.user, own),
        "asked_to_cancel": asked is not None,
    }


def on_page(request: HttpRequest, found: Agreement, act: Callable[[], object], said: str) -> HttpResponse:
    """Do what a button of the page asks; where it is refused, show the page with the reason."""
    try:
        act()
    except (Forbidden, NotFound):
        raise
    except AppError as refusal:
        fresh = get_agreement(request.user, found.pk)
        return _show(request, fresh, problem=words_of(refusal), status=refusal.status)
    messages.success(request, said)
    return redirect("agreement", found.pk)


@require_safe
@login_required
def agreement_summary(request: HttpRequest, pk: int) -> HttpResponse:
    """The agreement on paper."""
    found = get_agreement(request.user, pk)
    synergy = get_synergy(request.user, found.synergy_id)
    response = HttpResponse(agreement_pdf(found, synergy), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="loopyard-agreement-{found.pk}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def agreement_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in what the transport paper needs."""
    found, _party = get_agreement_to_act(request.user, pk, acts_for(request))
    form = PapersForm(request.POST or None, agreement=found)
    changed = done(
        request,
        form,
        lambda: set_papers(actor=signed_in(request), agreement=found, papers=form.papers()),
    )
    if changed:
        messages.success(request, _("Saved."))
        return redirect("agreement", pk)
    return render(request, "trading/papers.html", {"form": form, "agreement": found})


@require_POST
@login_required
def agreement_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to cancel, or agree to."""
    found, party = get_agreement_to_act(request.user, pk, acts_for(request))
    said = (
        _("Cancelled. Its quantity is free again.")
        if found.cancel_asked_by
        else _("Asked. It is cancelled once the other party agrees.")
    )
    return on_page(
        request,
        found,
        lambda: ask_cancel(actor=signed_in(request), agreement=found, organization=party),
        said,
    )


@require_POST
@login_required
def agreement_complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it is fulfilled."""
    found, _party = get_agreement_to_act(request.user, pk, acts_for(request))
    return on_page(
        request,
        found,
        lambda: complete_agreement(actor=signed_in(request), agreement=found),
        _("Completed."),
    )
