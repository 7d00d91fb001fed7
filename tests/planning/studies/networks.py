"""Networks whose prices, shares and knock-outs one can work out by hand."""

from planning.optimize.answers import Plan, make_plan
from planning.optimize.draft import Draft
from planning.optimize.network import Economy, Investment, Network, one_year
from planning.optimize.verify import verify


def gypsum(*, buyer_price: float = 30.0) -> Network:
    """A has 100 t of gypsum to dispose of at 20, C 50 t; B needs 120 t and buys at `buyer_price`; ways cost 5 and 8."""
    draft = Draft(one_year(), Economy(rate=0.0))
    a, b, c = draft.party("A"), draft.party("B"), draft.party("C")
    works = draft.node("gypsum at B", party=b, resource="gypsum", unit="t", demand=120)
    draft.purchase(works, price=buyer_price, virgin=1.0, co2e=0.1)
    for party, amount, way in ((a, 100, 5.0), (c, 50, 8.0)):
        source = draft.node(
            f"gypsum at {'ABC'[party]}", party=party, resource="gypsum", unit="t", supply=amount
        )
        draft.dispose(source, cost=20.0, landfill=1.0)
        draft.arc(source, works, cost=way, co2e=0.01)
    return draft.network()


def shared_plant(*, capex: float) -> Network:
    """Three companies have 10 t of sludge each to dispose of at 10 a t; any two of them fill D's plant of 20 t, which
    earns 1 a t and must be paid for whole."""
    draft = Draft(one_year(), Economy(rate=0.0))
    owners = [draft.party(name) for name in "ABC"]
    plant = draft.party("D")
    digester = draft.node("sludge at D", party=plant, resource="sludge", unit="t")
    gas = draft.node("gas at D", party=plant, resource="gas", unit="MWh")
    draft.dispose(gas, cost=-1.0, name="sale")
    ways = {}
    for owner in owners:
        source = draft.node(f"sludge at {'ABC'[owner]}", party=owner, resource="sludge", unit="t", supply=10)
        draft.dispose(source, cost=10.0, landfill=1.0)
        ways[draft.arc(source, digester)] = 1.0
    draft.process("digester", party=plant, takes={digester: 1.0}, gives={gas: 1.0}, is_new=True)
    limit = draft.limit("digester", processes={0: 1.0})
    draft.investment(
        Investment(
            name="digester",
            party=plant,
            limit=limit,
            smallest=20 / 8760,
            largest=20 / 8760,
            capex=capex,
            life_years=1,
        )
    )
    return draft.network()


def with_baseline(network: Network) -> tuple[Plan, Plan]:
    """Return the plan of a network, computed once more, and its baseline without exchange."""
    plan, _ = make_plan(network)
    baseline, _ = make_plan(network.without_exchange())
    assert plan is not None
    assert baseline is not None
    assert verify(plan) == []
    return plan, baseline
