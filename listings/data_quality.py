"""How well a listing is described: what is stated of what decides, and what to state next. Pure, over plain values.

The weights are those that each has in the score of a match, in hundredths (`docs/matching.md`): resource and quantity
20, quality and price 15; silence on the last three caps the score at 0.75. What the score does not count but a deal
needs has less: the waste code 10 (it also decides whether a lot is hazardous), the end or the season 5, a description
5. What a listing cannot have is left out, and the level is the share of the rest.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from catalogue.called import called_within

QUALITY_WEIGHTS: Final = {1: (15,), 2: (9, 6), 3: (7, 5, 3)}
"""By how many properties matter, the most important first."""
MOST_PROPERTIES: Final = max(QUALITY_WEIGHTS)
WORDS: Final = {"sketch": 0, "fair": 50, "good": 75, "complete": 100}
"""From which percentage on a listing is called so."""
LABELS: Final = {
    "sketch": gettext_lazy("sketch"),
    "fair": gettext_lazy("fair"),
    "good": gettext_lazy("good"),
    "complete": gettext_lazy("complete"),
}


@dataclass(frozen=True)
class Property:
    """A quality property that matters for the resource, and whether the listing states it."""

    slug: str
    name: str
    stated: bool


@dataclass(frozen=True)
class Stated:
    """What a listing says, as far as the gauge asks."""

    resource: str
    """The resource's name."""
    resource_is_specific: bool
    """No branch of the catalogue, unless nothing stands below it."""
    quantity: bool
    price: bool
    properties: tuple[Property, ...]
    needs_waste_code: bool
    """It is offered, and as waste has a code."""
    waste_code: bool
    end_or_season: bool
    description: bool


@dataclass(frozen=True)
class Item:
    """One thing to state."""

    key: str
    """Field of the listing; of a quality property `quality.` and its slug."""
    label: str
    advice: str
    weight: int
    known: bool

    @property
    def anchor(self) -> str:
        """The id of its field in the form."""
        if self.key.startswith("quality."):
            return f"id_quality_{self.key.removeprefix('quality.')}_low"
        return {"price": "id_price_way_0"}.get(self.key, f"id_{self.key}")


@dataclass(frozen=True)
class DataQuality:
    """How well a listing is described."""

    level_percent: int
    known: tuple[Item, ...]
    missing: tuple[Item, ...]
    """The most useful first."""

    @property
    def word(self) -> str:
        """`sketch`, `fair`, `good` or `complete`."""
        return [word for word, least in WORDS.items() if self.level_percent >= least][-1]

    @property
    def label(self) -> str:
        """The word in the reader's language."""
        return str(LABELS[self.word])

    @property
    def next(self) -> Item | None:
        """The missing item with the most weight; None where nothing is missing."""
        return self.missing[0] if self.missing else None


def data_quality(stated: Stated) -> DataQuality:
    """Weigh what is stated against what could be; the advice is in the reader's language."""
    return weighed(stated, get_language())


@lru_cache(maxsize=4096)
def weighed(stated: Stated, _language: str | None) -> DataQuality:
    """Weigh it once per language: listings of one resource mostly state the same."""
    items = list(_items(stated))
    known = tuple(item for item in items if item.known)
    missing = sorted((item for item in items if not item.known), key=lambda item: -item.weight)
    # Rounded down: all but the last is not complete.
    percent = 100 * _weight(known) // _weight(items)
    return DataQuality(percent, known, tuple(missing))


def _weight(items: Iterable[Item]) -> int:
    return sum(item.weight for item in items)


def _items(stated: Stated) -> Iterator[Item]:
    kind = _("Say which kind it is: “%(resource)s” is a whole branch, and few search that wide.")
    yield Item("resource", _("kind"), kind % {"resource": stated.resource}, 20, stated.resource_is_specific)
    quantity = _("State the quantity: partners see how much of it they could move.")
    yield Item("quantity", _("quantity"), quantity, 20, stated.quantity)
    price = _("State the price, or that it is free: it is what partners compare first.")
    yield Item("price", _("price"), price, 15, stated.price)
    yield from _quality(stated.properties[:MOST_PROPERTIES])
    if stated.needs_waste_code:
        code = _("State the waste code: it decides who may carry and take it.")
        yield Item("ewc_code", _("waste code"), code, 10, stated.waste_code)
    window = _("State until when, or in which months: partners plan ahead.")
    yield Item("available_until", _("end or season"), window, 5, stated.end_or_season)
    words = _("Describe it in a sentence or two: where it comes from, how it is stored.")
    yield Item("description", _("description"), words, 5, stated.description)


def _quality(properties: Sequence[Property]) -> Iterator[Item]:
    weights = QUALITY_WEIGHTS.get(len(properties), ())
    for place, (each, weight) in enumerate(zip(properties, weights, strict=True)):
        advice = (
            _("State the %(property)s: it matters to many users.")
            if place
            else _("State the %(property)s: it decides for most users.")
        )
        name = called_within(each.name)
        yield Item(f"quality.{each.slug}", name, advice % {"property": name}, weight, each.stated)
