"""Reads: what was said and done in a synergy, what it is bid in, which match is behind it, what can be edited of it."""

from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from accounts.access import AnyUser
from accounts.models import Organization
from events.models import Event
from events.services import subject_type_of
from matching.access import own_matches, with_sides
from matching.models import Match, MatchState
from trading.access import visible_bids, visible_synergies
from trading.models import Agreement, Bid, Delivery, Synergy, SynergyMessage


def currency_of(synergy: Synergy) -> str:
    """Return the currency in which a synergy is bid: its listings', else the supplier's."""
    listing = synergy.offer or synergy.request
    return listing.currency if listing else synergy.supplier.currency


def match_of(found: Synergy) -> Match | None:
    """Return the match that it began with, or that there is between its listings."""
    matches = Match.objects.filter(offer=found.offer_id, request=found.request_id)
    if found.offer_id is None or found.request_id is None:
        return None
    return matches.select_related("offer__resource", "request__resource").first()


def matches_to_take_up(user: AnyUser, organization: Organization) -> QuerySet[Match]:
    """Return the organization's approved matches of which there is no deal yet, the best first."""
    own = own_matches(user).filter(
        Q(offer__organization=organization) | Q(request__organization=organization)
    )
    waiting = own.filter(state=MatchState.APPROVED, fits=True, synergies__isnull=True)
    return with_sides(waiting).order_by("-score", "distance_km", "pk")


def synergy_messages(user: AnyUser, synergy: Synergy) -> QuerySet[SynergyMessage]:
    """Return what was said inside a synergy that the user may see, the oldest first."""
    return SynergyMessage.objects.filter(synergy=synergy, synergy__in=visible_synergies(user)).select_related(
        "author", "organization"
    )


def synergy_events(user: AnyUser, synergy: Synergy) -> QuerySet[Event]:
    """Return who did what when in a synergy: of itself, of its bids that the user may see, of its agreements."""
    bids = visible_bids(user).filter(synergy=synergy).values("pk")
    agreements = synergy.agreements.values("pk")
    deliveries = Delivery.objects.filter(agreement__synergy=synergy).values("pk")
    return (
        Event.objects.filter(
            Q(subject_type=subject_type_of(synergy), subject_id=synergy.pk)
            | Q(subject_type=Bid._meta.label_lower, subject_id__in=bids)
            | Q(subject_type=Agreement._meta.label_lower, subject_id__in=agreements)
            | Q(subject_type=Delivery._meta.label_lower, subject_id__in=deliveries)
        )
        .select_related("actor")
        .order_by("pk")
    )


def next_step_of(synergy: Synergy) -> dict[str, Any]:
    """Return what can be edited of the next step, as `set_next_step` compares it."""
    return {"text": synergy.next_step, "on": synergy.next_step_on, "by": synergy.next_step_by}


def attribution_of(synergy: Synergy) -> dict[str, Any]:
    """Return what can be edited of the attribution, as `set_attribution` compares it."""
    return {"share": Decimal(synergy.attribution), "reason": synergy.attribution_reason}


def editable_of(synergy: Synergy) -> dict[str, Any]:
    """Return all that can be edited of a synergy: what its answer over REST is a version of."""
    return {"next_step": next_step_of(synergy), "attribution": attribution_of(synergy)}


def data_for(synergy: Synergy, event: Event) -> dict[str, Any]:
    """Return what an event of a marked synergy holds, without what tells who or where a party unknown to its reader is.

    That is the party's key, and the permit of its site.
    """
    data: dict[str, Any] = dict(event.data)
    for side, key, known in (
        ("supplier", synergy.supplier_id, synergy.supplier_known),
        ("receiver", synergy.receiver_id, synergy.receiver_known),
    ):
        if not known:
            data.pop(f"{side}_permit", None)
            if data.get("organization") == key:
                del data["organization"]
    return data
