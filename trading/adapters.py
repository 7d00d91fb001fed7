"""Between an agreement with its catalogue and the pure calculation of what it spares."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import Site
from catalogue.models import (
    Direction,
    EmissionFactor,
    EwcCode,
    FlowRole,
    Process,
    ProcessFlow,
    Release,
    Resource,
    TransportMode,
)
from common.errors import Invalid
from common.geo import Point, distance_km
from common.units import CANONICAL_UNIT, Conversion, canonical_factor
from listings.disclosure.cells import preview_cell
from matching.engine.pathways import Pathway
from matching.market.assumptions import (
    FREIGHT_FACTOR,
    ROAD_FACTOR,
)
from matching.market.rules import HEAT_FACTOR, POWER_FACTOR, load_rules, power_factor
from matching.market.tables.conversions import ELECTRICITY, HEAT, Conversions
from matching.models.relation import relation_words
from trading.benefit.facts import Factor, Facts, Good, Price, UnitProcess
from trading.models import Agreement, Synergy

_KM_PLACES: Final = Decimal("0.001")
_OTHER_UNITS: Final = ("t", "MWh", "m3")


def facts_of(agreement: Agreement) -> Facts:
    """Return what the benefit of an agreement rests on, with the catalogue as it is now.

    Transport is counted between the sites themselves, by the same factors and costs per kilometre as in matching.
    """
    release = Release.objects.first()
    book = _book(str(release.key if release else None))
    moved = book.resource(agreement.resource_id)
    request = agreement.request
    sought = moved if request is None else book.resource(request.resource_id)
    way = _way(book, agreement, moved, sought)
    carriage = carriage_of(moved)
    return Facts(
        moved=_good(moved),
        replaced=_replaced(moved, sought),
        credited=way.credited,
        unit_price=agreement.unit_price,
        currency=agreement.currency,
        catalogue_year=release.loaded_at.year if release else agreement.agreed_at.year,
        agreed_year=agreement.agreed_at.year,
        replaced_per_unit=agreement.yield_per_unit,
        credited_per_unit=way.credited_per_unit,
        steps=way.steps,
        mode=moved.transport_mode,
        distance_km=travelled_km(agreement.synergy, moved.transport_mode),
        transport_price=carriage.per_km,
        loading_price=carriage.loading,
        loss_per_km=carriage.loss_per_km,
        freight=book.factor(FREIGHT_FACTOR),
        heat=book.factor(HEAT_FACTOR),
        power=_power(book, agreement.synergy),
        hazardous=_is_hazardous(book, agreement),
        is_waste=bool(agreement.ewc_code or moved.ewc_codes or moved.disposal_factor_id),
        goes_to_disposal=agreement.treatment_operation.startswith("D"),
        transport_paid_by=agreement.transport_paid_by,
    )


def travelled_km(
    synergy: Synergy, mode: str, *, supplier_known: bool = True, receiver_known: bool = True
) -> Decimal | None:
    """Return how far it is from site to site, to the metre: by road for what goes by lorry, else straight.

    A party that named no site is taken to act at its only one; None where it has several, or none. One that the reader
    does not know is taken to be in the middle of its cell.
    """
    sites = Site.objects.select_related("organization").in_bulk(
        {synergy.supplier_site_id, synergy.receiver_site_id} - {None}
    )
    start = sites.get(synergy.supplier_site_id or 0) or _only_site(synergy.supplier_id)
    end = sites.get(synergy.receiver_site_id or 0) or _only_site(synergy.receiver_id)
    if start is None or end is None:
        return None
    road_factor = ROAD_FACTOR if mode == TransportMode.LORRY else 1.0
    km = distance_km(_point_of(start, supplier_known), _point_of(end, receiver_known)) * road_factor
    return Decimal(str(km)).quantize(_KM_PLACES)


def _point_of(site: Site, is_known: bool) -> Point:
    return site.point if is_known else preview_cell(site).middle


def _power(book: "_Book", synergy: Synergy) -> Factor | None:
    """The factor of the grid where the goods come from; of the European one where that is not known."""
    site = Site.objects.filter(pk=synergy.supplier_site_id or 0).first() or _only_site(synergy.supplier_id)
    own = None if site is None else book.factor(power_factor(site.country))
    return own or book.factor(POWER_FACTOR)


def _only_site(organization_id: int) -> Site | None:
    found = Site.objects.filter(organization=organization_id)[:2]
    return found[0] if len(found) == 1 else None


# --- the catalogue ------------------------------------------------------------------------------------------
class _Book:
    """Rows of one release of the catalogue, each read once."""

    def __init__(self) -> None:
        self._resources: dict[int, Resource] = {}
        self._factors: dict[str, Factor | None] = {}
        self._hazardous: frozenset[str] | None = None

    def resource(self, pk: int) -> Resource:
        """Return a resource with its primary and disposal factors, read once."""
        if pk not in self._resources:
            rows = Resource.objects.select_related("primary_factor", "disposal_factor")
            self._resources[pk] = rows.get(pk=pk)
        return self._resources[pk]

    def factor(self, key: str) -> Factor | None:
        """Return a factor by its key, read once; None where the catalogue has none."""
        if key not in self._factors:
            row = EmissionFactor.objects.filter(key=key).first()
            self._factors[key] = _factor(row) if row else None
        return self._factors[key]

    def is_hazardous(self, ewc_code: str) -> bool:
        """Whether a waste code is a hazardous entry."""
        if self._hazardous is None:
            self._hazardous = frozenset(
                EwcCode.objects.hazardous_on(timezone.localdate()).values_list("code", flat=True)
            )
        return ewc_code in self._hazardous


@lru_cache(maxsize=1)
def _book(release: str) -> _Book:
    """The rows of the release that stands; `release` is what makes another of it."""
    return _Book()


# --- goods --------------------------------------------------------------------------------------------------
def _factor(row: EmissionFactor) -> Factor:
    return Factor(row.key, row.name, row.kg_co2e_per_unit, row.unit, row.year, row.source, row.status)


def _good(resource: Resource) -> Good:
    conversion = Conversion(resource.density_t_per_m3, resource.energy_mwh_per_t, resource.energy_mwh_per_m3)
    in_units = {}
    for unit in _OTHER_UNITS:
        try:
            in_units[unit] = 1 / canonical_factor(unit, dimension=resource.dimension, conversion=conversion)
        except Invalid:
            continue
    return Good(
        name=resource.name,
        kind=resource.kind,
        unit=CANONICAL_UNIT[resource.dimension],
        in_units=in_units,
        conversion_source=resource.conversion_source,
        primary=_factor(resource.primary_factor) if resource.primary_factor else None,
        disposal=_factor(resource.disposal_factor) if resource.disposal_factor else None,
        disposal_price=_price(resource, "disposal", resource.disposal_low_eur_per_unit),
        purchase_price=_price(resource, "purchase", resource.purchase_low_eur_per_unit),
    )


def _price(resource: Resource, what: str, per_unit: Decimal | None) -> Price | None:
    return (
        None if per_unit is None else Price(f"{resource.slug}:{what}-price", per_unit, resource.price_source)
    )


def _replaced(moved: Resource, sought: Resource) -> Good:
    """What is sought; a general request without a price takes that of what moves, as in matching."""
    good = _good(sought)
    if good.purchase_price is None and sought.covers(moved):
        return replace(good, purchase_price=_good(moved).purchase_price)
    return good


class Carriage(NamedTuple):
    """What carrying a resource takes, per canonical unit; None: not known, or that it does not travel."""

    per_km: Price | None
    loading: Price | None
    loss_per_km: Decimal | None
    """Share of what is sent that each kilometre loses."""


def carriage_of(resource: Resource) -> Carriage:
    """Return what carrying a resource takes, as in matching; a lorry loses nothing on the way."""
    mode, nothing = resource.transport_mode, Decimal(0)
    load = load_rules().loads.get(resource.pk)
    if mode == TransportMode.NONE:
        return Carriage(None, None, nothing)
    if load is None:
        return Carriage(None, None, nothing if mode == TransportMode.LORRY else None)
    key, source = f"transport:{load.key}", f"{load.name}: {load.source}"
    return Carriage(
        Price(key, load.eur_per_unit_km, source), Price(key, load.eur_per_unit, source), load.loss_per_km
    )


def _is_hazardous(book: _Book, agreement: Agreement) -> bool:
    """By the offer's own word, or by the code of the transport paper."""
    said = agreement.offer is not None and agreement.offer.hazardous
    return said or book.is_hazardous(agreement.ewc_code)


# --- the way through treatment ------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Way:
    """From what moves to what is delivered in the end."""

    credited: Good
    credited_per_unit: Decimal
    steps: tuple[UnitProcess, ...]


_UNKNOWN_TREATMENT: Final = UnitProcess("treatment", None, None, Decimal(0), Decimal(0), None, "", "")


def _way(book: _Book, agreement: Agreement, moved: Resource, sought: Resource) -> _Way:
    """The steps from one to the other; what is used in place of another, as it is, is credited as what it is."""
    good = _good(moved)
    if sought.covers(moved):
        return _Way(good, Decimal(1), ())
    pathway = load_rules().pathways.get((moved.pk, sought.pk))
    if pathway is None and relation_words(moved, sought):
        return _Way(good, Decimal(1), ())
    if pathway is None:
        return _Way(replace(good, primary=None), Decimal(1), (_UNKNOWN_TREATMENT,))
    processes = _processes(step.key for step in pathway.steps if step.kind == "process")
    if not processes:
        return _Way(good, Decimal(1), ())
    return _walk(book, agreement, pathway, processes)


def _walk(book: _Book, agreement: Agreement, pathway: Pathway, processes: Mapping[str, Process]) -> _Way:
    energy_prices = dict(
        Resource.objects.filter(slug__in=[ELECTRICITY, HEAT]).values_list(
            "slug", "purchase_price_eur_per_unit"
        )
    )
    prices = Conversions({}, {}, energy_prices, dict(load_rules().loads), [], [])
    made = Decimal(1)
    """Units of the step's input per unit moved."""
    steps, last, last_made = [], pathway.offer_resource, made
    for step in pathway.steps:
        process = processes.get(step.key)
        if process is not None:
            taken = _flow(process, Direction.INPUT, step.input)
            product = _flow(process, Direction.OUTPUT, step.output)
            steps.append(_step(process, taken, product, made, prices))
            made *= product.amount_per_unit / taken.amount_per_unit
            last, last_made = step.output, made
        else:
            made *= Decimal(str(step.yield_per_unit))
    # What the parties agreed to come of a unit may differ from the catalogue's yield.
    return _Way(_good(book.resource(last)), last_made * agreement.yield_per_unit / made, tuple(steps))


def _processes(slugs: Iterable[str]) -> dict[str, Process]:
    flows = ProcessFlow.objects.select_related("resource__primary_factor")
    found = Process.objects.filter(slug__in=list(slugs)).prefetch_related(Prefetch("flows", queryset=flows))
    return {process.slug: process for process in found}


def _flow(process: Process, direction: Direction, resource_id: int) -> ProcessFlow:
    return next(
        flow
        for flow in process.flows.all()
        if flow.direction == direction and flow.resource_id == resource_id
    )


def _step(
    process: Process, taken: ProcessFlow, product: ProcessFlow, per_unit: Decimal, prices: Conversions
) -> UnitProcess:
    """One process; `per_unit`: how much of its input comes of one unit moved."""
    share = per_unit / taken.amount_per_unit
    costs = prices.costs(process, taken)
    residues = [residue.cost for residue in prices.residues(process, taken, product)]
    disposed_of = [cost.high for cost in residues if cost is not None]
    is_known = not costs.unpriced and len(disposed_of) == len(residues)
    kg = process.co2e_kg_per_unit
    bought_in = _bought_in_kg(process, taken)
    return UnitProcess(
        name=process.name,
        # Residues at their high end, as the low figure of a match takes them.
        cost=(costs.total + sum(disposed_of)) * per_unit if is_known else None,
        process_kg=None if kg is None else kg * share,
        heat_mwh=process.heat_mwh_per_unit * share,
        power_mwh=process.electricity_mwh_per_unit * share,
        bought_in_kg=None if bought_in is None else bought_in * share,
        source=process.source,
        cost_source=process.cost_source,
    )


def _bought_in_kg(process: Process, taken: ProcessFlow) -> Decimal | None:
    """CO2e of making what the process takes besides `taken`, per unit of its main input; None: not all is known."""
    kg = Decimal(0)
    for flow in process.flows.all():
        if flow.direction != Direction.INPUT or flow == taken or flow.role == FlowRole.BALANCE:
            continue
        if flow.resource.primary_factor is None:
            return None
        kg += flow.amount_per_unit * flow.resource.primary_factor.kg_co2e_per_unit
    return kg
