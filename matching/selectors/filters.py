"""How matches are narrowed over REST."""

from typing import Any

import django_filters
from django.db.models import Q
from django.forms import IntegerField
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field

from matching import access
from matching.models import MatchState
from matching.selectors.audit import CLASSES, LOOKED_THROUGH, with_finding


class _IdFilter(django_filters.Filter):  # type: ignore[misc]  # the library has no types
    field_class = IntegerField


class MatchFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the matches."""

    state = django_filters.ChoiceFilter(choices=MatchState.choices)
    listing = extend_schema_field({"type": "integer", "description": "id of an offer or a request"})(
        _IdFilter(method="of_listing")
    )
    role = django_filters.ChoiceFilter(
        choices=[("party", _("as a party")), ("reviewer", _("as a facilitator"))],
        method="in_role",
        label="only those that you see as a party, or as a facilitator",
    )

    finding = django_filters.ChoiceFilter(
        choices=[(each.key, each.words) for each in CLASSES],
        method="of_finding",
        label=f"what an expert would look at, among the best {LOOKED_THROUGH:,} that you review",
    )

    def of_finding(self, matches: Any, name: str, key: str) -> Any:
        """Keep those of one class of the audit that the reader reviews."""
        reviewed = access.matches_to_review(self.request.user).values("pk")
        return with_finding(matches.filter(pk__in=reviewed), key)

    def of_listing(self, matches: Any, name: str, listing_id: int) -> Any:
        """Keep those of one listing."""
        return matches.filter(Q(offer=listing_id) | Q(request=listing_id))

    def in_role(self, matches: Any, name: str, role: str) -> Any:
        """Keep those that the reader sees in one of the two roles."""
        reads = access.own_matches if role == "party" else access.matches_to_review
        return matches.filter(pk__in=reads(self.request.user).values("pk"))
