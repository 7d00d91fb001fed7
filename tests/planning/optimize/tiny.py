"""Tiny networks, one per constraint of the programme: two periods, few columns, numbers that one can check by hand."""

from dataclasses import replace

import numpy as np

from planning.optimize.draft import Draft
from planning.optimize.network import Blend, Economy, Investment, Metric, Network, Periods

TWO = Periods(("low", "high"), np.array([10.0, 20.0]))


def balance(way_cost: float = 2.0) -> Network:
    """Steam from A to B with a loss, a purchase at B and a release at A."""
    draft = Draft(TWO)
    a, b = draft.party("A"), draft.party("B")
    source = draft.node("steam at A", party=a, resource="steam", unit="MWh", supply=[10, 5])
    sink = draft.node("steam at B", party=b, resource="steam", unit="MWh", demand=[4, 8])
    draft.arc(source, sink, kept=0.9, cost=way_cost)
    draft.dispose(source, cost=0.0, name="release")
    draft.purchase(sink, price=30.0, co2e=0.2)
    return draft.network()


def capacity() -> Network:
    """The same, through a pipe of 0.3 MWh an hour that may be made larger."""
    network, draft = balance(), Draft(TWO)
    pipe = draft.limit("pipe", arcs={0: 1.0}, existing=0.3, availability=[1.0, 0.5])
    draft.investment(Investment(name="wider pipe", party=0, limit=pipe, capex_per_size=50.0, life_years=10))
    made = draft.network()
    return replace(network, limits=made.limits, investments=made.investments)


def used_at_least() -> Network:
    """The same pipe, half of which must be used."""
    network = capacity()
    half = replace(network.limits[0], least=np.array([0.5, 0.5]))
    return replace(network, limits=(half,))


def runs_within() -> Network:
    """A boiler that runs at half load at least, and burns a little whenever it runs."""
    draft = Draft(TWO)
    a = draft.party("A")
    gas = draft.node("gas", party=a, resource="gas", unit="MWh")
    heat = draft.node("heat", party=a, resource="heat", unit="MWh", demand=[10, 5])
    draft.purchase(gas, price=40.0, co2e=0.2)
    draft.purchase(heat, price=60.0, name="district heat")
    draft.dispose(heat, cost=0.0, name="release")
    draft.process(
        "boiler",
        party=a,
        takes={gas: 1.1},
        gives={heat: 1.0},
        capacity=1.0,
        on_off=draft.on_off(least=0.5, standing={gas: -0.1}, cost=1.5),
    )
    return draft.network()


runs_at_least = runs_within


def one_at_a_time() -> Network:
    """A pipe between two nodes that carries heat one way or the other, if it is built."""
    draft = Draft(TWO)
    a, b = draft.party("A"), draft.party("B")
    left = draft.node("heat at A", party=a, resource="heat", unit="MWh", supply=[10, 0], demand=[0, 5])
    right = draft.node("heat at B", party=b, resource="heat", unit="MWh", supply=[0, 10], demand=[5, 0])
    for node in (left, right):
        draft.purchase(node, price=50.0)
        draft.dispose(node, cost=0.0, name="release")
    ways = [
        draft.process(
            f"{name} way", party=a, takes={tail: 1}, gives={head: 0.9}, on_off=draft.on_off(least=0.1)
        )
        for name, tail, head in (("out", left, right), ("back", right, left))
    ]
    pipe = draft.limit("pipe", processes=dict.fromkeys(ways, 1.0))
    built = draft.investment(
        Investment(name="pipe", party=a, limit=pipe, largest=2.0, capex=100.0, life_years=20)
    )
    draft.service("pipe", ways, investment=built, must_run=True)
    return draft.network()


serves_when_built = one_at_a_time


def carries_over() -> Network:
    """Heat kept from one period to the next in a pit that loses a tenth, and may be made larger."""
    draft = Draft(TWO)
    a = draft.party("A")
    heat = draft.node("heat", party=a, resource="heat", unit="MWh", supply=[10, 0], demand=[2, 6])
    draft.purchase(heat, price=50.0)
    draft.dispose(heat, cost=0.0, name="release")
    pit = draft.storage("pit", party=a, node=heat, capacity=3.0, kept=0.9, charged=0.8, cost=1.0)
    draft.investment(Investment(name="larger pit", party=a, storage=pit, largest=5.0, capex_per_size=40.0))
    return draft.network()


stored_within = carries_over


def size_at_most() -> Network:
    """Two sizes of one pipe, of which at most one is built."""
    network, draft = balance(), Draft(TWO)
    pipe = draft.limit("pipe", arcs={0: 1.0})
    small, large = (
        draft.investment(
            Investment(
                name=name, party=0, limit=pipe, smallest=least, largest=most, capex=cost, capex_per_size=5.0
            )
        )
        for name, least, most, cost in (("DN50", 0.1, 0.4, 20.0), ("DN100", 0.5, 2.0, 60.0))
    )
    draft.choice("one pipe", [small, large])
    made = draft.network()
    return replace(network, limits=made.limits, investments=made.investments, choices=made.choices)


size_at_least = size_at_most
one_of = size_at_most


def blend_at_most() -> Network:
    """Two fly ashes into one cement, whose carbon must stay between 3 and 5 %."""
    draft = Draft(TWO)
    a, b = draft.party("A"), draft.party("B")
    clean = draft.node("clean ash", party=a, resource="fly ash", unit="t", supply=10.0)
    dirty = draft.node("dirty ash", party=a, resource="fly ash", unit="t", supply=10.0)
    kiln = draft.node("cement", party=b, resource="fly ash", unit="t", demand=12.0)
    ways = [draft.arc(one, kiln, cost=cost) for one, cost in ((clean, 5.0), (dirty, 1.0))]
    for node in (clean, dirty):
        draft.dispose(node, cost=30.0, landfill=1.0)
    draft.purchase(kiln, price=40.0, virgin=1.0)
    draft.blend(Blend(name="carbon", arcs=((ways[0], 2.0), (ways[1], 8.0)), at_least=3.0, at_most=5.0))
    return draft.network()


blend_at_least = blend_at_most


def metric_at_most() -> Network:
    """The first one again, its way too dear to be used but for a bound of one tonne of CO2e a year."""
    return balance(way_cost=40.0).with_economy(Economy(at_most={Metric.CO2E: 1.0}))
