"""A question to the market, as it is asked and as it is kept, and a place in its answer as an address bears it."""

import base64
import binascii
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from common.errors import Invalid
from common.geo import Point
from listings.search.columns import Cursor, Order

ORDERS: Final = {
    "relevance": Order.RELEVANCE,
    "newest": Order.NEWEST,
    "largest": Order.LARGEST,
    "cheapest": Order.CHEAPEST,
    "nearest": Order.NEAREST,
    "fit": Order.FIT,
    "added": Order.ADDED,
    "real_first": Order.REAL_FIRST,
}
_CURSOR: Final = struct.Struct(">BBBddq")
_FORM: Final = 1
"""Of the cursor; another one is refused rather than misread."""
LARGEST_KEY: Final = 2**63 - 1


@dataclass(frozen=True)
class Box:
    """What a map shows, ° (WGS 84); west may lie east of east, across the date line."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True)
class Question:
    """What is asked of the market. Empty collections and None ask nothing; amounts and prices in canonical units."""

    words: str = ""
    side: str = ""
    kinds: frozenset[str] = frozenset()
    resource: int | None = None
    """The key of a resource: it, and all below it."""
    hazardous: bool | None = None
    legal: frozenset[str] = frozenset()
    """Values of `LegalStatus`, "" for what nobody said."""
    countries: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    """Codes of `accounts.selectors.regions`; a hidden place has one only where its whole cell lies in it."""
    price_signs: frozenset[str] = frozenset()
    periods: frozenset[str] = frozenset()
    qualities: frozenset[str] = frozenset()
    near: Point | None = None
    within_km: float = 100.0
    box: Box | None = None
    quantity_min: Decimal | None = None
    quantity_max: Decimal | None = None
    window_from: date | None = None
    window_until: date | None = None
    price_max: Decimal | None = None
    currency: str = "EUR"
    order: str = ""
    """One of `ORDERS`; empty: by relevance where there are words, by distance near a place, else the newest first."""

    @property
    def ordered_by(self) -> str:
        """The order that is asked for, or the usual one."""
        if (
            self.order
            and (self.order != "nearest" or self.near)
            and (self.order != "relevance" or self.words)
        ):
            return self.order
        if self.words:
            return "relevance"
        return "nearest" if self.near else "newest"


# --- kept ---------------------------------------------------------------------------------------------------
_NOTHING: Final = Question()
_BACK: Final[Mapping[str, Callable[[Any], Any]]] = {
    **{each.name: frozenset for each in fields(Question) if isinstance(each.default, frozenset)},
    "near": lambda said: Point(**said),
    "box": lambda said: Box(**said),
    **dict.fromkeys(("quantity_min", "quantity_max", "price_max"), Decimal),
    **dict.fromkeys(("window_from", "window_until"), date.fromisoformat),
}


def as_kept(question: Question) -> dict[str, Any]:
    """Return what a question asks, as JSON; its order stands in the address alone."""
    said = {field.name: getattr(question, field.name) for field in fields(Question) if field.name != "order"}
    return {
        name: _plain(value)
        for name, value in said.items()
        if value != getattr(_NOTHING, name) or name == "currency"
    }


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Point | Box):
        return asdict(value)
    return str(value) if isinstance(value, Decimal | date) else value


def as_asked(kept: Mapping[str, Any]) -> Question:
    """Return the question that was kept."""
    return Question(**{name: _BACK.get(name, _same)(value) for name, value in kept.items()})


def _same(value: Any) -> Any:
    return value


# --- a place in the answer ----------------------------------------------------------------------------------
def cursor_text(order: str, cursor: Cursor, *, back: bool) -> str:
    """Return a place in an order as it stands in an address."""
    packed = _CURSOR.pack(_FORM, int(ORDERS[order]), int(back), cursor.first, cursor.second, cursor.id)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: str, order: str) -> tuple[Cursor, bool]:
    """Return the place and whether what lies before it is asked for; raises `Invalid` for what we did not write."""
    refused = Invalid(
        {"cursor": _("This is not a cursor of ours for this order: follow the links to the next page.")}
    )
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        form, of, back, first, second, key = _CURSOR.unpack(packed)
    except (binascii.Error, ValueError, struct.error):
        raise refused from None
    if (
        form != _FORM
        or of != int(ORDERS[order])
        or back > 1
        or math.isnan(first)
        or math.isnan(second)
        or key < 0
    ):
        raise refused
    return Cursor(first, second, key), bool(back)
