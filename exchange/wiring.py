"""The one table where an event meets the tasks that it starts."""

from collections.abc import Mapping, Sequence

from notifications.kinds import events_told

_MATCH = ("matching.tasks.match_listing",)
_SEEN = (*_MATCH, "notifications.tasks.tell_searches")

_EFFECTS: Mapping[str, Sequence[str]] = {
    "listing_import.sent": ("listings.tasks.check_import",),
    "listing_import.taken": ("listings.tasks.write_import",),
    "listing.published": _SEEN,
    "listing.changed": _SEEN,
    "listing.paused": _MATCH,
    "listing.closed": _MATCH,
    "listing.withdrawn": _MATCH,
    "listing.expired": _MATCH,
    "organization.programme_joined": ("matching.tasks.match_organization",),
    "organization.programme_left": ("matching.tasks.match_organization",),
    "programme.changed": ("matching.tasks.match_programme",),
    "site.changed": ("listings.tasks.follow_site",),
    "match.approved": ("trading.tasks.take_up_interest",),
    "match.review_taken_back": ("matching.tasks.match_again",),
    "agreement.signed": ("trading.tasks.post_expected",),
}

# Where one change owes very many jobs of a task, one job of the second does the work of them all.
IN_BULK: Mapping[str, str] = {
    "matching.tasks.match_listing": "matching.tasks.match_market",
    "notifications.tasks.tell_searches": "notifications.tasks.tell_searches_of_many",
}
# By kind and task: an event whose data holds this owes no such job, which would find nothing to do. That less of a
# listing is left is no news to those who search, and an acceptance waits for whatever it owes.
SPARED: Mapping[tuple[str, str], str] = {
    ("listing.changed", "notifications.tasks.tell_searches"): "left",
}
_TELL = "notifications.tasks.tell"


def _wiring() -> Mapping[str, Sequence[str]]:
    """What events start, and the telling of whatever somebody is told of."""
    tasks = {kind: tuple(started) for kind, started in _EFFECTS.items()}
    for kind in events_told():
        tasks[kind] = (*tasks.get(kind, ()), _TELL)
    return tasks


WIRING: Mapping[str, Sequence[str]] = _wiring()
