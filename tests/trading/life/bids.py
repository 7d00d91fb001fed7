"""Steps of who bids: place, counter, accept, decline, withdraw, and what time does."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from tests.trading.conftest import make_bid_terms
from tests.trading.life.model import TALKING, Expected, Put, Talk
from tests.trading.life.walk import Walk
from trading.services import bids


class BidSteps(Walk):
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
        talk, side = self.some_talk(*TALKING), self.random.choice(("supplier", "receiver"))
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
        return self.mostly(self.bids, lambda bid: bid.live and bid.tender is None)

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
        bid = self.mostly(self.bids, lambda bid: bid.live)
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
