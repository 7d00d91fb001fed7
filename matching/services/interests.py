"""A party's word on a match that a facilitator has not reviewed yet."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from common.errors import Conflict
from events.services import record_event
from matching.access import parties_only
from matching.models import Match, MatchInterest, MatchState


@transaction.atomic
def note_interest(*, actor: User, match: Match, organization: Organization) -> MatchInterest:
    """Note that a party would take a match up; whoever reviews it sees so, and once it is approved the deal opens.

    Records `match.interest_noted`. Raises `Forbidden` for an organization that is no party, and `Conflict` where the
    match is reviewed already or no longer fits, or the interest is known.
    """
    match = _locked(match, organization)
    if match.state != MatchState.PROPOSED or not match.fits:
        raise Conflict(_("This match is not waiting for a review any more."), code="not_proposed")
    interest, is_new = MatchInterest.objects.get_or_create(
        match=match, organization=organization, defaults={"user": actor}
    )
    if not is_new:
        raise Conflict(_("Your interest is known already."), code="already_interested")
    _record("match.interest_noted", actor, match, organization)
    return interest


@transaction.atomic
def take_back_interest(*, actor: User, match: Match, organization: Organization) -> None:
    """Take back what `note_interest` noted; records `match.interest_taken_back`. `Conflict` where nothing is noted."""
    match = _locked(match, organization)
    if not MatchInterest.objects.filter(match=match, organization=organization).delete()[0]:
        raise Conflict(_("Your organization has not said that it is interested."), code="not_interested")
    _record("match.interest_taken_back", actor, match, organization)


def _locked(found: Match, organization: Organization) -> Match:
    match = Match.objects.select_for_update(of=("self",)).select_related("offer", "request").get(pk=found.pk)
    if not match.side_of(organization.pk):
        raise parties_only()
    return match


def _record(kind: str, actor: User, match: Match, organization: Organization) -> None:
    record_event(kind=kind, subject=match, actor=actor, data={"by": match.side_of(organization.pk)})
