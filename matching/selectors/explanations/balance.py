"""The lines of the joint benefit and of the CO2e balance."""

import math
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from catalogue.models import (
    EmissionFactor,
    Resource,
    TransportMode,
)
from common.templatetags.loopyard import number
from listings.models import GasOrigin, Listing
from matching.economics import Alternative, Band, Worth, avoids_disposal, is_suspicious, price_band
from matching.engine.pathways import Pathway
from matching.market.rules import DEFAULT_COUNTRY
from matching.models import Match
from matching.selectors.explanations.explanation import (
    CURRENCY,
    PER_UNIT_PLACES,
    PER_YEAR_PLACES,
    PRICE_PLACES,
    BenefitLine,
    Co2eLine,
    ShownFactor,
    by_ship_or_round,
    rounded,
    said_once,
    unit_of,
)
from matching.selectors.explanations.figures import Figures
from matching.selectors.explanations.sources import Sources


def benefit_lines_of(match: Match, figures: Figures, *, treated: bool) -> tuple[BenefitLine, ...]:
    offer, request = match.offer, match.request
    avoided = figures.seller_cautious < 0 or figures.seller_favourable < 0
    rows = [
        (
            "seller_alternative",
            _("disposal avoided") if avoided else _("what the seller gets elsewhere"),
            -figures.seller_cautious,
            -figures.seller_favourable,
            _said(offer, _("the seller asks %(price)s; the catalogue bounds what more it may be")),
        ),
        (
            "buyer_alternative",
            _("purchase avoided"),
            figures.buyer_cautious,
            figures.buyer_favourable,
            _said(request, _("the buyer gives %(price)s; the catalogue bounds what more it may be")),
        ),
    ]
    # Also where there is none: what is assumed of it instead changes the sum.
    treatment = -figures.treatment_cost
    rows.append(("treatment", _("treatment"), treatment, treatment, ""))
    if treated:
        residues = _("disposal at the catalogue's prices, 50 km away; nobody is taken to buy them")
        rows.append(("residues", _("residues"), -figures.residue_high, -figures.residue_low, residues))
    transport = -figures.transport_cost
    rows.append(("transport", _("transport"), transport, transport, _over_water(match)))
    return tuple(
        BenefitLine(
            key,
            label,
            rounded(low, PER_UNIT_PLACES),
            rounded(high, PER_UNIT_PLACES),
            rounded(figures.amount_per_year * low, 0),
            rounded(figures.amount_per_year * high, 0),
            source,
        )
        for key, label, low, high, source in rows
    )


def _over_water(match: Match) -> str:
    """What the sum does not know of the way."""
    if match.open_water_km is None:
        return ""
    return _("%(way)s, over %(km)s km of open water: transport may cost more, and the benefit be less") % {
        "way": by_ship_or_round(),
        "km": match.open_water_km,
    }


def _said(listing: Listing, words: str) -> str:
    """Whose word the line is: the listing's own price, or the catalogue's range where it names none."""
    if listing.unit_price is None:
        return _("no price named: the catalogue's, from its low to its high end")
    price = f"{number(listing.unit_price)} {listing.currency}/{listing.canonical_unit}"
    if listing.currency != CURRENCY:
        other = _("%(price)s is not converted: unknown")
        return other % {"price": price}
    return words % {"price": price}


def price_bands(figures: Figures) -> tuple[Band[Decimal] | None, Band[Decimal] | None]:
    """Where both gain if both mean what they said, and at most, as shown; None where it is not known."""
    return _band(figures, cautious=True), _band(figures, cautious=False)


def _band(figures: Figures, *, cautious: bool) -> Band[Decimal] | None:
    seller = Alternative(figures.seller_cautious, figures.seller_favourable)
    band = price_band(seller, Worth(figures.benefit_low, figures.benefit_high), cautious=cautious)
    if band is None:
        return None
    # What the engine does not know is NaN, and rounds to None.
    low, high = rounded(band.low, PRICE_PLACES), rounded(band.high, PRICE_PLACES)
    return None if low is None or high is None else Band(low, high)


def has_suspicious_prices(match: Match, figures: Figures) -> bool:
    """Whether one should look twice at the two prices."""
    offer, request = match.offer, match.request
    if offer.unit_price is None or request.unit_price is None or offer.currency != request.currency:
        return False
    bid = float(request.unit_price) * figures.yield_per_unit - figures.treatment_cost
    return is_suspicious(float(offer.unit_price), bid, 0.0)


ROUNDING_KG: Final = 1e-6


class Co2eBalance:
    """The lines of one match's CO2e balance, as the engine adds them up."""

    def __init__(
        self, match: Match, figures: Figures, pathway: Pathway | None, behind: Sources, country: str
    ) -> None:
        self.offered, self.sought = match.offer.resource, match.request.resource
        self.figures, self.pathway, self.behind = figures, pathway, behind
        self.power = behind.power.get(country) or behind.power.get(DEFAULT_COUNTRY)
        self.origin = match.offer.origin_of_gas
        self.avoids_disposal = avoids_disposal(match.offer.unit_price, Decimal(0))

    def lines(self) -> tuple[Co2eLine, ...]:
        """What is avoided, then what is emitted instead."""
        return (self._disposal(), self._production(), *self._treatment(), self._transport())

    def _line(
        self,
        key: str,
        label: str,
        kg: float,
        *,
        quantity: float = math.nan,
        unit: str = "",
        factor: EmissionFactor | None = None,
        source: str = "",
    ) -> Co2eLine:
        return Co2eLine(
            key=key,
            label=label,
            kg_per_unit=rounded(kg, PER_UNIT_PLACES),
            t_per_year=rounded(self.figures.amount_per_year * kg / 1000, PER_YEAR_PLACES),
            quantity=rounded(quantity, PER_UNIT_PLACES) if factor else None,
            quantity_unit=unit if factor else "",
            factor=ShownFactor.of(factor) if factor else None,
            source=source,
        )

    def _avoided(
        self, key: str, label: str, kg: float, quantity: float, of: Resource, factor_id: int | None
    ) -> Co2eLine:
        if math.isnan(kg) or factor_id is None:
            why = _("the catalogue has no factor for it; counts as nothing")
            return self._line(key, label, math.nan, source=why)
        factor = self.behind.factors[factor_id]
        return self._line(key, label, kg, quantity=quantity, unit=unit_of(of), factor=factor)

    def _disposal(self) -> Co2eLine:
        factor_id = self.offered.disposal_factor_id
        label = _("disposal avoided")
        if not self.avoids_disposal:
            why = _("what the seller is to be paid for would not be disposed of")
            return self._line("disposal_avoided", label, 0.0, source=why)
        kg = self.figures.disposal_kg
        if self.origin == GasOrigin.VENTED and self.behind.methane and kg > 0.0:
            label, factor = _("venting avoided"), self.behind.methane
            return self._line(
                "disposal_avoided", label, kg, quantity=1.0, unit=unit_of(self.offered), factor=factor
            )
        return self._avoided(
            "disposal_avoided", label, self.figures.disposal_kg, 1.0, self.offered, factor_id
        )

    def _production(self) -> Co2eLine:
        factor_id = self.sought.primary_factor_id
        if factor_id is None and self.pathway is None:
            factor_id = self.offered.primary_factor_id
        label, quantity = (
            _("primary production avoided"),
            self.figures.yield_per_unit * self.figures.delivered,
        )
        return self._avoided(
            "production_avoided", label, self.figures.primary_kg, quantity, self.sought, factor_id
        )

    def _treatment(self) -> tuple[Co2eLine, ...]:
        kg = self.figures.treatment_kg
        if self.pathway is None:
            return self._made(kg)
        if math.isnan(kg) or self.behind.heat is None or self.power is None:
            why = _("what one of the steps emits is not known; counts as nothing")
            return (self._line("treatment", _("treatment"), math.nan, source=why),)
        way = self.pathway
        power_mwh = way.electricity_mwh_per_unit
        heat_mwh = way.energy_mwh_per_unit - power_mwh
        power_kg = power_mwh * float(self.power.kg_co2e_per_unit)
        heat_kg = heat_mwh * float(self.behind.heat.kg_co2e_per_unit)
        processes = [self.behind.processes.get(step.key) for step in way.steps]
        return (
            self._line(
                "treatment_energy",
                _("heat of the treatment"),
                -heat_kg,
                quantity=heat_mwh,
                unit="MWh",
                factor=self.behind.heat,
            ),
            self._line(
                "treatment_power",
                _("electricity of the treatment"),
                -power_kg,
                quantity=power_mwh,
                unit="MWh",
                factor=self.power,
            ),
            self._line(
                "treatment_process",
                _("treatment itself"),
                -way.co2e_kg_per_unit,
                source=said_once(process.cost_source for process in processes if process),
            ),
            *self._made(kg - heat_kg - power_kg - way.co2e_kg_per_unit),
        )

    def _made(self, kg: float) -> tuple[Co2eLine, ...]:
        """What making a gas on purpose emits; nothing else that needs no treatment emits any."""
        if not kg > ROUNDING_KG:
            return ()
        why = (
            _("made on purpose: making it emits what the buyer’s own source would")
            if self.origin == GasOrigin.ON_PURPOSE
            else _("what becomes of the gas without a buyer is not said: counts as made on purpose")
        )
        return (self._line("made_on_purpose", _("making it"), -kg, source=why),)

    def _transport(self) -> Co2eLine:
        label, kg = _("transport"), self.figures.transport_kg
        if self.offered.transport_mode == TransportMode.NONE or self.figures.distance_km == 0.0:
            return self._line("transport", label, 0.0, source=_("nothing has to travel"))
        if math.isnan(kg) or self.behind.freight is None:
            why = _("what a unit weighs is not known, and so the balance is not")
            return self._line("transport", label, math.nan, source=why)
        if kg == 0.0:
            # The engine counts pipes and wires as 0, which is not the same as knowing that it is.
            why = _("what its transport emits is not known; counts as nothing")
            return self._line("transport", label, math.nan, source=why)
        tonne_km = kg / float(self.behind.freight.kg_co2e_per_unit)
        return self._line("transport", label, -kg, quantity=tonne_km, unit="t·km", factor=self.behind.freight)
