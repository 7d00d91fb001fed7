"""The events of this app."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from events.kinds import Audience, EventKind

_ORGANIZATION: Final = "accounts.organization"
_SITE: Final = "accounts.site"
_PROGRAMME: Final = "accounts.programme"
_TOKEN: Final = "accounts.apitoken"  # noqa: S105 - a model's name
_OF_A_PROGRAMME: Final = {"programme": "key of the programme"}
_FIELDS: Final = {"fields": "names of the fields that changed"}

KINDS: Final = (
    EventKind(
        "organization.created",
        _ORGANIZATION,
        _("Organization entered"),
        Audience.ORGANIZATION,
        {"name": "its name"},
    ),
    EventKind(
        "organization.changed",
        _ORGANIZATION,
        _("Organization's facts changed"),
        Audience.ORGANIZATION,
        _FIELDS,
    ),
    EventKind(
        "organization.invited",
        _ORGANIZATION,
        _("Colleague invited"),
        Audience.OWNERS,
        {"invitation": "key of the invitation, which holds the address", "role": "the role offered"},
    ),
    EventKind(
        "organization.uninvited",
        _ORGANIZATION,
        _("Invitation of a colleague withdrawn"),
        Audience.OWNERS,
        {"invitation": "key of the invitation"},
    ),
    EventKind(
        "organization.joined",
        _ORGANIZATION,
        _("Member joined"),
        Audience.ORGANIZATION,
        {"user": "key of the person", "role": "their role"},
    ),
    EventKind(
        "organization.left",
        _ORGANIZATION,
        _("Member left"),
        Audience.ORGANIZATION,
        {"user": "key of the person"},
    ),
    EventKind(
        "organization.role_changed",
        _ORGANIZATION,
        _("Member's role changed"),
        Audience.ORGANIZATION,
        {"user": "key of the person", "role": "the new role"},
    ),
    EventKind(
        "organization.programme_invited",
        _ORGANIZATION,
        _("Invited into a programme"),
        Audience.OWNERS,
        _OF_A_PROGRAMME,
    ),
    EventKind(
        "organization.programme_declined",
        _ORGANIZATION,
        _("Invitation into a programme declined"),
        Audience.FACILITATORS,
        _OF_A_PROGRAMME,
    ),
    EventKind(
        "organization.programme_joined",
        _ORGANIZATION,
        _("Takes part in a programme"),
        Audience.PROGRAMME,
        _OF_A_PROGRAMME,
    ),
    EventKind(
        "organization.programme_left",
        _ORGANIZATION,
        _("Takes part in a programme no more"),
        Audience.PROGRAMME,
        _OF_A_PROGRAMME,
    ),
    EventKind(
        "site.created",
        _SITE,
        _("Site added"),
        Audience.ORGANIZATION,
        {"organization": "key of its organization"},
    ),
    EventKind("site.changed", _SITE, _("Site changed"), Audience.ORGANIZATION, _FIELDS),
    EventKind(
        "site.deleted",
        _SITE,
        _("Site removed"),
        Audience.ORGANIZATION,
        {"organization": "key of its organization"},
    ),
    EventKind(
        "programme.created", _PROGRAMME, _("Programme started"), Audience.PROGRAMME, {"name": "its name"}
    ),
    EventKind(
        "programme.edited",
        _PROGRAMME,
        _("Programme changed"),
        Audience.PROGRAMME,
        {"name": "its name", "facilitators": "keys of its facilitators"},
    ),
    EventKind(
        "programme.person_invited",
        _PROGRAMME,
        _("Person invited whose organization is not here yet"),
        Audience.INVITED,
        {"invitation": "key of the invitation, which holds the address"},
    ),
    EventKind(
        "programme.changed",
        _PROGRAMME,
        _("Weights of the score changed"),
        Audience.FACILITATORS,
        {"weights": "the weight of each part; none for the common ones"},
    ),
    EventKind("token.created", _TOKEN, _("API token made"), Audience.PERSON),
    EventKind("token.revoked", _TOKEN, _("API token revoked"), Audience.PERSON),
)
