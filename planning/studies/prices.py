"""Prices at which every trade of a plan pays both sides, and what each company gains by them.

The price of a node is its dual: what one more unit there spares. Each trade is settled at the giver's gate price, the
receiver bears the way (as in `matching.economics`). By linear duality no pair or coalition would gain by trading
outside the plan at these prices (Owen 1975, On the core of linear production games); whole-number decisions can break
that, which `sharing` mends. Where the objective weighs more than money, prices contain those weights too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.optimize.answers import Plan
from planning.optimize.network import Float
from planning.optimize.verify import given_at_nodes, party_costs


@dataclass(frozen=True)
class Trade:
    """One exchange of a plan."""

    arc: int
    giver: int
    receiver: int
    """Parties."""
    amount: float
    """Units sent per year."""
    price: float
    """Money per unit at the giver's gate, the mean over the periods by amount; negative: the giver pays."""
    giver_gain: float | None
    receiver_gain: float | None
    """Money per year over the best that the side could do alone with the same units; None: it could do nothing."""


@dataclass(frozen=True)
class Account:
    """What the plan is to one company, in money per year."""

    party: int
    without: float
    """What it spends in the baseline, with what passes between companies there already, at the baseline's prices."""
    spends: float
    """What it spends itself in the plan."""
    receives: float
    pays: float
    """For what passes to and from others."""

    @property
    def gain(self) -> float:
        """How much better off it is."""
        return self.without - self.spends + self.receives - self.pays


@dataclass(frozen=True)
class Settlement:
    """Trades at the plan's prices, and the companies' accounts."""

    trades: tuple[Trade, ...]
    accounts: tuple[Account, ...]

    @property
    def gain(self) -> float:
        """What all gain together, in money per year."""
        return sum(account.gain for account in self.accounts)

    @property
    def losers(self) -> tuple[Account, ...]:
        """Who would be better off without the plan: none in one without whole-number decisions."""
        least = 1e-6 * max((abs(account.without) for account in self.accounts), default=0.0)
        return tuple(account for account in self.accounts if account.gain < -max(least, 1e-6))


def settle(plan: Plan, baseline: Plan) -> Settlement:
    """Return who pays whom at the plan's prices, beside the baseline of the same network."""
    network, arcs = plan.network, plan.network.arcs
    giver, receiver = network.nodes.party[arcs.tail], network.nodes.party[arcs.head]
    between = giver != receiver
    count = len(network.parties)
    receives, pays = _transfers(plan)
    received, paid = _transfers(baseline)
    without, spends = party_costs(baseline) - received + paid, party_costs(plan)
    sent = plan.flow.sum(axis=1)
    least = 1e-9 * max(float(sent.max(initial=0.0)), 1.0)
    return Settlement(
        tuple(
            _trade(plan, int(a), int(giver[a]), int(receiver[a]))
            for a in np.flatnonzero(between & (sent > least))
        ),
        tuple(
            Account(
                party, float(without[party]), float(spends[party]), float(receives[party]), float(pays[party])
            )
            for party in range(count)
        ),
    )


def _transfers(plan: Plan) -> tuple[Float, Float]:
    """Return what each party receives and pays for what passes between parties, at the plan's prices."""
    network, arcs = plan.network, plan.network.arcs
    giver, receiver = network.nodes.party[arcs.tail], network.nodes.party[arcs.head]
    paid = (plan.flow * plan.price[arcs.tail]).sum(axis=1)
    between = giver != receiver
    receives, pays = np.zeros(len(network.parties)), np.zeros(len(network.parties))
    np.add.at(receives, giver[between], paid[between])
    np.add.at(pays, receiver[between], paid[between])
    _settle_plants(plan, receives, pays)
    return receives, pays


def _settle_plants(plan: Plan, receives: Float, pays: Float) -> None:
    """A plant or store that takes from or gives to another party's node buys and sells there at the node's price."""
    for party, node, given in given_at_nodes(plan):
        owner = int(plan.network.nodes.party[node])
        if owner != party:
            value = float(given @ plan.price[node])
            receives[party] += value
            pays[owner] += value


def _trade(plan: Plan, a: int, giver: int, receiver: int) -> Trade:
    arcs = plan.network.arcs
    sent = plan.flow[a]
    price = plan.price[arcs.tail[a]]
    at_best_given = _best_alone(plan, int(arcs.tail[a]), brings=False)
    at_best_taken = _best_alone(plan, int(arcs.head[a]), brings=True)
    return Trade(
        arc=a,
        giver=giver,
        receiver=receiver,
        amount=float(sent.sum()),
        price=float(sent @ price / sent.sum()),
        giver_gain=None if at_best_given is None else float(sent @ (price - at_best_given)),
        receiver_gain=(
            None
            if at_best_taken is None
            else float(sent @ (arcs.kept[a] * at_best_taken - arcs.cost[a] - price))
        ),
    )


def _best_alone(plan: Plan, node: int, *, brings: bool) -> Float | None:
    """Return what a unit is worth to a side alone, per period: at the best of its ways that is not exhausted."""
    others = plan.network.alternatives
    best: Float | None = None
    for m in np.flatnonzero((others.node == node) & (others.brings == brings)):
        left = plan.alternative[m] < others.limit[m] * (1 - 1e-9)
        value = np.where(left, others.cost[m] if brings else -others.cost[m], np.inf if brings else -np.inf)
        better = np.minimum if brings else np.maximum
        best = value if best is None else better(best, value)
    return None if best is None or not np.isfinite(best).all() else best
