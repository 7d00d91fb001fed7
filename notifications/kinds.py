"""The one table of what is told: for each kind of event its line, or that nobody is told, and why.

Who hears of it is the audience of the event's declaration (`events.kinds`); what no event says, since only time passed
or a job counted, is declared here the same way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.kinds import Audience, declared
from notifications.models import Channel, Kind


class Standing(StrEnum):
    """As what somebody hears of a thing."""

    PARTY = "party"
    """May act for an organization that it concerns."""
    READER = "reader"
    """Belongs to such an organization, to read."""
    COLLEAGUE = "colleague"
    """Belongs to the organization of whoever did it."""
    FACILITATOR = "facilitator"
    """Facilitates one of the parties, and is a member of none."""


@dataclass(frozen=True)
class Told:
    """What is told of one kind of event: under which kind people choose it, and in which words."""

    kind: Kind
    title: str | Promise
    """One line; it may name `%(resource)s` and what else the words of `notifications.words` hold."""


@dataclass(frozen=True)
class Untold:
    """A kind of event that nobody is told of."""

    why: str


_SAID_ELSE: Final = Untold("another event of the same deed is told")
_SEEN_THERE: Final = Untold("stands on the page it concerns; nobody has to act")
_SECRET: Final = Untold("a letter of its own carries the link that opens it")

FOUND: Final = "match.found"
"""The line of new matches, whose words count them."""
SEARCHED: Final = "saved_search.found"
"""The line of what a saved search finds new, whose words count it."""

TOLD: Final[Mapping[str, Told | Untold]] = {
    # --- matches
    FOUND: Told(Kind.MATCH, _("New matches: %(resource)s")),
    "match.approved": Told(Kind.MATCH, _("Match approved, you can take it up: %(resource)s")),
    "match.dismissed": _SEEN_THERE,
    "match.review_taken_back": _SEEN_THERE,
    "match.interest_noted": Told(Kind.INTEREST, _("Interest before your review: %(resource)s")),
    "match.interest_taken_back": _SEEN_THERE,
    # --- plans
    **dict.fromkeys(
        (
            "scenario.created",
            "scenario.changed",
            "scenario.archived",
            "plan_run.asked",
            "plan_run.cancelled",
            "plan_run.published",
            "plan_run.taken_back",
            "plan_run.study_asked",
        ),
        _SEEN_THERE,
    ),
    # --- deals
    "synergy.opened match": Told(Kind.INTEREST, _("Interest in your match: %(resource)s")),
    "synergy.opened facilitator": Told(Kind.INTEREST, _("A facilitator brings you together: %(resource)s")),
    "synergy.opened enquiry": Told(Kind.ENQUIRY, _("Enquiry: %(resource)s")),
    "synergy.opened tender": Untold("only the sealed bid says that it exists"),
    "synergy.interested": Told(Kind.INTEREST, _("Interest shown: %(resource)s")),
    "synergy.introduced": Told(
        Kind.INTEREST, _("Both are interested, you know each other now: %(resource)s")
    ),
    "synergy.stage_changed": _SAID_ELSE,
    "synergy.message": Told(Kind.MESSAGE, _("Message: %(resource)s")),
    "synergy.file": Told(Kind.DOCUMENT, _("Document added: %(resource)s")),
    "synergy.next_step": Told(Kind.DEAL, _("Next step: %(resource)s")),
    "synergy.attribution": _SEEN_THERE,
    "synergy.lost": Told(Kind.DEAL, _("Deal given up: %(resource)s")),
    "synergy.reminded": Told(Kind.STALE, _("Waiting for you: %(resource)s")),
    "bid.placed": Told(Kind.BID, _("Bid: %(resource)s")),
    "bid.placed answering": _SAID_ELSE,
    "bid.countered": Told(Kind.COUNTER, _("Counter-bid: %(resource)s")),
    "bid.accepted": Told(Kind.ACCEPTANCE, _("Bid accepted: %(resource)s")),
    "bid.declined": Told(Kind.BID, _("Bid declined: %(resource)s")),
    "bid.withdrawn": Told(Kind.BID, _("Bid withdrawn: %(resource)s")),
    "bid.expired": Told(Kind.EXPIRY, _("Bid expired: %(resource)s")),
    "bid.held": Told(Kind.BID, _("Bid waits, too little is left: %(resource)s")),
    "bid.resumed": Told(Kind.BID, _("Bid stands again, enough is left: %(resource)s")),
    "bid.runs_out": Told(Kind.DEADLINE, _("Bid runs out %(moment)s: %(resource)s")),
    "tender.opened": Untold("whoever looks for it finds it on the market"),
    "tender.awarded": _SAID_ELSE,
    "tender.cancelled": _SAID_ELSE,
    "tender.over": Told(Kind.DEADLINE, _("Tender is over, its bids can be opened: %(resource)s")),
    # --- what was agreed, and what moved
    "agreement.signed": _SAID_ELSE,
    "agreement.papers": Told(Kind.DOCUMENT, _("Transport paper filled in: %(resource)s")),
    "agreement.cancel_asked": Told(Kind.DEAL, _("Cancelling the agreement is asked for: %(resource)s")),
    "agreement.cancelled": Told(Kind.DEAL, _("Agreement cancelled: %(resource)s")),
    "agreement.completed": Told(Kind.DEAL, _("Agreement completed: %(resource)s")),
    "delivery.planned": Told(Kind.DELIVERY, _("Delivery planned: %(resource)s")),
    "delivery.recorded": Told(Kind.DELIVERY, _("Delivery to confirm: %(resource)s")),
    "delivery.corrected": Told(Kind.DELIVERY, _("Correction of a delivery to confirm: %(resource)s")),
    "delivery.confirmed": Told(Kind.DELIVERY, _("Delivery confirmed: %(resource)s")),
    "delivery.file": Told(Kind.DOCUMENT, _("Evidence of a delivery: %(resource)s")),
    "impact.posted": _SEEN_THERE,
    "impact.cancelled": _SEEN_THERE,
    "impact.verified": _SEEN_THERE,
    "impact.declared": _SEEN_THERE,
    # --- listings
    "listing.created": _SEEN_THERE,
    "listing.edited": _SEEN_THERE,
    "listing.changed": _SEEN_THERE,
    "listing.published": _SEEN_THERE,
    "listing.paused": _SEEN_THERE,
    "listing.closed": _SAID_ELSE,
    "listing.withdrawn": _SEEN_THERE,
    "listing.expired": Told(Kind.EXPIRY, _("Listing is over: %(resource)s")),
    "listing.runs_out": Told(Kind.EXPIRY, _("Listing ends %(moment)s: %(resource)s")),
    "listing.file_added": _SEEN_THERE,
    "listing.file_changed": _SEEN_THERE,
    "listing.file_removed": _SEEN_THERE,
    "listing_import.sent": _SEEN_THERE,
    "listing_import.taken": _SEEN_THERE,
    "listing_import.done": _SEEN_THERE,
    SEARCHED: Told(Kind.SEARCH, _("New for %(searches)s: %(resource)s")),
    # --- organizations, programmes, people
    "organization.created": _SEEN_THERE,
    "organization.changed": _SEEN_THERE,
    "organization.invited": _SECRET,
    "organization.uninvited": _SEEN_THERE,
    "organization.joined": Told(Kind.ORGANIZATION, _("New member of %(organization)s: %(who)s")),
    "organization.left": _SEEN_THERE,
    "organization.role_changed": Told(Kind.ORGANIZATION, _("Role changed at %(organization)s: %(who)s")),
    "organization.programme_invited": Told(Kind.INVITATION, _("%(programme)s invites %(organization)s")),
    "organization.programme_declined": Told(
        Kind.INVITATION, _("%(organization)s does not take part in %(programme)s")
    ),
    "organization.programme_joined": Untold("the programme's page lists who takes part"),
    "organization.programme_left": Untold("the programme's page lists who takes part"),
    "site.created": _SEEN_THERE,
    "site.changed": _SEEN_THERE,
    "site.deleted": _SEEN_THERE,
    "programme.created": _SEEN_THERE,
    "programme.edited": _SEEN_THERE,
    "programme.changed": _SEEN_THERE,
    "programme.person_invited": Told(Kind.INVITATION, _("%(programme)s invites you to take part")),
    "token.created": _SEEN_THERE,
    "token.revoked": _SEEN_THERE,
    "address.refused": Told(Kind.ADDRESS, _("Your mail server refused our letters to %(email)s")),
    # --- register, catalogue, demonstration
    "register_plant.imported": _SEEN_THERE,
    "register_plant.claimed": Told(Kind.ORGANIZATION, _("%(organization)s claims %(plant)s")),
    "register_plant.claim_confirmed": Told(Kind.ORGANIZATION, _("Claim confirmed: %(plant)s")),
    "register_plant.claim_refused": Told(Kind.ORGANIZATION, _("Claim refused: %(plant)s")),
    "precedent.added": _SEEN_THERE,
    "precedent.changed": _SEEN_THERE,
    "precedent.removed": _SEEN_THERE,
    "demonstration.loaded": _SEEN_THERE,
    "person.erased": Untold("there is nobody left to be told"),
}
"""By the kind of event; where one kind has several lines, what tells them apart stands behind a blank."""

WITHOUT_EVENT: Final[Mapping[str, Audience]] = {
    FOUND: Audience.ORGANIZATION,
    "bid.runs_out": Audience.TO_ACT,
    "tender.over": Audience.ORGANIZATION,
    "listing.runs_out": Audience.ORGANIZATION,
    SEARCHED: Audience.PERSON,
    "address.refused": Audience.PERSON,
}
"""Who hears of what is no event."""

USUAL: Final[Mapping[Kind, Channel]] = {
    Kind.MATCH: Channel.DAILY,
    Kind.INTEREST: Channel.AT_ONCE,
    Kind.ENQUIRY: Channel.AT_ONCE,
    Kind.BID: Channel.AT_ONCE,
    Kind.COUNTER: Channel.AT_ONCE,
    Kind.ACCEPTANCE: Channel.AT_ONCE,
    Kind.MESSAGE: Channel.AT_ONCE,
    Kind.DOCUMENT: Channel.DAILY,
    Kind.DELIVERY: Channel.DAILY,
    Kind.DEADLINE: Channel.AT_ONCE,
    Kind.EXPIRY: Channel.DAILY,
    Kind.SEARCH: Channel.AT_ONCE,
    Kind.STALE: Channel.AT_ONCE,
    Kind.DEAL: Channel.DAILY,
    Kind.INVITATION: Channel.AT_ONCE,
    Kind.ORGANIZATION: Channel.INBOX,
    Kind.ADDRESS: Channel.INBOX,
}
"""How whoever may act is told until they choose otherwise."""

USUAL_OF_FACILITATORS: Final[Mapping[Kind, Channel]] = {
    Kind.INTEREST: Channel.DAILY,
    Kind.ACCEPTANCE: Channel.DAILY,
    Kind.STALE: Channel.AT_ONCE,
    Kind.DEAL: Channel.DAILY,
    Kind.INVITATION: Channel.AT_ONCE,
    Kind.ORGANIZATION: Channel.DAILY,
}
"""The same for who facilitates a party; every bid and message of a region would drown what needs them."""


def usual_channel(kind: Kind, standing: Standing) -> Channel:
    """Return how somebody is told who has not chosen."""
    if standing == Standing.FACILITATOR:
        return USUAL_OF_FACILITATORS.get(kind, Channel.OFF)
    return USUAL[kind] if standing == Standing.PARTY else Channel.INBOX


def channel_for(kind: Kind, standing: Standing, chosen: Channel | None) -> Channel:
    """Return how somebody is told: as chosen, else as usual; of a colleague's deed no letter is written."""
    channel = chosen or usual_channel(kind, standing)
    if standing == Standing.COLLEAGUE and channel != Channel.OFF:
        return Channel.INBOX
    return channel


_CALMEST_FIRST: Final = (Channel.OFF, Channel.INBOX, Channel.WEEKLY, Channel.DAILY, Channel.AT_ONCE)


def calmer(one: Channel, other: Channel) -> Channel:
    """Return which of two ways disturbs less: where a thing and its kind say two ways, this one holds."""
    return min(one, other, key=_CALMEST_FIRST.index)


def least_calm(ways: Iterable[Channel]) -> Channel:
    """Return which of several ways tells soonest; `ValueError` for none."""
    return max(ways, key=_CALMEST_FIRST.index)


def line_of(name: str, data: Mapping[str, Any]) -> str:
    """Return the line of `TOLD` for an event of this kind with this data."""
    if name == "synergy.opened":
        return f"{name} {data.get('origin', '')}"
    return name


def audience_of(line: str) -> Audience:
    """Return who may hear of what a line of `TOLD` is about; `KeyError` for what is nowhere declared."""
    return WITHOUT_EVENT.get(line) or declared()[line.split(" ")[0]].audience


def events_told() -> list[str]:
    """Return the kinds of events of which somebody is told, in alphabetical order."""
    told = {line.split(" ")[0] for line, told in TOLD.items() if isinstance(told, Told)}
    return sorted(told - set(WITHOUT_EVENT))
