"""The events of this app; its plants are logged under the app that they came from."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from events.kinds import Audience, EventKind

_PLANT: Final = "listings.registerplant"
_ORGANIZATION: Final = {"organization": "key of the organization that claims it"}

KINDS: Final = (
    EventKind(
        "register_plant.imported",
        _PLANT,
        _("Plant of a public register entered or changed"),
        Audience.NOBODY,
        {"register": "short name of the register"},
    ),
    EventKind("register_plant.claimed", _PLANT, _("Plant claimed"), Audience.FACILITATORS, _ORGANIZATION),
    EventKind(
        "register_plant.claim_confirmed",
        _PLANT,
        _("Claim confirmed"),
        Audience.ORGANIZATION,
        _ORGANIZATION | {"site": "key of the site that it became", "drafts": "keys of the drafts made of it"},
    ),
    EventKind(
        "register_plant.claim_refused",
        _PLANT,
        _("Claim refused"),
        Audience.ORGANIZATION,
        _ORGANIZATION | {"reason": "why"},
    ),
)
