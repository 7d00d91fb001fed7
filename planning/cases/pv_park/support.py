"""Six ways in which governments may support a module plant of 1 GW a year, side by side.

The ways are those of Branker and Pearce 2010 (Energy Policy 38:4291-4303); of their numbers only the abstract and the
press of May 2010 could be read. What a government gets is counted against no plant: tax on income of the plant, on
wages, on sales in Ontario, and what coal power spared is worth to the public purse. Money in CAD of 2010, real.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from planning.cases.assumptions import Assumption, Assumptions, Basis
from planning.cases.canadian import CURRENCY, PRICE_YEAR
from planning.studies.finance import (
    Asset,
    Kind,
    Line,
    Loan,
    Project,
    Return,
    Swing,
    View,
    company_view,
    in_operation,
    public_lines,
    public_view,
    subsidy_advice,
    tax_by_year,
    tornado,
)
from planning.studies.rates import InternalRates

_PRESS: Final = "Queen's University, May 2010, sciencedaily.com 100520131550"
_WHIG: Final = "Kingston Whig-Standard, 29-05-2010, thewhig.com"
_UNREAD: Final = "the paper's own number could not be read"
MILLION: Final = 1e6
PLANT: Final = "Module plant"
BOTH: Final = "Canada and Ontario"
WAGES_DIRECT: Final = "Tax on wages in the plant"
WAGES_INDIRECT: Final = "Tax on wages around it"
SALES: Final = "Tax on sales"
COAL: Final = "Coal power spared"
INCOME: Final = "Tax on income"

SUPPORT: Final = [
    Assumption(
        "plant", 2400.0, "million CAD", Basis.PUBLISHED, f"{_PRESS}: built and given away for 2.4 bn", 2010
    ),
    Assumption("construction", 2.0, "years", Basis.GENERAL, _UNREAD),
    Assumption("operation", 20.0, "years", Basis.GENERAL, _UNREAD),
    Assumption("module price", 1.40, "CAD/W", Basis.GENERAL, f"thin film at the works; {_UNREAD}", 2010),
    Assumption("module cost", 1.15, "CAD/W", Basis.GENERAL, f"without capital; {_UNREAD}", 2010),
    Assumption("jobs in the plant", 1778.0, "jobs", Basis.PUBLISHED, _WHIG, 2010),
    Assumption("jobs around it", 28_000.0, "jobs", Basis.PUBLISHED, f"{_WHIG}: indirect", 2010),
    Assumption(
        "share of jobs that are new",
        1.0,
        "share",
        Basis.GENERAL,
        "as the press counts: none was there before",
    ),
    Assumption("wage in the plant", 50_000.0, "CAD/year", Basis.GENERAL, _UNREAD, 2010),
    Assumption("wage around it", 40_000.0, "CAD/year", Basis.GENERAL, _UNREAD, 2010),
    Assumption("tax on wages", 0.20, "share", Basis.GENERAL, "federal and Ontario, average", 2010),
    Assumption(
        "tax on sales",
        0.13,
        "share",
        Basis.PUBLISHED,
        "harmonized sales tax of Ontario since July 2010",
        2010,
    ),
    Assumption("sold in Ontario", 0.30, "share", Basis.GENERAL, _UNREAD),
    Assumption("yield of modules", 1150.0, "MWh/MW", Basis.GENERAL, "southern Ontario, per year"),
    Assumption(
        "worth of coal power spared", 30.0, "CAD/MWh", Basis.GENERAL, "to the public purse: health", 2010
    ),
    Assumption(
        "years with coal", 20.0, "years", Basis.GENERAL, "of operation; Ontario burnt its last coal in 2014"
    ),
    Assumption("company's rate", 0.10, "share/year", Basis.GENERAL, "real, before it builds by itself"),
    Assumption("public rate", 0.05, "share/year", Basis.GENERAL, "real"),
    Assumption("sold for", 0.75, "share", Basis.GENERAL, f"of what it cost; {_UNREAD}"),
    Assumption("part subsidized", 0.25, "share", Basis.GENERAL, f"an amount per job in the press; {_UNREAD}"),
    Assumption("default", 0.10, "share", Basis.GENERAL, f"of guaranteed loans; {_UNREAD}"),
    Assumption("loss in default", 0.50, "share", Basis.GENERAL, f"of the loan; {_UNREAD}"),
    Assumption("guaranteed interest", 0.04, "share/year", Basis.GENERAL, "real, near the public's own"),
    Assumption("guaranteed loan", 15.0, "years", Basis.GENERAL, _UNREAD),
    Assumption("holiday", 10.0, "years", Basis.GENERAL, f"of operation; {_UNREAD}"),
    Assumption("federal share of tax on wages", 0.6, "share", Basis.GENERAL, "the rest is Ontario's", 2010),
    Assumption("federal share of tax on sales", 5 / 13, "share", Basis.COMPUTED, "5 of 13 %", 2010),
    Assumption(
        "federal share of tax on income", 18 / 28, "share", Basis.GENERAL, "18 and 10 %, manufacturing", 2010
    ),
    Assumption(
        "federal share of outlay", 0.5, "share", Basis.PUBLISHED, "appropedia.org: equal shares (1a)", 2010
    ),
]
WAYS: Final = (
    "full subsidy",
    "subsidy and sale",
    "part subsidy",
    "publicly owned",
    "loan guarantee",
    "tax holiday",
)
MOVED: Final = (
    *(
        "plant",
        "module price",
        "module cost",
        "jobs in the plant",
        "jobs around it",
        "share of jobs that are new",
    ),
    *("wage around it", "tax on wages", "sold in Ontario", "yield of modules", "worth of coal power spared"),
    *("years with coal", "tax on profit", "public rate", "operation", "wage in the plant"),
)


@dataclass(frozen=True)
class Support:
    """One way of support, as both governments together, each of them, and the company see it."""

    way: str
    public: View
    federal: View
    provincial: View
    company: View | None
    """None: there is no company, the plant is public."""

    @property
    def outlay(self) -> float:
        """Return the most that the governments ever have bound."""
        return self.public.outlay

    @property
    def slowest_years(self) -> float | None:
        """Return when the slower of both governments has its money back, from the start of construction."""
        both = (self.federal.payback_years, self.provincial.payback_years)
        return None if None in both else max(one for one in both if one is not None)

    @property
    def rate(self) -> InternalRates:
        """Return the internal rate of both together."""
        return self.public.irr


def project_of(given: Mapping[str, float]) -> Project:
    """Return the plant without support."""
    operating = max(1, round(given["operation"]))
    watts = given["modules"] * 1e9
    wages = given["tax on wages"] * given["share of jobs that are new"]
    per_year = (given["modules"] * 1e3 * given["sold in Ontario"] * given["yield of modules"]) * given[
        "worth of coal power spared"
    ]
    coal = tuple(
        per_year * (year + 1) if year < given["years with coal"] else 0.0 for year in range(operating)
    )
    sales = watts * given["module price"] * given["sold in Ontario"] * given["tax on sales"]
    return Project(
        name=PLANT,
        assets=(Asset(PLANT, given["plant"] * MILLION, given["operation"]),),
        profit=watts * (given["module price"] - given["module cost"]),
        operating_years=operating,
        construction_years=max(1, round(given["construction"])),
        rate=given["company's rate"],
        public_rate=given["public rate"],
        tax_rate=given["tax on profit"],
        public_returns=(
            Return(
                name=WAGES_DIRECT,
                kind=Kind.TAX,
                per_year=given["jobs in the plant"] * given["wage in the plant"] * wages,
            ),
            Return(
                name=WAGES_INDIRECT,
                kind=Kind.TAX,
                per_year=given["jobs around it"] * given["wage around it"] * wages,
            ),
            Return(name=SALES, kind=Kind.TAX, per_year=sales),
            Return(name=COAL, kind=Kind.OTHER, per_year=coal),
        ),
        currency=CURRENCY,
        price_year=PRICE_YEAR,
    )


def ways_of(given: Mapping[str, float]) -> list[Support]:
    """Return the six ways, in the paper's order."""
    base = project_of(given)
    found = []
    for way in WAYS:
        public, company = _WAYS[way](base, given)
        found.append(
            Support(
                way,
                public,
                _part(public, given, "Canada", federal=True),
                _part(public, given, "Ontario", federal=False),
                company,
            )
        )
    return found


def revenue_per_year(given: Mapping[str, float]) -> float:
    """Return what both governments get in a mean year of operation, the plant fully subsidized."""
    base = project_of(given)
    view = public_view(replace(base, subsidy=base.capex))
    return (
        sum(sum(line.amounts) for line in view.lines if line.kind is not Kind.SUBSIDY) / base.operating_years
    )


def subsidy_needed(given: Mapping[str, float], target_rate: float | None = None) -> float | None:
    """Return the least subsidy with which the company builds, None: not even the whole plant is enough."""
    return subsidy_advice(project_of(given), target_rate).needed


def swings(given: Assumptions) -> list[Swing]:
    """Return what moves the value of the full subsidy to both governments most."""

    def worth(values: Mapping[str, float]) -> float:
        moved = given.changed(values)
        return _full(project_of(moved), moved)[0].npv

    return tornado({name: given[name] for name in MOVED}, worth)


def _full(base: Project, given: Mapping[str, float]) -> tuple[View, View | None]:
    helped = replace(base, subsidy=base.capex)
    return public_view(helped, BOTH), company_view(helped)


def _sale(base: Project, given: Mapping[str, float]) -> tuple[View, View | None]:
    price = base.capex * given["sold for"]
    bought = replace(base, assets=(Asset(PLANT, price, base.assets[0].life_years),))
    paid = [0.0] * base.years
    paid[base.construction_years] = price
    spent = in_construction(base, -base.capex)
    public = public_view(bought, BOTH)
    lines = (Line(PLANT, Kind.CAPEX, spent), Line("Sale", Kind.SALE, tuple(paid)), *public.lines)
    company = company_view(bought)
    own = tuple(line for line in company.lines if line.kind is not Kind.CAPEX)
    price_line = Line("Purchase", Kind.SALE, tuple(-amount for amount in paid))
    return replace(public, lines=lines), replace(company, lines=(price_line, *own))


def _partly(base: Project, given: Mapping[str, float]) -> tuple[View, View | None]:
    helped = replace(base, subsidy=base.capex * given["part subsidized"])
    return public_view(helped, BOTH), company_view(helped)


def _owned(base: Project, given: Mapping[str, float]) -> tuple[View, View | None]:
    untaxed = replace(base, tax_rate=0.0)
    public = public_view(untaxed, BOTH)
    return replace(public, lines=(*company_view(untaxed).lines, *public_lines(untaxed))), None


def _guaranteed(base: Project, given: Mapping[str, float]) -> tuple[View, View | None]:
    lent = replace(base, loan=Loan(base.capex, given["guaranteed interest"], round(given["guaranteed loan"])))
    called = [0.0] * base.years
    called[base.construction_years] = -base.capex * given["default"] * given["loss in default"]
    public = public_view(lent, BOTH)
    lines = (Line("Guarantee called, expected", Kind.LOAN, tuple(called)), *public.lines)
    return replace(public, lines=lines), company_view(lent)


def _holiday(base: Project, given: Mapping[str, float]) -> tuple[View, View | None]:
    free = replace(base, holiday_years=round(given["holiday"]))
    return public_view(free, BOTH), company_view(free)


_WAYS: Final = {
    "full subsidy": _full,
    "subsidy and sale": _sale,
    "part subsidy": _partly,
    "publicly owned": _owned,
    "loan guarantee": _guaranteed,
    "tax holiday": _holiday,
}


def forgone_by_holiday(given: Mapping[str, float]) -> float:
    """Return the tax on income that the holiday leaves, undiscounted."""
    base = project_of(given)
    return sum(tax_by_year(base)) - sum(tax_by_year(replace(base, holiday_years=round(given["holiday"]))))


def in_construction(project: Project, total: float) -> tuple[float, ...]:
    """Return money spent evenly over the construction, by year."""
    none = in_operation(project, 0.0)
    return tuple(
        total / project.construction_years if t < project.construction_years else 0.0
        for t in range(len(none))
    )


def _part(view: View, given: Mapping[str, float], investor: str, *, federal: bool) -> View:
    """Return one government's part: outlays by their share, taxes as they are levied, health to the province."""
    shares = {
        WAGES_DIRECT: given["federal share of tax on wages"],
        WAGES_INDIRECT: given["federal share of tax on wages"],
        SALES: given["federal share of tax on sales"],
        INCOME: given["federal share of tax on income"],
        COAL: 0.0,
    }
    lines = []
    for line in view.lines:
        share = shares.get(line.name, given["federal share of outlay"])
        share = share if federal else 1 - share
        lines.append(replace(line, amounts=tuple(share * amount for amount in line.amounts)))
    return replace(view, investor=investor, lines=tuple(lines))
