"""Pages of the register: its plants, one of them, and claims to it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import can_trade, current_membership, get_organization_to_trade, signed_in
from catalogue.knowledge import read_knowledge
from common.errors import Conflict, Invalid, words_of
from common.pages import query_without
from listings import register
from listings.filters import DEFAULT_WITHIN_KM
from listings.maps import MOST_POINTS
from listings.register_access import get_claim_to_decide, get_plant, visible_claims
from listings.register_filters import RegisterFilter
from listings.register_models import ClaimState, PlantClaim, RegisterPlant, RegisterPlantQuerySet

PER_PAGE = 24
RADII_KM = (25, 50, 100, 250, 500)


@require_safe
def register_plants(request: HttpRequest) -> HttpResponse:
    """Plants of public registers, with what they probably have, narrowed by the address's query."""
    filters = RegisterFilter(request.GET, queryset=RegisterPlant.objects.all())
    found: RegisterPlantQuerySet = filters.qs
    near = "distance_km" in found.query.annotations
    found = found.order_by("distance_km", "pk") if near else found.order_by("name", "pk")
    page = Paginator(found.prefetch_related("streams__resource"), PER_PAGE).get_page(request.GET.get("page"))
    _mark(page.object_list)
    asked = request.GET.get("within_km", "")
    context = {
        "filters": filters,
        "page": page,
        "query": query_without(request, "page"),
        "radii": RADII_KM,
        "within_km": next((km for km in RADII_KM if str(km) == asked), DEFAULT_WITHIN_KM),
        "filtered": any(request.GET.get(name) for name in ("q", "resource", "country", "near")),
        "map_data": {"points": _points(found)},
    }
    return render(request, "listings/register.html", context)


def _mark(plants: Any) -> None:
    """Say for each plant of a page what kind it is and whose, if that is confirmed."""
    known = read_knowledge().activities
    owners = {
        claim.plant_id: claim.organization.name
        for claim in PlantClaim.objects.filter(plant__in=plants, state=ClaimState.CONFIRMED).select_related(
            "organization"
        )
    }
    for plant in plants:
        plant.kind = known[plant.activity].name if plant.activity in known else ""
        plant.owner = owners.get(plant.pk, "")


def _points(plants: RegisterPlantQuerySet) -> list[dict[str, Any]]:
    rows = plants.values_list("pk", "name", "latitude", "longitude", "town")[:MOST_POINTS]
    return [
        {
            "lat": latitude,
            "lon": longitude,
            "kind": "site",
            "name": name,
            "text": town,
            "url": reverse("register_plant", args=[pk]),
        }
        for pk, name, latitude, longitude, town in rows
    ]


@require_safe
def register_plant(request: HttpRequest, pk: int) -> HttpResponse:
    """One plant: what the register says, what it probably has, and whose it is if that is known."""
    plant = get_plant(pk)
    _mark([plant])
    membership = current_membership(request)
    organization = membership.organization if membership else None
    mine = (
        visible_claims(request.user).filter(plant=plant, organization=organization).first()
        if organization
        else None
    )
    context = {
        "plant": plant,
        "streams": plant.streams.select_related("resource"),
        "claim": mine,
        "can_claim": organization is not None and can_trade(request.user, organization.pk),
        "sites": organization.sites.all() if organization else (),
        "map_data": {"points": _points(RegisterPlant.objects.filter(pk=pk))},
    }
    return render(request, "listings/register_plant.html", context)


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
        register.claim_plant(
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
        register.confirm_claim(actor=user, claim=claim)
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
        register.refuse_claim(actor=user, claim=claim, reason=reason)
    except (Conflict, Invalid) as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("Refused. Its company reads why."))
    return redirect("review")
