"""Trading over REST: synergies, bids, tenders, agreements, deliveries and the ledger, for those who take part.

A party that the reader does not know yet stands under a code name, and a sealed bid is its bidder's alone until the
deadline. Decimals are text; each stands beside its unit.
"""

from trading.api.agreements import AgreementViewSet
from trading.api.bids import BidViewSet
from trading.api.deliveries import DeliveryViewSet
from trading.api.files import DeliveryFileViewSet, SynergyFileViewSet
from trading.api.impact import ImpactViewSet
from trading.api.synergies import SynergyViewSet
from trading.api.tenders import TenderViewSet

__all__ = [
    "AgreementViewSet",
    "BidViewSet",
    "DeliveryFileViewSet",
    "DeliveryViewSet",
    "ImpactViewSet",
    "SynergyFileViewSet",
    "SynergyViewSet",
    "TenderViewSet",
]
