"""The words of the law that several parts share. Pure: no Django, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What the law says of one question about a pair, the gravest last."""

    GREEN = "green"
    CHECK = "check"
    FORBIDDEN = "forbidden"


class Topic(StrEnum):
    """The questions that every pair is asked, in the order in which they are shown."""

    STATUS = "status"
    HAZARD = "hazard"
    ANIMAL_BY_PRODUCT = "animal-by-product"
    USE = "use"
    SHIPMENT = "shipment"
    PERMIT = "permit"


@dataclass(frozen=True)
class Finding:
    """One answer, with the law that it rests on; `source` is empty where no law is needed to say so."""

    topic: Topic
    status: Status
    text: str
    source: str = ""


def gravest(statuses: Iterable[Status]) -> Status:
    """Return the status that decides; green where there is none."""
    order = list(Status)
    return max(statuses, key=order.index, default=Status.GREEN)
