"""Claims to a plant: made by its company, decided by a facilitator."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import current_membership, get_organization_to_trade, signed_in
from common.web.pages import act
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
    return act(
        request,
        lambda: claim_plant(
            actor=user,
            organization=organization,
            plant=plant,
            remark=request.POST.get("remark", ""),
            site=site,
        ),
        _("Your claim waits for a facilitator of one of your programmes. Nobody else sees it."),
        to=reverse("register_plant", args=[pk]),
    )


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
    reason = request.POST.get("reason", "")
    said = _("Refused. Its company reads why.")
    return act(request, lambda: refuse_claim(actor=user, claim=claim, reason=reason), said, to="review")
