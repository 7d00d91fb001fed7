"""Agreements: their terms and papers, what is delivered, and how they end."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import can_trade, role_in, signed_in
from accounts.models import Organization
from catalogue.fields import typed
from catalogue.models import EwcCode
from common.errors import AppError, Forbidden, NotFound, words_of
from trading.access import (
    get_agreement,
    get_agreement_to_act,
    get_delivery_file,
    get_delivery_to_act,
    get_synergy,
    visible_deliveries,
    visible_impact,
)
from trading.agreements import ask_cancel, complete_agreement, set_papers
from trading.deliveries import (
    add_delivery_file,
    amount_now,
    confirm_delivery,
    correct_delivery,
    delivered,
    plan_delivery,
    record_delivery,
)
from trading.forms import CorrectionForm, DeliveryForm, FileForm, PapersForm
from trading.ledger import totals
from trading.models import Agreement, Delivery
from trading.paper import agreement_pdf
from trading.views.acting import acts_for, as_download, done
from trading.views.room import delivery_rows


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


def _on_page(request: HttpRequest, found: Agreement, act: Callable[[], object], said: str) -> HttpResponse:
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
    return _on_page(
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
    return _on_page(
        request,
        found,
        lambda: complete_agreement(actor=signed_in(request), agreement=found),
        _("Completed."),
    )


# --- deliveries ---------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delivery_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what was delivered, with its evidence, or plan what will be; ?kind= and ?planned= fill the form in."""
    found, party = get_agreement_to_act(request.user, pk, acts_for(request))
    data = request.POST if request.method == "POST" else None
    form = DeliveryForm(data, request.FILES or None, agreement=found, initial=_initial(request, found))
    delivery = done(request, form, lambda: _recorded(request, found, party, form))
    if delivery:
        said = (
            _("Planned.")
            if form.is_planned
            else _("Recorded, and posted to the ledger. The other party confirms it.")
        )
        messages.success(request, said)
        return redirect("agreement", pk)
    return render(request, "trading/delivery_form.html", {"form": form, "agreement": found})


def _initial(request: HttpRequest, found: Agreement) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    if request.GET.get("kind") == DeliveryForm.PLANNED:
        initial["kind"] = DeliveryForm.PLANNED
    planned = request.GET.get("planned", "")
    if planned.isascii() and planned.isdigit() and len(planned) < 19:
        plan = visible_deliveries(request.user).filter(agreement=found, pk=planned).first()
        if plan is not None:
            initial |= {"reference": plan.reference, "quantity": typed(plan.amount)}
    return initial


@transaction.atomic
def _recorded(request: HttpRequest, found: Agreement, party: Organization, form: DeliveryForm) -> Delivery:
    """A delivery and its evidence together, or neither."""
    record = plan_delivery if form.is_planned else record_delivery
    delivery = record(
        actor=signed_in(request), agreement=found, organization=party, consignment=form.consignment()
    )
    upload = form.cleaned_data["file"]
    if upload:
        add_delivery_file(actor=signed_in(request), delivery=delivery, organization=party, upload=upload)
    return delivery


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delivery_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how much a delivery really was."""
    found, party = get_delivery_to_act(request.user, pk, acts_for(request))
    form = CorrectionForm(request.POST or None, agreement=found.agreement)
    correction = done(
        request,
        form,
        lambda: correct_delivery(
            actor=signed_in(request), delivery=found, organization=party, **form.cleaned_data
        ),
    )
    if correction:
        messages.success(request, _("Corrected by a counter-entry; what stood before stays readable."))
        return redirect("agreement", found.agreement_id)
    context = {"form": form, "delivery": found, "agreement": found.agreement, "now": amount_now(found)}
    return render(request, "trading/correction_form.html", context)


@require_POST
@login_required
def delivery_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm what the other party reported."""
    found, party = get_delivery_to_act(request.user, pk, acts_for(request))
    return _on_page(
        request,
        found.agreement,
        lambda: confirm_delivery(actor=signed_in(request), delivery=found, organization=party),
        _("Confirmed."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delivery_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a piece of evidence."""
    found, party = get_delivery_to_act(request.user, pk, acts_for(request))
    data = request.POST if request.method == "POST" else None
    form = FileForm(data, request.FILES or None)
    added = done(
        request,
        form,
        lambda: add_delivery_file(
            actor=signed_in(request), delivery=found, organization=party, upload=form.cleaned_data["file"]
        ),
    )
    if added:
        messages.success(request, _("%(name)s is kept with the delivery.") % {"name": added.name})
        return redirect("agreement", found.agreement_id)
    context = {"form": form, "delivery": found, "agreement": found.agreement}
    return render(request, "trading/evidence_form.html", context)


@require_safe
@login_required
def delivery_file(request: HttpRequest, pk: int) -> FileResponse:
    """Hand a piece of evidence out to who may see it."""
    return as_download(get_delivery_file(request.user, pk))
