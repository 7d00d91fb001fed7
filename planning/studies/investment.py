"""A plan as investments: what it costs and brings each company, all of them together, and the public.

Money of a year without capital, against the plan without exchange, at the plan's own prices or at others: what a
company is paid for what it gives, less what it pays for what it takes and for its own purchases, disposal, transport
and plants. The payments among companies cancel out, so the companies' gains add up to the plan's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from planning.optimize.answers import Plan
from planning.optimize.network import Float, Metric
from planning.optimize.verify import running_costs
from planning.studies.finance import (
    MOST_SHOWN,
    SWING,
    Advice,
    Asset,
    Project,
    Swing,
    View,
    capital_lines,
    company_view,
    public_view,
    subsidy_advice,
)
from planning.studies.prices import settle
from planning.studies.rates import net_present_value

SMALLEST = 1e-6
"""A share of gains, or of what is built, below which it is rounding."""


def payments(plan: Plan, prices: Float | None = None) -> Float:
    """Return what each party is paid by the others per year, less what it pays them (parties); the sum is nothing.

    `prices`: N × T, money per unit at the node where something is given; None: the plan's own.
    """
    accounts = settle(plan if prices is None else replace(plan, price=prices), plan).accounts
    return np.array([account.receives - account.pays for account in accounts])


def yearly_gains(plan: Plan, baseline: Plan, prices: Float | None = None) -> Float:
    """Return what each party gains per year against the baseline, capital left out (parties).

    At `prices` both with the plan and without it; None: each at its own, as in `prices.settle`.
    """
    with_it = payments(plan, prices) - running_costs(plan)
    without = payments(baseline, prices) - running_costs(baseline)
    found: Float = with_it - without
    return found


def assets_of(plan: Plan, baseline: Plan, party: int | None = None) -> tuple[Asset, ...]:
    """Return what the plan builds more than the baseline, of one party or of all; negative: capital that it spares."""
    found = []
    for i, one in enumerate(plan.network.investments):
        built = float(plan.is_built[i] - baseline.is_built[i])
        cost = one.capex * built + one.capex_per_size * float(plan.size[i] - baseline.size[i])
        largest = one.capex + one.capex_per_size * max(float(plan.size[i]), float(baseline.size[i]))
        if abs(cost) > SMALLEST * largest and party in (None, one.party):
            found.append(Asset(one.name, cost, one.life_years))
    return tuple(found)


def project_of(
    plan: Plan,
    baseline: Plan,
    party: int | None = None,
    *,
    prices: Float | None = None,
    carbon_price: float = 0.0,
    landfill_cost: float = 0.0,
    tax_rate: float = 0.0,
    construction_years: int = 1,
) -> Project:
    """Return the plan against its baseline as one project, of one party or of all of them together.

    Operation lasts the economy's horizon, in whole years. What is spared of CO2e and landfill is the whole plan's: it
    belongs to the project of all.
    """
    network = plan.network
    gains = yearly_gains(plan, baseline, prices)
    spared = {metric: baseline.metrics[metric] - plan.metrics[metric] for metric in Metric}
    whole = party is None
    return Project(
        name="All companies" if party is None else network.parties[party],
        assets=assets_of(plan, baseline, party),
        profit=math.fsum(gains) if party is None else float(gains[party]),
        operating_years=math.ceil(network.economy.horizon_years),
        rate=network.economy.rate,
        construction_years=construction_years,
        tax_rate=tax_rate,
        landfill_t=spared[Metric.LANDFILL] if whole else 0.0,
        landfill_cost=landfill_cost,
        co2e_t=spared[Metric.CO2E] if whole else 0.0,
        carbon_price=carbon_price,
        currency=network.economy.currency,
        price_year=network.economy.price_year,
    )


def views_of(
    plan: Plan,
    baseline: Plan,
    *,
    prices: Float | None = None,
    carbon_price: float = 0.0,
    landfill_cost: float = 0.0,
    tax_rate: float = 0.0,
    construction_years: int = 1,
) -> list[View]:
    """Return the views of all companies together, of the public, and of each company that gains, loses or builds."""

    def project(party: int | None) -> Project:
        return project_of(
            plan,
            baseline,
            party,
            prices=prices,
            carbon_price=carbon_price,
            landfill_cost=landfill_cost,
            tax_rate=tax_rate,
            construction_years=construction_years,
        )

    whole = project(None)
    found = [company_view(whole), public_view(whole)]
    scale = SMALLEST * max(1.0, abs(whole.capex) + float(np.abs(yearly_gains(plan, baseline, prices)).sum()))
    for party in range(len(plan.network.parties)):
        own = project(party)
        if own.assets or abs(own.profit if isinstance(own.profit, float) else 0.0) > scale:
            found.append(company_view(own))
    return found


@dataclass(frozen=True)
class InvestmentStudy:
    """A plan as an investment."""

    views: tuple[View, ...]
    """Of all companies together, of the public, and of each company that gains, loses or builds."""
    swings: tuple[Swing, ...]
    advice: Advice
    """What subsidy makes the whole worth while."""


def study_investment(
    plan: Plan,
    baseline: Plan,
    *,
    prices: Float | None = None,
    carbon_price: float = 0.0,
    landfill_cost: float = 0.0,
    tax_rate: float = 0.0,
    construction_years: int = 1,
    target_rate: float | None = None,
) -> InvestmentStudy:
    """Return all of it. `carbon_price`, `landfill_cost`: money per t to the public; `target_rate`: of all companies."""
    whole = project_of(
        plan,
        baseline,
        prices=prices,
        carbon_price=carbon_price,
        landfill_cost=landfill_cost,
        tax_rate=tax_rate,
        construction_years=construction_years,
    )
    views = views_of(
        plan,
        baseline,
        prices=prices,
        carbon_price=carbon_price,
        landfill_cost=landfill_cost,
        tax_rate=tax_rate,
        construction_years=construction_years,
    )
    return InvestmentStudy(
        tuple(views), tuple(plan_swings(plan, baseline)), subsidy_advice(whole, target_rate)
    )


def plan_swings(plan: Plan, baseline: Plan, *, swing: float = SWING, most: int = MOST_SHOWN) -> list[Swing]:
    """Return what moves the value of all companies most, before tax, what is built and sent being held as planned.

    Each price, cost and capital is moved alone by ± a share (value 1: as assumed), and the interest. Exact for this
    plan, for its value is linear in each of them; a new plan could do better, so both ends are cautious.
    """
    project = project_of(plan, baseline)
    value, rate = company_view(project).npv, project.rate
    years = net_present_value((0.0,) * project.construction_years + (1.0,) * project.operating_years, rate)
    found = []
    for name, spared in _spared_by(plan, baseline):
        moved = swing * spared * years
        found.append(Swing(name, 1.0, 1 - swing, 1 + swing, value - moved, value + moved))
    for line_name, worth in _capital_by(project):
        found.append(
            Swing(line_name, 1.0, 1 - swing, 1 + swing, value - swing * worth, value + swing * worth)
        )
    flow = company_view(project).cash_flow
    low, high = rate * (1 - swing), rate * (1 + swing)
    found.append(
        Swing("interest", rate, low, high, net_present_value(flow, low), net_present_value(flow, high))
    )
    scale = SMALLEST * max((one.spread for one in found), default=0.0)
    return sorted((one for one in found if one.spread > scale), key=lambda one: -one.spread)[:most]


def _spared_by(plan: Plan, baseline: Plan) -> Iterator[tuple[str, float]]:
    """Money that the plan spares a year, price by price; negative: it costs more."""
    network = plan.network
    others, arcs = network.alternatives, network.arcs
    amounts = (others.cost * (baseline.alternative - plan.alternative)).sum(axis=1)
    for m, spared in enumerate(amounts):
        yield f"{others.names[m]} of {network.nodes.names[others.node[m]]}", float(spared)
    carried = (arcs.cost * (baseline.flow - plan.flow)).sum(axis=1)
    for mode in dict.fromkeys(arcs.modes):
        members = [a for a, one in enumerate(arcs.modes) if one == mode]
        yield f"cost of {mode or 'transport'}", float(carried[members].sum())
    for p, process in enumerate(network.processes):
        yield (
            f"cost of {process.name}",
            float((process.cost * (baseline.activity[p] - plan.activity[p])).sum()),
        )


def _capital_by(project: Project) -> Iterator[tuple[str, float]]:
    """What each asset's capital is worth today: building, replacement, and what is left of it at the end."""
    for asset in project.assets:
        lines = capital_lines(replace(project, assets=(asset,)))
        yield (
            f"capital of {asset.name}",
            math.fsum(net_present_value(line.amounts, project.rate) for line in lines),
        )
