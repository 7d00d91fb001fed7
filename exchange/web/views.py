"""The home page: the living network, and for those signed in what waits for them."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import current_membership, is_facilitator, signed_in
from accounts.models import Organization
from catalogue.called import called
from catalogue.models import Dimension
from exchange.web.todo import first_todos
from listings.access import public_market
from listings.search.find import market_figures, newest_first
from listings.selectors.files import mark_pictures
from listings.selectors.market import own_figures, shown_listings
from listings.views.maps import MOST_POINTS, map_points
from matching.models import Match, MatchState
from matching.selectors.network import (
    count_to_review,
    is_documented,
    match_figures,
    open_flows,
    own_flows,
    own_match_figures,
)
from trading.selectors.turns import deals_waiting_for

NEWEST = 6
MOST_FLOWS = 150
MOST_OWN_FLOWS = 12
MOST_BANDS = 14


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The network as everybody may see it; whoever is signed in also sees their own work."""
    newest, points = newest_first(AnonymousUser(), NEWEST, MOST_POINTS)
    flows = open_flows(MOST_FLOWS)
    network: dict[str, Any] = {"points": map_points(points), "flows": [_line(flow) for flow in flows]}
    if membership := current_membership(request):
        mine = own_flows(request.user, membership.organization, MOST_OWN_FLOWS)
        network["focus"] = _focus(membership.organization, mine)
    context = {
        "figures": vars(market_figures()) | match_figures(public_market()),
        "map_data": network,
        "bands": _bands(flows),
        "newest": mark_pictures(shown_listings(request.user, newest)),
        "waiting": _waiting(request) if request.user.is_authenticated else None,
    }
    return render(request, "home.html", context)


def _line(flow: Match) -> dict[str, Any]:
    offer, request = flow.offer, flow.request
    return {
        "from": [offer.latitude, offer.longitude],
        "to": [request.latitude, request.longitude],
        "kind": offer.resource.kind,
        "name": offer.name,
        "text": f"{offer.organization.name} → {request.organization.name}",
        "settled": flow.state == MatchState.APPROVED or is_documented(flow),
    }


def _focus(organization: Organization, flows: list[Match]) -> list[list[float]]:
    """Return the places that the map is framed by: the own sites, and the public places of those who fit best."""
    partners = [
        flow.request if flow.offer.organization_id == organization.pk else flow.offer for flow in flows
    ]
    own = organization.sites.values_list("latitude", "longitude")
    return [[*place] for place in own] + [[each.latitude, each.longitude] for each in partners]


def _bands(flows: list[Match]) -> dict[str, Any]:
    """Return the largest documented flows of mass as a Sankey: organization → resource → organization, in t/yr."""
    by_mass = [
        flow
        for flow in flows
        if is_documented(flow)
        and flow.offer.resource.dimension == Dimension.MASS
        and flow.amount_per_year
        and flow.offer.is_rate
    ]
    largest = sorted(by_mass, key=lambda flow: -(flow.amount_per_year or 0))[:MOST_BANDS]
    links = [
        {
            "source": flow.offer.organization.name,
            "resource": called(flow.offer.resource.name),
            "target": flow.request.organization.name,
            "value": float(flow.amount_per_year or 0),
            "kind": flow.offer.resource.kind,
        }
        for flow in largest
    ]
    return {"unit": _("%(unit)s/yr") % {"unit": "t"}, "links": links}


def _waiting(request: HttpRequest) -> dict[str, Any]:
    membership = current_membership(request)
    waiting: dict[str, Any] = {"membership": membership}
    if membership:
        waiting |= own_figures(request.user, membership.organization_id)
        waiting |= own_match_figures(request.user)
        waiting["deals"] = deals_waiting_for(request.user, membership.organization).count()
        waiting["has_site"] = membership.organization.sites.exists()
    facilitates = is_facilitator(request.user)
    if facilitates:
        waiting["to_review"] = count_to_review(request.user)
    organization = membership.organization if membership else None
    waiting["first"] = first_todos(signed_in(request), organization, facilitates=facilitates)
    return waiting
