"""The home page: the living network, and for those signed in what waits for them."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import current_membership, is_facilitator
from accounts.models import Provenance
from catalogue.models import Dimension
from listings.access import listings_on_market, mark_identities, own_listings
from listings.models import Disclosure, Listing, Period, Side, State
from listings.views.maps import map_points
from matching.access import SHOWN_TO_PARTIES, matches_to_review, own_matches, with_sides
from matching.models import Match, MatchState
from trading.selectors.turns import deals_waiting_for

NEWEST = 6
MOST_FLOWS = 150
MOST_BANDS = 14


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The network as everybody may see it; whoever is signed in also sees their own work."""
    public = listings_on_market(AnonymousUser())
    flows = _flows()
    # What somebody stands behind comes before the illustrative background.
    newest = public.with_cards().annotate(illustrative=Q(provenance=Provenance.ILLUSTRATIVE))
    context = {
        "figures": _figures(public),
        "map_data": {"points": map_points(public), "flows": [_line(flow) for flow in flows]},
        "bands": _bands(flows),
        "newest": mark_identities(
            request.user, newest.order_by("illustrative", F("quantity").desc(nulls_last=True), "-pk")[:NEWEST]
        ),
        "waiting": _waiting(request) if request.user.is_authenticated else None,
    }
    return render(request, "home.html", context)


def _figures(public: QuerySet[Listing]) -> dict[str, Any]:
    yearly_mass = Q(side=Side.OFFER, resource__dimension=Dimension.MASS) & ~Q(period=Period.ONCE)
    figures = public.aggregate(
        offers=Count("pk", filter=Q(side=Side.OFFER)),
        requests=Count("pk", filter=Q(side=Side.REQUEST)),
        organizations=Count("organization", distinct=True),
        offered_t_per_year=Sum("amount", filter=yearly_mass),
    )
    matches = Match.objects.filter(
        offer__in=public, request__in=public, state__in=SHOWN_TO_PARTIES, fits=True
    )
    figures |= matches.aggregate(
        matches=Count("pk"), approved=Count("pk", filter=Q(state=MatchState.APPROVED))
    )
    figures["offered_t_per_year"] = figures["offered_t_per_year"] or Decimal(0)
    return figures


def _flows() -> list[Match]:
    """Return the best match of every request, and every approved one; the published cases first.

    Only between listings whose place and owner are open to all: a line to a blurred place would still tell
    who deals with whom.
    """
    between_open = Match.objects.filter(
        offer__disclosure=Disclosure.OPEN,
        request__disclosure=Disclosure.OPEN,
        offer__state=State.PUBLISHED,
        request__state=State.PUBLISHED,
        state__in=SHOWN_TO_PARTIES,
        fits=True,
    )
    best = (
        between_open.order_by("request_id", "-score", "distance_km", "pk").distinct("request_id").values("pk")
    )
    shown = between_open.filter(Q(pk__in=best) | Q(state=MatchState.APPROVED))
    ranked = shown.annotate(illustrative=Q(offer__provenance=Provenance.ILLUSTRATIVE))
    return list(with_sides(ranked).order_by("illustrative", "-score", "pk")[:MOST_FLOWS])


def _documented(flow: Match) -> bool:
    return flow.offer.provenance == flow.request.provenance == Provenance.DOCUMENTED


def _line(flow: Match) -> dict[str, Any]:
    offer, request = flow.offer, flow.request
    return {
        "from": [offer.latitude, offer.longitude],
        "to": [request.latitude, request.longitude],
        "kind": offer.resource.kind,
        "name": offer.name,
        "text": f"{offer.organization.name} → {request.organization.name}",
        "settled": flow.state == MatchState.APPROVED or _documented(flow),
    }


def _bands(flows: list[Match]) -> dict[str, Any]:
    """Return the largest documented flows of mass as a Sankey: organization → resource → organization, in t/yr."""
    by_mass = [
        flow
        for flow in flows
        if _documented(flow)
        and flow.offer.resource.dimension == Dimension.MASS
        and flow.amount_per_year
        and flow.offer.is_rate
    ]
    largest = sorted(by_mass, key=lambda flow: -(flow.amount_per_year or 0))[:MOST_BANDS]
    links = [
        {
            "source": flow.offer.organization.name,
            "resource": flow.offer.resource.name,
            "target": flow.request.organization.name,
            "value": float(flow.amount_per_year or 0),
            "kind": flow.offer.resource.kind,
        }
        for flow in largest
    ]
    return {"unit": "t/yr", "links": links}


def _waiting(request: HttpRequest) -> dict[str, Any]:
    membership = current_membership(request)
    waiting: dict[str, Any] = {"membership": membership}
    if membership:
        mine = own_listings(request.user).filter(organization=membership.organization_id)
        waiting |= mine.aggregate(
            published=Count("pk", filter=Q(state=State.PUBLISHED)),
            drafts=Count("pk", filter=Q(state=State.DRAFT)),
        )
        waiting |= own_matches(request.user).aggregate(
            proposed=Count("pk", filter=Q(state=MatchState.PROPOSED)),
            approved=Count("pk", filter=Q(state=MatchState.APPROVED)),
        )
        waiting["deals"] = deals_waiting_for(request.user, membership.organization)
        waiting["has_site"] = membership.organization.sites.exists()
    if is_facilitator(request.user):
        waiting["to_review"] = matches_to_review(request.user).filter(state=MatchState.PROPOSED).count()
    return waiting
