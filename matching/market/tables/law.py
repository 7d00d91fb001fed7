"""The law as the engine's gate takes it: bits of uses, by what arrives and by who asks for it.

A use is one bit, in the lower half of a word where the law of the European Union holds and in the upper half where that
of Great Britain does. A pair is forbidden where the bits of what arrives and those of who asks have one in common; what
only needs an approval, and uses that a buyer may or may not have, are for the strip on the page to say.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from catalogue.law.knowledge import EU, GB, LawKnowledge
from catalogue.law.uses import forbidden_uses, mask_of, uses_of_receiver
from catalogue.selectors.law import law_of_release

Ids = npt.NDArray[np.int64]
_HALF: Final = 32
_JURISDICTIONS: Final = (EU, GB)


@dataclass(frozen=True)
class LawGate:
    """The law of one release on one day."""

    knowledge: LawKnowledge
    slugs: dict[int, str]
    """By the catalogue key of a resource."""
    day: date
    _known: dict[tuple[int, int], int]

    @classmethod
    def of(cls, slugs: dict[int, str], day: date) -> Self:
        """Return the gate over the resources of the release that is loaded."""
        knowledge = law_of_release()
        if len(knowledge.use_classes) > _HALF - 1:
            raise ValueError(
                f"the law names {len(knowledge.use_classes)} uses; half a word holds {_HALF - 1}"
            )
        return cls(knowledge, slugs, day, {})

    def forbidden(self, resource_id: int) -> int:
        """Return the uses that are forbidden to a resource, in both jurisdictions."""
        slug = self.slugs[resource_id]
        return sum(
            forbidden_uses(slug, jurisdiction, self.day, self.knowledge) << (_HALF * place)
            for place, jurisdiction in enumerate(_JURISDICTIONS)
        )

    def uses(self, resource_ids: Ids, nace: Ids, country: Ids) -> Ids:
        """Return the uses that askers certainly have: by what they ask for, their activity and their country, coded as
        in `nace_of` and `country_of`."""
        # One number to sort by takes a small part of the time of two.
        kinds, which = np.unique((resource_ids << _HALF) + nace, return_inverse=True)
        asked = zip((kinds >> _HALF).tolist(), (kinds & ((1 << _HALF) - 1)).tolist(), strict=True)
        masks = np.array([self._mask(pk, code) for pk, code in asked], np.int64)
        places = np.full(len(country), -1, np.int64)
        for code in np.unique(country).tolist():
            jurisdiction = self.knowledge.jurisdiction(country_of(code))
            if jurisdiction in _JURISDICTIONS:
                places[country == code] = _JURISDICTIONS.index(jurisdiction)
        found = masks[which] if len(masks) else np.zeros(0, np.int64)
        return np.where(places < 0, 0, found << (_HALF * np.maximum(places, 0)))

    def _mask(self, resource_id: int, nace: int) -> int:
        key = resource_id, nace
        if key not in self._known:
            uses = uses_of_receiver(nace_of(nace), self.slugs[resource_id], self.knowledge)
            self._known[key] = mask_of(uses.certain, self.knowledge)
        return self._known[key]


def nace_of(code: int) -> str:
    """Return a NACE code by its number in a row of the market: 1 before its digits, 0 for none; 11011 is 10.11."""
    digits = str(code)[1:]
    return ".".join(filter(None, (digits[:2], digits[2:])))


def country_of(code: int) -> str:
    """Return a country's two letters by their number in a row of the market; empty for 0."""
    return chr(code >> 8) + chr(code & 255) if code else ""
