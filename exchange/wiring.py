"""The one table where an event meets the tasks that it starts."""

from collections.abc import Mapping, Sequence

_MATCH = ("matching.tasks.match_listing",)

WIRING: Mapping[str, Sequence[str]] = {
    "listing_import.sent": ("listings.tasks.check_import",),
    "listing_import.taken": ("listings.tasks.write_import",),
    "listing.published": _MATCH,
    "listing.changed": _MATCH,
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
    "synergy.reminded": ("trading.tasks.send_reminder",),
}

# Where one change owes very many jobs of a task, one job of the second does the work of them all.
IN_BULK: Mapping[str, str] = {"matching.tasks.match_listing": "matching.tasks.match_market"}
