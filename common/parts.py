"""Parts of a whole: whether one still fits, what it takes, and what is left, so that parts that add up close it.

Amounts are stored in the canonical unit, rounded to the last place (`common.units.PLACES`, here a *step*: a gram of
mass). 10 short tons are 9.0718474 t, stored as 9.071847; two parts of 5 are 4.5359237 t each, stored as 4.535924:
their sum is a step more than the whole. So nothing is decided by stored amounts. A `Measure` is what was typed times
the factor of its unit, unrounded; sums and comparisons of such are exact, in whatever unit each part was typed.

What a part takes of the whole *as stored* is the rounded amount of the part, but never more than leaves of the stored
rest as many steps as are really left; the part that leaves less than a step takes all of the stored rest. Then, with
`left` the exact rest, L the stored rest in steps and every part at least a step:

- L ≥ ⌊left⌋ at all times. It is so at first, since rounding loses no whole step; a part takes at most L − ⌊left after⌋.
- So a part that leaves a step or more takes at least one (L − ⌊left after⌋ ≥ ⌊left⌋ − ⌊left − part⌋ ≥ 1), and leaves at
  least one: what is allocated stays above zero and below the whole, as the database wants of what is on the market.
- Parts that sum to the whole leave exactly nothing with the last one, and no other leaves less than the last part,
  which is a step or more: all of them fit, and the last, no earlier one, brings what is allocated to the whole.

A part that was given back may return up to a step less than it was, so that L can be short by a step for each. The
rule stands all the same, and only between the last few steps can it close a whole early.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from common.units import PLACES

STEP: Final = Fraction(PLACES)
TYPED_PLACES: Final = 6
# Factors of units are Decimals of 28 figures, as 1/3.6 MWh per GJ: their products are off in the 27th. Of the largest
# whole, 10¹² units, this share is 10⁻¹², less than a millionth of a kWh, a pound or a litre.
_SLACK: Final = Fraction(1, 10**24)


@dataclass(frozen=True)
class Measure:
    """A quantity in canonical units, unrounded. `doubt`: how far it may be off, where only a rounded one is known."""

    exact: Fraction
    doubt: Fraction = Fraction(0)

    @property
    def amount(self) -> Decimal:
        """As it is stored: rounded half to even, as `common.units.to_canonical` rounds."""
        return _decimal(round(self.exact / STEP))

    @property
    def is_countable(self) -> bool:
        """Whether it is a step at least; less than that cannot be a part."""
        return self.exact + self.doubt >= STEP


def as_typed(quantity: Decimal, *factors: Decimal) -> Measure:
    """Return what was typed: `quantity` times canonical units per unit, periods per year, yield …"""
    exact = Fraction(quantity)
    for factor in factors:
        exact *= Fraction(factor)
    return Measure(exact)


def as_stored(amount: Decimal) -> Measure:
    """Return an amount of which only the stored, rounded value is known: half a step of doubt."""
    return Measure(Fraction(amount), STEP / 2)


def sum_of(measures: Iterable[Measure]) -> Measure:
    """Return parts as one, with the doubt of all."""
    exact, doubt = Fraction(0), Fraction(0)
    for measure in measures:
        exact, doubt = exact + measure.exact, doubt + measure.doubt
    return Measure(exact, doubt)


@dataclass(frozen=True)
class Share:
    """What a part takes of the stored amount, more than zero, and the lot after it."""

    amount: Decimal
    rest: "Lot"


@dataclass(frozen=True)
class Lot:
    """A whole, and what its parts take of it now.

    `taken` is the sum of the parts (`sum_of`). `amount` and `allocated` are the stored whole and the stored sum of
    what the parts took, 0 ≤ allocated ≤ amount; it is closed where both are the same.
    """

    whole: Measure
    amount: Decimal
    allocated: Decimal = Decimal(0)
    taken: Measure = Measure(Fraction(0))

    @property
    def left(self) -> Measure:
        """What nobody has taken, exact; its doubt is that of the whole and of all parts. Never below zero."""
        exact = self.whole.exact - self.taken.exact
        return Measure(max(Fraction(0), exact), self.whole.doubt + self.taken.doubt)

    @property
    def nothing_left(self) -> bool:
        """Whether no part is left to take: it is closed, or what is left is dust, less than a step."""
        return self.allocated >= self.amount or self._is_dust(self.left)

    def left_in(self, *factors: Decimal) -> Decimal:
        """Return what is left in another unit (`factors` as of `as_typed`), to six places: a part of it fits.

        Nothing for dust.
        """
        if self.nothing_left:
            return Decimal(0)
        factor = as_typed(Decimal(1), *factors).exact
        steps = math.floor((self.left.exact + self._slack) / factor * 10**TYPED_PLACES)
        return _decimal(steps, TYPED_PLACES)

    def holds(self, part: Measure) -> bool:
        """Whether a part fits into what is left; a grain more does not."""
        left = self.left
        return (
            self.allocated < self.amount and part.exact <= left.exact + left.doubt + part.doubt + self._slack
        )

    def take(self, part: Measure) -> Share | None:
        """Return what a part takes, or None where it does not fit.

        Its `amount` may differ from `part.amount` by what the stored sum is off: less than a step for each part.
        """
        if not self.holds(part):
            return None
        after = replace(self, taken=sum_of((self.taken, part)))
        stored_left = round(Fraction(self.amount - self.allocated) / STEP)
        steps = stored_left
        if not self._is_dust(after.left):
            really_left = math.floor((after.left.exact + self._slack) / STEP)
            # A step at least, also where earlier ones that were given back have left the stored rest short.
            steps = min(max(1, min(round(part.exact / STEP), stored_left - really_left)), stored_left)
        amount = _decimal(steps)
        return Share(amount, replace(after, allocated=self.allocated + amount))

    def restated(self, whole: Measure) -> "Lot | None":
        """Return the lot as another whole with the same parts, or None where they are more than it.

        The stored amount is never less than what is allocated, and equal to it only where nothing is left.
        """
        changed = replace(self, whole=whole, amount=whole.amount)
        if self.taken.exact > whole.exact + changed.left.doubt + changed._slack:
            return None
        if not self.allocated:
            return changed
        if changed._is_dust(changed.left):
            return replace(changed, amount=self.allocated)
        return replace(changed, amount=max(whole.amount, self.allocated + PLACES))

    @property
    def _slack(self) -> Fraction:
        return self.whole.exact * _SLACK

    def _is_dust(self, left: Measure) -> bool:
        return left.exact + self._slack < STEP + left.doubt


def rounding_band(parts: int) -> Decimal:
    """Return how near a stored rest and a wanted amount must be for `Lot` to be asked, with so many parts ever taken.

    Beyond it the stored numbers decide as the exact ones do: each part, given back or not, is off by a step at most,
    the rounding of the whole, of the wanted amount and of the closing part by less than four in all.
    """
    return (parts + 4) * PLACES


def _decimal(steps: int, places: int = TYPED_PLACES) -> Decimal:
    return Decimal(f"{steps}E-{places}")
