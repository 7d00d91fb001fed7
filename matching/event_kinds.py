"""What happens to matches. See `events.kinds`."""

from django.utils.translation import gettext_lazy as _

from events.kinds import Audience, EventKind

_PAIR = {"offer": "key of the offer", "request": "key of the request"}
_REVIEW = _PAIR | {"reason": "why it was dismissed; empty where it was not", "score": "of the match, 0 to 1"}
_BY = {"by": "the side whose party said so: offer or request"}

KINDS = (
    EventKind(
        "match.approved", "matching.match", _("Match approved"), Audience.PARTIES_AND_FACILITATORS, _REVIEW
    ),
    EventKind("match.dismissed", "matching.match", _("Match dismissed"), Audience.FACILITATORS, _REVIEW),
    EventKind(
        "match.review_taken_back",
        "matching.match",
        _("Review of a match taken back"),
        Audience.FACILITATORS,
        _PAIR | {"before": "the state that it had: approved or dismissed"},
    ),
    EventKind(
        "match.interest_noted", "matching.match", _("Interest in a match noted"), Audience.FACILITATORS, _BY
    ),
    EventKind(
        "match.interest_taken_back",
        "matching.match",
        _("Interest in a match taken back"),
        Audience.FACILITATORS,
        _BY,
    ),
)
