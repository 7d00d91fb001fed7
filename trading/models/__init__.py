"""From match to benefit: what two parties work on, bid, agree, deliver, and what comes of it.

Terms, messages, files, deliveries and the ledger are only ever added to; triggers refuse the rest, and every move
that `states.MOVES` does not have. Amounts count in canonical units of the resource that moves: per year where
`is_rate`, else in all. Prices are signed: positive, the receiver pays; negative, the supplier pays.

A key has no index of its own where a constraint or an index of the table begins with it, or where nobody asks by it:
who did what is asked of the log.
"""

from trading.models.agreements import TREATMENT_OPERATIONS, Agreement, Allocation
from trading.models.bids import Bid, Carrier, TransportPayer
from trading.models.deliveries import Delivery, DeliveryFile, DeliveryKind, delivery_file_path
from trading.models.files import DELIVERY_FILES, SYNERGY_FILES
from trading.models.impact import DECLARED, ImpactEntry, ImpactStatus, Metric
from trading.models.states import (
    BIDDING_STAGES,
    LIVE_BIDS,
    LIVE_STAGES,
    MOVES,
    STARTS,
    AgreementState,
    BidState,
    By,
    Move,
    Stage,
    TenderState,
    may_move,
)
from trading.models.synergies import (
    Actor,
    LostReason,
    Origin,
    Synergy,
    SynergyFile,
    SynergyMessage,
    synergy_file_path,
)
from trading.models.tenders import Tender

__all__ = [
    "BIDDING_STAGES",
    "DECLARED",
    "DELIVERY_FILES",
    "LIVE_BIDS",
    "LIVE_STAGES",
    "MOVES",
    "STARTS",
    "SYNERGY_FILES",
    "TREATMENT_OPERATIONS",
    "Actor",
    "Agreement",
    "AgreementState",
    "Allocation",
    "Bid",
    "BidState",
    "By",
    "Carrier",
    "Delivery",
    "DeliveryFile",
    "DeliveryKind",
    "ImpactEntry",
    "ImpactStatus",
    "LostReason",
    "Metric",
    "Move",
    "Origin",
    "Stage",
    "Synergy",
    "SynergyFile",
    "SynergyMessage",
    "Tender",
    "TenderState",
    "TransportPayer",
    "delivery_file_path",
    "may_move",
    "synergy_file_path",
]
