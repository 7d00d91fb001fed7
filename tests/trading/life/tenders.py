"""Steps of a tender: open, seal, award, cancel."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from tests.trading.conftest import make_bid_terms
from tests.trading.life.model import Call, Expected, Put, Stock, Talk
from tests.trading.life.walk import Walk
from trading.models import Agreement
from trading.services import tenders


class TenderSteps(Walk):
    def step_open_tender(self) -> bool:
        stock = self.mostly(
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
        call = self.mostly(self.calls, lambda call: call.state == "open" and not call.over)
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
        call = self.mostly(self.calls, lambda call: call.state == "open" and call.over)
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
        call = self.mostly(self.calls, lambda call: call.state == "open")
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
