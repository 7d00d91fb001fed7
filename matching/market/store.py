"""The stored matches as columns, and the way from what is stored to what shall be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import connection

from common.postgres.copying import ColumnTable, copy_in, copy_out
from matching.engine import PARTS, Candidates, Gate, Listings, gate_codes
from matching.market.rules import Ids, MatchingRules
from matching.models import MatchState, StaleReason

Columns = Mapping[str, npt.NDArray[Any]]
_PARTS: Final = {f"part_{name}": "float4" for name in PARTS}
FIGURE_TYPES: Final = {
    "score": "float8",
    **_PARTS,
    "distance_km": "float8",
    "amount_per_year": "numeric(3)",
    "covered_share": "float4",
    "limited_by": "int2",
    "treatment_steps": "int2",
    "benefit_low_eur_per_year": "numeric(0)",
    "benefit_high_eur_per_year": "numeric(0)",
    "break_even_km": "float4",
    "saved_t_per_year": "numeric(3)",
}
_KEY_TYPES: Final = {"offer_id": "int8", "request_id": "int8"}
_WRITTEN: Final = {**_KEY_TYPES, **FIGURE_TYPES}
_READ: Final = {
    "id": "int8",
    "touched": "bool",
    "retired": "bool",
    "fits": "bool",
    **_KEY_TYPES,
    **{name: kind.partition("(")[0] for name, kind in FIGURE_TYPES.items()},
}
_REASONS: Final = {gate.value: StaleReason(code) for gate in Gate for code in gate_codes(gate)}


@dataclass(frozen=True)
class WrittenMatches:
    """How many rows a change of the stored matches touched."""

    added: int = 0
    changed: int = 0
    retired: int = 0

    @property
    def total(self) -> int:
        """How many rows were written in all."""
        return self.added + self.changed + self.retired


def figures_of(
    found: Candidates, offers: Listings, requests: Listings, rules: MatchingRules
) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of matches, rounded here once as the database keeps them, so that equal results are equal."""
    entries = _entries(rules, offers.resource[found.offer_row], requests.resource[found.request_row])
    break_even = np.where(np.isfinite(found.break_even_km), np.round(found.break_even_km, 1), np.nan)
    return {
        "offer_id": offers.id[found.offer_row],
        "request_id": requests.id[found.request_row],
        "score": found.score,
        **{f"part_{name}": _real(found.parts[:, at]) for at, name in enumerate(PARTS)},
        "distance_km": found.distance_km,
        "amount_per_year": np.rint(found.amount_per_year * 1000) / 1000,
        "covered_share": _real(found.covered_share),
        "limited_by": found.limit.astype(np.int64),
        "treatment_steps": rules.steps[entries],
        "benefit_low_eur_per_year": np.rint(found.benefit_low_per_year) + 0.0,
        "benefit_high_eur_per_year": np.rint(found.benefit_high_per_year) + 0.0,
        "break_even_km": _real(break_even),
        "saved_t_per_year": np.rint(found.saved_kg_per_year) / 1000 + 0.0,
    }


def _real(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """As PostgreSQL's `real` gives them back."""
    return values.astype(np.float32).astype(np.float64)


def _entries(rules: MatchingRules, offered: Ids, sought: Ids) -> Ids:
    """Rows of the compatibility table of pairs that have one."""
    table, width = rules.compatibility, len(rules.resources)
    keys = table.offer_resource * width + table.request_resource
    order = np.argsort(keys)
    found: Ids = order[np.searchsorted(keys[order], offered * width + sought)]
    return found


def read_stored(condition: str, parameters: list[Any]) -> ColumnTable:
    """Return the stored matches that meet a condition on `matching_match m`."""
    names = ", ".join(f"m.{name}" for name in [*_KEY_TYPES, *FIGURE_TYPES])
    return copy_out(
        "SELECT m.id, m.state IN ('approved', 'dismissed'), m.state = 'retired', m.fits, "
        f"{names} FROM matching_match m WHERE {condition}",
        parameters,
        _READ,
    )


def positions_of(ids: Ids, among: Ids) -> tuple[Ids, npt.NDArray[np.bool_]]:
    """Row of each id among others, 0 where there is none, and whether it is there."""
    order = np.argsort(among)
    at = np.searchsorted(among[order], ids)
    known = at < len(among)
    known[known] = among[order[at[known]]] == ids[known]
    rows = np.zeros(len(ids), np.int64)
    rows[known] = order[at[known]]
    return rows, known


def keys_of(offer_ids: Ids, request_ids: Ids) -> Ids:
    """One number for each pair, by request and offer."""
    if len(offer_ids) and max(offer_ids.max(), request_ids.max()) >= 1 << 31:
        raise ValueError("listing ids of 2,147,483,648 and more do not fit")
    return request_ids << 32 | offer_ids


def store_matches(
    wanted: Columns, stored: ColumnTable, *, reasons: Callable[[npt.NDArray[np.int64]], list[StaleReason]]
) -> WrittenMatches:
    """Make the stored rows equal to `wanted`; what a person has said of one is kept.

    `reasons(rows)` says why rows of `stored` that are no longer wanted are stale.
    """
    wanted_keys = keys_of(wanted["offer_id"], wanted["request_id"])
    stored_keys = keys_of(stored["offer_id"], stored["request_id"])
    rows, known = positions_of(wanted_keys, stored_keys)
    rows = rows[known]
    same = stored["fits"][rows] & ~stored["retired"][rows]
    for name in FIGURE_TYPES:
        ours, theirs = wanted[name][known], stored[name][rows]
        same &= (ours == theirs) | ((ours != ours) & (theirs != theirs))
    added = copy_in("matching_match", _WRITTEN, {name: wanted[name][~known] for name in _WRITTEN})
    changed = np.flatnonzero(known)[~same]
    _update(stored["id"][rows[~same]], {name: wanted[name][changed] for name in FIGURE_TYPES})
    unwanted = np.ones(len(stored), np.bool_)
    unwanted[rows] = False
    gone = np.flatnonzero(unwanted & stored["fits"] & ~stored["retired"])
    _retire(stored["id"][gone], reasons(gone) if len(gone) else [])
    return WrittenMatches(added, len(changed), len(gone))


def _update(ids: Ids, figures: Columns) -> None:
    if not len(ids):
        return
    names = ", ".join(FIGURE_TYPES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE changed ON COMMIT DROP AS SELECT id, {names} FROM matching_match LIMIT 0"
        )
        copy_in("changed", {"id": "int8", **FIGURE_TYPES}, {"id": ids, **figures})
        cursor.execute(
            f"UPDATE matching_match m SET {', '.join(f'{name} = c.{name}' for name in FIGURE_TYPES)}, "
            "fits = true, stale_reason = '', computed_at = statement_timestamp(), "
            "state = CASE m.state WHEN 'retired' THEN 'proposed' ELSE m.state END FROM changed c WHERE m.id = c.id"
        )
        cursor.execute("DROP TABLE changed")


def _retire(ids: Ids, reasons: list[StaleReason]) -> None:
    if not len(ids):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE matching_match m SET fits = false, stale_reason = g.reason, computed_at = statement_timestamp(), "
            "state = CASE m.state WHEN %s THEN %s ELSE m.state END "
            "FROM unnest(%s::bigint[], %s::text[]) g(id, reason) WHERE m.id = g.id",
            [MatchState.PROPOSED, MatchState.RETIRED, ids.tolist(), [str(reason) for reason in reasons]],
        )


def stale_reason_of(gate_bits: int) -> StaleReason:
    """Return the reason code of the first gate that failed; of none, that others fit better."""
    return next((reason for bit, reason in _REASONS.items() if gate_bits & bit), StaleReason.OUTRANKED)
