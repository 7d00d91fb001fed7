from decimal import Decimal
from fractions import Fraction

import pytest

from common.parts import STEP, Lot, Measure, as_stored, as_typed, rounding_band
from common.units import PLACES, unit_factor

SHORT_TON, LB, KG, GJ, T = (unit_factor(unit) for unit in ("short_ton", "lb", "kg", "GJ", "t"))
Amounts = list[Decimal]


def lot_of(quantity: str, factor: Decimal) -> Lot:
    whole = as_typed(Decimal(quantity), factor)
    return Lot(whole, whole.amount)


def take_all(lot: Lot, *parts: Measure) -> tuple[Amounts, Lot]:
    taken = []
    for part in parts:
        share = lot.take(part)
        assert share is not None
        taken.append(share.amount)
        lot = share.rest
    return taken, lot


def test_measure_is_what_was_typed_and_its_amount_what_is_stored() -> None:
    five = as_typed(Decimal(5), SHORT_TON)
    assert five.exact == Fraction("4.5359237")
    assert five.amount == Decimal("4.535924")
    # Half to even, as units.to_canonical.
    assert as_typed(Decimal("0.0000025")).amount == Decimal("0.000002")
    assert as_typed(Decimal("10"), T, Decimal(12), Decimal("0.9")).amount == 108


@pytest.mark.parametrize(
    ("whole", "factor", "parts", "taken"),
    [
        ("10", SHORT_TON, ["5", "5"], ["4.535924", "4.535923"]),
        ("100", LB, ["50", "50"], ["0.022680", "0.022679"]),
        ("100", LB, ["33.3", "33.3", "33.4"], ["0.015105", "0.015105", "0.015149"]),
        ("1", GJ, ["0.5", "0.5"], ["0.138889", "0.138889"]),
        ("10", T, ["5", "5"], ["5.000000", "5.000000"]),
    ],
)
def test_parts_that_add_up_close_the_lot(
    whole: str, factor: Decimal, parts: list[str], taken: list[str]
) -> None:
    lot = lot_of(whole, factor)
    amounts, rest = take_all(lot, *(as_typed(Decimal(part), factor) for part in parts))
    assert [str(amount) for amount in amounts] == taken
    assert sum(amounts) == lot.amount == rest.allocated
    assert rest.nothing_left
    assert rest.left_in(factor) == 0


def test_parts_in_different_units_close_the_lot() -> None:
    lot = lot_of("1", SHORT_TON)
    _amounts, rest = take_all(lot, as_typed(Decimal(1500), LB), as_typed(Decimal("226.796185"), KG))
    assert rest.allocated == lot.amount
    # A rate per week, in parts per year.
    per_week = Decimal("365.2425") / 7
    weekly = as_typed(Decimal(7), T, per_week)
    _amounts, rest = take_all(
        Lot(weekly, weekly.amount), as_typed(Decimal("365")), as_typed(Decimal("0.2425"))
    )
    assert rest.allocated == weekly.amount == Decimal("365.2425")


@pytest.mark.parametrize(
    ("whole", "factor", "part"),
    [
        ("10", SHORT_TON, "5.000001"),
        ("10", SHORT_TON, "5.01"),
        ("100", LB, "50.000001"),
        ("1", GJ, "0.500001"),
        ("1000000000000", KG, "999999999995.000001"),
    ],
)
def test_a_grain_more_than_is_left_does_not_fit(whole: str, factor: Decimal, part: str) -> None:
    lot = lot_of(whole, factor)
    first = {"10": "5", "100": "50", "1": "0.5"}.get(whole, "5")
    _amounts, rest = take_all(lot, as_typed(Decimal(first), factor))
    grain = as_typed(Decimal(part), factor)
    assert not rest.holds(grain)
    assert rest.take(grain) is None
    assert rest.holds(as_typed(Decimal(whole) - Decimal(first), factor))


def test_what_is_left_is_told_in_the_unit_asked_for() -> None:
    _amounts, rest = take_all(lot_of("10", SHORT_TON), as_typed(Decimal("2.5"), SHORT_TON))
    assert rest.left_in(SHORT_TON) == Decimal("7.5")
    assert rest.left_in(LB) == Decimal(15000)
    # Rounded down, so that what is told fits.
    assert rest.left_in(T) == Decimal("6.803885")
    assert rest.holds(as_typed(rest.left_in(T), T))
    assert lot_of("1", GJ).left_in(GJ) == 1


def test_dust_is_nothing() -> None:
    _amounts, rest = take_all(lot_of("1000", LB), as_typed(Decimal("999.999"), LB))
    assert rest.nothing_left
    assert rest.allocated == rest.amount
    assert rest.left_in(LB) == 0
    # A gram is a step, and none.
    _amounts, rest = take_all(lot_of("1", T), as_typed(Decimal("0.999999"), T))
    assert not rest.nothing_left
    assert rest.left_in(T) == PLACES


def test_less_than_a_step_is_not_countable() -> None:
    assert not as_typed(Decimal("0.0009"), KG).is_countable
    assert as_typed(Decimal("0.001"), KG).is_countable
    assert as_stored(PLACES).is_countable


def test_nothing_is_taken_of_a_closed_lot() -> None:
    _amounts, rest = take_all(lot_of("1", T), as_typed(Decimal(1), T))
    assert rest.take(as_typed(Decimal("0.000001"), T)) is None
    assert not rest.holds(as_typed(Decimal(0), T))


def test_many_parts_leave_room_for_the_last() -> None:
    # 0.0226796185 t each, stored as 0.022680: 2000 of them are 0.763 kg more than the whole.
    lot = lot_of("100000", LB)
    amounts, rest = take_all(lot, *[as_typed(Decimal(50), LB)] * 2000)
    assert rest.allocated == lot.amount == sum(amounts)
    assert max(amounts) - min(amounts) <= PLACES


def test_stored_amounts_fit_within_what_they_were_rounded_by() -> None:
    # Of earlier deliveries only the canonical amount is known; 50 lb of 100 are still to come.
    agreed = as_typed(Decimal(100), LB)
    lot = Lot(agreed, agreed.amount, Decimal("0.022680"), as_stored(Decimal("0.022680")))
    share = lot.take(as_typed(Decimal(50), LB))
    assert share is not None
    assert share.amount == Decimal("0.022679")
    assert share.rest.nothing_left
    assert not lot.holds(as_typed(Decimal("50.01"), LB))


def test_part_given_back_can_be_taken_again() -> None:
    lot = lot_of("10", SHORT_TON)
    five = as_typed(Decimal(5), SHORT_TON)
    (first, _second), full = take_all(lot, five, five)
    freed = Lot(full.whole, full.amount, full.allocated - first, five)
    assert freed.left_in(SHORT_TON) == 5
    amounts, rest = take_all(freed, five)
    assert amounts == [first]
    assert rest.allocated == lot.amount


def test_lot_said_anew_keeps_what_is_agreed() -> None:
    _amounts, taken = take_all(lot_of("10", SHORT_TON), as_typed(Decimal(5), SHORT_TON))
    larger = taken.restated(as_typed(Decimal(12), SHORT_TON))
    assert larger is not None
    assert (larger.amount, larger.left_in(SHORT_TON)) == (Decimal("10.886217"), Decimal(7))
    # Exactly what is agreed: stored as that, though 5 short tons alone would be stored the same or a step off.
    same = taken.restated(as_typed(Decimal(10_000), LB))
    assert same is not None
    assert same.nothing_left
    assert same.amount == same.allocated == taken.allocated
    assert taken.restated(as_typed(Decimal("4.999999"), SHORT_TON)) is None
    untouched = lot_of("10", T).restated(as_typed(Decimal(5), T))
    assert untouched is not None
    assert untouched.amount == 5


def test_stored_numbers_decide_beyond_a_band_of_a_step_for_each_part() -> None:
    assert Fraction(1, 10**6) == STEP
    assert rounding_band(0) == Decimal("0.000004")
    assert rounding_band(1000) == Decimal("0.001004")
