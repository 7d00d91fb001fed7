"""What a column of a sheet can hold, and which of a file's columns is which by its heading."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.reading.names import name_key, name_keys
from common.reading.refusals import Unreadable
from listings.bulk.cells import allowed, read_unit

QUALITY: Final = "quality_"
"""Before the slug of a property: a column of its own."""


@dataclass(frozen=True)
class Column:
    """One kind of column; `headings` are further names of it, parted by strokes."""

    name: str
    heading: str
    """As templates and exports call it."""
    label: str | Promise
    headings: str
    example: str
    explained: str | Promise
    needed: bool = False

    @property
    def allowed(self) -> str:
        """What it takes, where that is a list."""
        lists = {"safety_present": "safety", "safety_absent": "safety"}
        try:
            return ", ".join(allowed(lists.get(self.name, self.name)))
        except KeyError:
            return ""


COLUMNS: Final = (
    Column(
        "external_id", "our number", _("Your own number"),
        "external id|externe id|id extern|our no|reference|ref|key|number|no|nummer|nr|eigene nummer|unsere nummer"
        "|referenz|schlüssel|position|pos|artikelnummer|kennung|lfd nr",
        "FA-01", _("As in your own books: by it a row is found again, else it is new."),
    ),
    Column(
        "side", "side", _("Offer or request"), "offer or request|type|direction|angebot gesuch|angebot oder gesuch|art"
        "|richtung|angebot/gesuch",
        "offer", _("What you have to give, or what you need."), needed=True,
    ),
    Column(
        "resource", "resource", _("What it is"),
        "material|what|what it is|name|substance|waste|by-product|stoff|was|bezeichnung|ressource|abfall|abfallart"
        "|nebenprodukt|abfallbezeichnung|stoffbezeichnung|werkstoff",
        "Coal fly ash", _("A name, another name or a waste code of our catalogue."), needed=True,
    ),
    Column(
        "quantity", "quantity", _("How much"),
        "amount|how much|qty|volume|tonnage|menge|masse|anzahl|jahresmenge|mengenangabe|aufkommen",
        "12000", _("A number above zero, with a decimal point or comma; empty: not known."),
    ),
    Column(
        "unit", "unit", _("Unit"), "units|uom|unit of measure|einheit|mengeneinheit|me|masseinheit",
        "t", _("In it count quantity, smallest lot and price."), needed=True,
    ),
    Column(
        "period", "per", _("Counted"),
        "period|counted|frequency|interval|zeitraum|pro|je|turnus|häufigkeit|bezugszeitraum",
        "year", _("Whether the quantity is one lot, or flows per year, month, week or day."), needed=True,
    ),
    Column(
        "minimum_lot", "smallest lot", _("Smallest lot"), "minimum lot|minimum|min lot|moq|mindestmenge"
        "|kleinste menge|mindestabnahme", "25", _("In the same unit."),
    ),
    Column(
        "site", "site", _("Site"), "plant|location|place|works|facility|standort|werk|ort|betrieb|betriebsstätte"
        "|anlage",
        "", _("One of your sites, by its name."), needed=True,
    ),
    Column(
        "available_from", "from", _("From"),
        "available from|start|start date|begin|ab|von|verfügbar ab|beginn|startdatum|gültig ab",
        "", _("A day, as 2026-03-31; empty: from today on."),
    ),
    Column(
        "available_until", "until", _("Until"),
        "available until|end|end date|to|bis|verfügbar bis|ende|enddatum|gültig bis",
        "", _("A day, as 2026-03-31; empty: until you take it off."),
    ),
    Column(
        "months", "months", _("Only in these months"), "month|season|monate|monat|saison",
        "", _("As 1-3, 10 or Jan-Mar, Oct; empty: all year."),
    ),
    Column(
        "price", "price", _("Price per unit"), "price per unit|unit price|cost|preis|preis je einheit|preis pro einheit"
        "|einzelpreis|kosten|entgelt",
        "-8.50", _("Positive: the buyer pays; negative: the seller pays; 0: free; empty: to be agreed."),
    ),
    Column(
        "payer", "who pays", _("Who pays"), "payer|zahler|wer zahlt|zahlt",
        "", _("If the price has no sign of its own."),
    ),
    Column(
        "currency", "currency", _("Currency"), "währung|whg", "EUR", _("Three letters of ISO 4217."),
    ),
    Column(
        "ewc_code", "waste code", _("Waste code (EWC)"),
        "ewc|ewc code|low code|eural|code|european waste code|avv|avv nummer|avv code|abfallschlüssel|avv schlüssel"
        "|abfallschlüsselnummer|eak|asn|asn/avv",
        "10 01 02", _("Six digits, if it is waste by law."),
    ),
    Column(
        "hazardous", "hazardous", _("Hazardous waste"), "hazard|dangerous|gefährlich|gefährlicher abfall",
        "no", _("Whether it is hazardous waste."),
    ),
    Column(
        "legal_status", "status in law", _("What it is in law"),
        "legal status|status|rechtsstatus|rechtlicher status|abfallstatus|einstufung",
        "waste", _("Empty: not said."),
    ),
    Column(
        "abp_category", "animal by-product", _("Animal by-product"),
        "abp|abp category|tierisches nebenprodukt|tnp kategorie", "", _("Its category; empty: none."),
    ),
    Column(
        "reach_number", "REACH number", _("REACH registration number"),
        "reach|reach registration|reach nr|reach registrierungsnummer",
        "", _("As 01-2119458838-20-0000."),
    ),
    Column(
        "origin_of_gas", "gas otherwise", _("Without a buyer the gas is"),
        "origin of gas|gas origin|gasherkunft|gas sonst",
        "", _("Of a gas that is offered."),
    ),
    Column(
        "safety_present", "contains", _("It contains"), "enthält|safety present", "", _("Several with commas.")
    ),
    Column(
        "safety_absent", "free of", _("Tested, and not there"), "tested free of|frei von|safety absent",
        "", _("Several with commas."),
    ),
    Column(
        "quality", "quality", _("Quality"), "properties|qualität|eigenschaften|qualitäten|analyse",
        "", _("As “moisture: 2..5; loss-on-ignition: ..6”; or a column for each property, headed by its name."),
    ),
    Column(
        "disclosure", "who sees", _("Who sees what"), "disclosure|visibility|sichtbarkeit|offenlegung|wer sieht was",
        "open", _("Everybody, nobody by name, or the members of your programmes."),
    ),
    Column("title", "title", _("Title"), "titel|überschrift|headline", "", _("Empty: the resource's name.")),
    Column(
        "description", "description", _("Anything else a partner should know"),
        "notes|note|remarks|comment|comments|beschreibung|bemerkung|bemerkungen|anmerkung|hinweis|kommentar",
        "Dry, loaded by silo lorry.", "",
    ),
    Column(
        "id", "listing", _("Number of the listing here"), "loopyard id|listing id|listing number|inserat",
        "", _("As exports write it; empty for a new one."),
    ),
)  # fmt: skip
COLUMN: Final[Mapping[str, Column]] = {column.name: column for column in COLUMNS}
_NAMES: Final = {
    key: column.name
    for column in reversed(COLUMNS)
    for said in (column.name, column.heading, *column.headings.split("|"))
    for key in name_keys(said)
}
_BRACKETED: Final = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*|\s+in\s+(\S+)$")


def field_of(heading: str, properties: Mapping[str, str]) -> str:
    """Return the field that a heading names; "" for none. `properties`: slugs by the keys of what they are called."""
    bare = _BRACKETED.sub(" ", heading)
    for key in dict.fromkeys((*name_keys(heading), *name_keys(bare))):
        if key in _NAMES:
            return _NAMES[key]
        if key in properties:
            return QUALITY + properties[key]
    return ""


def guess_mapping(headings: Sequence[str], properties: Mapping[str, str]) -> dict[str, int]:
    """Return the column, from 0, of each field that a heading names; of two for one field the first."""
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if name := field_of(heading, properties):
            found.setdefault(name, place)
    return found


def unit_in(heading: str) -> tuple[str, str]:
    """Return the unit and the period that stand in a heading's brackets: "Menge (t/a)"; "" where none do."""
    found = _BRACKETED.search(heading)
    try:
        return read_unit(found[1] or found[2]) if found else ("", "")
    except Unreadable:
        return "", ""


def recognized(headings: Sequence[str]) -> int:
    """Return how many of the texts name a field: a row of headings has more of them than any other."""
    return len(
        {_NAMES[key] for heading in headings if (key := name_key(_BRACKETED.sub(" ", heading))) in _NAMES}
    )
