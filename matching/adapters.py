"""Between the two worlds: listings and the catalogue in the database, arrays in the engine."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from accounts.models import Programme, ProgrammeMembership
from catalogue.models import EmissionFactor, Kind, Release, Resource, TransportMode
from catalogue.relatives import CLOSE_DEPTH, NARROW_DEPTH, kind_left, sibling_left
from common.errors import Invalid
from common.units import Conversion, canonical_factor
from matching import assumptions
from matching.engine import PARTS, Compatibility, Listings, Qualities, Resources, Weights
from matching.engine.pathways import LEVEL_FIT, Pathway
from matching.processes import load_pathways

Ids = npt.NDArray[np.int64]
UNKNOWN: Final = float("nan")
_EPOCH = date(1970, 1, 1)
HEAT_FACTOR: Final = "heat-steam-with-upstream"
RELATED_FIT: Final = 0.5
"""What is left of the fit between relatives in a match: so little that what is sought itself comes first."""

# What the engine asks of a listing, in the order of the columns of `MarketRow`; see there.
ROW_TYPES: Final = {
    "listing_id": "int8",
    "is_offer": "bool",
    "resource_id": "int8",
    "organization_id": "int8",
    "latitude": "float8",
    "longitude": "float8",
    "latitude_row": "int2",
    "amount": "float8",
    "is_rate": "bool",
    "first_day": "int4",
    "last_day": "int4",
    "months": "int2",
    "price": "float8",
    "currency": "int4",
    "minimum_lot": "float8",
    "hazardous": "bool",
    "hazardous_permit": "bool",
    "programme_only": "bool",
    "quality": "float8[]",
}
BAR_TYPES: Final = {"bar_score": "float8", "bar_distance": "float8", "bar_partner": "int8"}
# The same of a listing as it stands on the market now, with what is left of it; the caller adds the conditions.
PUBLISHED_ROWS: Final = """
SELECT l.id, l.side = 'offer', l.resource_id, l.organization_id, l.latitude, l.longitude,
  least(floor((l.latitude + 90) * 2), 359)::smallint, (l.amount - l.allocated)::float8, l.period <> 'once',
  l.available_from - DATE '1970-01-01', coalesce(l.available_until - DATE '1970-01-01', 2147483647),
  CASE WHEN l.months = '{}' THEN 4095 ELSE (SELECT sum(1 << (m - 1)) FROM unnest(l.months) m) END::smallint,
  l.unit_price::float8, (ascii(l.currency) << 16) + (ascii(substr(l.currency, 2)) << 8) + ascii(substr(l.currency, 3)),
  coalesce(l.minimum_amount, 0)::float8, l.hazardous, s.hazardous_permit, l.disclosure = 'programme',
  coalesce((SELECT array_agg(q.property) || array_agg(q.low) || array_agg(q.high) FROM (
    SELECT property_id::float8 AS property, coalesce(low::float8, 'NaN') AS low, coalesce(high::float8, 'NaN') AS high
    FROM listings_listingquality WHERE listing_id = l.id ORDER BY property_id) q), '{}')
FROM listings_listing l JOIN accounts_site s ON s.id = l.site_id
WHERE l.state = 'published'"""


class _Facts(NamedTuple):
    """What the engine asks of a resource; whole rows of the catalogue take five times as long to load."""

    pk: int
    parent_id: int | None
    kind: str
    tree_left: int
    tree_right: int
    depth: int
    reach_km: int
    transport_mode: str
    dimension: str
    density_t_per_m3: Any
    energy_mwh_per_t: Any
    energy_mwh_per_m3: Any
    disposal_price_eur_per_unit: Any
    purchase_price_eur_per_unit: Any
    primary_factor__kg_co2e_per_unit: Any
    disposal_factor__kg_co2e_per_unit: Any


@dataclass(frozen=True)
class Rules:
    """What the catalogue says for matching: the engine's tables, and what stands behind them."""

    resources: Resources
    compatibility: Compatibility
    resource_ids: Ids
    """Catalogue key of each row of `resources`, ascending."""
    pathways: Mapping[tuple[int, int], Pathway]
    """By the catalogue keys of what is offered and what is sought; only those that pay somewhere."""
    steps: npt.NDArray[np.int64]
    """How many steps of treatment each row of `compatibility` takes."""
    group: Ids
    """Of each row of `resources`: the lowest row that it is joined with, directly or over others. What stands in
    two groups can never match."""

    def row_of(self, resource_ids: Ids) -> Ids:
        """Rows of `resources` for catalogue keys."""
        return np.searchsorted(self.resource_ids, resource_ids).astype(np.int64)

    def partner_resources(self, resource_id: int, *, of_offer: bool) -> Ids:
        """Catalogue keys of what can serve, or be served by, a resource."""
        own, other = self.compatibility.offer_resource, self.compatibility.request_resource
        if not of_offer:
            own, other = other, own
        found: Ids = self.resource_ids[other[own == self.row_of(np.array([resource_id]))[0]]]
        return found


@dataclass(frozen=True)
class Takers:
    """Who takes part where: programme bits of organizations, and the weights that programmes have of their own."""

    organizations: Ids
    words: npt.NDArray[np.uint64]
    weights: Weights

    def of(self, organization_ids: Ids) -> npt.NDArray[np.uint64]:
        """Programme words of organizations, one row each."""
        found = np.zeros((len(organization_ids), self.words.shape[1]), np.uint64)
        if len(self.organizations):
            at = np.minimum(
                np.searchsorted(self.organizations, organization_ids), len(self.organizations) - 1
            )
            known = self.organizations[at] == organization_ids
            found[known] = self.words[at[known]]
        return found


def load_rules() -> Rules:
    """Return the catalogue's rules, compiled once per release of the catalogue in each process."""
    return _rules_of(str(Release.objects.values_list("key", flat=True).first()))


@lru_cache(maxsize=1)
def _rules_of(release: str) -> Rules:
    facts = [_Facts(*row) for row in Resource.objects.order_by("pk").values_list(*_Facts._fields)]
    factors = dict(EmissionFactor.objects.values_list("key", "kg_co2e_per_unit"))
    freight, heat = (_float(factors.get(key)) for key in (assumptions.FREIGHT_FACTOR, HEAT_FACTOR))
    resources = Resources(
        reach_km=np.array([float(f.reach_km) for f in facts]),
        road_factor=np.array([_road_factor(f) for f in facts]),
        transport_cost_per_km=np.array(
            [assumptions.transport_eur_per_unit_km(f.transport_mode, f.dimension) for f in facts], np.float64
        ),
        disposal_price=np.array([_float(f.disposal_price_eur_per_unit) for f in facts]),
        purchase_price=np.array([_float(f.purchase_price_eur_per_unit) for f in facts]),
        transport_kg_per_km=np.array([_transport_kg(f, freight) for f in facts]),
        disposal_kg=np.array([_float(f.disposal_factor__kg_co2e_per_unit) for f in facts]),
        primary_kg=np.array([_float(f.primary_factor__kg_co2e_per_unit) for f in facts]),
        most_matches=np.array([assumptions.MOST_MATCHES[Kind(f.kind)] for f in facts], np.int64),
    )
    row_of = {f.pk: row for row, f in enumerate(facts)}
    pathways = {
        (path.offer_resource, path.request_resource): path
        for path in load_pathways()
        if _pays_somewhere(path, resources, row_of)
    }
    direct = [
        (offer, request, LEVEL_FIT ** (facts[offer].depth - facts[request].depth), 1.0, 0.0, 0.0, True, 0)
        for request, sought in enumerate(facts)
        for offer, offered in enumerate(facts)
        if sought.depth and sought.tree_left <= offered.tree_left < sought.tree_right
    ]
    treated = [
        (
            row_of[path.offer_resource],
            row_of[path.request_resource],
            path.fit,
            path.yield_per_unit,
            path.cost_per_unit,
            path.co2e_kg_per_unit + path.energy_mwh_per_unit * heat,
            False,
            len(path.steps),
        )
        for path in pathways.values()
    ]
    served = {(offer, request) for offer, request, *_ in [*direct, *treated]}
    related = [
        (offer, request, RELATED_FIT * left, 1.0, 0.0, 0.0, True, 0)
        for offer, request, left in _relatives(facts, row_of)
        if (offer, request) not in served
    ]
    columns = list(zip(*[*direct, *treated, *related], strict=True))
    offers, requests, fit, yields, cost, kg, is_direct, steps = columns or [()] * 8
    compatibility = Compatibility(
        offer_resource=np.array(offers, np.int64),
        request_resource=np.array(requests, np.int64),
        fit=np.array(fit, np.float64),
        yield_per_unit=np.array(yields, np.float64),
        treatment_cost=np.array(cost, np.float64),
        treatment_kg=np.array(kg, np.float64),
        direct=np.array(is_direct, np.bool_),
    )
    return Rules(
        resources=resources,
        compatibility=compatibility,
        resource_ids=np.array([f.pk for f in facts], np.int64),
        pathways=pathways,
        steps=np.array(steps, np.int64),
        group=_groups(offers, requests, len(facts)),
    )


def _relatives(facts: list[_Facts], row_of: Mapping[int, int]) -> Iterator[tuple[int, int, float]]:
    """Yield rows of what is offered in general and sought in particular, or is of one close group, with the fit left.

    Each shares with its partner a resource that both are matched with, so that no group of resources grows.
    """
    kinds: defaultdict[int | None, list[int]] = defaultdict(list)
    for row, each in enumerate(facts):
        kinds[each.parent_id].append(row)
    for request, sought in enumerate(facts):
        levels, above = 1, sought.parent_id
        while above is not None and facts[row_of[above]].depth >= NARROW_DEPTH:
            general = facts[row_of[above]]
            yield row_of[above], request, kind_left(general.depth, levels)
            if levels == 1 and general.depth >= CLOSE_DEPTH:
                yield from ((o, request, sibling_left(general.depth)) for o in kinds[above] if o != request)
            levels, above = levels + 1, general.parent_id


def _groups(ones: Iterable[int], others: Iterable[int], count: int) -> Ids:
    group = list(range(count))

    def root(row: int) -> int:
        while group[row] != row:
            group[row] = row = group[group[row]]
        return row

    for one, other in zip(ones, others, strict=True):
        low, high = sorted((root(one), root(other)))
        group[high] = low
    return np.array([root(row) for row in range(count)], np.int64)


def _pays_somewhere(path: Pathway, resources: Resources, row_of: Mapping[int, int]) -> bool:
    """Whether a pathway gains anything even where nothing has to be moved; what is not known counts as nothing."""
    disposal = resources.disposal_price[row_of[path.offer_resource]]
    purchase = resources.purchase_price[row_of[path.request_resource]]
    return bool(np.nansum([disposal, purchase * path.yield_per_unit]) > path.cost_per_unit)


def _float(value: Any) -> float:
    return UNKNOWN if value is None else float(value)


def _road_factor(resource: _Facts) -> float:
    return assumptions.ROAD_FACTOR if resource.transport_mode == TransportMode.LORRY else 1.0


def _transport_kg(resource: _Facts, freight_kg_per_tkm: float) -> float:
    conversion = Conversion(resource.density_t_per_m3, resource.energy_mwh_per_t, resource.energy_mwh_per_m3)
    try:
        t_per_unit = 1 / float(canonical_factor("t", dimension=resource.dimension, conversion=conversion))
    except Invalid:
        t_per_unit = UNKNOWN
    return assumptions.transport_kg_per_unit_km(
        resource.transport_mode,
        resource.dimension,
        t_per_unit=t_per_unit,
        freight_kg_per_tkm=freight_kg_per_tkm,
    )


def load_takers() -> Takers:
    """Read who takes part in which programme."""
    programmes = list(Programme.objects.order_by("pk"))
    bit_of = {programme.pk: bit for bit, programme in enumerate(programmes)}
    pairs = np.array(
        [
            (o, bit_of[p])
            for o, p in ProgrammeMembership.objects.values_list("organization_id", "programme_id")
        ],
        np.int64,
    ).reshape(-1, 2)
    organizations, which = np.unique(pairs[:, 0], return_inverse=True)
    words = np.zeros((len(organizations), max(1, -(-len(programmes) // 64))), np.uint64)
    np.bitwise_or.at(words, (which, pairs[:, 1] // 64), np.uint64(1) << (pairs[:, 1] % 64).astype(np.uint64))
    blank = [UNKNOWN] * len(PARTS)
    rows = [[float(p.weights.get(part, 0)) for part in PARTS] if p.weights else blank for p in programmes]
    own = any(programme.weights for programme in programmes)
    return Takers(organizations, words, Weights(by_programme=np.array(rows)) if own else Weights())


def to_listings(table: Any, rows: Ids, rules: Rules, takers: Takers) -> Listings:
    """Return rows of a table with the columns of `ROW_TYPES` as the engine takes them."""
    quality = table.arrays["quality"]
    # Each row holds m properties, then their m lows, then their m highs.
    start = quality.start // 3
    count = np.repeat(np.diff(start), np.diff(start))
    first = np.repeat(quality.start[:-1] - start[:-1], np.diff(start)) + np.arange(start[-1])
    qualities = Qualities(
        start=start,
        property=quality.values[first].astype(np.int64),
        low=quality.values[first + count],
        high=quality.values[first + 2 * count],
    )

    def column(name: str) -> npt.NDArray[Any]:
        values: npt.NDArray[Any] = table[name][rows]
        return values

    return Listings(
        id=column("listing_id"),
        organization=column("organization_id"),
        resource=rules.row_of(column("resource_id")),
        latitude=column("latitude"),
        longitude=column("longitude"),
        amount=column("amount"),
        is_rate=column("is_rate"),
        first_day=column("first_day").astype(np.int32),
        last_day=column("last_day").astype(np.int32),
        month_share=_SHARES[column("months")],
        price=column("price"),
        currency=column("currency"),
        minimum_lot=column("minimum_lot"),
        hazardous=column("hazardous"),
        hazardous_permit=column("hazardous_permit"),
        programme_only=column("programme_only"),
        programmes=takers.of(column("organization_id")),
        quality=qualities.take(rows),
    )


def _month_shares() -> npt.NDArray[np.float64]:
    """Even shares over the months of every mask, January bit 0; mask 0 does not occur."""
    bits = (np.arange(4096)[:, np.newaxis] >> np.arange(12)) & 1
    shares: npt.NDArray[np.float64] = bits / np.maximum(bits.sum(axis=1, keepdims=True), 1)
    return shares


_SHARES = _month_shares()


def day_number(day: date) -> int:
    """Return the days since 1970-01-01, as the engine counts them."""
    return (day - _EPOCH).days
