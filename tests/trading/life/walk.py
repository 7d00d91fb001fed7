"""A walk: what the model holds of the world, and how a step is tried and checked."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import connection, transaction

from accounts.models import Organization, User
from common.errors import AppError
from events.models import Event
from listings.models import Listing
from tests.trading.conftest import end_transaction
from tests.trading.life.model import Call, Deal, Expected, Put, Stock, Talk
from trading.models import Agreement


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


class Walk:
    """What the model holds, and what every step needs."""

    def __init__(self, name: str, world: World) -> None:
        self.name = name
        self.random = Random(name)
        self.world = world
        self.stocks = [Stock(listing, int(listing.amount or 0)) for listing in world.listings]
        self.talks: list[Talk] = []
        self.calls: list[Call] = []
        self.trail: list[str] = []
        self.taken_steps: Counter[str] = Counter()
        self.last_event = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]

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

    def mostly(self, rows: list[Any], fits: Callable[[Any], bool]) -> Any:
        fitting = [row for row in rows if fits(row)]
        return self.some(fitting if fitting and self.random.random() < 0.85 else rows)

    def some_talk(self, *stages: str) -> Any:
        """Mostly one at such a stage, with all on the market and no bid that waits."""
        return self.mostly(
            self.talks,
            lambda talk: (
                talk.stage in stages
                and talk.waiting is None
                and all(stock.state == "published" for stock in talk.stocks)
                and not self.open_call(talk.stocks)
            ),
        )

    def some_deal(self) -> Any:
        return self.mostly(self.deals, lambda deal: deal.state == "active")

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
