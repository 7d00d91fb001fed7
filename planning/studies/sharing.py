"""Who gets what of a plan's gain: by its prices, in equal parts, by Shapley's rule; and whether some would leave.

A coalition S of companies could gain v(S) by the best plan among themselves alone: what they spend without exchange
less what they spend with the best. A share x is stable (in the core) if nobody is better off alone: Σ x = v(all), and
x(S) ≥ v(S) for every S. Whether there is one, is a linear programme (Bondareva 1963, Shapley 1967).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from planning.optimize.decompose import solve_in_parts
from planning.optimize.model import build_model
from planning.optimize.network import Float, Network
from planning.optimize.solving import Settings, quiet

MOST_PARTIES = 12
"""Shapley's value and the whole core ask for every coalition: 4,095 plans for twelve."""

Coalition = frozenset[int]
Values = Mapping[Coalition, float]


def coalition_values(
    network: Network,
    parties: Iterable[int],
    settings: Settings | None = None,
    watch: Callable[[int, int], bool] | None = None,
) -> dict[Coalition, float]:
    """Return v(S) for every coalition of these parties, all others gone, in the objective's money per year.

    Raises a ValueError for more than `MOST_PARTIES`. A coalition that can make no plan at all has −infinity. `watch` is
    told how many of how many are done, and cancels by False (InterruptedError).
    """
    members = sorted(parties)
    if len(members) > MOST_PARTIES:
        raise ValueError(f"{len(members)} parties: every coalition of at most {MOST_PARTIES} can be tried.")
    chosen = [frozenset(some) for size in range(1, len(members) + 1) for some in combinations(members, size)]
    values: dict[Coalition, float] = {frozenset(): 0.0}
    for done, coalition in enumerate(chosen, start=1):
        values[coalition] = coalition_value(network, coalition, settings)
        if watch is not None and not watch(done, len(chosen)):
            raise InterruptedError
    return values


def coalition_value(network: Network, coalition: Coalition, settings: Settings | None = None) -> float:
    """Return v(S) of one coalition."""
    gone = [party for party in range(len(network.parties)) if party not in coalition]
    alone = network.without_parties(gone)
    spent = [_least_cost(one, settings) for one in (alone.without_exchange(), alone)]
    return spent[0] - spent[1]


def _least_cost(network: Network, settings: Settings | None) -> float:
    outcome = solve_in_parts(build_model(network), settings, workers=1)
    return outcome.objective if outcome.has_plan else np.inf


def shapley(values: Values, parties: Iterable[int]) -> dict[int, float]:
    """Return each party's mean contribution over all orders in which the parties could join (Shapley 1953)."""
    members = sorted(parties)
    count = len(members)
    shares = {}
    for party in members:
        others = [one for one in members if one != party]
        shares[party] = sum(
            (values[frozenset((*some, party))] - values[frozenset(some)]) / (count * comb(count - 1, size))
            for size in range(count)
            for some in combinations(others, size)
        )
    return shares


def equal_split(total: float, parties: Iterable[int]) -> dict[int, float]:
    """Return the total in equal parts."""
    members = sorted(parties)
    return {party: total / len(members) for party in members}


@dataclass(frozen=True)
class Stability:
    """Whether nobody would leave, and what it takes."""

    objections: tuple[tuple[Coalition, float], ...]
    """Coalitions that would gain by leaving at the shares given, and how much, the largest first."""
    side_payments: dict[int, float] | None
    """The least payments (positive: gets) that make the shares stable; they add up to nothing. None: there are none."""
    subsidy: float
    """Money per year from outside that stable shares would need; 0 where side payments do."""
    proof: tuple[tuple[Coalition, float], ...]
    """Where no shares are stable: a balanced collection (coalitions with weights, each party's adding up to one) that
    is worth more than the plan."""


def stability(values: Values, shares: Mapping[int, float]) -> Stability:
    """Return whether these shares are stable against all coalitions in `values`, and the least that makes them so."""
    members = sorted(shares)
    whole = frozenset(members)
    coalitions = [one for one in values if one and one < whole and np.isfinite(values[one])]
    scale = max(abs(values[whole]), *(abs(share) for share in shares.values()), 1.0)
    least = 1e-6 * scale
    lacking = {one: values[one] - sum(shares[party] for party in one) for one in coalitions}
    objections = sorted(
        ((one, lack) for one, lack in lacking.items() if lack > least), key=lambda found: -found[1]
    )
    member_of = np.array([[float(party in one) for party in members] for one in coalitions]).reshape(
        len(coalitions), len(members)
    )
    worth = np.array([values[one] for one in coalitions])
    needed, weights = _least_total(member_of, worth)
    subsidy = max(needed - values[whole], 0.0)
    if subsidy > least:
        proof = tuple(
            (one, float(weight)) for one, weight in zip(coalitions, weights, strict=True) if weight > 1e-9
        )
        return Stability(tuple(objections), None, subsidy, proof)
    given = np.array([shares[party] for party in members])
    payments = _least_payments(member_of, worth, given, values[whole])
    return Stability(tuple(objections), dict(zip(members, payments.tolist(), strict=True)), 0.0, ())


def _least_total(member_of: Float, worth: Float) -> tuple[float, Float]:
    """Return the least Σ x with x(S) ≥ v(S) for all S, and its duals: the weights of a balanced collection."""
    count = member_of.shape[1]
    found, duals = _linear(
        np.ones(count), np.full(count, -np.inf), member_of, worth, np.full(worth.size, np.inf)
    )
    return float(found.sum()), duals


def _least_payments(member_of: Float, worth: Float, given: Float, total: float) -> Float:
    """Return the y of least Σ |y| with Σ (given + y) = total and given(S) + y(S) ≥ v(S)."""
    count = given.size
    split = np.hstack([member_of, -member_of])
    all_of = np.concatenate([np.ones(count), -np.ones(count)])
    found, _ = _linear(
        np.ones(2 * count),
        np.zeros(2 * count),
        np.vstack([split, all_of]),
        np.append(worth - member_of @ given - 1e-9 * max(abs(total), 1.0), total - given.sum()),
        np.append(np.full(worth.size, np.inf), total - given.sum()),
    )
    payments: Float = found[:count] - found[count:]
    return payments


def _linear(
    cost: Float, lower: Float, matrix: Float, row_lower: Float, row_upper: Float
) -> tuple[Float, npt.NDArray[np.float64]]:
    """Return the least of a small dense programme and its row duals."""
    highs = quiet()
    for place in range(cost.size):
        highs.addCol(cost[place], lower[place], np.inf, 0, [], [])
    everything = np.arange(cost.size)
    for row, low, high in zip(matrix, row_lower, row_upper, strict=True):
        used = row != 0
        highs.addRow(low, high, int(used.sum()), everything[used], row[used])
    highs.run()
    solution = highs.getSolution()
    return np.array(solution.col_value), np.array(solution.row_dual)
