"""Offers for which the resource alone does not say what is avoided: each gets a row of its own in the engine's tables.

A gas is worth what would become of it otherwise. Let into the air or flared, it earns nothing, and whoever buys it
spares another's production; made on purpose it could be sold elsewhere, and making it emits what the buyer's own source
would. What nobody said counts, for CO2e, as made on purpose. Of gases from organisms the carbon is in the air's own
round: their credit is for the fossil gas that they replace, whatever becomes of them otherwise.

A heat pump buys its power in a country: at that country's price and grid factor, where the catalogue knows them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from listings.models import GAS_BRANCHES, GasOrigin
from matching.engine import Compatibility, Resources
from matching.engine.pathways import Pathway

Ids = npt.NDArray[np.int64]
UNKNOWN: Final = float("nan")

BIOGENIC_GASES: Final = frozenset({"biogas", "biomethane", "landfill-gas", "sewage-gas"})
METHANE_GASES: Final = BIOGENIC_GASES | {"natural-gas"}
LIFTED: Final = "low-grade-heat"
"""What a heat pump lifts: the power of its treatment is bought where it is offered."""
ORIGINS: Final = ("", GasOrigin.VENTED, GasOrigin.FLARED, GasOrigin.ON_PURPOSE)
"""By their code in the rows of the market."""


class Power(NamedTuple):
    """Of one MWh of electricity; NaN: not known."""

    eur: float
    kg_co2e: float


def country_code(country: str) -> int:
    """Return a country of ISO 3166-1 alpha-2 as the rows of the market hold it; 0 for none."""
    return (ord(country[0]) << 8) + ord(country[1]) if len(country) == 2 else 0


@dataclass(frozen=True)
class Variants:
    """Which row of the tables an offer takes."""

    by_origin: Ids
    """By code of the origin and row of the catalogue."""
    by_country: Mapping[int, Ids]
    """By code of the country, the same of what a heat pump lifts."""

    def rows(self, plain: Ids, origin: Ids, country: Ids) -> Ids:
        """Return the rows of offers, by rows of the catalogue and the codes of origin and country."""
        found: Ids = self.by_origin[origin, plain]
        lifted = next(iter(self.by_country.values()), self.by_origin[0])[plain] != plain
        for code in np.unique(country[lifted]).tolist():
            at = np.flatnonzero(lifted & (country == code))
            if code in self.by_country:
                found[at] = self.by_country[code][plain[at]]
        return found


def is_below(line: Iterable[str], branches: Iterable[str]) -> bool:
    """Whether a resource is one of `branches` or stands below; `line`: its slug and those above."""
    return not set(line).isdisjoint(branches)


@dataclass
class Tables:
    """The engine's tables in the making, and the rows that each variant takes."""

    resources: Resources
    compatibility: Compatibility
    resource_ids: Ids
    steps: Ids
    pathways: Mapping[tuple[int, int], Pathway]

    def with_variants(
        self,
        lines: Sequence[Sequence[str]],
        powers: Mapping[str, Power],
        usual_power: Power,
        methane_kg: float,
    ) -> Variants:
        """Add the rows of all variants; `lines` by row of the catalogue, `powers` by country, `methane_kg` CO2e of a
        MWh of methane let into the air."""
        plain = len(self.resources)
        gases = [row for row, line in enumerate(lines) if is_below(line, GAS_BRANCHES)]
        by_origin = np.tile(np.arange(plain), (len(ORIGINS), 1))
        for code, origin in enumerate(ORIGINS):
            if not origin:
                continue
            rows = np.array(gases, np.int64)
            by_origin[code, rows] = self._add(rows)
            for row in gases:
                self._tell_origin(int(by_origin[code, row]), origin, lines[row], methane_kg)
        fossil = [row for row in gases if not is_below(lines[row], BIOGENIC_GASES)]
        purposeful = [*fossil, *by_origin[ORIGINS.index(GasOrigin.ON_PURPOSE), fossil].tolist()]
        self._burden(np.array(purposeful, np.int64))

        lifted = np.array([row for row, line in enumerate(lines) if is_below(line, (LIFTED,))], np.int64)
        by_country = {}
        for country, power in sorted(powers.items()):
            rows = np.arange(plain)
            rows[lifted] = self._add(lifted)
            self._buy_power(rows[lifted], power, usual_power)
            by_country[country_code(country)] = rows
        return Variants(by_origin, by_country)

    def _add(self, rows: Ids) -> Ids:
        """Add copies of rows of the resources with all that they serve as; return where they stand."""
        count = len(self.resources)
        copies = np.arange(count, count + len(rows))
        self.resources = self.resources.take(np.concatenate([np.arange(count), rows]))
        self.resource_ids = np.concatenate([self.resource_ids, self.resource_ids[rows]])
        table = self.compatibility
        place = np.full(count, -1, np.int64)
        place[rows] = copies
        entries = np.flatnonzero(place[table.offer_resource] >= 0)
        every = np.concatenate([np.arange(len(table)), entries])
        offers = np.concatenate([table.offer_resource, place[table.offer_resource[entries]]])
        columns = {name: values[every] for name, values in _columns(table).items()}
        self.compatibility = Compatibility(**{**columns, "offer_resource": offers})
        self.steps = self.steps[every]
        return copies

    def _tell_origin(self, row: int, origin: str, line: Sequence[str], methane_kg: float) -> None:
        money = self.resources
        if origin == GasOrigin.ON_PURPOSE:
            money.disposal_low[row] = money.disposal_high[row] = money.disposal_kg[row] = UNKNOWN
            money.market_low[row], money.market_high[row] = money.purchase_low[row], money.purchase_high[row]
            return
        if np.isnan(money.disposal_low[row]):
            money.disposal_low[row] = money.disposal_high[row] = 0.0
        money.market_low[row] = money.market_high[row] = UNKNOWN
        if origin == GasOrigin.VENTED and line[0] in METHANE_GASES:
            money.disposal_kg[row] = methane_kg

    def _burden(self, rows: Ids) -> None:
        """Take off, as treatment, what is credited for the production avoided: making it on purpose emits as much."""
        table, kg = self.compatibility, self.resources.primary_kg
        entries = np.flatnonzero(np.isin(table.offer_resource, rows))
        credit = kg[table.request_resource[entries]]
        own = kg[table.offer_resource[entries]]
        credit = (
            np.where(np.isnan(credit) & table.direct[entries], own, credit) * table.yield_per_unit[entries]
        )
        table.treatment_kg[entries] += np.nan_to_num(credit, nan=0.0)

    def _buy_power(self, rows: Ids, power: Power, usual: Power) -> None:
        table = self.compatibility
        for entry in np.flatnonzero(np.isin(table.offer_resource, rows) & ~table.direct).tolist():
            pair = table.offer_resource[entry], table.request_resource[entry]
            way = self.pathways.get((int(self.resource_ids[pair[0]]), int(self.resource_ids[pair[1]])))
            if way is None:
                continue
            dearer, dirtier = power.eur - usual.eur, power.kg_co2e - usual.kg_co2e
            electricity = way.electricity_mwh_per_unit
            table.treatment_cost[entry] += electricity * (0.0 if np.isnan(dearer) else dearer)
            table.treatment_kg[entry] += electricity * (0.0 if np.isnan(dirtier) else dirtier)


def _columns(table: Any) -> dict[str, Any]:
    return {name: getattr(table, name) for name in table.__dataclass_fields__}
