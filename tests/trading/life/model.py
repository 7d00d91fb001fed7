"""The plain model: what is listed, talked about, put, called for and agreed."""

from collections import Counter
from dataclasses import dataclass, field

from accounts.models import Organization
from listings.models import Listing
from trading.models import Agreement, Bid, Delivery, Synergy, Tender

TALKING = ("discussion", "negotiation", "implementation")
LIVE_STAGES = ("idea", *TALKING)


@dataclass
class Stock:
    """A listing: of `amount`, `taken` is agreed."""

    listing: Listing
    amount: int
    taken: int = 0
    state: str = "published"

    @property
    def left(self) -> int:
        return self.amount - self.taken

    def settle(self) -> str:
        """Close at zero, reopen above it, and return the event that says so."""
        if self.state == "published" and not self.left:
            self.state = "closed"
            return "listing.closed"
        if self.state == "closed" and self.left:
            self.state = "published"
            return "listing.published"
        return "listing.changed" if self.state == "published" else "listing.edited"


@dataclass
class Talk:
    """A synergy of a taker with the owner of an offer, with the taker's own request or without."""

    taker: Organization
    stocks: list[Stock]
    interested: set[str]
    row: Synergy
    stage: str = "idea"
    bids: list["Put"] = field(default_factory=list)
    deals: list["Deal"] = field(default_factory=list)

    @property
    def introduced(self) -> bool:
        return len(self.interested) == 2

    @property
    def live(self) -> bool:
        return self.stage in LIVE_STAGES

    @property
    def waiting(self) -> "Put | None":
        return next((bid for bid in self.bids if bid.live), None)


@dataclass
class Put:
    """A bid."""

    talk: Talk
    side: str
    amount: int
    row: Bid
    tender: "Call | None" = None
    state: str = "open"
    over: bool = False

    @property
    def live(self) -> bool:
        return self.state in ("open", "on_hold")


@dataclass
class Call:
    """A tender."""

    stock: Stock
    row: Tender
    state: str = "open"
    over: bool = False


@dataclass
class Deal:
    """An agreement."""

    talk: Talk
    amount: int
    row: Agreement
    state: str = "active"
    asked: set[str] = field(default_factory=set)
    expected: bool | None = None
    """Whether the worker posted what is expected, or found it cancelled; None: it has yet to come to it."""
    delivered: int = 0
    sent: list[tuple[Delivery, int]] = field(default_factory=list)


Expected = Counter[tuple[str, int, str]]
