"""What a plant that does not exist yet would find here: who has or needs what, where, how it travels, at which prices.

Kept with a run's inputs, so that what is missing is worked out from the same numbers as the plan. A listing that
nothing fits is part of it: such are the loops that a new plant could close. Places are the public ones, as in matching.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from catalogue.models import Resource
from common.geo import Point, distance_km
from common.postgres.copying import ColumnTable
from common.units import CANONICAL_UNIT, unit_label
from matching.economics import Interval, buyer_alternative, seller_alternative
from matching.engine import Resources
from matching.engine.arrays import CATALOGUE_CURRENCY, currency_code
from matching.market.rules import load_rules
from planning.adapters.inputs import Inputs
from planning.adapters.networks import network_of
from planning.library import facilities, in_money_of, product_prices
from planning.models import Basis, Scenario
from planning.optimize.draft import Draft
from planning.optimize.network import Network
from planning.studies.candidates import At, Candidates, Spot, Surroundings, Terms, Way, add_candidates

MOST_LISTINGS: Final = 3_000
"""Of a larger network what is around is not kept: every plant at every place would take hours."""
_LONELY: Final = ("id", "site", "party", "is_offer", "resource", "unit", "left", "worth")
_NEW_PLANT_MODE: Final = "new plant"


def read_around(
    scenario: Scenario,
    inputs: Inputs,
    table: ColumnTable,
    sites: npt.NDArray[np.int64],
    left: npt.NDArray[np.float64],
    lonely: Collection[int],
) -> dict[str, Any]:
    """Return what is around: `left` is what is free of each row of the table, rows × 12; `lonely` are the listings that
    nothing fits, by key."""
    if len(table) > MOST_LISTINGS:
        return {}
    kept = _lonely(scenario, table, sites, left, lonely)
    slugs = {flow.resource for each in facilities().values() for flow in (*each.inputs, *each.outputs)}
    wanted = {*inputs.listings["resource"], *kept["resource"]}
    known = list(Resource.objects.filter(slug__in=slugs) | Resource.objects.filter(pk__in=wanted))
    tree = list(Resource.objects.values_list("slug", "tree_left", "tree_right"))
    return {
        "lonely": kept,
        "places": _places(table, sites),
        "lines": {
            each.slug: [slug for slug, start, end in tree if start <= each.tree_left < end] for each in known
        },
        "slugs": {str(each.pk): each.slug for each in known},
        "ways": _ways(known, float(scenario.per_eur)),
        "terms": _terms(scenario, known, slugs),
    }


def with_candidates(inputs: Inputs) -> tuple[Network, Candidates]:
    """Return the network of kept inputs with every sensible plant of the library as something that may be built.

    Raises a LookupError where what is around was not kept.
    """
    if not inputs.around:
        raise LookupError("What is around was not kept: the network is too large, or the run too old.")
    draft = Draft.of(network_of(inputs))
    around = inputs.around
    spots = _spots(draft, inputs)
    found = add_candidates(
        draft,
        facilities().values(),
        Surroundings(
            spots,
            lambda slug: Terms(*around["terms"].get(slug, (None, None, 0.0, 0.0))),
            lambda slug, start, end: _way(around["ways"].get(slug), start, end),
            lambda offered, wanted: offered == wanted or wanted in around["lines"].get(offered, ()),
        ),
    )
    return draft.network(), found


def _lonely(
    scenario: Scenario,
    table: ColumnTable,
    sites: npt.NDArray[np.int64],
    left: npt.NDArray[np.float64],
    keys: Collection[int],
) -> dict[str, list[Any]]:
    """Listings that nothing fits, whose own alternative is known: the columns of nodes, as `Inputs.listings`."""
    rows = [row for row, pk in enumerate(table["listing_id"].tolist()) if pk in keys and left[row].sum() > 0]
    resources = Resource.objects.in_bulk({int(table["resource_id"][row]) for row in rows})
    prices = load_rules()
    found: dict[str, list[Any]] = {name: [] for name in _LONELY}
    for row in rows:
        pk = int(table["resource_id"][row])
        [at] = prices.row_of(np.array([pk]))
        worth = _worth(scenario, table, row, prices.resources, int(at))
        if worth is None:
            continue
        values = (
            int(table["listing_id"][row]),
            int(sites[row]),
            int(table["organization_id"][row]),
            bool(table["is_offer"][row]),
            pk,
            unit_label(CANONICAL_UNIT[resources[pk].dimension]),
            [round(float(each), 9) for each in left[row]],
            round(worth, 9),
        )
        for name, value in zip(_LONELY, values, strict=True):
            found[name].append(value)
    return found


def _worth(scenario: Scenario, table: ColumnTable, row: int, resources: Resources, at: int) -> float | None:
    """What a side gets or pays alone per unit, by the one economics; None: not known."""
    price = float(table["price"][row])
    said = (
        price
        if np.isfinite(price) and int(table["currency"][row]) == currency_code(CATALOGUE_CURRENCY)
        else None
    )
    if table["is_offer"][row]:
        found = seller_alternative(
            said,
            _interval(resources.disposal_low[at], resources.disposal_high[at]),
            _interval(resources.market_low[at], resources.market_high[at]),
            0.0,
        )
    else:
        found = buyer_alternative(said, _interval(resources.purchase_low[at], resources.purchase_high[at]))
    if found is None:
        return None
    end = found.favourable if scenario.basis == Basis.FAVOURABLE else found.cautious
    return end * float(scenario.per_eur)


def _interval(low: float, high: float) -> Interval[float] | None:
    return None if np.isnan(low) else Interval(float(low), float(high))


def _places(table: ColumnTable, sites: npt.NDArray[np.int64]) -> dict[str, list[float]]:
    return {
        str(site): [float(table["latitude"][row]), float(table["longitude"][row])]
        for row, site in enumerate(sites.tolist())
    }


def _rows_of(known: list[Resource]) -> Iterator[tuple[Resource, int]]:
    """Each resource with its row in the engine's table."""
    rows = load_rules().row_of(np.array([each.pk for each in known], dtype=np.int64))
    return zip(known, rows.tolist(), strict=True)


def _ways(known: list[Resource], per_eur: float) -> dict[str, list[float]]:
    """By slug: reach, road factor, money per load and per km, share lost and kg CO2e per km; the catalogue's own."""
    table = load_rules().resources
    found = {}
    for each, row in _rows_of(known):
        if np.isnan(table.transport_cost_per_km[row]):
            continue
        found[each.slug] = [
            min(float(table.reach_km[row]), 1e6),
            float(table.road_factor[row]),
            float(table.transport_cost_per_load[row]) * per_eur,
            float(table.transport_cost_per_km[row]) * per_eur,
            float(table.loss_per_km[row]),
            float(np.nan_to_num(table.transport_kg_per_km[row])),
        ]
    return found


def _terms(scenario: Scenario, known: list[Resource], slugs: set[str]) -> dict[str, list[float | None]]:
    """What a unit is bought and sold for elsewhere, at the end that the scenario takes: the catalogue's, else the
    library's."""
    favourable = scenario.basis == Basis.FAVOURABLE
    table, per_eur = load_rules().resources, float(scenario.per_eur)
    found: dict[str, list[float | None]] = {}
    for each, row in _rows_of(known):
        purchase = table.purchase_low[row] if favourable else table.purchase_high[row]
        market = table.market_high[row] if favourable else table.market_low[row]
        disposal = table.disposal_low[row] if favourable else table.disposal_high[row]
        # What a plant makes on purpose sells at the library's price before it would have to be disposed of.
        sale = -disposal if np.isnan(market) and each.slug not in product_prices() else market
        found[each.slug] = [
            None if np.isnan(purchase) else float(purchase) * per_eur,
            None if np.isnan(sale) else float(sale) * per_eur,
            float(np.nan_to_num(table.primary_kg[row])) / 1000,
            float(each.kind == "material" and each.dimension == "mass"),
        ]
    for slug, price in product_prices().items():
        if slug not in slugs:
            continue
        money = [
            in_money_of(end, price.year, scenario.price_year) * per_eur
            for end in ((price.low_eur, price.high_eur) if favourable else (price.high_eur, price.low_eur))
        ]
        kept = found.setdefault(slug, [None, None, 0.0, 0.0])
        found[slug] = [
            money[0] if kept[0] is None else kept[0],
            money[1] if kept[1] is None else kept[1],
            *kept[2:],
        ]
    return found


def _spots(draft: Draft, inputs: Inputs) -> list[Spot]:
    """Return the sites, what arises and is needed at each; listings that nothing fits become nodes of the draft."""
    around, listings = inputs.around, inputs.listings
    sides: dict[bool, dict[int, list[At]]] = {True: defaultdict(list), False: defaultdict(list)}
    names: dict[int, str] = {}

    def stands(node: int, site: int, party: int, is_offer: bool, slug: str, unit: str) -> None:
        sides[is_offer][site].append(At(slug, node, unit))
        names[site] = f"party-{party}"

    for node, (site, party, is_offer, resource, unit) in enumerate(
        zip(*(listings[name] for name in ("site", "party", "is_offer", "resource", "unit")), strict=True)
    ):
        stands(node, site, party, is_offer, around["slugs"][str(resource)], unit)
    lonely = around["lonely"]
    columns = (lonely[name] for name in _LONELY)
    for pk, site, party, is_offer, resource, unit, left, worth in zip(*columns, strict=True):
        slug = around["slugs"][str(resource)]
        node = draft.node(
            f"{'offer' if is_offer else 'request'}-{pk}",
            party=draft.party(f"party-{party}"),
            resource=slug,
            unit=unit,
            **({"supply": left} if is_offer else {"demand": left}),
        )
        if is_offer:
            draft.dispose(node, cost=-worth)
        else:
            draft.purchase(node, price=worth)
        stands(node, site, party, is_offer, slug, unit)
    return [
        Spot(
            names[site],
            tuple(sides[True][site]),
            tuple(sides[False][site]),
            Point(*around["places"][str(site)]),
        )
        for site in sorted(names)
    ]


def _way(known: list[float] | None, start: Spot, end: Spot) -> Way | None:
    if known is None or not isinstance(start.place, Point) or not isinstance(end.place, Point):
        return None
    reach, road, per_load, per_km, loss, kg = known
    km = distance_km(start.place, end.place) * road
    kept = 1 - loss * km
    if km > reach or kept <= 0:
        return None
    return Way(per_load + per_km * km, kept, _NEW_PLANT_MODE, kg * km / 1000)
