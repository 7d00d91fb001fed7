"""What may become what, and by whom: the one table that the services, the database and docs/trading.md follow.

The database holds a copy in its table `trading_move`, which the triggers read (a start has an empty origin); tests
compare it with this one, and with the tables of docs/trading.md.
"""

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """How far a synergy is."""

    IDEA = "idea", _("idea")
    DISCUSSION = "discussion", _("discussion")
    NEGOTIATION = "negotiation", _("negotiation")
    IMPLEMENTATION = "implementation", _("implementation")
    COMPLETED = "completed", _("completed")
    LOST = "lost", _("lost")


class BidState(models.TextChoices):
    """Where a bid stands."""

    OPEN = "open", _("open")
    ON_HOLD = "on_hold", _("on hold: too little is left")
    COUNTERED = "countered", _("countered")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")


class TenderState(models.TextChoices):
    """Where a tender stands."""

    OPEN = "open", _("open")
    AWARDED = "awarded", _("awarded")
    CANCELLED = "cancelled", _("cancelled")


class AgreementState(models.TextChoices):
    """Where an agreement stands."""

    ACTIVE = "active", _("active")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")


class By(models.TextChoices):
    """Who may make a move."""

    PARTY = "party", _("either party")
    PARTY_OR_FACILITATOR = "party_or_facilitator", _("either party or a facilitator")
    BIDDER = "bidder", _("who made the bid")
    ANSWERER = "answerer", _("the other party than the one who made the bid")
    OWNER = "owner", _("the owner of the listing, by award")
    BOTH = "both", _("both parties")
    CLOCK = "clock", _("the clock of the database")
    QUANTITY = "quantity", _("by itself, from what is left")
    CONSEQUENCE = "consequence", _("by itself, with the move that causes it")


@dataclass(frozen=True)
class Move:
    """One arrow. `event` is what the log says of the subject that moves; `cause` is for docs/trading.md."""

    origin: str
    target: str
    by: By
    event: str
    cause: str


LIVE_STAGES: Final = (Stage.IDEA, Stage.DISCUSSION, Stage.NEGOTIATION, Stage.IMPLEMENTATION)
BIDDING_STAGES: Final = (Stage.DISCUSSION, Stage.NEGOTIATION, Stage.IMPLEMENTATION)
LIVE_BIDS: Final = (BidState.OPEN, BidState.ON_HOLD)

STARTS: Final[dict[str, str]] = {
    "synergy": Stage.IDEA,
    "bid": BidState.OPEN,
    "tender": TenderState.OPEN,
    "agreement": AgreementState.ACTIVE,
}
MOVES: Final[dict[str, tuple[Move, ...]]] = {
    "synergy": (
        Move(Stage.IDEA, Stage.DISCUSSION, By.PARTY, "synergy.introduced", "the second party shows interest"),
        Move(
            Stage.DISCUSSION, Stage.NEGOTIATION, By.PARTY, "synergy.stage_changed", "the first bid is placed"
        ),
        Move(
            Stage.NEGOTIATION,
            Stage.IMPLEMENTATION,
            By.CONSEQUENCE,
            "synergy.stage_changed",
            "a bid is accepted",
        ),
        Move(
            Stage.IDEA,
            Stage.IMPLEMENTATION,
            By.OWNER,
            "synergy.stage_changed",
            "a sealed bid is awarded; this introduces the parties",
        ),
        Move(
            Stage.DISCUSSION,
            Stage.IMPLEMENTATION,
            By.OWNER,
            "synergy.stage_changed",
            "a sealed bid is awarded",
        ),
        Move(
            Stage.IMPLEMENTATION,
            Stage.NEGOTIATION,
            By.CONSEQUENCE,
            "synergy.stage_changed",
            "the last active agreement is cancelled, or completed while a bid is open",
        ),
        Move(
            Stage.IMPLEMENTATION,
            Stage.COMPLETED,
            By.CONSEQUENCE,
            "synergy.stage_changed",
            "the last active agreement is completed",
        ),
        Move(Stage.IDEA, Stage.LOST, By.PARTY_OR_FACILITATOR, "synergy.lost", "given up, with a reason"),
        Move(
            Stage.DISCUSSION, Stage.LOST, By.PARTY_OR_FACILITATOR, "synergy.lost", "given up, with a reason"
        ),
        Move(
            Stage.NEGOTIATION, Stage.LOST, By.PARTY_OR_FACILITATOR, "synergy.lost", "given up, with a reason"
        ),
    ),
    "bid": (
        Move(BidState.OPEN, BidState.COUNTERED, By.ANSWERER, "bid.countered", "answered by a bid"),
        Move(BidState.ON_HOLD, BidState.COUNTERED, By.ANSWERER, "bid.countered", "answered by a bid"),
        Move(
            BidState.OPEN, BidState.ACCEPTED, By.ANSWERER, "bid.accepted", "accepted; or awarded in a tender"
        ),
        Move(
            BidState.ON_HOLD,
            BidState.ACCEPTED,
            By.ANSWERER,
            "bid.accepted",
            "accepted, enough being left again before the sweep has seen it",
        ),
        Move(
            BidState.OPEN,
            BidState.DECLINED,
            By.ANSWERER,
            "bid.declined",
            "declined; or not awarded; or its synergy is lost; or its tender is cancelled",
        ),
        Move(
            BidState.ON_HOLD,
            BidState.DECLINED,
            By.ANSWERER,
            "bid.declined",
            "declined; or its synergy is lost",
        ),
        Move(BidState.OPEN, BidState.WITHDRAWN, By.BIDDER, "bid.withdrawn", "withdrawn or replaced"),
        Move(BidState.ON_HOLD, BidState.WITHDRAWN, By.BIDDER, "bid.withdrawn", "withdrawn"),
        Move(BidState.OPEN, BidState.EXPIRED, By.CLOCK, "bid.expired", "its time is over"),
        Move(BidState.ON_HOLD, BidState.EXPIRED, By.CLOCK, "bid.expired", "its time is over"),
        Move(BidState.OPEN, BidState.ON_HOLD, By.QUANTITY, "bid.held", "less is left than it asks for"),
        Move(BidState.ON_HOLD, BidState.OPEN, By.QUANTITY, "bid.resumed", "enough is left again"),
    ),
    "tender": (
        Move(
            TenderState.OPEN, TenderState.AWARDED, By.OWNER, "tender.awarded", "decided, after the deadline"
        ),
        Move(TenderState.OPEN, TenderState.CANCELLED, By.OWNER, "tender.cancelled", "called off"),
    ),
    "agreement": (
        Move(
            AgreementState.ACTIVE,
            AgreementState.COMPLETED,
            By.PARTY,
            "agreement.completed",
            "its end is reached, or something was delivered",
        ),
        Move(
            AgreementState.ACTIVE,
            AgreementState.CANCELLED,
            By.BOTH,
            "agreement.cancelled",
            "the second party asks to cancel",
        ),
    ),
}


def may_move(subject: str, origin: str, target: str) -> bool:
    """Whether the table has this arrow."""
    return any(move.origin == origin and move.target == target for move in MOVES[subject])
