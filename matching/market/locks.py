"""Who waits for whom: a refresh of one listing changes its partners' matches, and theirs hang on their partners'.

No match joins two groups of resources (`MatchingRules.group`). A refresh holds its listing's groups alone; a partition
of a full run holds its groups together with other partitions, which write other pairs. All locks are taken in one
order, by group, and before anything is read, so that each sees what the one before it left.
"""

from collections.abc import Iterable

import numpy as np
from django.db import connection

from matching.market.rules import MatchingRules

_SPACE = 7_201_001
"""First number of these advisory locks; the second is the group."""


def lock_groups(rules: MatchingRules, resource_ids: Iterable[int], *, shared: bool = False) -> None:
    """Hold the groups of these catalogue keys until the transaction ends."""
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    groups = np.unique(rules.group[rules.row_of(np.array(list(resource_ids), np.int64))])
    with connection.cursor() as cursor:
        for group in groups.tolist():
            cursor.execute(f"SELECT {function}(%s, %s)", [_SPACE, group])
