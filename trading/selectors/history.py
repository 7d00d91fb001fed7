"""Who did what when in a synergy, in words, from the event log; no name is said that the reader may not know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import AnyUser
from accounts.models import Membership
from events.models import Event
from trading.models import Actor, LostReason, Stage, Synergy
from trading.selectors.synergies import synergy_events

MOST: Final = 60
_WORDS: Final = {
    "synergy.opened": gettext_lazy("opened it"),
    "synergy.interested": gettext_lazy("is interested"),
    "synergy.introduced": gettext_lazy("is interested too: both parties know each other now"),
    "synergy.message": gettext_lazy("wrote a message"),
    "synergy.file": gettext_lazy("added a document"),
    "synergy.reminded": gettext_lazy("a reminder was sent"),
    "synergy.attribution": gettext_lazy("set the share that the network explains"),
    "bid.placed": gettext_lazy("made a bid"),
    "bid.countered": gettext_lazy("answered with a bid of its own"),
    "bid.accepted": gettext_lazy("accepted the bid"),
    "bid.declined": gettext_lazy("declined the bid"),
    "bid.withdrawn": gettext_lazy("withdrew the bid"),
    "bid.expired": gettext_lazy("the bid’s time was over"),
    "bid.held": gettext_lazy("the bid waits: too little is left"),
    "bid.resumed": gettext_lazy("the bid stands again: enough is left"),
    "agreement.signed": gettext_lazy("the agreement stands"),
    "agreement.papers": gettext_lazy("filled in the transport paper’s data"),
    "agreement.cancel_asked": gettext_lazy("asked to cancel the agreement"),
    "agreement.cancelled": gettext_lazy("cancelled the agreement; its quantity is free again"),
    "agreement.completed": gettext_lazy("completed the agreement"),
    "delivery.planned": gettext_lazy("planned a delivery"),
    "delivery.recorded": gettext_lazy("recorded a delivery"),
    "delivery.corrected": gettext_lazy("corrected a delivery"),
    "delivery.confirmed": gettext_lazy("confirmed a delivery"),
    "delivery.file": gettext_lazy("added evidence of a delivery"),
    "impact.posted": gettext_lazy("benefit was posted to the ledger"),
    "impact.cancelled": gettext_lazy("what was expected was taken back"),
    "impact.verified": gettext_lazy("verified the benefit"),
    "impact.declared": gettext_lazy("declared an investment or jobs"),
}

_BY_ITSELF: Final = ("agreement.signed", "impact.posted", "impact.cancelled", "synergy.stage_changed")
"""What follows from what somebody did, and is told of that."""


@dataclass(frozen=True)
class HistoryLine:
    """One line of the log; `who` is empty where something happened by itself."""

    at: datetime
    who: str
    what: str


def history_of(user: AnyUser, synergy: Synergy) -> list[HistoryLine]:
    """Return the last lines of a synergy's log, the newest first; its parties must be marked for the reader."""
    events = list(synergy_events(user, synergy).order_by("-pk")[:MOST])
    sides = _sides(synergy, {event.actor_id for event in events if event.actor_id})
    return [HistoryLine(event.at, _who(event, synergy, sides), _what(event)) for event in events]


def _sides(synergy: Synergy, actors: set[int]) -> dict[int, str]:
    """Return for which side each person acts; who acts for none is a facilitator."""
    rows = Membership.objects.filter(
        user__in=actors, organization__in=[synergy.supplier_id, synergy.receiver_id]
    ).values_list("user_id", "organization_id")
    return {user_id: synergy.side_of(organization_id) for user_id, organization_id in rows}


def _who(event: Event, synergy: Synergy, sides: dict[int, str]) -> str:
    if event.actor_id is None or event.kind in _BY_ITSELF:
        return ""
    side = _side_said(event.data, synergy) or sides.get(event.actor_id, Actor.FACILITATOR.value)
    return side_name(synergy, side)


def _side_said(data: dict[str, Any], synergy: Synergy) -> str:
    if data.get("by") in (Actor.SUPPLIER, Actor.RECEIVER):
        return str(data["by"])
    if data.get("organization") in (synergy.supplier_id, synergy.receiver_id):
        return synergy.side_of(data["organization"])
    return ""


def side_name(synergy: Synergy, side: str) -> str:
    """Return how a side of a marked synergy is called to its reader."""
    if side == Actor.SUPPLIER:
        return synergy.supplier_name
    return synergy.receiver_name if side == Actor.RECEIVER else _("A facilitator")


def _what(event: Event) -> str:
    data = event.data
    if event.kind == "synergy.stage_changed":
        return _("now: %(stage)s") % {"stage": Stage(data["to"]).label}
    if event.kind == "synergy.lost":
        return _("gave it up: %(reason)s") % {"reason": LostReason(data["reason"]).label}
    if event.kind == "synergy.next_step":
        return (
            _("said what comes next: %(text)s") % {"text": data["text"]}
            if data.get("text")
            else _("took the next step off")
        )
    words = str(_WORDS.get(event.kind, event.kind))
    if event.kind.startswith("delivery.") and data.get("reference"):
        return f"{words}: {data['reference']}"
    return words
