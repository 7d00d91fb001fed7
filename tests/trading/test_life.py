"""The whole life, step by step, beside a plain model of it.

Each example is a walk of `STEPS` random steps, legal and not, in one transaction that is rolled back. The model says
before each step whether it is taken or with which code it is refused; after each, the database must hold what the
model holds, every quantity must add up, and the log must have grown by one event for each thing that changed.

To add a step: a method `step_…` of `Life` that returns whether there was anything to try.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Organization, User
from common.errors import AppError
from events.models import Event
from listings.models import Listing
from listings.services.listings import amend_listing, pause_listing, publish_listing
from tests.conftest import MakeListing
from tests.proof import examples
from tests.trading.conftest import end_transaction, make_bid_terms
from trading.models import Agreement, Bid, Delivery, Metric, Synergy, Tender
from trading.services import agreements, bids, tenders
from trading.services.deliveries import Consignment, correct_delivery, record_delivery
from trading.services.impact import post_expected
from trading.services.synergies import lose, open_synergy_by_enquiry, show_interest

pytestmark = pytest.mark.mass

STEPS = 200
PARTS = 10
"""Of all steps (20,000 by `make prove`), which may run side by side."""
EXAMPLES = examples(4_000, 20_000) // STEPS // PARTS
TALKING = ("discussion", "negotiation", "implementation")
LIVE_STAGES = ("idea", *TALKING)


# --- the model ----------------------------------------------------------------------------------------------
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


class Life:
    """A walk: what the model holds, and the steps."""

    def __init__(self, name: str, world: "World") -> None:
        self.name = name
        self.random = Random(name)
        self.world = world
        self.stocks = [Stock(listing, int(listing.amount or 0)) for listing in world.listings]
        self.talks: list[Talk] = []
        self.calls: list[Call] = []
        self.trail: list[str] = []
        self.taken_steps: Counter[str] = Counter()
        self.last_event = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]

    # --- what there is ---------------------------------------------------------------------------------------
    @property
    def bids(self) -> list[Put]:
        return [bid for talk in self.talks for bid in talk.bids]

    @property
    def deals(self) -> list[Deal]:
        return [deal for talk in self.talks for deal in talk.deals]

    def some(self, of: Iterable[Any]) -> Any:
        """One of what there is, the young ones rather than the old; None where there is none."""
        rows = list(of)[-12:]
        return self.random.choice(rows) if rows else None

    def user_of(self, talk: Talk, side: str) -> User:
        return self.world.seller if side == "supplier" else self.world.user_of[talk.taker.pk]

    def party(self, talk: Talk, side: str) -> Organization:
        return self.world.supplier if side == "supplier" else talk.taker

    def open_call(self, stocks: Iterable[Stock]) -> "Call | None":
        return next((c for c in self.calls if c.state == "open" and c.stock in list(stocks)), None)

    # --- trying ----------------------------------------------------------------------------------------------
    def attempt(self, name: str, refusal: str, change: Callable[[], Any]) -> Any:
        """Run a change that the model takes, or refuses with a code; return what came of it, None if refused."""
        self.trail.append(f"{name} → {refusal or 'taken'}")
        try:
            with transaction.atomic():
                done = change()
        except AppError as error:
            refused = error
        else:
            assert not refusal, f"not refused with {refusal}"
            self.taken_steps[name.split()[0]] += 1
            return done
        assert refused.code == refusal, f"refused with {refused.code}: {refused.message} {refused.fields}"
        return None

    def check(self, expected: Expected) -> None:
        """Compare the database with the model."""
        end_transaction()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, subject_type, subject_id, kind FROM events_event WHERE id > %s", [self.last_event]
            )
            events = cursor.fetchall()
            self.last_event = max([self.last_event, *(row[0] for row in events)])
            happened = Counter((row[1].split(".")[1], row[2], row[3]) for row in events)
            assert happened == expected, f"missing {expected - happened}, too many {happened - expected}"
            cursor.execute(
                "SELECT l.id, l.state, l.amount, l.allocated, coalesce(sum(a.amount), 0) FROM listings_listing l"
                " LEFT JOIN trading_allocation a ON a.listing_id = l.id AND a.released_at IS NULL"
                " WHERE l.id = ANY(%s) GROUP BY l.id",
                [[stock.listing.pk for stock in self.stocks]],
            )
            for pk, state, amount, allocated, summed in cursor.fetchall():
                stock = next(each for each in self.stocks if each.listing.pk == pk)
                assert 0 <= allocated <= amount
                assert (state, amount, allocated, summed) == (
                    stock.state,
                    stock.amount,
                    stock.taken,
                    stock.taken,
                )
            cursor.execute(
                "SELECT 'synergy', id, stage FROM trading_synergy UNION ALL SELECT 'bid', id, state FROM trading_bid"
                " UNION ALL SELECT 'agreement', id, state FROM trading_agreement"
                " UNION ALL SELECT 'tender', id, state FROM trading_tender"
            )
            held = {(kind, pk): state for kind, pk, state in cursor.fetchall()}
        model = {("synergy", talk.row.pk): talk.stage for talk in self.talks}
        model |= {("bid", bid.row.pk): bid.state for bid in self.bids}
        model |= {("agreement", deal.row.pk): deal.state for deal in self.deals}
        model |= {("tender", call.row.pk): call.state for call in self.calls}
        assert held == model

    def settle_holds(self, stocks: Iterable[Stock]) -> Expected:
        """Hold and let go what hangs on these listings."""
        happened: Expected = Counter()
        touched = list(stocks)
        for bid in self.bids:
            if bid.live and bid.tender is None and any(stock in touched for stock in bid.talk.stocks):
                fits = all(bid.amount <= stock.left for stock in bid.talk.stocks)
                target = "open" if fits else "on_hold"
                if bid.state != target:
                    bid.state = target
                    happened["bid", bid.row.pk, "bid.resumed" if fits else "bid.held"] += 1
        return happened

    def sign(self, bid: Put, amount: int, row: Agreement) -> Expected:
        """Take a bid's amount off its listings."""
        bid.state = "accepted"
        bid.talk.deals.append(Deal(bid.talk, amount, row))
        happened: Expected = Counter()
        happened["bid", bid.row.pk, "bid.accepted"] += 1
        happened["agreement", row.pk, "agreement.signed"] += 1
        for stock in bid.talk.stocks:
            stock.taken += amount
        if bid.talk.stage != "implementation":
            bid.talk.stage = "implementation"
            happened["synergy", bid.talk.row.pk, "synergy.stage_changed"] += 1
        return happened

    def told(self, stocks: Iterable[Stock]) -> Expected:
        return Counter(("listing", stock.listing.pk, stock.settle()) for stock in stocks)

    # --- listings --------------------------------------------------------------------------------------------
    def step_amend(self) -> bool:
        stock = self.some(self.stocks)
        amount = max(1, stock.amount + self.random.choice((-30, -10, 10, 30)))
        listing = amend = self.attempt(
            f"amend to {amount}",
            "invalid" if amount < stock.taken else "",
            lambda: amend_listing(actor=None, listing=stock.listing, changes={"quantity": Decimal(amount)}),
        )
        if amend is None:
            self.check(Counter())
            return True
        stock.listing, stock.amount = listing, amount
        self.check(self.told([stock]))
        return True

    def step_pause_or_publish(self) -> bool:
        stock = self.some(self.stocks)
        pause = stock.state == "published" and self.random.random() < 0.3
        paused = [each for each in self.stocks if each.state == "paused"]
        if paused and self.random.random() < 0.8:
            stock, pause = self.some(paused), False
        if pause:
            refusal = ""
        elif stock.left == 0:
            refusal = "nothing_left"
        else:
            refusal = "" if stock.state == "paused" else "wrong_state"
        change = pause_listing if pause else publish_listing
        if self.attempt(
            "pause" if pause else "publish", refusal, lambda: change(actor=None, listing=stock.listing)
        ):
            stock.state = "paused" if pause else "published"
            self.check(Counter([("listing", stock.listing.pk, f"listing.{stock.state}")]))
        else:
            self.check(Counter())
        return True

    def step_sweep(self) -> bool:
        self.trail.append("sweep")
        moved = bids.sweep_holds()
        happened = self.settle_holds(self.stocks)
        assert moved == happened.total()
        self.check(happened)
        return True

    # --- synergies -------------------------------------------------------------------------------------------
    def step_enquire(self) -> bool:
        taker, own = self.random.choice(self.world.slots)
        stock = self.random.choice(self.stocks[: self.world.offers])
        own_stock = next((each for each in self.stocks if own and each.listing.pk == own.pk), None)
        stocks = [each for each in (stock, own_stock) if each is not None]
        if any(each.state != "published" for each in stocks):
            refusal = "listing_closed"
        elif any(
            talk.live and talk.taker == taker and talk.stocks == stocks and "receiver" in talk.interested
            for talk in self.talks
        ):
            refusal = "already_open"
        else:
            refusal = ""
        row = self.attempt(
            "enquire",
            refusal,
            lambda: open_synergy_by_enquiry(
                actor=self.world.user_of[taker.pk],
                listing=stock.listing,
                organization=taker,
                text="How much?",
                own_listing=own,
            ),
        )
        if row is None:
            self.check(Counter())
            return True
        self.talks.append(Talk(taker, stocks, {"receiver"}, row))
        self.check(Counter([("synergy", row.pk, "synergy.opened"), ("synergy", row.pk, "synergy.message")]))
        return True

    def _some_talk(self, *stages: str) -> Any:
        """Mostly one at such a stage, with all on the market and no bid that waits."""
        return self._mostly(
            self.talks,
            lambda talk: (
                talk.stage in stages
                and talk.waiting is None
                and all(stock.state == "published" for stock in talk.stocks)
                and not self.open_call(talk.stocks)
            ),
        )

    def _mostly(self, rows: list[Any], fits: Callable[[Any], bool]) -> Any:
        fitting = [row for row in rows if fits(row)]
        return self.some(fitting if fitting and self.random.random() < 0.85 else rows)

    def step_interest(self) -> bool:
        talk, side = self._some_talk("idea"), self.random.choice(("supplier",) * 5 + ("receiver",))
        if talk is None:
            return False
        refusal = "" if talk.live else "stage_forbidden"
        if talk.live and side in talk.interested:
            refusal = "already_interested"
        row = self.attempt(
            "interest",
            refusal,
            lambda: show_interest(
                actor=self.user_of(talk, side), synergy=talk.row, organization=self.party(talk, side)
            ),
        )
        if row is None:
            self.check(Counter())
            return True
        talk.interested.add(side)
        talk.stage = "discussion"
        self.check(Counter([("synergy", talk.row.pk, "synergy.introduced")]))
        return True

    def step_lose(self) -> bool:
        talk = self.some(self.talks)
        if talk is None or self.random.random() < 0.7:
            return False
        refusal = "" if talk.live and talk.stage != "implementation" else "stage_forbidden"
        row = self.attempt(
            "lose",
            refusal,
            lambda: lose(actor=self.world.seller, synergy=talk.row, reason="timing"),
        )
        if row is None:
            self.check(Counter())
            return True
        happened: Expected = Counter([("synergy", talk.row.pk, "synergy.lost")])
        waiting = talk.waiting
        if waiting and waiting.tender is None:
            waiting.state = "declined"
            happened["bid", waiting.row.pk, "bid.declined"] += 1
        talk.stage = "lost"
        self.check(happened)
        return True

    # --- bids ------------------------------------------------------------------------------------------------
    def _may_bid(self, talk: Talk) -> str:
        if not talk.live:
            return "stage_forbidden"
        if talk.stage == "idea":
            return "not_introduced"
        return "tender_open" if self.open_call(talk.stocks) else ""

    def _fits(self, talk: Talk, amount: int) -> str:
        if any(stock.state != "published" for stock in talk.stocks):
            return "listing_closed"
        return "invalid" if any(amount > stock.left for stock in talk.stocks) else ""

    def _terms(self, talk: Talk, amount: int, *, expires: bool) -> Any:
        return make_bid_terms(
            quantity=Decimal(amount),
            period="year" if talk.row.is_rate else "once",
            expires_at=timezone.now() + timedelta(hours=1) if expires else None,
        )

    def step_place(self) -> bool:
        talk, side = self._some_talk(*TALKING), self.random.choice(("supplier", "receiver"))
        if talk is None:
            return False
        amount = self.random.choice((1, 2, 5, 5, 10, 20, 40, 70))
        refusal = self._may_bid(talk) or ("bid_waiting" if talk.waiting else "") or self._fits(talk, amount)
        row = self.attempt(
            f"place {amount}",
            refusal,
            lambda: bids.place_bid(
                actor=self.user_of(talk, side),
                synergy=talk.row,
                organization=self.party(talk, side),
                terms=self._terms(talk, amount, expires=self.random.random() < 0.5),
            ),
        )
        if row is None:
            self.check(Counter())
            return True
        talk.bids.append(Put(talk, side, amount, row))
        happened: Expected = Counter([("bid", row.pk, "bid.placed")])
        if talk.stage == "discussion":
            talk.stage = "negotiation"
            happened["synergy", talk.row.pk, "synergy.stage_changed"] += 1
        self.check(happened)
        return True

    def _answerable(self, bid: Put) -> str:
        if bid.tender is not None:
            return "tender_open"
        return self._waits(bid)

    def _waits(self, bid: Put) -> str:
        if bid.state == "accepted":
            return "already_accepted"
        if bid.state == "expired" or (bid.live and bid.over):
            return "bid_expired"
        return "" if bid.live else "bid_not_open"

    def _other(self, bid: Put) -> str:
        return "supplier" if bid.side == "receiver" else "receiver"

    def _some_bid(self) -> Any:
        return self._mostly(self.bids, lambda bid: bid.live and bid.tender is None)

    def step_counter(self) -> bool:
        bid = self._some_bid()
        if bid is None:
            return False
        talk, amount = bid.talk, self.random.choice((5, 10, 20, 40))
        refusal = self._answerable(bid) or self._may_bid(talk) or self._fits(talk, amount)
        row = self.attempt(
            f"counter {amount}",
            refusal,
            lambda: bids.counter_bid(
                actor=self.user_of(talk, self._other(bid)),
                bid=bid.row,
                terms=self._terms(talk, amount, expires=False),
            ),
        )
        if row is None:
            self.check(Counter())
            return True
        bid.state = "countered"
        talk.bids.append(Put(talk, self._other(bid), amount, row))
        self.check(Counter([("bid", bid.row.pk, "bid.countered"), ("bid", row.pk, "bid.placed")]))
        return True

    def step_accept(self) -> bool:
        bid = self._some_bid()
        if bid is None:
            return False
        refusal = self._answerable(bid)
        if not refusal and any(bid.amount > stock.left for stock in bid.talk.stocks):
            refusal = "too_little_left"
        elif not refusal and any(stock.state != "published" for stock in bid.talk.stocks):
            refusal = "listing_closed"
        row = self.attempt(
            f"accept {bid.amount}",
            refusal,
            lambda: bids.accept_bid(actor=self.user_of(bid.talk, self._other(bid)), bid=bid.row),
        )
        if row is None:
            self.check(Counter())
            return True
        happened = self.sign(bid, bid.amount, row)
        happened += self.told(bid.talk.stocks)
        self.check(happened + self.settle_holds(bid.talk.stocks))
        return True

    def step_decline(self) -> bool:
        bid = self._some_bid()
        if bid is None or self.random.random() < 0.5:
            return False
        row = self.attempt(
            "decline",
            self._answerable(bid),
            lambda: bids.decline_bid(actor=self.user_of(bid.talk, self._other(bid)), bid=bid.row),
        )
        if row is not None:
            bid.state = "declined"
        self.check(Counter([("bid", bid.row.pk, "bid.declined")] if row else []))
        return True

    def step_withdraw(self) -> bool:
        bid = self._mostly(self.bids, lambda bid: bid.live)
        if bid is None or self.random.random() < 0.5:
            return False
        refusal = "deadline_passed" if bid.tender and bid.tender.over else self._waits(bid)
        row = self.attempt(
            "withdraw",
            refusal,
            lambda: bids.withdraw_bid(actor=self.user_of(bid.talk, bid.side), bid=bid.row),
        )
        if row is not None:
            bid.state = "withdrawn"
        self.check(Counter([("bid", bid.row.pk, "bid.withdrawn")] if row else []))
        return True

    def step_time_of_bid_passes(self) -> bool:
        bid = self.some(each for each in self.bids if each.live and each.row.expires_at and not each.over)
        if bid is None:
            return False
        self.trail.append("time of a bid passes")
        self.world.put_back("bid", "expires_at", "placed_at", bid.row.pk)
        bid.over = True
        self.check(Counter())
        return True

    def step_expire(self) -> bool:
        due = [bid for bid in self.bids if bid.live and bid.over]
        if not due:
            return False
        self.trail.append("expire")
        assert bids.expire_due() == len(due)
        for bid in due:
            bid.state = "expired"
        self.check(Counter(("bid", bid.row.pk, "bid.expired") for bid in due))
        return True

    # --- tenders ---------------------------------------------------------------------------------------------
    def step_open_tender(self) -> bool:
        stock = self._mostly(
            self.stocks[: self.world.offers],
            lambda stock: (
                stock.state == "published"
                and not any(bid.live and stock in bid.talk.stocks for bid in self.bids)
            ),
        )
        if stock.state != "published":
            refusal = "listing_closed"
        elif self.open_call([stock]):
            refusal = "tender_open"
        elif any(bid.live and stock in bid.talk.stocks for bid in self.bids):
            refusal = "bids_open"
        else:
            refusal = ""
        row = self.attempt(
            "open tender",
            refusal,
            lambda: tenders.open_tender(
                actor=self.world.seller, listing=stock.listing, deadline=timezone.now() + timedelta(days=1)
            ),
        )
        if row is None:
            self.check(Counter())
            return True
        self.calls.append(Call(stock, row))
        self.check(Counter([("tender", row.pk, "tender.opened")]))
        return True

    def step_seal(self) -> bool:
        call = self._mostly(self.calls, lambda call: call.state == "open" and not call.over)
        if call is None or (call.over and self.random.random() < 0.8):
            return False
        taker = self.random.choice(self.world.takers)
        amount = self.random.choice((5, 10, 20, 40))
        talk = next(
            (t for t in self.talks if t.live and t.taker == taker and t.stocks[0] is call.stock), None
        )
        stocks = talk.stocks if talk else [call.stock]
        if call.stock.state != "published":
            refusal = "listing_closed"
        elif call.state != "open" or call.over:
            refusal = "deadline_passed"
        else:
            refusal = "invalid" if any(amount > stock.left for stock in stocks) else ""
        rate = call.stock.listing.is_rate and all(stock.listing.is_rate for stock in stocks)
        row = self.attempt(
            f"seal {amount}",
            refusal,
            lambda: tenders.place_sealed_bid(
                actor=self.world.user_of[taker.pk],
                tender=call.row,
                organization=taker,
                terms=make_bid_terms(quantity=Decimal(amount), period="year" if rate else "once"),
            ),
        )
        if row is None:
            self.check(Counter())
            return True
        happened: Expected = Counter([("bid", row.pk, "bid.placed")])
        if talk is None:
            talk = Talk(taker, stocks, {"receiver"}, row.synergy)
            self.talks.append(talk)
            happened["synergy", row.synergy_id, "synergy.opened"] += 1
        if talk.waiting:
            happened["bid", talk.waiting.row.pk, "bid.withdrawn"] += 1
            talk.waiting.state = "withdrawn"
        talk.bids.append(Put(talk, "receiver", amount, row, call))
        self.check(happened)
        return True

    def step_deadline_passes(self) -> bool:
        call = self.some(each for each in self.calls if each.state == "open" and not each.over)
        if call is None or self.random.random() < 0.4:
            return False
        self.trail.append("deadline passes")
        self.world.put_back("tender", "deadline", "opened_at", call.row.pk)
        call.over = True
        self.check(Counter())
        return True

    def step_award(self) -> bool:
        call = self._mostly(self.calls, lambda call: call.state == "open" and call.over)
        if call is None or (not call.over and self.random.random() < 0.8):
            return False
        if call.state != "open" and self.random.random() < 0.8:
            return False
        live = [bid for bid in self.bids if bid.tender is call and bid.live]
        chosen = [bid for bid in live if self.random.random() < 0.7]
        awards = {bid.row.pk: bid.amount - self.random.choice((0, 0, 1)) for bid in chosen}
        stocks = {id(s): s for s in [call.stock, *(s for bid in chosen for s in bid.talk.stocks)]}
        wanted: Counter[int] = Counter()
        refusal = self._award_refusal(call, chosen, awards, stocks, wanted)
        row = self.attempt(
            f"award {list(awards.values())}",
            refusal,
            lambda: tenders.award_tender(
                actor=self.world.seller,
                tender=call.row,
                awards={pk: Decimal(amount) for pk, amount in awards.items()},
            ),
        )
        if row is None:
            self.check(Counter())
            return True
        call.state = "awarded"
        happened: Expected = Counter([("tender", call.row.pk, "tender.awarded")])
        for bid in live:
            if bid in chosen:
                bid.talk.interested |= {"supplier", "receiver"}
                agreement = Agreement.objects.get(bid=bid.row)
                happened += self.sign(bid, awards[bid.row.pk], agreement)
            else:
                bid.state = "declined"
                happened["bid", bid.row.pk, "bid.declined"] += 1
        touched = [stock for stock in stocks.values() if any(stock in bid.talk.stocks for bid in chosen)]
        happened += self.told(touched)
        self.check(happened + self.settle_holds(stocks.values()))
        return True

    def _award_refusal(
        self,
        call: Call,
        chosen: list[Put],
        awards: dict[int, int],
        stocks: dict[int, Stock],
        wanted: Counter[int],
    ) -> str:
        if call.state != "open":
            return "tender_decided"
        if not call.over:
            return "deadline_not_reached"
        if any(stock.state != "published" for stock in stocks.values()):
            return "listing_closed"
        if not chosen:
            return "invalid"
        for bid in chosen:
            if not bid.talk.live:
                return "stage_forbidden"
            for stock in bid.talk.stocks:
                wanted[id(stock)] += awards[bid.row.pk]
                if wanted[id(stock)] > stock.left:
                    return "invalid"
        return ""

    def step_cancel_tender(self) -> bool:
        call = self._mostly(self.calls, lambda call: call.state == "open")
        if call is None or self.random.random() < 0.9:
            return False
        row = self.attempt(
            "cancel tender",
            "" if call.state == "open" else "tender_decided",
            lambda: tenders.cancel_tender(actor=self.world.seller, tender=call.row),
        )
        if row is None:
            self.check(Counter())
            return True
        call.state = "cancelled"
        happened: Expected = Counter([("tender", call.row.pk, "tender.cancelled")])
        for bid in self.bids:
            if bid.tender is call and bid.live:
                bid.state = "declined"
                happened["bid", bid.row.pk, "bid.declined"] += 1
        self.check(happened)
        return True

    # --- agreements ------------------------------------------------------------------------------------------
    def _some_deal(self) -> Any:
        return self._mostly(self.deals, lambda deal: deal.state == "active")

    def _end(self, deal: Deal, state: str) -> Expected:
        deal.state = state
        talk = deal.talk
        freed = [s for s in talk.stocks if state == "cancelled" or s.listing.is_rate]
        for stock in freed:
            stock.taken -= deal.amount
        happened: Expected = Counter([("agreement", deal.row.pk, f"agreement.{state}")])
        happened += self.told(freed) + self.settle_holds(freed)
        # Nothing has an end here: of a flow that is completed the days to come are taken back.
        if deal.expected and (state == "cancelled" or deal.row.is_rate):
            happened["synergy", talk.row.pk, "impact.cancelled"] += 1
        if not any(each.state == "active" for each in talk.deals):
            waiting = talk.waiting is not None and talk.waiting.tender is None
            talk.stage = "completed" if state == "completed" and not waiting else "negotiation"
            happened["synergy", talk.row.pk, "synergy.stage_changed"] += 1
        return happened

    def step_ask_cancel(self) -> bool:
        deal, side = self._some_deal(), self.random.choice(("supplier", "receiver"))
        if deal is None:
            return False
        refusal = "" if deal.row.is_rate or not deal.delivered else "delivered_already"
        refusal = "already_asked" if side in deal.asked else refusal
        row = self.attempt(
            "ask to cancel",
            "agreement_over" if deal.state != "active" else refusal,
            lambda: agreements.ask_cancel(
                actor=self.user_of(deal.talk, side),
                agreement=deal.row,
                organization=self.party(deal.talk, side),
            ),
        )
        if row is None:
            self.check(Counter())
            return True
        deal.asked.add(side)
        if len(deal.asked) == 2:
            self.check(self._end(deal, "cancelled"))
        else:
            self.check(Counter([("agreement", deal.row.pk, "agreement.cancel_asked")]))
        return True

    def step_complete(self) -> bool:
        deal = self._some_deal()
        if deal is None or self.random.random() < 0.5:
            return False
        refusal = "" if deal.sent else "not_delivered"
        row = self.attempt(
            "complete",
            "agreement_over" if deal.state != "active" else refusal,
            lambda: agreements.complete_agreement(actor=self.world.seller, agreement=deal.row),
        )
        self.check(self._end(deal, "completed") if row else Counter())
        return True

    # --- deliveries and the ledger ---------------------------------------------------------------------------
    def step_post_expected(self) -> bool:
        """What the worker does some time after a signature."""
        deal = next((each for each in self.deals if each.expected is None), None)
        if deal is None:
            return False
        deal.expected = deal.state != "cancelled"
        posted = self.attempt("post expected", "", lambda: post_expected(agreement=deal.row))
        assert bool(posted) == deal.expected
        self.check(Counter([("synergy", deal.talk.row.pk, "impact.posted")] if posted else []))
        return True

    def step_deliver(self) -> bool:
        deal = self._some_deal()
        if deal is None or self.random.random() < 0.5:
            return False
        amount = self.random.choice((1, 2, 5))
        refusal = "wrong_state" if deal.state == "cancelled" else ""
        if not refusal and not deal.row.is_rate and deal.delivered + amount > deal.amount:
            refusal = "invalid"
        row = self.attempt(
            f"deliver {amount}",
            refusal,
            lambda: record_delivery(
                actor=self.world.seller,
                agreement=deal.row,
                organization=self.world.supplier,
                consignment=Consignment(
                    reference=f"W-{len(self.trail)}",
                    happened_on=timezone.now().date(),
                    quantity=Decimal(amount),
                    unit="t",
                ),
            ),
        )
        if row is None:
            self.check(Counter())
            return True
        deal.delivered += amount
        deal.sent.append((row, amount))
        self.check(
            Counter(
                [("delivery", row.pk, "delivery.recorded"), ("synergy", deal.talk.row.pk, "impact.posted")]
            )
        )
        return True

    def step_correct(self) -> bool:
        deal = self.some(each for each in self.deals if each.sent)
        if deal is None or self.random.random() < 0.7:
            return False
        place = self.random.randrange(len(deal.sent))
        delivery, before = deal.sent[place]
        amount = self.random.choice((0, 1, 3))
        refusal = "nothing_changes" if amount == before else ""
        if not refusal and deal.state == "cancelled" and amount > before and not deal.row.is_rate:
            refusal = "wrong_state"
        if (
            not refusal
            and not deal.row.is_rate
            and amount > before
            and deal.delivered + amount - before > deal.amount
        ):
            refusal = "invalid"
        row = self.attempt(
            f"correct to {amount}",
            refusal,
            lambda: correct_delivery(
                actor=self.world.seller,
                delivery=delivery,
                organization=self.world.supplier,
                quantity=Decimal(amount),
                unit="t",
                note="weighed again",
            ),
        )
        if row is None:
            self.check(Counter())
            return True
        deal.delivered += amount - before
        deal.sent[place] = (delivery, amount)
        self.check(
            Counter(
                [("delivery", row.pk, "delivery.corrected"), ("synergy", deal.talk.row.pk, "impact.posted")]
            )
        )
        return True

    def check_ledger(self) -> None:
        """What the ledger confirms is what was delivered under the agreements, to the last tonne."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT agreement_id, sum(gross) FROM trading_impactentry"
                " WHERE metric = %s AND status <> 'estimated' GROUP BY agreement_id",
                [Metric.VIRGIN_SAVED],
            )
            confirmed = {pk: total for pk, total in cursor.fetchall() if total}
            cursor.execute(
                "SELECT agreement_id FROM trading_impactentry WHERE status = 'estimated' AND metric = %s"
                " GROUP BY agreement_id HAVING sum(gross) <> 0",
                [Metric.VIRGIN_SAVED],
            )
            expected = {pk for (pk,) in cursor.fetchall()}
        assert confirmed == {deal.row.pk: deal.delivered for deal in self.deals if deal.delivered}
        assert expected == {deal.row.pk for deal in self.deals if deal.expected and deal.state != "cancelled"}

    # --- the walk --------------------------------------------------------------------------------------------
    def walk(self, steps: int) -> None:
        """Take so many steps."""
        known = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("step_")]
        weights = [WEIGHTS.get(step.__name__, 2) for step in known]
        taken = 0
        try:
            while taken < steps:
                taken += bool(self.random.choices(known, weights)[0]())
            self.check_ledger()
        except Exception as error:
            raise AssertionError(
                "\n".join([str(error), f"{self.name}, after:", *self.trail[-40:]])
            ) from error


WEIGHTS = {
    "step_place": 12,
    "step_accept": 10,
    "step_interest": 7,
    "step_enquire": 4,
    "step_ask_cancel": 4,
    "step_deliver": 4,
    "step_post_expected": 6,
    "step_complete": 3,
    "step_seal": 8,
    "step_award": 8,
    "step_amend": 1,
    "step_pause_or_publish": 1,
}


# --- the world ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class World:
    """Who deals, and in what: a flow and a lot of one supplier, two takers, one of them with a request."""

    supplier: Organization
    seller: User
    takers: list[Organization]
    user_of: dict[int, User]
    listings: list[Listing]
    offers: int
    slots: list[tuple[Organization, Listing | None]]

    @staticmethod
    def put_back(table: str, ends: str, begins: str, pk: int) -> None:
        """Let a time lie in the past, which the triggers refuse to everybody else."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL session_replication_role = replica;"
                f"UPDATE trading_{table} SET {ends} = now() - interval '1 minute', {begins} = now() - interval '1 day'"
                f" WHERE id = {pk}; SET LOCAL session_replication_role = origin"
            )


@pytest.fixture
def world(
    make_offer: MakeListing,
    make_request: MakeListing,
    asnaes: Organization,
    cement_works: Organization,
    elsewhere: Organization,
    seller: User,
    buyer: User,
    stranger: User,
) -> World:
    flow = make_offer(quantity=Decimal(100))
    lot = make_offer(quantity=Decimal(60), period="once")
    request = make_request(quantity=Decimal(80))
    return World(
        supplier=asnaes,
        seller=seller,
        takers=[cement_works, elsewhere],
        user_of={cement_works.pk: buyer, elsewhere.pk: stranger},
        listings=[flow, lot, request],
        offers=2,
        slots=[(cement_works, None), (cement_works, request), (elsewhere, None)],
    )


@pytest.mark.parametrize("part", range(PARTS))
def test_life_is_what_the_model_says(world: World, part: int) -> None:
    taken: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.integers(0, 2**32))
    def walk(seed: int) -> None:
        with transaction.atomic():
            life = Life(f"walk {part} {seed}", world)
            life.walk(STEPS)
            taken.update(life.taken_steps)
            transaction.set_rollback(True)

    walk()
    often = {"enquire", "interest", "place", "accept", "seal", "ask", "deliver"}
    assert often <= taken.keys(), f"the walks never came to {often - taken.keys()}"
    assert taken.total() > EXAMPLES * STEPS / 5
