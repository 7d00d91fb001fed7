"""Documents of deals to which no row leads."""

from collections.abc import Iterable

from common.files.strays import remove_strays as remove_strays_of
from trading.models import DELIVERY_FILES, SYNERGY_FILES, DeliveryFile, SynergyFile


def remove_strays() -> int:
    """Remove the files to which no row leads, since their transaction came to nothing; return how many."""
    return remove_strays_of(SYNERGY_FILES, _of_synergies) + remove_strays_of(DELIVERY_FILES, _of_deliveries)


def _of_synergies(start: str) -> Iterable[str]:
    return SynergyFile.objects.filter(file__startswith=start).values_list("file", flat=True)


def _of_deliveries(start: str) -> Iterable[str]:
    return DeliveryFile.objects.filter(file__startswith=start).values_list("file", flat=True)
