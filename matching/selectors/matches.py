"""Matches with what their pages show."""

from collections.abc import Iterable
from typing import Any

from listings.access import mark_identities
from matching.models import Match
from matching.selectors.explanations.explain import explained


def mark_sides(user: Any, matches: Iterable[Match]) -> list[Match]:
    """Return the matches with both listings as the user may see them."""
    marked = list(matches)
    mark_identities(user, [side for match in marked for side in (match.offer, match.request)])
    return marked


def with_explanations(matches: Iterable[Match]) -> list[Match]:
    """Return the matches with what their numbers rest on, for the templates."""
    shown = list(matches)
    explanations = explained(shown)
    for match in shown:
        match.explanation = explanations[match.pk]  # type: ignore[attr-defined]
    return shown
