"""What the demonstration consists of, read from the files in `data`; nothing here touches the database."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from accounts.models import Provenance
from common.reading.tables import read_table
from listings.models import Disclosure, Side
from listings.services.terms import Interval

DATA = Path(__file__).parent / "data"
OPEN_NETWORK = "Loopyard open network"
KALUNDBORG = "Kalundborg Symbiosis"


@dataclass(frozen=True)
class Plant:
    """One site of an organization (degrees, WGS 84); `name` is what its offers and requests know it by."""

    name: str
    organization: str
    site: str
    nace_code: str
    town: str
    country: str
    latitude: float
    longitude: float
    provenance: Provenance
    source: str
    description: str = ""
    hazardous_permit: bool = False
    programmes: tuple[str, ...] = (OPEN_NETWORK,)

    @cached_property
    def digest(self) -> str:
        """Changes when the row does."""
        return _digest(repr(self))


@dataclass(frozen=True)
class Ad:
    """An offer or a request of one plant; it knows of no other. Quantity None: not known."""

    plant: str
    side: Side
    resource: str
    quantity: Decimal | None
    unit: str
    period: str
    provenance: Provenance
    source: str
    year: int | None = None
    title: str = ""
    description: str = ""
    ewc_code: str = ""
    price: Decimal | None = None
    months: tuple[int, ...] = ()
    hazardous: bool = False
    disclosure: Disclosure = Disclosure.OPEN
    quality: Mapping[str, Interval] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Changes when the row does; no two rows share it."""
        return _digest(repr(self))


@dataclass(frozen=True)
class Network:
    """All plants and what they offer and seek."""

    plants: tuple[Plant, ...]
    ads: tuple[Ad, ...]

    @cached_property
    def digest(self) -> str:
        """Changes when any row does."""
        return _digest(repr(self))


@dataclass(frozen=True)
class PublishedExchange:
    """A published exchange: what the report looks for among the matches. The loader never reads it."""

    network: str
    from_plant: str
    offered: str
    to_plant: str
    requested: str


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_demo_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one file in `data`."""
    return [dict(row.cells) for row in read_table(DATA / name).rows]


def documented_network() -> Network:
    """Return the published plants, their offers and their requests."""
    ads = [_documented_ad(row, Side.OFFER) for row in read_demo_rows("documented_offers.csv")]
    ads += [_documented_ad(row, Side.REQUEST) for row in read_demo_rows("documented_requests.csv")]
    return Network(
        tuple(_documented_plant(row) for row in read_demo_rows("documented_organizations.csv")), tuple(ads)
    )


def documented_exchanges() -> list[PublishedExchange]:
    """Return what is known to have been exchanged."""
    return [
        PublishedExchange(
            network=row["network"],
            from_plant=row["from_organization"],
            offered=row["offered_resource"],
            to_plant=row["to_organization"],
            requested=row["requested_resource"],
        )
        for row in read_demo_rows("documented_exchanges.csv")
    ]


def _documented_plant(row: Mapping[str, str]) -> Plant:
    in_kalundborg = row["network"].startswith(KALUNDBORG)
    return Plant(
        name=row["organization"],
        organization=row["organization"],
        site=row["town"],
        nace_code=row["nace"],
        town=row["town"],
        country=row["country"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        provenance=Provenance.DOCUMENTED,
        source=row["source"],
        description=f"Part of a published case: {row['network']}. Place: {row['place_source']}.",
        programmes=(OPEN_NETWORK, KALUNDBORG) if in_kalundborg else (OPEN_NETWORK,),
    )


def _documented_ad(row: Mapping[str, str], side: Side) -> Ad:
    return Ad(
        plant=row["organization"],
        side=side,
        resource=row["resource"],
        quantity=Decimal(row["quantity"]) if row["quantity"] else None,
        unit=row["unit"],
        period=row["period"],
        provenance=Provenance.DOCUMENTED,
        source=row["source"],
        year=int(row["year"]) if row["year"] else None,
        title=row["title"],
        description=row["description"],
        ewc_code=row.get("ewc_code", ""),
    )
