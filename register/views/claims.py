"""Claims to a plant: made by its company, decided by a facilitator."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import current_membership, get_organization_to_trade, signed_in
from common.web.pages import act, posted, submit
from register.access import get_claim_to_decide, get_plant
from register.forms import ClaimForm, RefusalForm
from register.services.claims import claim_plant, confirm_claim, refuse_claim
from register.views.plants import plant_page


@require_POST
@login_required
def register_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a plant is my organization's."""
    user = signed_in(request)
    plant = get_plant(pk)
    membership = current_membership(request)
    if membership is None:
        messages.info(request, _("First tell us which organization you list for."))
        return redirect("organization_new")
    organization = get_organization_to_trade(user, membership.organization_id)
    form = ClaimForm(posted(request), organization=organization)
    claim = submit(
        request,
        form,
        lambda: claim_plant(actor=user, organization=organization, plant=plant, **form.cleaned_data),
    )
    if claim is None:
        return plant_page(request, plant, form)
    messages.success(
        request, _("Your claim waits for a facilitator of one of your programmes. Nobody else sees it.")
    )
    return redirect("register_plant", pk)


@require_POST
@login_required
def claim_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """A facilitator believes a claim."""
    user = signed_in(request)
    claim = get_claim_to_decide(user, pk)
    said = _("Confirmed. Its probable streams are drafts of its company now.")
    return act(request, lambda: confirm_claim(actor=user, claim=claim), said, to="review")


@require_POST
@login_required
def claim_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """A facilitator does not believe a claim, and says why."""
    user = signed_in(request)
    claim = get_claim_to_decide(user, pk)
    form = RefusalForm(posted(request), claim_id=pk)
    refused = submit(request, form, lambda: refuse_claim(actor=user, claim=claim, **form.cleaned_data))
    if refused is None:
        return render(request, "register/refuse.html", {"form": form, "claim": claim})
    messages.success(request, _("Refused. Its company reads why."))
    return redirect("review")
