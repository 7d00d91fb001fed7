"""The planner beside its slow twin: small networks drawn at random, equal to the last cent."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planning.optimize.answers import make_plan
from planning.optimize.decompose import solve_in_parts
from planning.optimize.draft import Draft
from planning.optimize.model import build_model
from planning.optimize.network import Economy, Investment, Network, Periods
from planning.optimize.solving import Settings
from planning.optimize.verify import verify
from tests.planning.optimize.twin import Tiny, Way, cheapest
from tests.proof import examples

EXACT = Settings(gap=0.0)


@st.composite
def tiny_networks(draw: st.DrawFn) -> Tiny:
    nodes, periods = draw(st.integers(2, 3)), draw(st.integers(1, 2))
    whole = st.integers(-3, 3)
    ways = []
    for _ in range(draw(st.integers(1, 3 if periods == 1 else 2))):
        tail = draw(st.integers(0, nodes - 1))
        head = (tail + draw(st.integers(1, nodes - 1))) % nodes
        ways.append(Way(tail, head, draw(st.integers(0, 5)), draw(st.integers(1, 3))))
    pipe = draw(
        st.none()
        | st.tuples(st.integers(0, len(ways) - 1), st.integers(0, 8), st.integers(0, 3), st.integers(1, 3))
    )
    store = draw(st.none() | st.tuples(st.integers(0, nodes - 1), st.integers(1, 3))) if periods > 1 else None
    if pipe and store:
        pipe = (pipe[0], pipe[1], 0, pipe[3])  # Half a size over two periods is no whole-number plan.
    return Tiny(
        fixed=tuple(tuple(draw(whole) for _ in range(periods)) for _ in range(nodes)),
        buys=tuple(draw(st.integers(0, 12)) for _ in range(nodes)),
        rids=tuple(draw(st.integers(0, 12)) for _ in range(nodes)),
        ways=tuple(ways),
        pipe=pipe,
        store=store,
    )


def as_network(tiny: Tiny) -> Network:
    draft = Draft(
        Periods(tuple(f"period {t}" for t in range(tiny.periods)), np.ones(tiny.periods)), Economy(rate=0.0)
    )
    for number, fixed in enumerate(tiny.fixed):
        party = draft.party(f"company {number}")
        node = draft.node(
            f"node {number}", party=party, resource="gypsum", unit="t", supply=np.array(fixed, dtype=float)
        )
        draft.purchase(node, price=float(tiny.buys[number]))
        draft.dispose(node, cost=float(tiny.rids[number]))
    for way in tiny.ways:
        draft.arc(way.tail, way.head, cost=float(way.cost), upper=float(way.upper))
    if tiny.pipe:
        number, once, per_size, largest = tiny.pipe
        limit = draft.limit("pipe", arcs={number: 1.0})
        draft.investment(
            Investment(
                name="pipe",
                party=0,
                limit=limit,
                largest=float(largest),
                capex=float(once),
                capex_per_size=float(per_size),
                life_years=1,
            )
        )
    if tiny.store:
        node, capacity = tiny.store
        draft.storage("store", party=node, node=node, capacity=float(capacity))
    return draft.network()


@pytest.mark.mass
@given(tiny=tiny_networks())
@settings(
    max_examples=examples(60, 500),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_the_plan_costs_what_the_cheapest_of_all_costs(tiny: Tiny) -> None:
    network = as_network(tiny)
    plan, _ = make_plan(network, EXACT)
    assert plan is not None
    assert plan.objective == pytest.approx(cheapest(tiny), abs=1e-6)
    assert verify(plan) == []
    assert solve_in_parts(build_model(network), EXACT).objective == pytest.approx(plan.objective, abs=1e-6)


def test_the_twin_knows_a_network_by_hand() -> None:
    """Three tonnes arise at a disposal of 10, two are needed at a price of 8, the way costs 1 and holds 1."""
    tiny = Tiny(
        fixed=((3,), (-2,)), buys=(5, 8), rids=(10, 0), ways=(Way(0, 1, 1, 1),), pipe=None, store=None
    )
    assert cheapest(tiny) == 2 * 10 + 1 + 8
