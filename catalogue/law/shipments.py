"""Which procedure a waste needs to cross a border. Pure: no Django, no clock.

Regulation (EU) 2024/1157 (before it Regulation (EC) No 1013/2006), the Basel Convention and the Decision of the
OECD; the rules are rows of `shipments.csv`. Which entry of Annex III a waste code belongs to is indicative: the
shipper declares it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from catalogue.law.knowledge import OTHER, LawKnowledge
from common.reading.said import as_said


class Procedure(StrEnum):
    """How a waste may cross."""

    NONE = "none"
    ANNEX_VII = "annex-vii"
    NOTIFICATION = "notification"
    PROHIBITED = "prohibited"
    CHECK = "check"


GREEN, HAZARDOUS, UNLISTED, ANY = "green", "hazardous", "unlisted", "any"
RECOVERY, DISPOSAL = "recovery", "disposal"
GREEN_BASEL = "B"
"""Entries of the green list that come from Annex IX of the Basel Convention begin so, those of the OECD with G."""


@dataclass(frozen=True)
class Shipment:
    """The procedure, what it rests on, and the entry of the green list that the code points to."""

    procedure: Procedure
    legal_basis: str = ""
    note: str = ""
    entry: str = ""
    entry_name: str = ""


def shipment(
    *,
    ewc_code: str,
    is_hazardous: bool,
    is_waste: bool,
    from_country: str,
    to_country: str,
    day: date,
    knowledge: LawKnowledge,
    purpose: str = RECOVERY,
) -> Shipment:
    """Return which procedure a waste needs from one country (ISO 3166-1) to another on a day.

    What is no waste, or stays in its country, needs none of these. A country or a pair that no rule names is `CHECK`.
    """
    if not is_waste or from_country == to_country:
        return Shipment(Procedure.NONE)
    entry, name = knowledge.green_list.get(ewc_code, ("", ""))
    if not from_country or not to_country:
        return Shipment(Procedure.CHECK, note=as_said("The country of one side is not known"))
    kind = HAZARDOUS if is_hazardous else GREEN if entry else UNLISTED
    origin, target = (knowledge.groups.get(country, OTHER) for country in (from_country, to_country))
    for rule in knowledge.shipment_rules:
        if (
            (rule.from_group, rule.purpose) == (origin, purpose)
            and target in rule.to_groups
            and (ANY in rule.wastes or kind in rule.wastes)
            and rule.holds_on(day)
        ):
            shown = (entry, name) if kind == GREEN else ("", "")
            return Shipment(Procedure(rule.procedure), rule.legal_basis, rule.note, *shown)
    return Shipment(
        Procedure.CHECK, note=as_said("No rule is stored for these countries: ask both authorities")
    )
