"""Cells that are told, so that each stands for enough candidates, also to who knows how they are chosen.

To widen each place's cell until enough others lie in it is not enough: beside a town that is told as itself, the one
farm of the next valley would be told by a wide cell, and everybody who knows the rule would know that it is none of the
town. So the cells part a country among all candidates: those told alike are never fewer than enough.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Set
from typing import Final

from common.geo import wider

RESOLUTIONS: Final = (5, 4, 3, 2, 1)
"""H3, finest first: about 250, 1,800, 12,000, 87,000 and 610,000 km², the last the size of France. Then the country."""
COUNTRY: Final = 0
"""Stands for the country where a resolution is asked for."""


def told_cells(candidates: Mapping[str, Set[Hashable]], *, enough: int, country: str) -> dict[str, str]:
    """Return for each finest cell as what it is told: a cell that holds it, or the country.

    `candidates` maps cells of the finest resolution to who is there. Who is told alike are at least `enough`, unless
    the whole country has fewer. From fine to coarse: what is left over in a cell is told by it where that is enough;
    where it is too few, the smallest part of the cell that was told by itself is told with it; where there is none, the
    next wider cell takes them all.
    """
    told: dict[str, str] = {}
    for resolution in (*RESOLUTIONS, COUNTRY):
        for node, cells in _by_node(candidates, resolution, country):
            left = [cell for cell in cells if cell not in told]
            if left and len(_together(candidates, left)) < enough:
                left += _smallest_part(candidates, [cell for cell in cells if cell in told], resolution)
            if len(_together(candidates, left)) >= enough or resolution == COUNTRY:
                told |= dict.fromkeys(left, node)
    return told


def _by_node(cells: Iterable[str], resolution: int, country: str) -> Iterator[tuple[str, list[str]]]:
    nodes: dict[str, list[str]] = defaultdict(list)
    for cell in sorted(cells):
        nodes[country if resolution == COUNTRY else wider(cell, resolution)].append(cell)
    return iter(nodes.items())


def _together(candidates: Mapping[str, Set[Hashable]], cells: Iterable[str]) -> set[Hashable]:
    return set().union(*(candidates[cell] for cell in cells))


def _smallest_part(candidates: Mapping[str, Set[Hashable]], cells: list[str], resolution: int) -> list[str]:
    """The cells of that one of the next finer nodes that has the fewest candidates; all of a node are told, or none."""
    if not cells:
        return []
    parts = [part for _node, part in _by_node(cells, resolution + 1, "")]
    return min(parts, key=lambda part: len(_together(candidates, part)))
