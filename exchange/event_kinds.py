"""What happens to the demonstration, and to people. See `events.kinds`."""

from django.utils.translation import gettext_lazy as _

from events.kinds import Audience, EventKind

KINDS = (
    EventKind(
        "demonstration.loaded",
        "accounts.programme",
        _("Demonstration loaded"),
        Audience.NOBODY,
        {
            "digest": "SHA-256 of what the files say",
            "organizations": "name → key of the organization",
            "sites": "plant → key of its site",
            "plants": "plant → digest of its row",
            "listings": "digest of a row → key of its listing",
        },
    ),
    EventKind("person.erased", "accounts.user", _("Person erased"), Audience.NOBODY),
)
