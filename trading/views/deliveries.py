"""What is planned, delivered, corrected and confirmed under an agreement."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import signed_in
from accounts.models import Organization
from common.files.serving import as_download
from common.reading.numbers import typed
from common.web.pages import act, posted, submit
from trading.access import (
    get_agreement_to_act,
    get_delivery_file,
    get_delivery_to_act,
    visible_deliveries,
)
from trading.forms.deliveries import CorrectionForm, DeliveryForm
from trading.forms.messages import FileForm
from trading.models import Agreement, Delivery
from trading.selectors.deliveries import amount_now
from trading.services.deliveries import (
    add_delivery_file,
    confirm_delivery,
    correct_delivery,
    plan_delivery,
    record_delivery,
)
from trading.views.agreements import refused_on_page
from trading.views.shared import acts_for


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delivery_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what was delivered, with its evidence, or plan what will be; ?kind= and ?planned= fill the form in."""
    found, party = get_agreement_to_act(request.user, pk, acts_for(request))
    form = DeliveryForm(
        posted(request), request.FILES or None, agreement=found, initial=_initial(request, found)
    )
    delivery = submit(request, form, lambda: _recorded(request, found, party, form))
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
    form = CorrectionForm(posted(request), agreement=found.agreement)
    correction = submit(
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
    return act(
        request,
        lambda: confirm_delivery(actor=signed_in(request), delivery=found, organization=party),
        _("Confirmed."),
        to=reverse("agreement", args=[found.agreement_id]),
        refused=lambda refusal: refused_on_page(request, found.agreement, refusal),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delivery_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a piece of evidence."""
    found, party = get_delivery_to_act(request.user, pk, acts_for(request))
    form = FileForm(posted(request), request.FILES or None)
    added = submit(
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
    found = get_delivery_file(request.user, pk)
    return as_download(found, found.file)
