"""How much each part of a match's score counts in a programme. Pure; the parts are those of the matching engine."""

import math
from collections.abc import Mapping

from django.utils.translation import gettext as _

from common.errors import Invalid

SCORE_PARTS = ("resource", "distance", "quantity", "season", "quality", "price")
COMMON_WEIGHTS: Mapping[str, float] = {
    "resource": 0.20,
    "distance": 0.20,
    "quantity": 0.20,
    "season": 0.10,
    "quality": 0.15,
    "price": 0.15,
}
"""What counts where a programme has no weights of its own."""


def check_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the weights, one per part; only their proportions matter.

    Raises `Invalid` on the parts that are missing, negative or not finite, on unknown names, and on `weights` when
    their sum is 0.
    """
    wrong = {name: _("This is not a part of the score.") for name in weights if name not in SCORE_PARTS}
    for part in SCORE_PARTS:
        weight = weights.get(part)
        if weight is None or not math.isfinite(weight) or weight < 0:
            wrong[part] = _("Give a number of 0 or more.")
    if wrong:
        raise Invalid(wrong)
    if not sum(weights.values()):
        raise Invalid({"weights": _("At least one part must weigh more than 0.")})
    return {part: float(weights[part]) for part in SCORE_PARTS}
