"""What happens to synergies, bids, tenders, agreements, deliveries and the ledger. See `events.kinds`."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from events.kinds import Audience, EventKind

_SYNERGY: Final = "trading.synergy"
_BID: Final = "trading.bid"
_TENDER: Final = "trading.tender"
_AGREEMENT: Final = "trading.agreement"
_DELIVERY: Final = "trading.delivery"
_ALL: Final = Audience.PARTIES_AND_FACILITATORS

_IN: Final = {"synergy": "key of the synergy"}
_SIDE: Final = {
    "by": "the side whose party did it: supplier or receiver",
    "stage": "the stage that it has now",
}
_DECLINED: Final = _IN | {"reason": "why, in words"}
_PLACED: Final = _IN | {
    "number": "1, 2, 3 … in its synergy",
    "amount": "in canonical units of what moves, per year for a flow",
    "unit_price": "per canonical unit; positive: the receiver pays",
    "currency": "ISO 4217",
    "tender": "key of the tender; only of a sealed bid",
}
_PAPERS: Final = _IN | {
    "ewc_code": "six digits, or empty",
    "treatment_operation": "R1 to R13, D1 to D15, or empty",
    "supplier_permit": "told to who knows the supplier",
    "receiver_permit": "told to who knows the receiver",
    "container": "in words",
}
_MOVED: Final = _IN | {
    "agreement": "key of the agreement",
    "organization": "key of the party that did it; told to who knows it",
    "reference": "number of the transport paper",
    "amount": "in canonical units; of a correction the difference",
}
_EVIDENCE: Final = _MOVED | {"file": "key of the document", "sha256": "of its content, hex"}
_LINES: Final = {"lines": "how many were written"}
_POSTED: Final = _LINES | {
    "agreement": "key of the agreement",
    "delivery": "key of the delivery; only of what one confirms",
    "missing": "what is not known, in words",
}

KINDS = (
    EventKind(
        "synergy.opened",
        _SYNERGY,
        _("Deal opened"),
        _ALL,
        {"origin": "match, enquiry, facilitator or tender"},
    ),
    EventKind("synergy.interested", _SYNERGY, _("A party is interested"), _ALL, _SIDE),
    EventKind("synergy.introduced", _SYNERGY, _("Both parties are interested"), _ALL, _SIDE),
    EventKind(
        "synergy.stage_changed",
        _SYNERGY,
        _("Stage of a deal changed"),
        _ALL,
        {"from": "the stage before", "to": "the stage now"},
    ),
    EventKind("synergy.message", _SYNERGY, _("Message written"), _ALL, {"message": "key of the message"}),
    EventKind(
        "synergy.file",
        _SYNERGY,
        _("Document added"),
        _ALL,
        {"file": "key of the document", "sha256": "of its content, hex"},
    ),
    EventKind(
        "synergy.next_step",
        _SYNERGY,
        _("Next step of a deal set"),
        _ALL,
        {
            "text": "in words; empty: none",
            "on": "day, or null",
            "by": "supplier, receiver, facilitator or empty",
        },
    ),
    EventKind(
        "synergy.attribution",
        _SYNERGY,
        _("Share of the network in a benefit set"),
        _ALL,
        {"share": "0 to 1"},
    ),
    EventKind(
        "synergy.lost",
        _SYNERGY,
        _("Deal given up"),
        _ALL,
        {"reason": "code of the reason", "remark": "in words"},
    ),
    EventKind("synergy.reminded", _SYNERGY, _("Reminder sent"), Audience.TO_ACT),
    EventKind("bid.placed", _BID, _("Bid placed"), _ALL, _PLACED),
    EventKind(
        "bid.countered",
        _BID,
        _("Bid answered by another"),
        _ALL,
        _IN | {"by": "key of the bid that answers it"},
    ),
    EventKind(
        "bid.accepted",
        _BID,
        _("Bid accepted"),
        _ALL,
        _IN
        | {
            "agreement": "key of the agreement",
            "amount": "of an award, in canonical units",
        },
    ),
    EventKind("bid.declined", _BID, _("Bid declined"), _ALL, _DECLINED),
    EventKind("bid.withdrawn", _BID, _("Bid withdrawn"), _ALL, _IN),
    EventKind("bid.expired", _BID, _("Bid expired"), _ALL, _IN),
    EventKind("bid.held", _BID, _("Bid waits: too little is left"), _ALL, _IN),
    EventKind("bid.resumed", _BID, _("Bid stands again: enough is left"), _ALL, _IN),
    EventKind(
        "tender.opened",
        _TENDER,
        _("Tender opened"),
        Audience.EVERYBODY,
        {"listing": "key of the listing", "deadline": "with its offset"},
    ),
    EventKind(
        "tender.awarded",
        _TENDER,
        _("Tender awarded"),
        Audience.ORGANIZATION,
        {"awards": "amount in canonical units by key of the bid"},
    ),
    EventKind("tender.cancelled", _TENDER, _("Tender called off"), Audience.EVERYBODY),
    EventKind(
        "agreement.signed",
        _AGREEMENT,
        _("Agreement made"),
        _ALL,
        _IN | {"bid": "key of the bid", "amount": "in canonical units, per year for a flow"},
    ),
    EventKind("agreement.papers", _AGREEMENT, _("Transport paper filled in"), _ALL, _PAPERS),
    EventKind(
        "agreement.cancel_asked",
        _AGREEMENT,
        _("Cancelling an agreement asked for"),
        _ALL,
        _IN | {"by": "supplier or receiver"},
    ),
    EventKind("agreement.cancelled", _AGREEMENT, _("Agreement cancelled"), _ALL, _IN),
    EventKind("agreement.completed", _AGREEMENT, _("Agreement completed"), _ALL, _IN),
    EventKind("delivery.planned", _DELIVERY, _("Delivery planned"), _ALL, _MOVED),
    EventKind("delivery.recorded", _DELIVERY, _("Delivery recorded"), _ALL, _MOVED),
    EventKind("delivery.corrected", _DELIVERY, _("Delivery corrected"), _ALL, _MOVED),
    EventKind("delivery.confirmed", _DELIVERY, _("Delivery confirmed"), _ALL, _MOVED),
    EventKind("delivery.file", _DELIVERY, _("Evidence of a delivery added"), _ALL, _EVIDENCE),
    EventKind("impact.posted", _SYNERGY, _("Benefit posted"), _ALL, _POSTED),
    EventKind(
        "impact.cancelled",
        _SYNERGY,
        _("Expected benefit taken back"),
        _ALL,
        _LINES | {"agreement": "key of the agreement"},
    ),
    EventKind(
        "impact.verified",
        _SYNERGY,
        _("Benefit verified"),
        _ALL,
        _LINES | {"year": "calendar year", "remark": "how it was checked"},
    ),
    EventKind(
        "impact.declared",
        _SYNERGY,
        _("Investment or jobs declared"),
        _ALL,
        _LINES | {"year": "calendar year"},
    ),
)
