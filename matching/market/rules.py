"""What the catalogue says for matching, as the engine's tables."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from catalogue.affinity.relatives import CLOSE_DEPTH, NARROW_DEPTH, kind_left, sibling_left
from catalogue.models import (
    EmissionFactor,
    Kind,
    LegalStatus,
    PriceKind,
    QualityProperty,
    Release,
    Resource,
    ResourcePrice,
    TransportMode,
)
from common.errors import Invalid
from common.units import CANONICAL_UNIT, Conversion, canonical_factor
from listings.models import Listing
from matching.engine import Compatibility, Resources
from matching.engine.pathways import LEVEL_FIT, Pathway
from matching.market.assumptions import (
    FREIGHT_FACTOR,
    MOST_MATCHES,
    ROAD_FACTOR,
    transport_kg_per_unit_km,
)
from matching.market.tables.cascades import cascade_rows
from matching.market.tables.conversions import ELECTRICITY, load_pathways
from matching.market.tables.law import LawGate
from matching.market.tables.levels import Levels
from matching.market.tables.transport import Load, load_of
from matching.market.tables.variants import ORIGINS, Power, Tables, Variants, country_code

Ids = npt.NDArray[np.int64]
UNKNOWN: Final = float("nan")
HEAT_FACTOR: Final = "heat-steam-with-upstream"
POWER_FACTOR: Final = "electricity-grid-eu"
"""Of the electricity that a treatment takes, where its country has none of its own."""


def power_factor(country: str) -> str:
    """Return the key that the factor of a country's grid has, if the catalogue knows one; ISO 3166-1 alpha-2."""
    return f"electricity-grid-{country.lower()}"


METHANE_FACTOR: Final = "methane-vented"
DEFAULT_COUNTRY: Final = "EU"
_AS_IT_IS: Final = (1.0, 0.0, 0.0, 0.0, 0.0, True, 0)
"""Yield, treatment, residues at least and at most, kg of treatment, direct, steps: what serves without treatment."""
RELATED_FIT: Final = 0.5
"""What is left of the fit between relatives in a match: so little that what is sought itself comes first."""


class _Facts(NamedTuple):
    """What the engine asks of a resource; whole rows of the catalogue take five times as long to load."""

    pk: int
    slug: str
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
    usual_status: str
    disposal_low_eur_per_unit: Any
    disposal_high_eur_per_unit: Any
    purchase_low_eur_per_unit: Any
    purchase_high_eur_per_unit: Any
    primary_factor__kg_co2e_per_unit: Any
    disposal_factor__kg_co2e_per_unit: Any


@dataclass(frozen=True)
class MatchingRules:
    """What the catalogue says for matching: the engine's tables, and what stands behind them."""

    resources: Resources
    compatibility: Compatibility
    resource_ids: Ids
    """Catalogue key of each row of `resources`: ascending for those of the catalogue, then of the variants."""
    catalogued: int
    """How many rows are the catalogue's own; variants of them follow."""
    variants: Variants
    pathways: Mapping[tuple[int, int], Pathway]
    """By the catalogue keys of what is offered and what is sought; only those that their product carries."""
    loads: Mapping[int, Load | None]
    """How each resource travels, by its catalogue key; None: not known, or not at all."""
    law: LawGate
    """What the law forbids."""
    steps: npt.NDArray[np.int64]
    """How many steps of treatment each row of `compatibility` takes."""
    group: Ids
    """Of each row of `resources`: the lowest row that it is joined with, directly or over others. What stands in
    two groups can never match."""
    levels: Levels
    """The usual level of each row of `resources`."""

    def row_of(self, resource_ids: Ids) -> Ids:
        """Rows of `resources` for catalogue keys."""
        return np.searchsorted(self.resource_ids[: self.catalogued], resource_ids).astype(np.int64)

    def offered_row(self, listing: Listing) -> int:
        """The row that an offer takes; its site must be loaded."""
        [row] = self.variants.rows(
            self.row_of(np.array([listing.resource_id])),
            np.array([ORIGINS.index(listing.origin_of_gas)]),
            np.array([country_code(listing.site.country)]),
        )
        return int(row)

    def buys_power_at_home(self, listing: Listing) -> bool:
        """Whether the power of a treatment of this offer counts with its country's price and grid factor."""
        rows = self.variants.by_country.get(country_code(listing.site.country))
        [row] = self.row_of(np.array([listing.resource_id]))
        return rows is not None and int(rows[row]) != row

    def partner_resources(self, resource_id: int, *, of_offer: bool) -> Ids:
        """Catalogue keys of what can serve, or be served by, a resource."""
        own, other = self.compatibility.offer_resource, self.compatibility.request_resource
        if not of_offer:
            own, other = other, own
        found: Ids = self.resource_ids[other[own == self.row_of(np.array([resource_id]))[0]]]
        return np.unique(found)


def load_rules() -> MatchingRules:
    """Return the catalogue's rules, compiled once per release of the catalogue in each process."""
    # The law changes on days that it names, so what it forbids holds for one day, UTC.
    today = timezone.now().date()
    return rules_of_release(str(Release.objects.values_list("key", flat=True).first()), today)


@lru_cache(maxsize=1)
def rules_of_release(release: str, day: date) -> MatchingRules:
    facts = [_Facts(*row) for row in Resource.objects.order_by("pk").values_list(*_Facts._fields)]
    factors = dict(EmissionFactor.objects.values_list("key", "kg_co2e_per_unit"))
    freight, heat, power = (_float(factors.get(key)) for key in (FREIGHT_FACTOR, HEAT_FACTOR, POWER_FACTOR))
    lines = _lines(facts)
    loads = _loads(facts, lines)
    law = LawGate.of({f.pk: f.slug for f in facts}, day)
    forbidden = [law.forbidden(f.pk) for f in facts]
    resources = Resources(
        reach_km=np.array([float(f.reach_km) for f in facts]),
        road_factor=np.array([_road_factor(f) for f in facts]),
        **_transport_columns(facts, loads),
        disposal_low=np.array([_float(f.disposal_low_eur_per_unit) for f in facts]),
        disposal_high=np.array([_float(f.disposal_high_eur_per_unit) for f in facts]),
        market_low=np.array([_market(f, f.purchase_low_eur_per_unit) for f in facts]),
        market_high=np.array([_market(f, f.purchase_high_eur_per_unit) for f in facts]),
        purchase_low=np.array([_float(f.purchase_low_eur_per_unit) for f in facts]),
        purchase_high=np.array([_float(f.purchase_high_eur_per_unit) for f in facts]),
        transport_kg_per_km=np.array([_transport_kg(f, freight) for f in facts]),
        disposal_kg=np.array([_float(f.disposal_factor__kg_co2e_per_unit) for f in facts]),
        primary_kg=np.array([_float(f.primary_factor__kg_co2e_per_unit) for f in facts]),
        most_matches=np.array([MOST_MATCHES[Kind(f.kind)] for f in facts], np.int64),
    )
    row_of = {f.pk: row for row, f in enumerate(facts)}
    cascades = {(offer, request): fit for offer, request, fit in cascade_rows(facts, lines)}
    pathways = {
        (path.offer_resource, path.request_resource): path
        for path in load_pathways()
        if _is_carried(path, resources, row_of)
        and (row_of[path.offer_resource], row_of[path.request_resource]) not in cascades
    }
    direct = [
        (offer, request, LEVEL_FIT ** (facts[offer].depth - facts[request].depth), *_AS_IT_IS)
        for request, sought in enumerate(facts)
        for offer, offered in enumerate(facts)
        if sought.depth and sought.tree_left <= offered.tree_left < sought.tree_right
    ]
    direct.extend((*pair, fit, *_AS_IT_IS) for pair, fit in cascades.items())
    treated = [
        (
            row_of[path.offer_resource],
            row_of[path.request_resource],
            path.fit,
            path.yield_per_unit,
            path.cost_per_unit,
            path.residues_low,
            path.residues_high,
            path.co2e_kg_per_unit
            + (path.energy_mwh_per_unit - path.electricity_mwh_per_unit) * heat
            + path.electricity_mwh_per_unit * power,
            False,
            len(path.steps),
        )
        for path in pathways.values()
    ]
    served = {(offer, request) for offer, request, *_ in [*direct, *treated]}
    related = [
        (offer, request, RELATED_FIT * left, *_AS_IT_IS)
        for offer, request, left in _relatives(facts, row_of)
        if (offer, request) not in served
    ]
    columns = list(zip(*[*direct, *treated, *related], strict=True))
    offers, requests, fit, yields, cost, residues_low, residues_high, kg, is_direct, steps = (
        columns or [()] * 10
    )
    last = {key: path.steps[-1].output for key, path in pathways.items()}
    arriving = [
        forbidden[row_of[last.get((facts[offer].pk, facts[request].pk), facts[offer].pk)]]
        for offer, request in zip(offers, requests, strict=True)
    ]
    compatibility = Compatibility(
        offer_resource=np.array(offers, np.int64),
        request_resource=np.array(requests, np.int64),
        fit=np.array(fit, np.float64),
        yield_per_unit=np.array(yields, np.float64),
        treatment_cost=np.array(cost, np.float64),
        residue_low=np.array(residues_low, np.float64),
        residue_high=np.array(residues_high, np.float64),
        treatment_kg=np.array(kg, np.float64),
        forbidden=np.array(arriving, np.int64),
        direct=np.array(is_direct, np.bool_),
    )
    tables = Tables(
        resources,
        compatibility,
        np.array([f.pk for f in facts], np.int64),
        np.array(steps, np.int64),
        pathways,
    )
    powers, usual_power = _powers(factors)
    variants = tables.with_variants(
        [lines[f.pk] for f in facts], powers, usual_power, _float(factors.get(METHANE_FACTOR))
    )
    table = tables.compatibility
    return MatchingRules(
        resources=tables.resources,
        compatibility=table,
        resource_ids=tables.resource_ids,
        catalogued=len(facts),
        variants=variants,
        pathways=pathways,
        loads=loads,
        law=law,
        steps=tables.steps,
        group=groups_of(
            table.offer_resource.tolist(), table.request_resource.tolist(), len(tables.resources)
        ),
        levels=Levels.of(
            (lines[f.pk] for f in facts), dict(QualityProperty.objects.values_list("slug", "pk"))
        ),
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


def groups_of(ones: Iterable[int], others: Iterable[int], count: int) -> Ids:
    group = list(range(count))

    def root(row: int) -> int:
        while group[row] != row:
            group[row] = row = group[group[row]]
        return row

    for one, other in zip(ones, others, strict=True):
        low, high = sorted((root(one), root(other)))
        group[high] = low
    return np.array([root(row) for row in range(count)], np.int64)


def _is_carried(path: Pathway, resources: Resources, row_of: Mapping[int, int]) -> bool:
    """Whether the product carries its pathway: worth more than treatment and residues, at the best; a treatment that
    lives on what the seller pays to get rid of something is a way of disposal. Unknown worth carries nothing."""
    worth = resources.purchase_high[row_of[path.request_resource]] * path.yield_per_unit
    residues = 0.0 if np.isnan(path.residues_low) else path.residues_low
    return bool(worth > path.cost_per_unit + residues)


def _market(resource: _Facts, price: Any) -> float:
    """What a product sells for elsewhere; what is no product has no market of its own that is known."""
    return _float(price) if resource.usual_status == LegalStatus.PRODUCT else UNKNOWN


def _powers(factors: Mapping[str, Any]) -> tuple[dict[str, Power], Power]:
    """What a MWh of electricity costs and emits, by country and where nothing is known of one."""
    prices = dict(
        ResourcePrice.objects.filter(resource__slug=ELECTRICITY, kind=PriceKind.PURCHASE).values_list(
            "country", "value_eur_per_unit"
        )
    )
    prefix = power_factor("")
    grids = {key.removeprefix(prefix).upper() for key in factors if key.startswith(prefix)}
    found = {
        country: Power(_float(prices.get(country)), _float(factors.get(power_factor(country))))
        for country in grids | set(prices)
    }
    usual = found.pop(DEFAULT_COUNTRY, Power(UNKNOWN, UNKNOWN))
    return found, usual


def _lines(facts: list[_Facts]) -> dict[int, tuple[str, ...]]:
    """Slugs of each resource and those above it, by its key, the nearest first."""
    lines: dict[int | None, tuple[str, ...]] = {None: ()}
    for each in sorted(facts, key=lambda each: each.tree_left):
        lines[each.pk] = (each.slug, *lines[each.parent_id])
    return {each.pk: lines[each.pk] for each in facts}


def _loads(facts: list[_Facts], lines: Mapping[int, tuple[str, ...]]) -> dict[int, Load | None]:
    return {each.pk: load_of(lines[each.pk], CANONICAL_UNIT[each.dimension]) for each in facts}


def _transport_columns(
    facts: list[_Facts], loads: Mapping[int, Load | None]
) -> dict[str, npt.NDArray[np.float64]]:
    """Loading, each kilometre, and losses; NaN where nothing is known, 0 for what does not travel."""
    rows = []
    for each in facts:
        load = loads[each.pk]
        if each.transport_mode == TransportMode.NONE:
            rows.append((0.0, 0.0, 0.0))
        elif load is None:
            rows.append((UNKNOWN, UNKNOWN, 0.0))
        else:
            rows.append((float(load.eur_per_unit), float(load.eur_per_unit_km), float(load.loss_per_km)))
    per_load, per_km, losses = np.array(rows, np.float64).reshape(-1, 3).T
    return {"transport_cost_per_load": per_load, "transport_cost_per_km": per_km, "loss_per_km": losses}


def _float(value: Any) -> float:
    return UNKNOWN if value is None else float(value)


def _road_factor(resource: _Facts) -> float:
    return ROAD_FACTOR if resource.transport_mode == TransportMode.LORRY else 1.0


def _transport_kg(resource: _Facts, freight_kg_per_tkm: float) -> float:
    conversion = Conversion(resource.density_t_per_m3, resource.energy_mwh_per_t, resource.energy_mwh_per_m3)
    try:
        t_per_unit = 1 / float(canonical_factor("t", dimension=resource.dimension, conversion=conversion))
    except Invalid:
        t_per_unit = UNKNOWN
    return transport_kg_per_unit_km(
        resource.transport_mode,
        resource.dimension,
        t_per_unit=t_per_unit,
        freight_kg_per_tkm=freight_kg_per_tkm,
    )
