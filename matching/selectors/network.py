"""Matches as the home page tells of them: how many there are, and who could supply whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Window

from accounts.access import AnyUser
from accounts.models import Organization, Programme, ProgrammeMembership, Provenance
from catalogue.called import called
from catalogue.models import Dimension
from common.web.flows import NARROW_PX, WIDE_PX, Flow, FlowPicture, flow_picture
from listings.models import Disclosure, Listing, State
from matching.access import SHOWN_TO_PARTIES, matches_to_review, own_matches, with_sides
from matching.models import Match, MatchState

MOST_OF_PROGRAMME: Final = 100
MOST_LARGEST: Final = 12
_COUNTS = {"approved": Count("pk", filter=Q(state=MatchState.APPROVED))}


def match_figures(listings: QuerySet[Listing]) -> dict[str, int]:
    """Count the matches between these listings, and those of them that are approved."""
    matches = Match.objects.filter(
        offer__in=listings, request__in=listings, state__in=SHOWN_TO_PARTIES, fits=True
    )
    return matches.aggregate(matches=Count("pk"), **_COUNTS)


def own_match_figures(user: AnyUser) -> dict[str, int]:
    """Count what is proposed and what is approved for the user's organizations."""
    return own_matches(user).aggregate(proposed=Count("pk", filter=Q(state=MatchState.PROPOSED)), **_COUNTS)


def count_to_review(user: AnyUser) -> int:
    """Count what waits for the user's review."""
    return matches_to_review(user).filter(state=MatchState.PROPOSED).count()


def open_flows(
    most: int, programme: Programme | None = None, *, within_programmes: bool = False
) -> list[Match]:
    """Return every approved match, and of what no organization entered itself the best of every request.

    With a programme those among its members, `within_programmes` those among members of any one programme. Each
    carries as `total` how many there are, where they are more than `most`.

    Only between listings whose place and owner are open to all: a line to a blurred place would still tell
    who deals with whom. What nobody has reviewed is not told of two companies by name. The published cases come first.
    """
    between_open = Match.objects.filter(
        offer__disclosure=Disclosure.OPEN,
        request__disclosure=Disclosure.OPEN,
        offer__state=State.PUBLISHED,
        request__state=State.PUBLISHED,
        state__in=SHOWN_TO_PARTIES,
        fits=True,
    )
    if programme is not None:
        members = programme.organizations.values("pk")
        between_open = between_open.filter(offer__organization__in=members, request__organization__in=members)
    if within_programmes:
        both = ProgrammeMembership.objects.filter(
            organization=OuterRef("offer__organization"),
            programme__memberships__organization=OuterRef("request__organization"),
        )
        between_open = between_open.filter(Exists(both))
    of_records = between_open.exclude(
        Q(offer__provenance=Provenance.OWN) | Q(request__provenance=Provenance.OWN)
    )
    best = (
        of_records.order_by("request_id", "-score", "distance_km", "pk").distinct("request_id").values("pk")
    )
    shown = between_open.filter(Q(pk__in=best) | Q(state=MatchState.APPROVED))
    ranked = shown.annotate(
        illustrative=Q(offer__provenance=Provenance.ILLUSTRATIVE), total=Window(Count("pk"))
    )
    return list(with_sides(ranked).order_by("illustrative", "-score", "pk")[:most])


def own_flows(user: AnyUser, organization: Organization, most: int) -> list[Match]:
    """Return the organization's matches, the approved first, then the best."""
    own = own_matches(user).filter(
        Q(offer__organization=organization) | Q(request__organization=organization)
    )
    return list(with_sides(own.filter(fits=True)).order_by("state", "-score", "pk")[:most])


@dataclass(frozen=True)
class NetworkAtAGlance:
    """What everybody may see of a network: what is listed under a name, and who could supply whom."""

    listings: int
    total: int
    """Of flows, those beyond the ones here among them."""
    flows: Sequence[Match]
    largest: Sequence[Flow]
    """Of mass a year, in t."""
    wide: FlowPicture
    narrow: FlowPicture


def programme_at_a_glance(programme: Programme) -> NetworkAtAGlance:
    """Return a programme's network as everybody may see it; as many queries, however much there is."""
    members = Organization.objects.filter(programmes=programme)
    return _at_a_glance(members, open_flows(MOST_OF_PROGRAMME, programme))


def programmes_at_a_glance() -> NetworkAtAGlance:
    """Return the networks of all programmes together, likewise."""
    return _at_a_glance(taking_part(), open_flows(MOST_OF_PROGRAMME, within_programmes=True))


def taking_part() -> QuerySet[Organization]:
    """Return the organizations that take part in any programme."""
    return Organization.objects.filter(
        Exists(ProgrammeMembership.objects.filter(organization=OuterRef("pk")))
    )


def _at_a_glance(members: QuerySet[Organization], flows: list[Match]) -> NetworkAtAGlance:
    shown = Listing.objects.filter(
        organization__in=members, disclosure=Disclosure.OPEN, state=State.PUBLISHED
    )
    by_mass = [
        Flow(
            flow.offer.organization.name,
            called(flow.offer.resource.name),
            flow.request.organization.name,
            float(flow.amount_per_year),
            flow.offer.resource.kind,
        )
        for flow in flows
        if flow.amount_per_year and flow.offer.is_rate and flow.offer.resource.dimension == Dimension.MASS
    ]
    largest = sorted(by_mass, key=lambda flow: -flow.value)[:MOST_LARGEST]
    return NetworkAtAGlance(
        listings=shown.count(),
        total=flows[0].total if flows else 0,  # type: ignore[attr-defined]  # by annotation
        flows=flows,
        largest=largest,
        wide=flow_picture(largest, WIDE_PX),
        narrow=flow_picture(largest, NARROW_PX),
    )


def is_documented(flow: Match) -> bool:
    """Whether both sides are published cases."""
    return flow.offer.provenance == flow.request.provenance == Provenance.DOCUMENTED
