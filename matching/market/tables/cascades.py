"""What serves as it is although it is another resource: heat at a lower level, steam at a lower pressure, water of a
worse grade. Which does, says `levels.csv`; whether two listings' levels suffice, the quality gate."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from matching.market.tables.levels import LevelKind, level_of

CASCADE_FIT: Final = 0.85
"""What is left of the fit where something of a higher level serves: it could serve better elsewhere."""


class _Placed(Protocol):
    """What is asked of a resource."""

    @property
    def pk(self) -> int: ...
    @property
    def slug(self) -> str: ...
    @property
    def tree_left(self) -> int: ...
    @property
    def tree_right(self) -> int: ...


def cascade_rows(
    resources: Sequence[_Placed], lines: Mapping[int, tuple[str, ...]]
) -> Iterator[tuple[int, int, float]]:
    """Yield rows of what is offered and what is sought, and the fit; `lines`: slugs by key, the nearest first.

    Never upwards: what asks for a higher level of the same kind than the offer's is left out.
    """
    row_of = {each.slug: row for row, each in enumerate(resources)}
    for row, offered in enumerate(resources):
        level = level_of(lines[offered.pk])
        if level is None:
            continue
        for name in level.serves:
            target = row_of.get(name.removesuffix("+"))
            if target is None:
                continue
            top = resources[target]
            for asked, sought in enumerate(resources):
                named = asked == target or (
                    name.endswith("+") and top.tree_left <= sought.tree_left < top.tree_right
                )
                below_it = sought.tree_left <= offered.tree_left < sought.tree_right
                if named and not below_it and not _asks_more(lines[sought.pk], level.low, level.kind):
                    yield row, asked, CASCADE_FIT


def _asks_more(line: tuple[str, ...], low: float, kind: LevelKind) -> bool:
    asked = level_of(line)
    # Compared with NaN everything is false: what is not known is left to the gate.
    return asked is not None and asked.kind == kind and asked.low > low
