"""Recovery and disposal operations, Directive 2008/98/EC, annexes I and II."""

from typing import Final

OPERATIONS: Final = (*(f"R{number}" for number in range(1, 14)), *(f"D{number}" for number in range(1, 16)))
