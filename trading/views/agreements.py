"""Agreements: their terms, their papers, and how they end."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import can_trade, role_in, signed_in
from catalogue.called import called
from catalogue.law.shipments import Procedure
from catalogue.models import EwcCode
from common.errors import AppError, NotFound, words_of
from common.templatetags.loopyard import exact
from common.web.pages import act, posted, submit
from listings.selectors.law import strip_of
from trading.access import (
    get_agreement,
    get_agreement_to_act,
    get_agreement_to_print,
    get_synergy,
    visible_deliveries,
)
from trading.forms.agreements import PapersForm
from trading.models import Agreement, Synergy
from trading.selectors.agreements import expected_days
from trading.selectors.deliveries import delivered, delivery_rows
from trading.selectors.impact import ledger_for, totals
from trading.selectors.papers.agreement import agreement_pdf
from trading.selectors.papers.shipment import (
    annex_vii_pdf,
    needs_transfer_note,
    transfer_note_pdf,
    verdict_of_agreement,
)
from trading.selectors.terms_in_words import TermRow, rows_of
from trading.services.agreements import ask_cancel, complete_agreement, set_papers
from trading.views.shared import Question, acts_for, ask


@require_safe
@login_required
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """What was agreed, and what came of it."""
    return show_agreement(request, get_agreement(request.user, pk))


def show_agreement(
    request: HttpRequest, found: Agreement, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """Show what was agreed, and what came of it."""
    deliveries = visible_deliveries(request.user).filter(agreement=found).prefetch_related("files")
    synergy = get_synergy(request.user, found.synergy_id)
    context = {
        "agreement": found,
        "synergy": synergy,
        "problem": problem,
        "deliveries": delivery_rows(deliveries),
        "delivered": delivered(found),
        "totals": totals(ledger_for(request.user).filter(agreement=found)),
        "expected_days": expected_days([found]),
        "ewc": EwcCode.objects.filter(code=found.ewc_code).first() if found.ewc_code else None,
        **_law(found, synergy),
        **_roles(request, found),
    }
    return render(request, "trading/agreement.html", context, status=status)


def _law(found: Agreement, synergy: Synergy) -> dict[str, Any]:
    """What the law says, for who knows both parties."""
    if not (synergy.supplier_known and synergy.receiver_known):
        return {"strip": None}
    verdict = verdict_of_agreement(found, synergy)
    return {
        "strip": verdict and strip_of(verdict),
        "needs_transfer_note": needs_transfer_note(synergy),
    }


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


def refused_on_page(request: HttpRequest, found: Agreement, refusal: AppError) -> HttpResponse:
    """Show the agreement as it is now, with why something was refused."""
    fresh = get_agreement(request.user, found.pk)
    return show_agreement(request, fresh, problem=words_of(refusal), status=refusal.status)


@require_safe
@login_required
def agreement_summary(request: HttpRequest, pk: int) -> HttpResponse:
    """The agreement as a PDF, which no cache keeps."""
    found, synergy = get_agreement_to_print(request.user, pk)
    return _paper(agreement_pdf(found, synergy), f"loopyard-agreement-{found.pk}.pdf")


def _paper(pages: bytes, filename: str) -> HttpResponse:
    response = HttpResponse(pages, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@login_required
def agreement_annex_vii(request: HttpRequest, pk: int) -> HttpResponse:
    """The document of Annex VII, prefilled; missing where the shipment needs none."""
    found, synergy = get_agreement_to_print(request.user, pk)
    verdict = verdict_of_agreement(found, synergy)
    if verdict is None or verdict.shipment.procedure != Procedure.ANNEX_VII:
        raise NotFound
    return _paper(annex_vii_pdf(found, synergy, verdict), f"loopyard-annex-vii-{found.pk}.pdf")


@require_safe
@login_required
def agreement_transfer_note(request: HttpRequest, pk: int) -> HttpResponse:
    """The waste transfer note of the United Kingdom, prefilled; missing elsewhere."""
    found, synergy = get_agreement_to_print(request.user, pk)
    if not needs_transfer_note(synergy):
        raise NotFound
    return _paper(transfer_note_pdf(found, synergy), f"loopyard-waste-transfer-note-{found.pk}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def agreement_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in what the transport paper needs."""
    found, _party = get_agreement_to_act(request.user, pk, acts_for(request))
    form = PapersForm(posted(request), agreement=found)
    changed = submit(
        request,
        form,
        lambda: set_papers(
            actor=signed_in(request), agreement=found, papers=form.papers(), seen=form.seen_version
        ),
    )
    if changed:
        messages.success(request, _("Saved."))
        return redirect("agreement", pk)
    return render(request, "trading/papers.html", {"form": form, "agreement": found})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def agreement_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a cancelled agreement gives up; then ask to cancel it, or agree to."""
    found, party = get_agreement_to_act(request.user, pk, acts_for(request))
    other_asked = bool(found.cancel_asked_by)
    if request.method != "POST":
        lead = (
            _(
                "The other party asks to cancel. If you agree, it is over at once, and its quantity free again."
            )
            if other_asked
            else _("It is cancelled once the other party agrees; until then it holds.")
        )
        button = _("Agree to cancel it") if other_asked else _("Ask to cancel it")
        return _ask_to_end(request, found, _("Cancel agreement %(number)s"), lead, button, tone="danger")
    said = (
        _("Cancelled. Its quantity is free again.")
        if other_asked
        else _("Asked. It is cancelled once the other party agrees.")
    )
    return act(
        request,
        lambda: ask_cancel(actor=signed_in(request), agreement=found, organization=party),
        said,
        to=reverse("agreement", args=[pk]),
        refused=lambda refusal: refused_on_page(request, found, refusal),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def agreement_complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was agreed beside what was delivered; then say that it is fulfilled."""
    found, _party = get_agreement_to_act(request.user, pk, acts_for(request))
    if request.method != "POST":
        lead = _("Nothing more is delivered under it then. This cannot be undone.")
        return _ask_to_end(request, found, _("Complete agreement %(number)s"), lead, _("Complete it"))
    return act(
        request,
        lambda: complete_agreement(actor=signed_in(request), agreement=found),
        _("Completed."),
        to=reverse("agreement", args=[pk]),
        refused=lambda refusal: refused_on_page(request, found, refusal),
    )


def _ask_to_end(
    request: HttpRequest, found: Agreement, title: str, lead: str, button: str, tone: str = "primary"
) -> HttpResponse:
    synergy = get_synergy(request.user, found.synergy_id)
    roles = _roles(request, found)
    rows = rows_of(found, side=roles["side"])
    so_far = f"{exact(delivered(found))}\u00a0{found.unit}"
    rows.append(TermRow("delivered", _("Delivered so far"), so_far))
    question = Question(
        title=title % {"number": found.pk},
        lead=f"{called(synergy.resource.name)}, {synergy.supplier_name} → {synergy.receiver_name}. {lead}",
        button=button,
        back=reverse("agreement", args=[found.pk]),
        back_label=_("Agreement %(number)s") % {"number": found.pk},
        rows=rows,
        tone=tone,
    )
    return ask(request, question)
