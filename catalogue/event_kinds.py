"""The catalogue's kinds of events: what facilitators do to precedents. Loading the files is no event."""

from django.utils.translation import gettext_lazy as _

from events.kinds import Audience, EventKind

_PRECEDENT = "catalogue.precedent"
_PROGRAMME = "id of the programme for which it was added"

KINDS = (
    EventKind(
        "precedent.added", _PRECEDENT, _("Precedent added"), Audience.EVERYBODY, {"programme": _PROGRAMME}
    ),
    EventKind(
        "precedent.changed",
        _PRECEDENT,
        _("Precedent changed"),
        Audience.EVERYBODY,
        {"fields": "names of the fields that changed"},
    ),
    EventKind(
        "precedent.removed",
        _PRECEDENT,
        _("Precedent removed"),
        Audience.PROGRAMME,
        {
            "giver": "who gave, as it was entered",
            "receiver": "who took, as it was entered",
            "source": "where it could be read",
            "programme": _PROGRAMME,
            "resource": "id of the resource that was given",
        },
    ),
)
