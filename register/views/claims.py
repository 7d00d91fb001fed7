"""Claims to a plant: made by its company, decided by a facilitator."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import current_membership, get_organization_to_trade, signed_in
from common.errors import Conflict, Invalid, words_of
from register.access import get_claim_to_decide, get_plant
from register.services.claims import claim_plant, confirm_claim, refuse_claim


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
    chosen = request.POST.get("site", "")
    site = next((each for each in organization.sites.all() if str(each.pk) == chosen), None)
    try:
        claim_plant(
            actor=user,
            organization=organization,
            plant=plant,
            remark=request.POST.get("remark", "").replace("\0", ""),
            site=site,
        )
    except (Conflict, Invalid) as refusal:
        messages.error(request, words_of(refusal))
    else:
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
    try:
        confirm_claim(actor=user, claim=claim)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Confirmed. Its probable streams are drafts of its company now."))
    return redirect("review")


@require_POST
@login_required
def claim_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """A facilitator does not believe a claim, and says why."""
    user = signed_in(request)
    claim = get_claim_to_decide(user, pk)
    reason = request.POST.get("reason", "").replace("\0", "")
    try:
        refuse_claim(actor=user, claim=claim, reason=reason)
    except (Conflict, Invalid) as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("Refused. Its company reads why."))
    return redirect("review")
