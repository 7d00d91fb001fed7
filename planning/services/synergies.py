"""A flow of a plan becomes a synergy: by the services that every synergy begins with."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import Conflict
from matching.access import get_match_to_review
from matching.models import MatchState
from matching.services.reviews import approve_match
from trading.models import Synergy
from trading.services.synergies import open_synergy_by_facilitator


@transaction.atomic
def take_up_flow(*, actor: User, match_id: int) -> Synergy:
    """Let a facilitator bring the two parties of a flow together: the match is approved if nobody has, and a synergy
    is opened between its listings. Raises `NotFound` and `Forbidden` as the review of a match does."""
    match = get_match_to_review(actor, match_id)
    if match.state == MatchState.PROPOSED:
        match = approve_match(actor=actor, match=match)
    elif match.state != MatchState.APPROVED:
        raise Conflict(_("This match was dismissed or no longer fits: run the scenario anew."), code="stale")
    offer, request = match.offer, match.request
    return open_synergy_by_facilitator(
        actor=actor,
        supplier_site=offer.site,
        receiver_site=request.site,
        resource=offer.resource,
        offer=offer,
        request=request,
    )
