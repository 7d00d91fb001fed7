"""What an investment is worth to whom: cash flow by year, net present value, internal rate, payback, tornado, subsidy.

Pure. Money is real, in one currency of one price year; a flow of year t arrives at its end and is worth (1 + r)^−t
today. Construction takes the years 0 to c − 1, operation the n years that follow; with c = 1 the net present value is
the core's: −capex + yearly × (1 − (1 + r)^−n) / r. Received is positive, paid negative. Formulas: Brealey, Myers and
Allen, Principles of Corporate Finance, chapters 5 and 6 (values, rates, payback, tax), unless another source is named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate

from planning.studies.rates import (
    ROUNDING,
    InternalRates,
    discounted,
    internal_rates,
    net_present_value,
    payback,
)

MOST_SHOWN = 10
"""Bars of a tornado."""
SWING = 0.1
"""Share by which an assumption is moved unless another is given."""


class Kind(StrEnum):
    """What a line of a cash flow is."""

    CAPEX = "capex"
    REPLACEMENT = "replacement"
    RESIDUAL = "residual"
    SUBSIDY = "subsidy"
    PROFIT = "profit"
    TAX = "tax"
    LANDFILL = "landfill"
    CARBON = "carbon"
    LOAN = "loan"
    SALE = "sale"
    OTHER = "other"


@dataclass(frozen=True)
class Line:
    """One line of a cash flow: money per year, year 0 first."""

    name: str
    kind: Kind
    amounts: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class View:
    """An investment as one investor sees it."""

    investor: str
    lines: tuple[Line, ...]
    rate: float
    """Real, per year."""
    currency: str
    price_year: int
    construction_years: int = 1

    @property
    def cash_flow(self) -> tuple[float, ...]:
        """Return the sum of the lines by year."""
        years = max((len(line.amounts) for line in self.lines), default=0)
        return tuple(
            math.fsum(line.amounts[t] for line in self.lines if t < len(line.amounts)) for t in range(years)
        )

    @property
    def cumulative(self) -> tuple[float, ...]:
        """Return what has come in up to each year, less what has gone out."""
        return tuple(accumulate(self.cash_flow))

    @property
    def npv(self) -> float:
        """Return the net present value at `rate`."""
        return net_present_value(self.cash_flow, self.rate)

    @property
    def irr(self) -> InternalRates:
        """Return the internal rates of return."""
        return internal_rates(self.cash_flow)

    @property
    def payback_years(self) -> float | None:
        """Return years from the start of construction until the sum of the flows is no longer below nothing."""
        return payback(self.cash_flow)

    @property
    def discounted_payback_years(self) -> float | None:
        """Return the same of flows discounted at `rate`."""
        return payback(discounted(self.cash_flow, self.rate))

    @property
    def falls_below_again(self) -> bool:
        """Whether the sum is negative again after the payback, as when something is replaced late."""
        after = self.payback_years
        return after is not None and any(
            total < -ROUNDING * abs(self.outlay) for t, total in enumerate(self.cumulative) if t >= after
        )

    @property
    def outlay(self) -> float:
        """Return the most that is ever bound: the lowest point of the running sum, as a positive number."""
        return max(0.0, -min(self.cumulative, default=0.0))

    def total(self, kind: Kind) -> float:
        """Return the undiscounted sum of the lines of one kind."""
        return math.fsum(amount for line in self.lines if line.kind is kind for amount in line.amounts)


@dataclass(frozen=True)
class Asset:
    """Something built: what it costs, and for how many years of operation it lasts."""

    name: str
    cost: float
    life_years: float


@dataclass(frozen=True)
class Loan:
    """Drawn evenly over the construction, interest added until operation, then repaid in equal yearly payments."""

    principal: float
    rate: float
    """Real, per year."""
    years: int


@dataclass(frozen=True, kw_only=True)
class Return:
    """Something that comes in every year of operation, or one amount for each of them."""

    name: str
    kind: Kind
    per_year: float | tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Project:
    """What is built and what it brings, to its company and to the public."""

    name: str
    assets: tuple[Asset, ...]
    profit: float | tuple[float, ...]
    """Operating surplus before tax and capital, per year of operation."""
    operating_years: int
    rate: float
    public_rate: float | None = None
    """At which the public discounts; None: as the company."""
    construction_years: int = 1
    tax_rate: float = 0.0
    """On profit less depreciation and interest."""
    holiday_years: int = 0
    """Of operation in which no tax on income is paid."""
    subsidy: float = 0.0
    """Paid evenly over the construction; it lowers what may be depreciated."""
    loan: Loan | None = None
    landfill_t: float = 0.0
    """Kept out of landfill per year."""
    landfill_cost: float = 0.0
    """To the public per t: damage, and closing what would be full."""
    co2e_t: float = 0.0
    """Spared per year."""
    carbon_price: float = 0.0
    """At which the public counts a tonne."""
    public_returns: tuple[Return, ...] = ()
    """What else the public gets: tax on wages and sales, health."""
    currency: str = "EUR"
    price_year: int = 2022

    def __post_init__(self) -> None:
        if self.construction_years < 1:
            raise ValueError("construction_years: building takes a year or more")
        if self.operating_years < 1:
            raise ValueError("operating_years: operation takes a year or more")

    @property
    def years(self) -> int:
        """Return construction and operation together."""
        return self.construction_years + self.operating_years

    @property
    def capex(self) -> float:
        """Return what building costs."""
        return math.fsum(asset.cost for asset in self.assets)


def company_view(project: Project, investor: str = "") -> View:
    """Return the investment as its company sees it: capital, subsidy, profit, tax, loan."""
    lines = capital_lines(project)
    if project.subsidy:
        lines.append(Line("Subsidy", Kind.SUBSIDY, _in_construction(project, project.subsidy)))
    lines.append(Line("Operating profit", Kind.PROFIT, in_operation(project, project.profit)))
    tax = tax_by_year(project)
    if any(tax):
        lines.append(Line("Tax on income", Kind.TAX, tuple(-amount for amount in tax)))
    if project.loan is not None:
        lines.append(Line("Loan", Kind.LOAN, loan_by_year(project)[0]))
    return _view(project, investor or project.name, lines, project.rate)


def public_view(project: Project, investor: str = "Public") -> View:
    """Return it as the public sees it: subsidy paid, tax received, landfill and carbon spared, what else it gets."""
    lines = []
    if project.subsidy:
        lines.append(Line("Subsidy", Kind.SUBSIDY, _in_construction(project, -project.subsidy)))
    tax = tax_by_year(project)
    if any(tax):
        lines.append(Line("Tax on income", Kind.TAX, tax))
    lines += public_lines(project)
    rate = project.rate if project.public_rate is None else project.public_rate
    return _view(project, investor, lines, rate)


def public_lines(project: Project) -> list[Line]:
    """Return what the public gets besides tax on income."""
    found = []
    if project.landfill_t * project.landfill_cost:
        spared = in_operation(project, project.landfill_t * project.landfill_cost)
        found.append(Line("Landfill spared", Kind.LANDFILL, spared))
    if project.co2e_t * project.carbon_price:
        spared = in_operation(project, project.co2e_t * project.carbon_price)
        found.append(Line("CO2e spared", Kind.CARBON, spared))
    found += [Line(one.name, one.kind, in_operation(project, one.per_year)) for one in project.public_returns]
    return found


def capital_lines(project: Project) -> list[Line]:
    """Return capital spent evenly over the construction, replaced when its life is over, and its book value at the end.

    A life of L years ends after L years of operation (rounded up): the replacement is paid at the end of that year, if
    operation goes on. At the end what was built last is worth cost × unused life ÷ life (straight line).
    """
    lines = []
    for asset in project.assets:
        lines.append(Line(asset.name, Kind.CAPEX, _in_construction(project, -asset.cost)))
        replaced = [0.0] * project.years
        count = 0
        while (after := math.ceil((count + 1) * asset.life_years - 1e-9)) < project.operating_years:
            replaced[project.construction_years - 1 + after] -= asset.cost
            count += 1
        if count:
            lines.append(Line(f"{asset.name}: replacement", Kind.REPLACEMENT, tuple(replaced)))
        unused = (count + 1) * asset.life_years - project.operating_years
        if unused > 1e-9 and asset.cost:
            rest = [0.0] * project.years
            rest[-1] = asset.cost * unused / asset.life_years
            lines.append(Line(f"{asset.name}: residual value", Kind.RESIDUAL, tuple(rest)))
    return lines


def depreciation_by_year(project: Project) -> tuple[float, ...]:
    """Return straight-line depreciation: cost ÷ life in every year of operation, the subsidy taken off the first life.

    Government assistance lowers the cost to be written off (Income Tax Act of Canada, 13(7.1); alike elsewhere).
    """
    found = [0.0] * project.years
    own = 1.0 if project.capex <= 0 else max(0.0, 1 - project.subsidy / project.capex)
    for asset in project.assets:
        for year in range(project.operating_years):
            share = max(0.0, min(1.0, asset.life_years - year))
            first = asset.cost / asset.life_years * share
            later = asset.cost / asset.life_years * (1 - share)
            found[project.construction_years + year] += first * own + later
    return tuple(found)


def tax_by_year(project: Project) -> tuple[float, ...]:
    """Return tax on profit less depreciation and interest; losses are carried forward, in a holiday nothing is paid.

    A year of the holiday takes no loss forward from before and leaves none behind.
    """
    profit = in_operation(project, project.profit)
    written_off = depreciation_by_year(project)
    interest = loan_by_year(project)[1]
    first_taxed = project.construction_years + project.holiday_years
    carried, found = 0.0, []
    for t in range(project.years):
        income = profit[t] - written_off[t] - interest[t]
        if project.construction_years <= t < first_taxed:
            found.append(0.0)
            continue
        used = min(carried, max(income, 0.0))
        carried += max(-income, 0.0) - used
        found.append(project.tax_rate * max(income - used, 0.0))
    return tuple(found)


def loan_by_year(project: Project) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the loan's cash flow (drawn positive, repaid negative) and the interest in it, by year.

    Drawn evenly over the construction; by operation it has grown to the debt that years × payment repay, the payment
    being debt × r / (1 − (1 + r)^−n). Nothing is repaid after the operation's end.
    """
    flow, interest = [0.0] * project.years, [0.0] * project.years
    loan = project.loan
    if loan is None:
        return tuple(flow), tuple(interest)
    debt = 0.0
    for t in range(project.construction_years):
        flow[t] = loan.principal / project.construction_years
        debt = debt * (1 + loan.rate) + flow[t]
    years = min(loan.years, project.operating_years)
    payment = debt / years if loan.rate == 0 else debt * loan.rate / (1 - (1 + loan.rate) ** -years)
    for t in range(project.construction_years, project.construction_years + years):
        interest[t] = debt * loan.rate
        debt -= payment - interest[t]
        flow[t] = -payment
    return tuple(flow), tuple(interest)


def least_subsidy(
    view_with: Callable[[float], View], *, most: float, target_rate: float | None = None
) -> float | None:
    """Return the least subsidy, 0 to `most`, with which the view is worth nothing or more; None: not even the most is.

    At its own rate, or at `target_rate`: where the flows change their sign once, the internal rate then reaches it.
    `view_with` gives the view with a subsidy; more of it must never be worth less. By bisection, exact to 1e-9 × most.
    """

    def worth(subsidy: float) -> float:
        found = view_with(subsidy)
        return net_present_value(found.cash_flow, found.rate if target_rate is None else target_rate)

    if worth(0.0) >= 0:
        return 0.0
    if worth(most) < 0:
        return None
    low, high = 0.0, most
    while high - low > 1e-9 * most:
        middle = (low + high) / 2
        low, high = (low, middle) if worth(middle) >= 0 else (middle, high)
    return high


@dataclass(frozen=True)
class Advice:
    """Whether public money makes a project worth while."""

    needed: float | None
    """Least subsidy with which its company builds; None: not even all that building costs."""
    company_npv: float
    public_npv: float
    """With that subsidy; without any where none is enough."""

    @property
    def is_worth_while(self) -> bool:
        """Whether a subsidy helps, and the public has it back with interest."""
        return self.needed is not None and self.public_npv >= 0


def subsidy_advice(project: Project, target_rate: float | None = None) -> Advice:
    """Return the least subsidy for a value of nothing, or for a target rate, and what the public then gets."""
    needed = least_subsidy(
        lambda subsidy: company_view(replace(project, subsidy=subsidy)),
        most=max(project.capex, 0.0),
        target_rate=target_rate,
    )
    helped = replace(project, subsidy=needed or 0.0)
    return Advice(needed, company_view(helped).npv, public_view(helped).npv)


@dataclass(frozen=True)
class Swing:
    """One bar of a tornado: an assumption lowered and raised, and what the value becomes."""

    name: str
    value: float
    low_value: float
    high_value: float
    npv_low: float
    """With the assumption lowered."""
    npv_high: float
    """With it raised."""

    @property
    def spread(self) -> float:
        """Return how far apart the two are."""
        return abs(self.npv_high - self.npv_low)


def tornado(
    values: Mapping[str, float],
    npv: Callable[[Mapping[str, float]], float],
    *,
    names: Iterable[str] | None = None,
    swing: float = SWING,
    swings: Mapping[str, float] | None = None,
    most: int = MOST_SHOWN,
) -> list[Swing]:
    """Return the assumptions that move the value most, strongest first, each moved alone by ± its share.

    `names`: only these; `swings`: shares of their own. What does not move it at all is left out.
    """
    found = []
    for name in values if names is None else names:
        value = values[name]
        by = abs(value) * (swings or {}).get(name, swing)
        if by == 0:
            continue
        low, high = (npv({**values, name: moved}) for moved in (value - by, value + by))
        found.append(Swing(name, value, value - by, value + by, low, high))
    found = [one for one in found if one.spread > 0]
    return sorted(found, key=lambda one: -one.spread)[:most]


def in_operation(project: Project, per_year: float | tuple[float, ...]) -> tuple[float, ...]:
    """Return an amount per year of operation, or one for each, as amounts by year from year 0 on."""
    amounts = per_year if isinstance(per_year, tuple) else (per_year,) * project.operating_years
    if len(amounts) != project.operating_years:
        raise ValueError(f"{len(amounts)} amounts for {project.operating_years} years of operation")
    return (0.0,) * project.construction_years + amounts


def _in_construction(project: Project, total: float) -> tuple[float, ...]:
    count = project.construction_years
    return (total / count,) * count + (0.0,) * project.operating_years


def _view(project: Project, investor: str, lines: list[Line], rate: float) -> View:
    return View(
        investor=investor,
        lines=tuple(lines),
        rate=rate,
        currency=project.currency,
        price_year=project.price_year,
        construction_years=project.construction_years,
    )
