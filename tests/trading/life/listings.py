"""Steps of who lists: amend, pause, publish; and the sweep over what is held."""

from collections import Counter
from decimal import Decimal

from listings.services.listings import amend_listing, pause_listing, publish_listing
from tests.trading.life.walk import Walk
from trading.services import bids


class ListingSteps(Walk):
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
