"""Splitting: parts that sum to a lot in the unit it was typed in close it at exactly nothing left."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st

from common.parts import STEP, Lot, Measure, Share, as_typed, rounding_band, sum_of
from common.units import DIMENSION_OF_UNIT, PLACES, unit_factor
from tests.proof import examples

pytestmark = pytest.mark.mass

Take = Callable[[Lot, Measure], Share | None]
PER_YEAR = [Decimal(1), Decimal(12), Decimal("365.2425") / 7, Decimal("365.2425")]
# What a part moves of a request, and what lets a quantity cross dimensions: any factor will do.
FACTORS = [Decimal(1), Decimal("0.87654321"), 1 / Decimal("1.35"), Decimal("0.7") / 3]
units = st.sampled_from(sorted(DIMENSION_OF_UNIT))


def in_millionths(number: int) -> Decimal:
    return Decimal(f"{number}E-6")


def quiet(many: int, **options: object) -> settings:
    return settings(max_examples=many, deadline=None, database=None, report_multiple_bugs=False, **options)  # type: ignore[arg-type]


@st.composite
def cuts(draw: st.DrawFn) -> tuple[str, list[Decimal], list[Decimal]]:
    """A unit, the factors that it goes by, and the parts of a lot in it, each a step or more."""
    unit = draw(units)
    factors = [unit_factor(unit), draw(st.sampled_from(PER_YEAR)), draw(st.sampled_from(FACTORS))]
    least = int(STEP / as_typed(PLACES, *factors).exact) + 1
    most = draw(st.sampled_from([2 * least, 100 * least, 10**5 + least, 10**12 + least]))
    parts = draw(st.lists(st.integers(least, most), min_size=1, max_size=30))
    return unit, factors, [in_millionths(part) for part in parts]


def check(take: Take, factors: list[Decimal], parts: list[Decimal]) -> None:
    whole = as_typed(sum(parts, Decimal(0)), *factors)
    lot = Lot(whole, whole.amount)
    for number, part in enumerate(parts, start=1):
        taken = take(lot, as_typed(part, *factors))
        assert taken is not None, f"part {number} of {len(parts)} is refused"
        # As the database wants it: something is taken, and a lot on the market has something left.
        assert taken.amount > 0
        lot = taken.rest
        assert (lot.allocated < lot.amount) == (number < len(parts))
        assert lot.nothing_left == (number == len(parts))
    assert lot.allocated == lot.amount == whole.amount
    assert lot.left_in(*factors) == 0


@quiet(examples(200, 4_000))
@given(cuts())
@example(("short_ton", [unit_factor("short_ton")], [Decimal(5), Decimal(5)]))
@example(("lb", [unit_factor("lb")], [Decimal(50), Decimal(50)]))
@example(("kg", [unit_factor("kg")], [Decimal("0.0015")] * 7))
def test_parts_that_sum_to_the_lot_close_it(cut: tuple[str, list[Decimal], list[Decimal]]) -> None:
    _unit, factors, parts = cut
    check(Lot.take, factors, parts)


def by_stored_amounts(lot: Lot, part: Measure) -> Share | None:
    """Splitting before this one: what is stored decides."""
    if part.amount > lot.amount - lot.allocated:
        return None
    rest = replace(lot, taken=sum_of((lot.taken, part)), allocated=lot.allocated + part.amount)
    return Share(part.amount, rest)


def by_a_tolerance(lot: Lot, part: Measure) -> Share | None:
    """The same with a step of tolerance, what is taken clamped to it."""
    left = lot.amount - lot.allocated
    if part.amount > left + PLACES:
        return None
    amount = min(part.amount, left)
    return Share(amount, replace(lot, taken=sum_of((lot.taken, part)), allocated=lot.allocated + amount))


@pytest.mark.parametrize("wrong", [by_stored_amounts, by_a_tolerance])
def test_splitting_by_stored_amounts_is_found_out(wrong: Take) -> None:
    @quiet(1_000, phases=[Phase.generate])
    @given(cuts())
    def holds(cut: tuple[str, list[Decimal], list[Decimal]]) -> None:
        check(wrong, *cut[1:])

    with pytest.raises(AssertionError):
        holds()


@quiet(examples(200, 4_000))
@given(cuts(), st.integers(1, 10**9))
@example(("lb", [unit_factor("lb")], [Decimal(50), Decimal(50)]), 1)
def test_part_that_is_a_grain_too_large_is_refused(
    cut: tuple[str, list[Decimal], list[Decimal]], grains: int
) -> None:
    _unit, factors, parts = cut
    whole = as_typed(sum(parts, Decimal(0)), *factors)
    lot = Lot(whole, whole.amount)
    for part in parts[:-1]:
        taken = lot.take(as_typed(part, *factors))
        assert taken is not None
        lot = taken.rest
    assert lot.left_in(*factors) == parts[-1]
    assert not lot.holds(as_typed(parts[-1] + in_millionths(grains), *factors))


@quiet(examples(200, 5_000))
@given(st.data(), units, st.integers(10**3, 10**12))
def test_parts_that_come_and_go_never_break_what_the_database_holds(
    data: st.DataObject, unit: str, steps: int
) -> None:
    """Parts in any fitting unit, taken and given back in any order, and the whole said anew."""
    factor = unit_factor(unit)
    whole = as_typed(in_millionths(steps), factor)
    assume(whole.amount > 0)
    lot, shares, ever = Lot(whole, whole.amount), list[tuple[Decimal, Measure]](), 0
    same = [each for each in sorted(DIMENSION_OF_UNIT) if DIMENSION_OF_UNIT[each] == DIMENSION_OF_UNIT[unit]]
    for act in data.draw(
        st.lists(st.sampled_from(["take", "take all", "give back", "say anew"]), max_size=15)
    ):
        by = unit_factor(data.draw(st.sampled_from(same)))
        if act == "give back":
            if shares:
                amount, _part = shares.pop(data.draw(st.integers(0, len(shares) - 1)))
                held = sum_of(part for _amount, part in shares)
                lot = replace(lot, taken=held, allocated=lot.allocated - amount)
        elif act == "say anew":
            said = as_typed(in_millionths(data.draw(st.integers(10**3, 10**12))), by)
            lot = (said.is_countable and lot.restated(said)) or lot
        else:
            left = lot.left_in(by)
            part = as_typed(left if act == "take all" else left / data.draw(st.integers(2, 9)), by)
            taken = lot.take(part) if part.is_countable else None
            assert (taken is not None) == (part.is_countable and lot.holds(part))
            if taken:
                # Only what lies within the band needs a look at the exact parts.
                assert abs(taken.amount - part.amount) <= rounding_band(ever)
                lot, shares, ever = taken.rest, [*shares, (taken.amount, part)], ever + 1
                assert taken.amount > 0
        assert 0 <= sum(amount for amount, _part in shares) == lot.allocated <= lot.amount
        assert lot.amount > 0
        # At most 15 parts can have come and gone: that many steps may be lost between the last few.
        if lot.left.exact >= 16 * STEP:
            assert lot.allocated < lot.amount
            assert not lot.nothing_left
