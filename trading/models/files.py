"""Folders of the documents of deals."""

from typing import Final

SYNERGY_FILES: Final = "trading/synergies"
DELIVERY_FILES: Final = "trading/deliveries"
