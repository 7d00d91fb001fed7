"""A plan as one reader may see it: a facilitator all of it, a member of a published one their own flows.

What is kept holds keys alone; names, places and pages are looked up now, by the rules of `listings.disclosure`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q

from accounts.access import AnyUser, can_facilitate, organizations_of
from listings.access import mark_identities
from listings.disclosure.rules import Reader
from listings.models import Listing
from matching.access import visible_matches
from matching.models import MatchState
from planning.models import PlanRun
from trading.access import visible_agreements, visible_synergies
from trading.models import LIVE_STAGES

MOST_SHOWN: Final = 50
"""Rows of a page; the rest is in the export."""
MONTHS: Final = 12
HEIGHT: Final = 28.0
"""Of a picture of months, px."""


@dataclass(frozen=True)
class MonthBar:
    """One month of a flow, as a bar that grows upwards; px and the amount."""

    x: float
    y: float
    height: float
    month: int
    amount: float


@dataclass(frozen=True)
class ShownFlow:
    """A flow with both listings marked for its reader; amounts in canonical units a year, money in the plan's."""

    key: str
    """`match-12` or `agreement-3`: what a button sends."""
    offer: Listing
    request: Listing
    sent: float
    unit: str
    received: float
    received_unit: str
    km: float | None
    kind: str
    months: Sequence[float]
    bars: Sequence[MonthBar]
    match: int | None
    agreement: int | None
    synergy: int | None
    """A live one between the two listings, where the reader may see it."""
    is_approved: bool
    below_lot: bool
    """Less than the smallest lot of one side."""
    price: float | None
    gain: float | None
    seller_gain: float | None
    buyer_gain: float | None
    """None for members: these rest on what others said."""


@dataclass(frozen=True)
class ShownPlan:
    """What a reader sees of a plan."""

    is_whole: bool
    """Whether the reader facilitates the programme."""
    flows: Sequence[ShownFlow]
    count: int
    """Of flows that the reader may see; the page has the first `MOST_SHOWN`."""
    hidden: int
    """Flows of the plan between organizations that left the programme since; facilitators alone are told."""


def shown_plan(user: AnyUser, run: PlanRun, most: int | None = MOST_SHOWN) -> ShownPlan:
    """Return the flows of a run that is done, those that gain most first, as this reader may see them."""
    is_whole = can_facilitate(user, run.scenario.programme)
    flows: list[dict[str, Any]] = run.planned.get("flows", [])
    seen = _seen_by_facilitator(user, flows) if is_whole else _seen_by_member(user, flows)
    taken = seen if most is None else seen[:most]
    hidden = len(flows) - len(seen) if is_whole else 0
    return ShownPlan(is_whole, _shown(user, taken, is_whole=is_whole), len(seen), hidden)


def _seen_by_facilitator(user: AnyUser, flows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    trusted = Reader(user).trusted
    keys = {key for flow in flows for key in (flow["offer"], flow["request"])}
    rows = Listing.objects.filter(pk__in=keys, organization__in=trusted)
    known = set(rows.values_list("pk", flat=True))
    return [flow for flow in flows if flow["offer"] in known and flow["request"] in known]


def _seen_by_member(user: AnyUser, flows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Own flows of which the reader may see the match or the agreement by itself."""
    own = set(
        Listing.objects.filter(
            organization__in=organizations_of(user),
            pk__in={key for flow in flows for key in (flow["offer"], flow["request"])},
        ).values_list("pk", flat=True)
    )
    mine = [flow for flow in flows if flow["offer"] in own or flow["request"] in own]
    matches = visible_matches(user).filter(
        pk__in=[flow["match"] for flow in mine if flow["match"]],
        state__in=(MatchState.PROPOSED, MatchState.APPROVED),
    )
    agreements = visible_agreements(user).filter(
        pk__in=[flow["agreement"] for flow in mine if flow["agreement"]]
    )
    open_matches = set(matches.values_list("pk", flat=True))
    open_agreements = set(agreements.values_list("pk", flat=True))
    return [flow for flow in mine if flow["match"] in open_matches or flow["agreement"] in open_agreements]


def _shown(user: AnyUser, flows: list[dict[str, Any]], *, is_whole: bool) -> list[ShownFlow]:
    keys = {key for flow in flows for key in (flow["offer"], flow["request"])}
    found = Listing.objects.filter(pk__in=keys).select_related("resource", "organization", "site")
    listings = {each.pk: each for each in mark_identities(user, found)}
    matches = visible_matches(user).filter(pk__in=[flow["match"] for flow in flows if flow["match"]])
    approved = set(matches.filter(state=MatchState.APPROVED).values_list("pk", flat=True))
    live = visible_synergies(user).filter(Q(offer__in=keys) & Q(request__in=keys), stage__in=LIVE_STAGES)
    synergies = {(offer, request): pk for pk, offer, request in live.values_list("pk", "offer", "request")}
    shown = []
    for flow in flows:
        offer, request = listings[flow["offer"]], listings[flow["request"]]
        agreement = flow["agreement"]
        shown.append(
            ShownFlow(
                key=f"agreement-{agreement}" if agreement else f"match-{flow['match']}",
                offer=offer,
                request=request,
                sent=flow["sent"],
                unit=flow["unit"],
                received=flow["received"],
                received_unit=flow["received_unit"],
                km=flow["km"],
                kind=flow["kind"],
                months=flow["months"],
                bars=month_bars(flow["months"]),
                match=flow["match"],
                agreement=agreement,
                synergy=synergies.get((offer.pk, request.pk)),
                is_approved=flow["match"] in approved,
                below_lot=_is_below_lot(flow, offer, request),
                price=flow["price"] if is_whole or agreement else None,
                gain=flow["gain"] if is_whole else None,
                seller_gain=flow["seller_gain"] if is_whole else None,
                buyer_gain=flow["buyer_gain"] if is_whole else None,
            )
        )
    return shown


def _is_below_lot(flow: dict[str, Any], offer: Listing, request: Listing) -> bool:
    if flow["agreement"]:
        return False
    sides = ((offer.minimum_amount, flow["sent"]), (request.minimum_amount, flow["received"]))
    return any(least is not None and amount < float(least) * (1 - 1e-6) for least, amount in sides)


def month_bars(months: Iterable[float]) -> list[MonthBar]:
    """Lay twelve amounts out as bars, the largest as high as the picture, each at least a hair where there is any."""
    amounts = list(months)
    largest = max(amounts, default=0.0) or 1.0
    bars = []
    for place, amount in enumerate(amounts):
        height = max(round(HEIGHT * amount / largest, 1), 1.0) if amount > 0 else 0.0
        bars.append(MonthBar(place * 7.0, HEIGHT - height, height, place + 1, amount))
    return bars
