"""Why a match has its score, in rows and words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from common.templatetags.loopyard import km, number
from matching.engine import PARTS
from matching.models import Match

register = template.Library()


@dataclass(frozen=True)
class PartRow:
    """One part of the score: its share in [0, 1], None where it is not known, and what it rests on."""

    label: str
    share: float | None
    note: str


@dataclass(frozen=True)
class AssumptionRow:
    """One assumption of the benefit, with its unit."""

    label: str
    value: str


@register.inclusion_tag("components/match_parts.html")
def match_parts(match: Match) -> dict[str, Any]:
    """Draw each part of the score as a bar with its number and its reason."""
    return {"parts": [PartRow(_labels()[name], match.parts.get(name), _note(match, name)) for name in PARTS]}


def _labels() -> dict[str, str]:
    return {
        "resource": _("Resource"),
        "distance": _("Distance"),
        "quantity": _("Quantity"),
        "season": _("Season"),
        "quality": _("Quality"),
        "price": _("Price"),
    }


def _note(match: Match, part: str) -> str:
    offer, request = match.offer, match.request
    if part == "resource":
        if offer.resource_id == request.resource_id:
            return _("%(resource)s on both sides") % {"resource": offer.resource.name}
        return _("%(special)s is a kind of %(general)s") % {
            "special": offer.resource.name,
            "general": request.resource.name,
        }
    if part == "distance":
        return _("%(distance)s of a usual reach of %(reach)s") % {
            "distance": km(match.distance_km),
            "reach": km(offer.resource.reach_km),
        }
    if part == "quantity" and offer.amount and request.amount:
        return _("%(offered)s %(unit)s offered, %(sought)s sought") % {
            "offered": number(offer.amount),
            "sought": number(request.amount),
            "unit": offer.canonical_unit,
        }
    if part == "price":
        return _price_note(match)
    return ""


def _price_note(match: Match) -> str:
    gap = match.price_gap()
    if gap is None:
        return ""
    written = f"{number(abs(gap))} {match.offer.currency}/{match.offer.canonical_unit}"
    if gap >= 0:
        return (
            _("the buyer gives %(gap)s more than is asked") % {"gap": written}
            if gap
            else _("the prices meet")
        )
    return _("%(gap)s apart") % {"gap": written}


@register.simple_tag
def match_assumptions(match: Match) -> list[AssumptionRow]:
    """Return what the benefit and the break-even distance rest on."""
    unit = match.offer.canonical_unit
    labels = {
        "disposal_avoided_eur_per_unit": (_("disposal avoided"), f"EUR/{unit}"),
        "purchase_avoided_eur_per_unit": (_("purchase avoided"), f"EUR/{unit}"),
        "transport_eur_per_unit": (_("transport over this distance"), f"EUR/{unit}"),
        "transport_eur_per_unit_km": (_("transport"), f"EUR/{unit}·km"),
        "road_factor": (_("road longer than the straight line"), "×"),
    }
    return [
        AssumptionRow(label, _with_unit(match.assumptions.get(key), suffix))
        for key, (label, suffix) in labels.items()
    ]


def _with_unit(value: float | None, unit: str) -> str:
    if value is None:
        return _("not known")
    written = number(Decimal(str(value)))
    return f"{unit} {written}" if unit == "×" else f"{written} {unit}"
