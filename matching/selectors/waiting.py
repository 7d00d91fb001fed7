"""What comes next for a match that is proposed."""

from dataclasses import dataclass

from accounts.access import AnyUser, can_trade, is_member
from accounts.models import Organization
from matching.access import reviewing_programmes
from matching.models import Match, MatchInterest, MatchState


@dataclass(frozen=True)
class WaitingForReview:
    """A facilitator has the next word; a party may say beforehand that it is interested."""

    programmes: tuple[str, ...]
    """Names of the reader's own programmes of which a facilitator reviews it; of others the reader learns nothing."""
    noted: MatchInterest | None
    """The interest of the reader's side."""
    may_say: bool
    """Whether the reader may say or take back that its side is interested."""
    is_party: bool


def waiting_for_review(user: AnyUser, match: Match) -> WaitingForReview | None:
    """Return what a proposed match waits for; None where it waits for no facilitator."""
    if match.state != MatchState.PROPOSED or not match.fits:
        return None
    reviewing = reviewing_programmes(match)
    if not reviewing.exists():
        return None
    parties = (match.offer.organization_id, match.request.organization_id)
    own = [pk for pk in parties if is_member(user, pk)]
    mine = Organization.objects.filter(pk__in=own)
    return WaitingForReview(
        programmes=tuple(
            reviewing.filter(organizations__in=mine).order_by("name").values_list("name", flat=True)
        ),
        noted=match.interests.filter(organization__in=own).first(),
        may_say=any(can_trade(user, pk) for pk in own),
        is_party=bool(own),
    )
