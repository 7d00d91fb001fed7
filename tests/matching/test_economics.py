"""What a match is worth: the table of cases in docs/matching.md, by the pure module and by its compiled twin."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.economics import (
    SUSPICIOUS_TIMES,
    Alternative,
    Band,
    Costs,
    Interval,
    Worth,
    avoids_disposal,
    break_even,
    buyer_alternative,
    is_suspicious,
    price_band,
    seller_alternative,
    worth,
)
from matching.engine.arrays import currency_code
from tests.matching.engine_pairs import pair
from tests.matching.engine_rows import UNKNOWN, Row, Way
from tests.proof import examples

PAGE = (Path(__file__).parents[2] / "docs" / "matching.md").read_text(encoding="utf-8")
WORTH = PAGE.split("## Worth")[1].split("\n## ")[0]
KM_PER_DEGREE = 6371.0088 * math.pi / 180
EURO = currency_code("EUR")


# --- the cases of the page ----------------------------------------------------------------------------------
class Case(NamedTuple):
    """One row of the table, and the numbers that it has in common with the others."""

    given: dict[str, str]
    low: str
    high: str
    band: str
    break_even: str

    def number(self, name: str) -> Decimal | None:
        text = self.given[name]
        return None if text in ("open", "unknown") else Decimal(text.removesuffix(" SEK"))

    def interval(self, name: str) -> Interval[Decimal] | None:
        text = self.given[name]
        if text == "unknown":
            return None
        low, _, high = text.partition(" to ")
        return Interval(Decimal(low), Decimal(high or low))

    def certain(self, name: str) -> Decimal:
        number = self.number(name)
        assert number is not None
        return number

    def is_foreign(self, name: str) -> bool:
        return self.given[name].endswith(" SEK")


def given_in(text: str) -> dict[str, str]:
    """`ask -30; bid open` as {"ask": "-30", "bid": "open"}."""
    found = {}
    for each in filter(None, text.strip(" .").split("; ")):
        match = re.fullmatch(r"(ask|bid|[a-z ]+?) (-?[\d.]+(?: to [\d.]+)?(?: SEK)?|open|unknown)", each)
        assert match, each
        found[match[1]] = match[2]
    return found


BASE: Final = given_in(re.findall(r"Unless a row says otherwise: `(.*)`", WORTH)[0])


def cases() -> list[Any]:
    lines = WORTH.split("| case | given |")[1].split("\n\n")[0].splitlines()[2:]
    found = []
    for line in lines:
        name, given_here, low, high, band, km, _ = (cell.strip() for cell in line.strip("|").split(" | "))
        differs = given_in(given_here)
        assert set(differs) <= set(BASE), name
        found.append(pytest.param(Case(BASE | differs, low, high, band, km), id=name))
    return found


def sides(case: Case) -> tuple[Alternative[Decimal] | None, Alternative[Decimal] | None]:
    """What is said in another currency is not known to be anything."""
    seller = seller_alternative(
        case.number("ask"), case.interval("disposal"), case.interval("market"), Decimal(0)
    )
    buyer = buyer_alternative(case.number("bid"), case.interval("purchase"))
    return None if case.is_foreign("ask") else seller, None if case.is_foreign("bid") else buyer


def costs_of(case: Case) -> Costs[Decimal]:
    return Costs(
        treatment=case.certain("treatment"),
        residues=case.interval("residues"),
        load=case.number("loading"),
        per_km=case.number("per km"),
        loss_per_km=case.certain("lost per km"),
    )


def known(text: str) -> Decimal | None:
    return None if text == "unknown" else Decimal(text)


def test_page_lists_at_least_twenty_cases() -> None:
    assert len(cases()) >= 20


@pytest.mark.parametrize("case", cases())
def test_case_of_the_page_is_worth_what_the_page_says(case: Case) -> None:
    seller, buyer = sides(case)
    share, costs, distance = case.certain("yield"), costs_of(case), case.certain("km")

    found = worth(seller, buyer, share, costs, distance)

    assert found == Worth(known(case.low), known(case.high))
    assert break_even(seller, buyer, share, costs, case.certain("reach")) == known(case.break_even)
    band = price_band(seller, found, cautious=True)
    if case.band == "unknown":
        assert band is None
    elif case.band == "none":
        assert band is not None
        assert band.is_empty
    else:
        low, high = map(Decimal, case.band.split(" to "))
        assert band == Band(low, high)
        assert not band.is_empty


@pytest.mark.parametrize("case", cases())
def test_case_of_the_page_is_worth_the_same_to_the_engine(case: Case) -> None:
    def number(value: Decimal | None) -> float:
        return UNKNOWN if value is None else float(value)

    def ends(name: str) -> dict[str, Any]:
        found = case.interval(name)
        low, high = (None, None) if found is None else (found.low, found.high)
        return {f"{name}_low": number(low), f"{name}_high": number(high)}

    sek = currency_code("SEK")
    offer = Row(
        organization=1,
        price=number(case.number("ask")),
        currency=sek if case.is_foreign("ask") else EURO,
        road_factor=1.0,
        reach_km=float(case.certain("reach")),
        transport_cost_per_load=number(case.number("loading")),
        transport_cost_per_km=number(case.number("per km")),
        loss_per_km=float(case.certain("lost per km")),
        purchase_low=UNKNOWN,
        purchase_high=UNKNOWN,
    )
    offer = replace(offer, **ends("disposal"), **ends("market"))
    request = Row(
        organization=2,
        tree=(9, 10),
        latitude=offer.latitude + float(case.certain("km")) / KM_PER_DEGREE,
        price=number(case.number("bid")),
        currency=sek if case.is_foreign("bid") else EURO,
    )
    request = replace(request, **ends("purchase"))
    residues = case.interval("residues")
    way = Way(
        fit=0.7,
        yield_per_unit=float(case.certain("yield")),
        treatment_cost=float(case.certain("treatment")),
        residue_low=number(residues.low if residues else None),
        residue_high=number(residues.high if residues else None),
    )

    result = pair(offer, request, conversions={(offer.tree, request.tree): way})

    assert result.distance_km[0] == float(case.certain("km"))
    for figures, expected in (
        (result.benefit_low_per_year, case.low),
        (result.benefit_high_per_year, case.high),
    ):
        assert figures[0] / result.amount_per_year[0] == pytest.approx(number(known(expected)), nan_ok=True)
    assert result.break_even_km[0] == pytest.approx(number(known(case.break_even)), nan_ok=True)


# --- prices that make one look twice ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("ask", "bid", "expected"),
    [
        ("5", "20", False),  # four times what is asked
        ("5", "20.01", True),  # more than that
        ("5", "4", False),  # the seller asks more
        ("-20", "-5", False),  # the seller pays four times what the buyer wants
        ("-20.01", "-5", True),
        ("-5", "-20", False),  # the buyer wants more than the seller pays
        ("0", "50", False),  # of nothing there is no multiple
        ("-50", "0", False),
        ("-5", "5", False),
        (None, "50", False),
        ("1", None, False),
    ],
)
def test_prices_are_suspicious_where_one_is_over_four_times_better_than_the_other(
    ask: str | None, bid: str | None, expected: bool
) -> None:
    said = [None if price is None else Decimal(price) for price in (ask, bid)]

    assert SUSPICIOUS_TIMES == 4
    assert is_suspicious(said[0], said[1], Decimal(0)) is expected


# --- whatever is said ---------------------------------------------------------------------------------------
amounts = st.decimals(min_value=0, max_value=1000, places=2)
prices = st.none() | st.just(Decimal(0)) | st.decimals(min_value=-500, max_value=500, places=2)


@st.composite
def intervals(draw: st.DrawFn) -> Interval[Decimal] | None:
    low, high = sorted((draw(amounts), draw(amounts)))
    return draw(st.sampled_from((None, Interval(low, high))))


class Drawn(NamedTuple):
    ask: Decimal | None
    disposal: Interval[Decimal] | None
    market: Interval[Decimal] | None
    bid: Decimal | None
    purchase: Interval[Decimal] | None
    share: Decimal
    costs: Costs[Decimal]
    distance: Decimal


drawn = st.builds(
    Drawn,
    prices,
    intervals(),
    intervals(),
    prices,
    intervals(),
    st.decimals(min_value="0.01", max_value=20, places=2),
    st.builds(
        Costs,
        amounts,
        intervals(),
        st.none() | amounts,
        st.none() | st.decimals(min_value=0, max_value=5, places=2),
        st.sampled_from((Decimal(0), Decimal("0.001"), Decimal("0.01"), Decimal(1))),
    ),
    st.decimals(min_value=0, max_value=2000, places=1),
)


def valued(of: Drawn) -> tuple[Alternative[Decimal] | None, Alternative[Decimal] | None, Worth[Decimal]]:
    seller = seller_alternative(of.ask, of.disposal, of.market, Decimal(0))
    buyer = buyer_alternative(of.bid, of.purchase)
    return seller, buyer, worth(seller, buyer, of.share, of.costs, of.distance)


@settings(max_examples=examples(200, 5000), deadline=None)
@given(of=drawn)
def test_low_figure_is_never_above_the_high_one_and_both_are_known_or_neither(of: Drawn) -> None:
    *_, found = valued(of)

    assert (found.low is None) == (found.high is None)
    if found.low is not None and found.high is not None:
        assert found.low <= found.high


@settings(max_examples=examples(200, 5000), deadline=None)
@given(of=drawn)
def test_what_a_side_says_bounds_its_alternative(of: Drawn) -> None:
    seller, buyer, _ = valued(of)

    if of.ask is not None:
        assert seller is not None
        assert seller.favourable <= seller.cautious == of.ask
        if of.ask > 0 and of.market is None:
            assert seller.favourable == 0
    if of.bid is not None:
        assert buyer is not None
        assert of.bid == buyer.cautious <= buyer.favourable
        if of.bid < 0:
            assert buyer.favourable == 0


@settings(max_examples=examples(200, 5000), deadline=None)
@given(of=drawn)
def test_figures_in_decimal_and_in_float_are_the_same_numbers(of: Drawn) -> None:
    def as_float(value: Decimal | None) -> float | None:
        return None if value is None else float(value)

    def ends(value: Interval[Decimal] | None) -> Interval[float] | None:
        return None if value is None else Interval(float(value.low), float(value.high))

    seller, buyer, found = valued(of)
    reach = Decimal(300)
    costs = Costs(
        float(of.costs.treatment),
        ends(of.costs.residues),
        as_float(of.costs.load),
        as_float(of.costs.per_km),
        float(of.costs.loss_per_km),
    )
    seller_too = seller_alternative(as_float(of.ask), ends(of.disposal), ends(of.market), 0.0)
    buyer_too = buyer_alternative(as_float(of.bid), ends(of.purchase))

    too = worth(seller_too, buyer_too, float(of.share), costs, float(of.distance))

    for exact, binary in (
        (found.low, too.low),
        (found.high, too.high),
        (
            break_even(seller, buyer, of.share, of.costs, reach),
            break_even(seller_too, buyer_too, float(of.share), costs, float(reach)),
        ),
    ):
        assert binary == (None if exact is None else pytest.approx(float(exact), rel=1e-9, abs=1e-7))


@settings(max_examples=examples(200, 5000), deadline=None)
@given(of=drawn)
def test_break_even_distance_is_where_the_low_figure_is_nothing(of: Drawn) -> None:
    seller, buyer, _ = valued(of)
    reach = Decimal(300)

    distance = break_even(seller, buyer, of.share, of.costs, reach)

    if distance is None or buyer is None or buyer.cautious < 0:
        return
    there = worth(seller, buyer, of.share, of.costs, distance).low
    assert there is not None
    assert 0 <= distance <= reach
    if distance == 0:
        assert there <= 0
    elif distance == reach:
        assert there > -Decimal("1e-9")
    else:
        assert abs(there) < Decimal("1e-9")


@pytest.mark.parametrize(
    ("price", "is_avoided"), [(None, True), ("-30", True), ("0", True), ("0.01", False), ("8", False)]
)
def test_disposal_is_avoided_unless_the_supplier_is_paid(price: str | None, is_avoided: bool) -> None:
    assert avoids_disposal(None if price is None else Decimal(price), Decimal(0)) is is_avoided


@settings(max_examples=examples(200, 5000), deadline=None)
@given(of=drawn)
def test_both_gain_together_what_the_band_of_prices_is_wide(of: Drawn) -> None:
    seller, _, found = valued(of)

    for cautious, gain in ((True, found.low), (False, found.high)):
        band = price_band(seller, found, cautious=cautious)
        if gain is None:
            assert band is None
        else:
            assert band is not None
            assert band.is_empty == (band.high < band.low)
            assert abs(band.high - band.low - gain) < Decimal("1e-9")
