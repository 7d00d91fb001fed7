"""Steps under an agreement: cancel, complete, deliver, correct, and what the ledger then holds."""

from collections import Counter
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from tests.trading.life.model import Deal, Expected
from tests.trading.life.walk import Walk
from trading.models import Metric
from trading.services import agreements
from trading.services.deliveries import Consignment, correct_delivery, record_delivery
from trading.services.impact import post_expected


class AgreementSteps(Walk):
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
        deal, side = self.some_deal(), self.random.choice(("supplier", "receiver"))
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
        deal = self.some_deal()
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
        deal = self.some_deal()
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
