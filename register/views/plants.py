"""Pages of the register: its plants, and one of them."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import can_trade, current_membership
from accounts.models import Organization
from catalogue.selectors.knowledge import read_knowledge
from common.web.pages import query_without
from listings.selectors.filters import DEFAULT_WITHIN_KM
from listings.views.maps import MOST_POINTS
from register.access import get_plant, visible_claims
from register.forms import ClaimForm
from register.models import ClaimState, PlantClaim, RegisterPlant, RegisterPlantQuerySet
from register.selectors.plants import RegisterFilter

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
    return render(request, "register/plants.html", context)


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
    return plant_page(request, get_plant(pk))


def plant_page(request: HttpRequest, plant: RegisterPlant, form: ClaimForm | None = None) -> HttpResponse:
    """Return the page of a plant; `form`: a claim to it that was refused."""
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
        "form": form or _claim_form(request, organization),
        "map_data": {"points": _points(RegisterPlant.objects.filter(pk=plant.pk))},
    }
    return render(request, "register/plant.html", context)


def _claim_form(request: HttpRequest, organization: Organization | None) -> ClaimForm | None:
    """Return the form to claim a plant with, for those who may."""
    if organization is None or not can_trade(request.user, organization.pk):
        return None
    return ClaimForm(organization=organization)
