"""Beside the form of a listing: its card, and who could take what is typed so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import AnyUser, current_membership
from accounts.models import Organization
from listings.models import Listing
from listings.views.drafts import Draft, draft_of
from matching.selectors.takers import Takers, likely_takers


@dataclass(frozen=True)
class Preview:
    """The card, and who could take it."""

    draft: Draft
    takers: Takers

    @property
    def listing(self) -> Listing:
        """What the card shows."""
        return self.draft.listing


def preview_of(user: AnyUser, data: Mapping[str, Any], organization: Organization | None) -> Preview | None:
    """Return what the fields of a form would be on the market; None where too little of it is right."""
    draft = draft_of(user, data, organization)
    return Preview(draft, likely_takers(user, draft.listing)) if draft else None


@require_safe
@login_required
def listing_preview(request: HttpRequest) -> HttpResponse:
    """The card and the likely takers of what is typed; for htmx."""
    membership = current_membership(request)
    organization = membership.organization if membership else None
    preview = preview_of(request.user, request.GET, organization)
    return render(request, "matching/_preview.html", {"preview": preview})
