"""Who takes part in which programme, and how it weighs the parts of the score."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accounts.models import Programme, ProgrammeMembership
from matching.engine import PARTS, Weights
from matching.market.rules import UNKNOWN, Ids


@dataclass(frozen=True)
class Participation:
    """Who takes part where: programme bits of organizations, and the weights that programmes have of their own."""

    organizations: Ids
    words: npt.NDArray[np.uint64]
    weights: Weights

    def of(self, organization_ids: Ids) -> npt.NDArray[np.uint64]:
        """Programme words of organizations, one row each."""
        found = np.zeros((len(organization_ids), self.words.shape[1]), np.uint64)
        if len(self.organizations):
            at = np.minimum(
                np.searchsorted(self.organizations, organization_ids), len(self.organizations) - 1
            )
            known = self.organizations[at] == organization_ids
            found[known] = self.words[at[known]]
        return found


def load_participation() -> Participation:
    """Read who takes part in which programme."""
    programmes = list(Programme.objects.order_by("pk"))
    bit_of = {programme.pk: bit for bit, programme in enumerate(programmes)}
    pairs = np.array(
        [
            (o, bit_of[p])
            for o, p in ProgrammeMembership.objects.values_list("organization_id", "programme_id")
        ],
        np.int64,
    ).reshape(-1, 2)
    organizations, which = np.unique(pairs[:, 0], return_inverse=True)
    words = np.zeros((len(organizations), max(1, -(-len(programmes) // 64))), np.uint64)
    np.bitwise_or.at(words, (which, pairs[:, 1] // 64), np.uint64(1) << (pairs[:, 1] % 64).astype(np.uint64))
    blank = [UNKNOWN] * len(PARTS)
    rows = [[float(p.weights.get(part, 0)) for part in PARTS] if p.weights else blank for p in programmes]
    own = any(programme.weights for programme in programmes)
    return Participation(organizations, words, Weights(by_programme=np.array(rows)) if own else Weights())
