"""The events of this app."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from events.kinds import Audience, EventKind

_LISTING: Final = "listings.listing"
_IMPORT: Final = "listings.listingimport"
_LEFT: Final = {
    "left": "how much nobody has agreed on, in the canonical unit, where an agreement changed that"
}
_FILE: Final = {"file": "key of the file"}

KINDS: Final = (
    EventKind(
        "listing.created", _LISTING, _("Listing written"), Audience.ORGANIZATION, {"side": "offer or request"}
    ),
    EventKind(
        "listing.edited",
        _LISTING,
        _("Listing changed that is not on the market"),
        Audience.ORGANIZATION,
        _LEFT,
    ),
    EventKind(
        "listing.changed",
        _LISTING,
        _("Listing changed"),
        Audience.EVERYBODY,
        _LEFT,
    ),
    EventKind("listing.published", _LISTING, _("Listing put on the market"), Audience.EVERYBODY, _LEFT),
    EventKind("listing.paused", _LISTING, _("Listing paused"), Audience.ORGANIZATION),
    EventKind(
        "listing.closed", _LISTING, _("Listing closed: everything is agreed"), Audience.ORGANIZATION, _LEFT
    ),
    EventKind("listing.withdrawn", _LISTING, _("Listing withdrawn"), Audience.ORGANIZATION),
    EventKind("listing.expired", _LISTING, _("Listing's window is over"), Audience.ORGANIZATION),
    EventKind("listing.file_added", _LISTING, _("Picture or data sheet added"), Audience.ORGANIZATION, _FILE),
    EventKind(
        "listing.file_changed", _LISTING, _("Picture or data sheet changed"), Audience.ORGANIZATION, _FILE
    ),
    EventKind(
        "listing.file_removed", _LISTING, _("Picture or data sheet removed"), Audience.ORGANIZATION, _FILE
    ),
    EventKind("listing_import.sent", _IMPORT, _("File of listings sent"), Audience.PERSON),
    EventKind("listing_import.taken", _IMPORT, _("File of listings to be imported"), Audience.PERSON),
    EventKind(
        "listing_import.done",
        _IMPORT,
        _("File of listings imported"),
        Audience.ORGANIZATION,
        {name: f"how many listings were {name}" for name in ("created", "updated", "unchanged", "refused")},
    ),
)
