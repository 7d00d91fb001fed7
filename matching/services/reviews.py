"""The facilitator's word on a match, and taking it back."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import Conflict, Invalid
from events.services import record_event
from listings.models import State
from matching.models import DismissReason, Match, MatchState


def _locked(found: Match) -> Match:
    return Match.objects.select_for_update(of=("self",)).select_related("offer", "request").get(pk=found.pk)


@transaction.atomic
def approve_match(*, actor: User, match: Match, remark: str = "") -> Match:
    """Introduce the two parties to each other."""
    match = _locked(match)
    if match.state == MatchState.APPROVED:
        raise Conflict(_("This match is approved already."), code="approved_already")
    published = match.offer.state == match.request.state == State.PUBLISHED
    if not (match.fits and published):
        raise Conflict(
            _("This match no longer fits: one of the listings was changed or taken off."), code="stale"
        )
    return _review(match, actor, MatchState.APPROVED, "", remark)


@transaction.atomic
def dismiss_match(*, actor: User, match: Match, reason: str, remark: str = "") -> Match:
    """Take a match out, saying why; "other" needs words."""
    if reason not in DismissReason.values:
        raise Invalid(
            {"reason": _("Choose one of: %(choices)s.") % {"choices": ", ".join(DismissReason.values)}}
        )
    if reason == DismissReason.OTHER and not remark.strip():
        raise Invalid({"remark": _("Say the reason in a few words.")})
    match = _locked(match)
    if match.state == MatchState.DISMISSED:
        raise Conflict(_("This match is dismissed already."), code="dismissed_already")
    return _review(match, actor, MatchState.DISMISSED, reason, remark)


@transaction.atomic
def take_back_review(*, actor: User, match: Match) -> Match:
    """Put a reviewed match back into the queue, or among the stale ones where it no longer fits.

    What the parties began meanwhile stays. Raises `Conflict` for a match that nobody has reviewed.
    """
    match = _locked(match)
    if match.state not in (MatchState.APPROVED, MatchState.DISMISSED):
        raise Conflict(
            _("Nobody has reviewed this match: there is nothing to take back."), code="not_reviewed"
        )
    before = match.state
    match.state = MatchState.PROPOSED if match.fits else MatchState.RETIRED
    match.reason = match.remark = ""
    match.reviewed_by = match.reviewed_at = None
    match.save(update_fields=["state", "reason", "remark", "reviewed_by", "reviewed_at"])
    record_event(
        kind="match.review_taken_back",
        subject=match,
        actor=actor,
        data={"offer": match.offer_id, "request": match.request_id, "before": before},
    )
    return match


def _review(match: Match, actor: User, state: MatchState, reason: str, remark: str) -> Match:
    match.state = state
    match.reason = reason
    match.remark = remark.strip()[:1000]
    match.reviewed_by = actor
    match.reviewed_at = timezone.now()
    match.save(update_fields=["state", "reason", "remark", "reviewed_by", "reviewed_at"])
    record_event(
        kind=f"match.{state}",
        subject=match,
        actor=actor,
        data={"offer": match.offer_id, "request": match.request_id, "reason": reason, "score": match.score},
    )
    return match
