"""What reading and writing trading over REST share."""

from typing import Any

from common.api import DecimalText
from trading.models import Actor, Synergy

PARTIES = [(side.value, side.label) for side in (Actor.SUPPLIER, Actor.RECEIVER)]
PER = {"type": "string", "enum": ["year"], "nullable": True}


def per(is_rate: bool) -> str | None:
    """Return what amounts are per: a rate counts per year."""
    return "year" if is_rate else None


def amount_text(**options: Any) -> DecimalText:
    """Return the field of an amount in canonical units."""
    return DecimalText(max_digits=24, decimal_places=6, **options)


def side_of(synergy: Synergy, organization_id: int | None) -> str:
    """Return on which side an organization stands; None: a facilitator acted."""
    return Actor.FACILITATOR.value if organization_id is None else synergy.side_of(organization_id)
