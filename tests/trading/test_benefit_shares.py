"""Who gains, and over which calendar years."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.benefit_cases import TREATED
from trading.benefit.account import benefit_of
from trading.benefit.lines import (
    COST_SAVED,
)
from trading.benefit.shares import Shares, shares_of
from trading.benefit.years import share_left, spread_over_years


def test_shares_follow_price_and_payer() -> None:
    found = benefit_of(TREATED, Decimal(1000))
    assert shares_of(TREATED, found, Decimal(1000)) == Shares(
        supplier=Decimal(4_000), receiver=Decimal(21_075) - 38_000 - 4_000 - 1_200
    )
    by_supplier = replace(TREATED, transport_paid_by="supplier")
    assert shares_of(by_supplier, found, Decimal(1000)).supplier == Decimal(2_800)
    gate_fee = replace(TREATED, unit_price=Decimal(-4))
    assert shares_of(gate_fee, benefit_of(gate_fee, Decimal(1000)), Decimal(1000)) == Shares(
        supplier=Decimal(40_000) - 4_000, receiver=Decimal(21_075) - 38_000 + 4_000 - 1_200
    )


@given(
    price=st.decimals(-500, 500, places=8),
    amount=st.decimals(Decimal("0.000001"), 10**6, places=6),
    payer=st.sampled_from(["supplier", "receiver", "shared"]),
)
def test_shares_add_up_to_what_both_save_whatever_the_price(
    price: Decimal, amount: Decimal, payer: str
) -> None:
    facts = replace(TREATED, unit_price=price, transport_paid_by=payer)
    found = benefit_of(facts, amount)
    shares = shares_of(facts, found, amount)
    if shares.supplier is not None and shares.receiver is not None:
        assert shares.supplier + shares.receiver == found.gross(COST_SAVED)


@pytest.mark.parametrize(
    ("is_rate", "starts", "ends", "expected"),
    [
        # A rate: whole years have the whole amount, leap years too; others by their days.
        (True, "2026-01-01", "2026-12-31", [(2026, "1000")]),
        (True, "2028-01-01", "2028-12-31", [(2028, "1000")]),
        (True, "2026-07-01", "2027-06-30", [(2026, "504.109589"), (2027, "495.890411")]),
        # Open: the year of the start, and the next.
        (True, "2026-07-01", None, [(2026, "504.109589"), (2027, "1000")]),
        # A lot: in all what it is.
        (False, "2026-12-31", "2027-01-02", [(2026, "333.333333"), (2027, "666.666667")]),
        (False, "2026-07-01", None, [(2026, "1000")]),
    ],
)
def test_amount_spreads_over_calendar_years(
    is_rate: bool, starts: str, ends: str | None, expected: list[tuple[int, str]]
) -> None:
    found = spread_over_years(
        Decimal(1000),
        is_rate=is_rate,
        starts_on=date.fromisoformat(starts),
        ends_on=None if ends is None else date.fromisoformat(ends),
    )
    assert found == tuple((year, Decimal(amount)) for year, amount in expected)


def test_rate_is_expected_for_ten_years_at_most() -> None:
    found = spread_over_years(
        Decimal(1), is_rate=True, starts_on=date(2026, 1, 1), ends_on=date(2099, 12, 31)
    )
    assert [year for year, _amount in found] == list(range(2026, 2036))


def test_nothing_is_expected_of_a_window_that_ends_before_it_starts() -> None:
    for is_rate in (True, False):
        assert not spread_over_years(
            Decimal(1), is_rate=is_rate, starts_on=date(2026, 6, 2), ends_on=date(2026, 6, 1)
        )


@given(
    amount=st.decimals(Decimal("0.000001"), 10**9, places=6),
    first=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    days=st.integers(0, 4000),
)
def test_lot_spread_over_its_window_adds_up_to_itself(amount: Decimal, first: date, days: int) -> None:
    last = date.fromordinal(first.toordinal() + days)
    found = spread_over_years(amount, is_rate=False, starts_on=first, ends_on=last)
    assert sum(part for _year, part in found) == amount
    assert all(part > 0 for _year, part in found)


@given(
    gross=st.decimals(-(10**6), 10**6, places=6),
    lefts=st.lists(st.decimals(0, 1000, places=6), min_size=1, max_size=8),
)
def test_corrections_leave_what_the_corrected_amount_gives(gross: Decimal, lefts: list[Decimal]) -> None:
    whole, posted = Decimal(1000), gross
    for left in [*lefts, Decimal(0)]:
        posted += share_left(gross, left, whole, posted)
        assert abs(posted - gross * left / whole) <= Decimal("0.0000005")
    assert posted == 0
