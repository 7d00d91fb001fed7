"""A scenario's programme as inputs: its listings, the matches between them, the agreements in force, the what-ifs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from catalogue.models import Resource
from common.postgres.copying import ColumnTable, copy_out
from common.units import CANONICAL_UNIT, unit_label
from matching.engine import OPEN_END, Candidates
from matching.engine.arrays import CATALOGUE_CURRENCY, currency_code
from matching.market.rows import LISTED_ROWS, ROW_TYPES, day_number
from matching.market.scene import scene_of
from planning.adapters.around import read_around
from planning.adapters.inputs import MOST_LEFT_OUT, Inputs, LeftOut
from planning.adapters.months import covered, spread
from planning.models import Basis, Objective, Scenario
from trading.models import Agreement, AgreementState

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

TIE: Final = 1e-6
"""Weight of money beside a single other objective: of equal plans the cheaper one."""
_LANDFILL: Final = "landfill-"
"""How keys of the catalogue's factors of landfilling begin, as in `trading.benefit`."""
_PAIR_TYPES: Final = {"match": "int8", "offer": "int8", "request": "int8"}


def read_inputs(scenario: Scenario, today: date) -> Inputs:
    """Return what a plan of the scenario is computed from, as it stands now, for the year from today on."""
    agreements = _agreements_of(scenario)
    table, sites = _listings_of(scenario, agreements)
    book = _book_of(table, sites, agreements, scenario, today)
    pairs = _pairs_of(scenario, book)
    figures = _figures(scenario, book, pairs, today)
    inputs, out = _inputs(scenario, book, pairs, figures, today)
    lonely = {pk for pk, reason in out.items() if reason == LeftOut.PARTNER}
    return replace(inputs, around=read_around(scenario, inputs, book.table, book.sites, book.left, lonely))


class _Agreed(NamedTuple):
    """An agreement in force between two listings of the programme's members."""

    pk: int
    offer: int
    request: int
    amount: float
    request_amount: float
    is_rate: bool
    price: float | None
    first_day: int
    last_day: int


class _Book(NamedTuple):
    """The listings as read, with what-ifs, and how much of each falls into which month. n rows, by key."""

    table: ColumnTable
    sites: Int
    left: Float
    out: dict[int, LeftOut]
    agreed: list[_Agreed]
    sent: Float
    """Agreements × 12."""

    def rows(self, keys: Int) -> tuple[Int, Bool]:
        """Rows of listings by key, and which of them are there and not left out."""
        ids = self.table["listing_id"]
        at = np.minimum(np.searchsorted(ids, keys), max(len(ids) - 1, 0))
        found = ids[at] == keys if len(ids) else np.zeros(len(keys), bool)
        gone = np.array(sorted(self.out), dtype=np.int64)
        return at.astype(np.int64), found & ~np.isin(keys, gone)


class _Pairs(NamedTuple):
    """Rows of the book that may exchange: matches, then agreements."""

    match: Int
    offer: Int
    request: Int
    agreement: Int
    """Places in `_Book.agreed`."""
    agreed_offer: Int
    agreed_request: Int


def _agreements_of(scenario: Scenario) -> list[_Agreed]:
    members = scenario.programme.organizations.values("pk")
    found = Agreement.objects.filter(
        state=AgreementState.ACTIVE,
        supplier__in=members,
        receiver__in=members,
        offer__isnull=False,
        request__isnull=False,
    ).order_by("pk")
    in_force = []
    for each in found:
        foreign = each.currency != scenario.currency
        in_force.append(
            _Agreed(
                each.pk,
                int(each.offer_id or 0),
                int(each.request_id or 0),
                float(each.amount),
                float(each.request_amount),
                each.is_rate,
                None if foreign else float(each.unit_price),
                day_number(each.starts_on),
                OPEN_END if each.ends_on is None else day_number(each.ends_on),
            )
        )
    return in_force


def _listings_of(scenario: Scenario, agreements: list[_Agreed]) -> tuple[ColumnTable, Int]:
    """The programme's listings on the market, and those with an agreement; and the sites they are at."""
    named = sorted({pk for each in agreements for pk in (each.offer, each.request)})
    members = "SELECT organization_id FROM accounts_programmemembership WHERE programme_id = %s"
    which = f"(l.state = 'published' AND l.organization_id IN ({members})) OR l.id = ANY(%s)"
    table = copy_out(f"{LISTED_ROWS} WHERE {which} ORDER BY l.id", [scenario.programme_id, named], ROW_TYPES)
    sites = copy_out(
        f"SELECT l.id, l.site_id FROM listings_listing l WHERE {which} ORDER BY l.id",  # noqa: S608 - our own words
        [scenario.programme_id, named],
        {"listing": "int8", "site": "int8"},
    )
    return table, sites["site"].astype(np.int64)


def _book_of(
    table: ColumnTable, sites: Int, agreements: list[_Agreed], scenario: Scenario, today: date
) -> _Book:
    ids = table["listing_id"].astype(np.int64)
    out: dict[int, LeftOut] = {}
    left = np.where(np.isnan(table["amount"]), np.nan, np.maximum(table["amount"], 0.0))
    price, currency = table["price"].copy(), table["currency"].copy()
    row_of = {int(pk): row for row, pk in enumerate(ids.tolist())}
    for key, change in scenario.what_ifs.items():
        row = row_of.get(int(key))
        if row is None:
            continue
        if change.get("out"):
            out[int(key)] = LeftOut.CHOSEN
        if change.get("amount") is not None:
            left[row] = float(str(change["amount"]))
        if change.get("price") is not None:
            price[row] = float(str(change["price"])) / float(scenario.per_eur)
            currency[row] = currency_code(CATALOGUE_CURRENCY)
    for row in np.flatnonzero(np.isin(sites, scenario.sites_out)).tolist():
        out[int(ids[row])] = LeftOut.CHOSEN
    in_force = [
        each
        for each in agreements
        if each.offer in row_of and each.request in row_of and not {each.offer, each.request} & set(out)
    ]
    cover = covered(table["first_day"].astype(np.int64), table["last_day"].astype(np.int64), today)
    masks = table["months"].astype(np.int64)
    sent = _sent(in_force, [int(masks[row_of[each.offer]]) for each in in_force], today)
    fixed = np.zeros((len(ids), 12))
    for each, months in zip(in_force, sent, strict=True):
        fixed[row_of[each.offer]] += months
        fixed[row_of[each.request]] += months * (each.request_amount / each.amount)
    monthly = spread(np.nan_to_num(left), table["is_rate"].astype(bool), masks, cover)
    for row in np.flatnonzero(fixed.sum(axis=1) + monthly.sum(axis=1) <= 0).tolist():
        reason = LeftOut.QUANTITY if np.isnan(left[row]) else LeftOut.WINDOW
        out.setdefault(int(ids[row]), reason)
    # The engine takes no listing without anything left; what is worked out per unit does not hang on how much.
    columns = {
        **table.columns,
        "amount": np.where(np.nan_to_num(left) > 0, left, 1.0),
        "price": price,
        "currency": currency,
    }
    changed = ColumnTable(len(table), columns, table.arrays)
    return _Book(changed, sites, monthly, out, in_force, sent)


def _sent(in_force: list[_Agreed], masks: list[int], today: date) -> Float:
    """What agreements move in each month. Agreements × 12."""
    if not in_force:
        return np.zeros((0, 12))
    cover = covered(
        np.array([each.first_day for each in in_force], np.int64),
        np.array([each.last_day for each in in_force], np.int64),
        today,
    )
    amounts = np.array([each.amount for each in in_force])
    return spread(amounts, np.array([each.is_rate for each in in_force]), np.array(masks, np.int64), cover)


def _pairs_of(scenario: Scenario, book: _Book) -> _Pairs:
    """The matches that stand, proposed or approved, between listings of the plan; and the agreements in force."""
    ids = book.table["listing_id"].tolist()
    stored = copy_out(
        "SELECT m.id, m.offer_id, m.request_id FROM matching_match m WHERE m.state IN ('proposed', 'approved') "
        "AND m.fits AND m.offer_id = ANY(%s) AND m.request_id = ANY(%s) ORDER BY m.id",
        [ids, ids],
        _PAIR_TYPES,
    )
    offer, offered = book.rows(stored["offer"].astype(np.int64))
    request, sought = book.rows(stored["request"].astype(np.int64))
    both = offered & sought
    agreed = [(place, each) for place, each in enumerate(book.agreed) if book.sent[place].sum() > 0]
    agreed_offer, _offered = book.rows(np.array([each.offer for _place, each in agreed], np.int64))
    agreed_request, _sought = book.rows(np.array([each.request for _place, each in agreed], np.int64))
    return _Pairs(
        stored["match"].astype(np.int64)[both],
        offer[both],
        request[both],
        np.array([place for place, _each in agreed], np.int64),
        agreed_offer,
        agreed_request,
    )


class _Figures(NamedTuple):
    """By pair, matches and then agreements: per unit sent, in the scenario's currency; NaN: not known."""

    kept: Float
    seller: Float
    buyer: Float
    """Per unit received."""
    gain: Float
    saved: Float
    disposal: Float
    """t CO2e per unit sent."""
    primary: Float
    """t CO2e per unit received."""
    km: Float
    way_known: Bool


def _figures(scenario: Scenario, book: _Book, pairs: _Pairs, today: date) -> _Figures:
    from matching.engine.search import evaluate_pairs

    offers = np.concatenate([pairs.offer, pairs.agreed_offer])
    requests = np.concatenate([pairs.request, pairs.agreed_request])
    if not offers.size:
        none = np.zeros(0)
        return _Figures(none, none, none, none, none, none, none, none, np.zeros(0, bool))
    scene = scene_of(today)
    listings = scene.listings(book.table)
    found: Candidates = evaluate_pairs(
        listings, listings, offer_rows=offers, request_rows=requests, threads=None, **scene.tables()
    )
    favourable = scenario.basis == Basis.FAVOURABLE
    per_eur = float(scenario.per_eur)
    seller = found.seller_favourable if favourable else found.seller_cautious
    bought = found.buyer_favourable if favourable else found.buyer_cautious
    residues = found.residue_low if favourable else found.residue_high
    spent = found.treatment_cost + residues + found.transport_cost
    kept = found.delivered * found.yield_per_unit
    for place, row in enumerate(pairs.agreement.tolist()):
        agreed = book.agreed[row]
        kept[len(pairs.match) + place] = agreed.request_amount / agreed.amount
    arrives = np.maximum(kept, 1e-12)
    return _Figures(
        kept,
        seller * per_eur,
        bought / arrives * per_eur,
        (bought - seller - spent) * per_eur,
        np.nan_to_num(found.saved_kg_per_unit) / 1000,
        np.nan_to_num(found.disposal_kg) / 1000,
        np.nan_to_num(found.primary_kg) / arrives / 1000,
        found.distance_km,
        ~np.isnan(spent),
    )


def _inputs(
    scenario: Scenario, book: _Book, pairs: _Pairs, figures: _Figures, today: date
) -> tuple[Inputs, dict[int, LeftOut]]:
    """The inputs, which name `MOST_LEFT_OUT` of those left out, and all that is left out, with the reason."""
    matched, count = len(pairs.match), len(book.table)
    known = ~np.isnan(figures.gain[:matched]) & (figures.kept[:matched] > 0)
    used = np.zeros(count, dtype=bool)
    used[pairs.offer[known]] = used[pairs.request[known]] = True
    used[pairs.agreed_offer] = used[pairs.agreed_request] = True
    out = dict(book.out)
    ids = book.table["listing_id"].astype(np.int64)
    for row, reason in _without_partner(book, pairs, figures, known, used).items():
        out.setdefault(int(ids[row]), reason)
    rows = np.flatnonzero(used)
    place = np.full(count, -1, np.int64)
    place[rows] = np.arange(rows.size)
    agreed = np.arange(matched, figures.gain.size)
    carried = np.concatenate([np.flatnonzero(known), agreed])
    tails = np.concatenate([pairs.offer, pairs.agreed_offer])[carried]
    heads = np.concatenate([pairs.request, pairs.agreed_request])[carried]
    chosen = _Figures(*(each[carried] for each in figures))
    listings, worth = _listings(book, rows, place[tails], place[heads], chosen)
    gain = np.where(
        np.isnan(chosen.gain), chosen.kept * worth[place[heads]] - worth[place[tails]], chosen.gain
    )
    split = int(known.sum())

    def part(values: Any, *, of_agreements: bool) -> list[Any]:
        taken = values[split:] if of_agreements else values[:split]
        return [round(float(each), 9) for each in taken]

    inputs = Inputs(
        first_day=today.isoformat(),
        economy=_economy(scenario),
        listings=listings,
        pairs={
            "match": pairs.match[known].tolist(),
            "offer": place[tails][:split].tolist(),
            "request": place[heads][:split].tolist(),
            "kept": part(chosen.kept, of_agreements=False),
            "gain": part(gain, of_agreements=False),
            "saved": part(chosen.saved, of_agreements=False),
            "km": [round(float(each), 1) for each in chosen.km[:split]],
        },
        agreements={
            "agreement": [book.agreed[row].pk for row in pairs.agreement.tolist()],
            "offer": place[tails][split:].tolist(),
            "request": place[heads][split:].tolist(),
            "kept": part(chosen.kept, of_agreements=True),
            "gain": part(gain, of_agreements=True),
            "saved": part(chosen.saved, of_agreements=True),
            "sent": _rounded(book.sent[pairs.agreement]),
            "price": [book.agreed[row].price for row in pairs.agreement.tolist()],
        },
        left_out=[(pk, reason.value) for pk, reason in sorted(out.items())][:MOST_LEFT_OUT],
        left_out_counts=dict(Counter(reason.value for reason in out.values())),
        pairs_unknown=int((~known).sum()),
    )
    return inputs, out


def _without_partner(
    book: _Book, pairs: _Pairs, figures: _Figures, known: Bool, used: Bool
) -> Mapping[int, LeftOut]:
    """Why rows that nothing carries to or from are not part of the plan."""
    found: dict[int, LeftOut] = {}
    for at in np.flatnonzero(~known).tolist():
        if np.isnan(figures.seller[at]):
            reason = LeftOut.SELLER
        elif np.isnan(figures.buyer[at]):
            reason = LeftOut.BUYER
        else:
            reason = LeftOut.WAY
        for row in (int(pairs.offer[at]), int(pairs.request[at])):
            if not used[row]:
                found.setdefault(row, reason)
    for row in np.flatnonzero(~used).tolist():
        found.setdefault(row, LeftOut.PARTNER)
    return found


def _listings(
    book: _Book, rows: Int, tails: Int, heads: Int, figures: _Figures
) -> tuple[dict[str, Any], Float]:
    """The columns of the nodes, and what each alternative is worth: the best that any of its pairs says of it."""
    is_offer = book.table["is_offer"].astype(bool)[rows]
    worth, co2e = np.full(rows.size, -np.inf), np.zeros(rows.size)
    np.fmax.at(worth, tails, np.where(np.isnan(figures.seller), -np.inf, figures.seller))
    np.fmax.at(worth, heads, np.where(np.isnan(figures.buyer), -np.inf, figures.buyer))
    np.maximum.at(co2e, tails, figures.disposal)
    np.maximum.at(co2e, heads, figures.primary)
    is_assumed = ~np.isfinite(worth)
    worth = np.where(is_assumed, 0.0, worth)
    resource_ids = book.table["resource_id"].astype(np.int64)[rows].tolist()
    resources = Resource.objects.select_related("disposal_factor").in_bulk(set(resource_ids))
    of = [resources[pk] for pk in resource_ids]
    is_waste = [_goes_to_landfill(each) and worth[row] <= 0 for row, each in enumerate(of)]
    columns: dict[str, Any] = {
        "id": book.table["listing_id"].astype(np.int64)[rows].tolist(),
        "site": book.sites[rows].tolist(),
        "party": book.table["organization_id"].astype(np.int64)[rows].tolist(),
        "is_offer": is_offer.tolist(),
        "resource": resource_ids,
        "unit": [unit_label(CANONICAL_UNIT[each.dimension]) for each in of],
        "kind": [each.kind for each in of],
        "left": _rounded(book.left[rows]),
        "worth": [round(float(each), 9) for each in worth],
        "co2e": [round(float(each), 9) for each in co2e],
        "landfill": [float(offer and waste) for offer, waste in zip(is_offer, is_waste, strict=True)],
        "virgin": [
            float(not offer and each.kind == "material" and each.dimension == "mass")
            for offer, each in zip(is_offer, of, strict=True)
        ],
        "is_assumed": [int(each) for each in is_assumed],
    }
    return columns, worth


def _goes_to_landfill(resource: Resource) -> bool:
    """Whether the catalogue's way to be rid of it is a landfill, counted in tonnes."""
    factor = resource.disposal_factor
    return resource.dimension == "mass" and factor is not None and factor.key.startswith(_LANDFILL)


def _economy(scenario: Scenario) -> dict[str, Any]:
    if scenario.objective == Objective.MONEY:
        weights = {"cost": 1.0}
    elif scenario.objective == Objective.WEIGHTED:
        prices = {
            "co2e": scenario.co2e_price,
            "landfill": scenario.landfill_price,
            "virgin": scenario.virgin_price,
        }
        weights = {"cost": 1.0} | {name: float(price) for name, price in prices.items()}
    else:
        weights = {scenario.objective: 1.0, "cost": TIE}
    return {
        "rate": float(scenario.interest),
        "horizon_years": scenario.horizon_years,
        "currency": scenario.currency,
        "price_year": scenario.price_year,
        "weights": weights,
        "basis": scenario.basis,
        "per_eur": float(scenario.per_eur),
        "seconds": scenario.seconds,
    }


def _rounded(table: Float) -> list[list[float]]:
    rows: list[list[float]] = np.round(table, 6).tolist()
    return rows
