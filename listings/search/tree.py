"""The catalogue's tree as tables, a place for each resource in the order of the tree: kept per release."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from catalogue.models import Kind, Release, Resource
from common.units import CANONICAL_UNIT, UNIT_LABEL

KINDS: Final = tuple(Kind.values)


@dataclass(frozen=True)
class Node:
    """A resource as the search needs it."""

    pk: int
    slug: str
    name: str
    kind: str
    unit: str
    depth: int
    parent: int
    """Its parent's place; -1 of a root."""
    end: int
    """The place after the last one below it."""
    is_mass: bool


@dataclass(frozen=True, eq=False)
class Tree:
    """Every resource in the order of the tree: what lies below one follows it."""

    release: UUID | None
    nodes: tuple[Node, ...]
    place_of: dict[int, int]
    """By key."""
    place_of_slug: dict[str, int]
    kind: npt.NDArray[np.int8]
    by_key: npt.NDArray[np.int32]
    """Place by key, -1 for a key of none."""

    def places(self, keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Return the place of each key."""
        known = (keys >= 0) & (keys < len(self.by_key))
        return np.where(known, self.by_key[np.where(known, keys, 0)], -1).astype(np.int32)

    def path(self, place: int) -> list[int]:
        """Return the places from below the root down to this one."""
        found: list[int] = []
        while place >= 0 and self.nodes[place].depth > 0:
            found.insert(0, place)
            place = self.nodes[place].parent
        return found

    def children(self, place: int) -> list[int]:
        """Return the places right below one."""
        found, at = [], place + 1
        while at < self.nodes[place].end:
            found.append(at)
            at = self.nodes[at].end
        return found

    def roots(self) -> list[int]:
        """Return the places of the roots."""
        return [place for place, node in enumerate(self.nodes) if node.parent < 0]


def current_tree() -> Tree:
    """Return the tree of the release that is loaded; one query, and more where that is new."""
    return tree_of(Release.objects.values_list("key", flat=True).first())


@lru_cache(maxsize=2)
def tree_of(release: UUID | None) -> Tree:
    """Return the tree; `release` is what it is kept under."""
    rows: list[Any] = list(Resource.objects.order_by("tree_left"))
    place_of = {row.pk: place for place, row in enumerate(rows)}
    lefts = np.array([row.tree_left for row in rows])
    nodes = tuple(
        Node(
            row.pk,
            row.slug,
            row.name,
            row.kind,
            UNIT_LABEL[CANONICAL_UNIT[row.dimension]],
            row.depth,
            place_of.get(row.parent_id, -1),
            int(np.searchsorted(lefts, row.tree_right)),
            row.dimension == "mass",
        )
        for row in rows
    )
    by_key = np.full(max(place_of, default=0) + 1, -1, np.int32)
    by_key[list(place_of)] = list(place_of.values())
    kind = np.array([KINDS.index(row.kind) for row in rows], np.int8)
    return Tree(release, nodes, place_of, {node.slug: at for at, node in enumerate(nodes)}, kind, by_key)
