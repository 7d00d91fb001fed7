"""Steps of who talks: enquire, be interested, lose."""

from collections import Counter

from tests.trading.life.model import Expected, Talk
from tests.trading.life.walk import Walk
from trading.services.synergies import lose, open_synergy_by_enquiry, show_interest


class SynergySteps(Walk):
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

    def step_interest(self) -> bool:
        talk, side = self.some_talk("idea"), self.random.choice(("supplier",) * 5 + ("receiver",))
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
