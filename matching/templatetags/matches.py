"""Why a match has its score and its figures, in rows and words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.forms.programmes import PART_LABELS
from accounts.models import Programme
from catalogue.called import called
from common.templatetags.loopyard import km, number
from listings.views.maps import place_of
from matching.engine import PARTS
from matching.models import Match, MatchState
from matching.selectors.explanations.explanation import Assumption, Explanation
from matching.selectors.network import (
    NetworkAtAGlance,
    programme_at_a_glance,
    programmes_at_a_glance,
    taking_part,
)

register = template.Library()


@dataclass(frozen=True)
class PartRow:
    """One part of the score: its share in [0, 1], None where it is not known, and what it rests on."""

    label: str
    share: float | None
    note: str


@dataclass(frozen=True)
class ComparedRow:
    """One yearly figure as it is, and with other assumptions; EUR where no unit stands beside it."""

    label: str
    now: str
    then: str
    is_sum: bool = False


@register.inclusion_tag("matching/components/parts.html")
def match_parts(match: Match) -> dict[str, Any]:
    """Draw each part of the score as a bar with its number and its reason."""
    return {
        "parts": [
            PartRow(str(PART_LABELS[name]), match.parts.get(name), _note(match, name)) for name in PARTS
        ]
    }


def _note(match: Match, part: str) -> str:
    offer, request = match.offer, match.request
    if part == "resource":
        return _resource_note(match)
    if part == "distance":
        return _("%(distance)s of a usual reach of %(reach)s") % {
            "distance": km(match.distance_km),
            "reach": km(offer.resource.reach_km),
        }
    if part == "quantity" and offer.amount and request.amount:
        values = {
            "offered": number(offer.amount),
            "sought": number(request.amount),
            "unit": offer.canonical_unit,
            "sought_unit": request.canonical_unit,
        }
        if match.treatment_steps:
            return (
                _("%(offered)s %(unit)s offered, %(sought)s %(sought_unit)s of the product sought") % values
            )
        return _("%(offered)s %(unit)s offered, %(sought)s sought") % values
    if part == "price" and not match.treatment_steps:
        return _price_note(match)
    return ""


def _resource_note(match: Match) -> str:
    offered, sought = match.offer.resource, match.request.resource
    names = {"special": called(offered.name), "general": called(sought.name), "steps": match.treatment_steps}
    if match.treatment_steps:
        return (
            ngettext(
                "%(special)s becomes %(general)s in one step",
                "%(special)s becomes %(general)s in %(steps)s steps",
                match.treatment_steps,
            )
            % names
        )
    if offered.pk == sought.pk:
        return _("%(resource)s on both sides") % {"resource": called(offered.name)}
    return match.relation or _("%(special)s is a kind of %(general)s") % names


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


@register.filter
def with_unit(assumption: Assumption) -> str:
    """Write an assumption's number with its unit."""
    if assumption.value is None:
        return _("not known")
    written = number(assumption.value)
    return f"{assumption.unit} {written}" if assumption.unit == "×" else f"{written} {assumption.unit}"


@register.filter
def pays_up_to(explanation: Explanation) -> str:
    """Write the break-even distance; it is at most the reach."""
    written = km(_float(explanation.break_even_km))
    if explanation.break_even_km is not None and explanation.break_even_km == explanation.reach_km:
        return _("%(km)s, its reach") % {"km": written}
    return written


@register.filter
def tonne_places(explanation: Explanation) -> int:
    """Return how many decimals the lines of a CO2e balance deserve, so that they add up and align."""
    known = [abs(line.t_per_year) for line in explanation.co2e_lines if line.t_per_year is not None]
    largest = max(known, default=Decimal(0))
    return 0 if largest >= 1000 else 1 if largest >= 10 else 3


@register.simple_tag
def compared(now: Explanation, then: Explanation) -> list[ComparedRow]:
    """Return the yearly figures as they are and with other assumptions."""
    lines = [
        ComparedRow(line.label, number(line.low_eur_per_year, 0), number(other.low_eur_per_year, 0))
        for line, other in zip(now.benefit_lines, then.benefit_lines, strict=True)
    ]
    benefit, other = (number(each.benefit_low_eur_per_year, 0) for each in (now, then))
    most, most_then = (number(each.benefit_high_eur_per_year, 0) for each in (now, then))
    saved, saved_then = (_tonnes(each.saved_t_per_year, tonne_places(now)) for each in (now, then))
    return [
        *lines,
        ComparedRow(_("joint benefit, at least"), benefit, other, is_sum=True),
        ComparedRow(_("joint benefit, at most"), most, most_then, is_sum=True),
        ComparedRow(_("pays up to"), pays_up_to(now), pays_up_to(then)),
        ComparedRow(_("distance"), km(float(now.distance_km)), km(float(then.distance_km))),
        ComparedRow(_("CO₂e saved"), saved, saved_then),
    ]


def _tonnes(value: Decimal | None, places: int) -> str:
    return _("not known") if value is None else _("%(amount)s t") % {"amount": number(value, places)}


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


@register.inclusion_tag("matching/_on_programme.html", takes_context=True)
def network_of_programme(context: dict[str, Any], programme: Programme) -> dict[str, Any]:
    """Show a programme's network as everybody may see it: figures, the largest flows, a map."""
    return _network(context, programme_at_a_glance(programme))


@register.inclusion_tag("matching/_on_programmes.html", takes_context=True)
def network_of_programmes(context: dict[str, Any]) -> dict[str, Any]:
    """Show the networks of all programmes together, likewise."""
    return {**_network(context, programmes_at_a_glance()), "organizations": taking_part().count()}


def _network(context: dict[str, Any], glance: NetworkAtAGlance) -> dict[str, Any]:
    sides = {side.pk: side for flow in glance.flows for side in (flow.offer, flow.request)}
    lines = [
        {
            "from": [flow.offer.latitude, flow.offer.longitude],
            "to": [flow.request.latitude, flow.request.longitude],
            "kind": flow.offer.resource.kind,
            "name": flow.offer.name,
            "text": f"{flow.offer.organization.name} → {flow.request.organization.name}",
            "settled": flow.state == MatchState.APPROVED,
        }
        for flow in glance.flows
    ]
    points = [
        place_of(side, text=side.organization.name, url=reverse("listing", args=[side.pk]))
        for side in sides.values()
    ]
    frame: dict[str, Any] = {
        name: context[name] for name in ("request", "user", "tile_url", "programmes") if name in context
    }
    return {"glance": glance, "map_data": {"points": points, "flows": lines}, **frame}
