"""A plan as pictures: who gives what to whom without it and with it, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from catalogue.called import called
from common.web.flows import NARROW_PX, WIDE_PX, Flow, FlowPicture, flow_picture
from planning.selectors.shown import ShownFlow

MOST_LARGEST: Final = 12
LEAST_SHARE: Final = 1e-6


@dataclass(frozen=True)
class Bands:
    """Flows as a picture for both widths, and in numbers."""

    flows: Sequence[Flow]
    wide: FlowPicture
    narrow: FlowPicture


@dataclass(frozen=True)
class BeforeAndAfter:
    """The same offers without the plan and with it, all in one unit."""

    unit: str
    before: Bands
    after: Bands


def before_and_after(flows: Sequence[ShownFlow], alone: dict[int, float]) -> BeforeAndAfter | None:
    """Return the largest flows of the unit that most of them have; None without any.

    `alone`: by offer, how much of it goes without a partner in the plan. Before, only what is agreed already flows;
    all else goes where it goes without a buyer.
    """
    units = [flow.unit for flow in flows]
    if not units:
        return None
    unit = max(set(units), key=lambda each: (units.count(each), each))
    chosen = sorted((flow for flow in flows if flow.unit == unit), key=lambda flow: -flow.sent)[:MOST_LARGEST]
    after, before = [], []
    seen = set()
    for flow in chosen:
        band = _band(flow, flow.request.party_name, flow.sent)
        after.append(band)
        before.append(band if flow.agreement else _band(flow, _elsewhere(), flow.sent))
        rest = alone.get(flow.offer.pk, 0.0)
        if flow.offer.pk not in seen and rest > LEAST_SHARE * flow.sent:
            after.append(_band(flow, _elsewhere(), rest))
            before.append(_band(flow, _elsewhere(), rest))
        seen.add(flow.offer.pk)
    return BeforeAndAfter(unit, _bands(before), _bands(after))


def _elsewhere() -> str:
    return _("no partner")


def _band(flow: ShownFlow, taker: str, value: float) -> Flow:
    return Flow(flow.offer.party_name, called(flow.offer.resource.name), taker, value, flow.kind)


def _bands(flows: list[Flow]) -> Bands:
    return Bands(flows, flow_picture(flows, WIDE_PX), flow_picture(flows, NARROW_PX))


def flow_lines(flows: Sequence[ShownFlow]) -> list[dict[str, Any]]:
    """Return the flows as lines of the map, between the places that the reader may know."""
    return [
        {
            "from": [flow.offer.latitude, flow.offer.longitude],
            "to": [flow.request.latitude, flow.request.longitude],
            "kind": flow.kind,
            "name": flow.offer.name,
            "text": f"{flow.offer.party_name} → {flow.request.party_name}",
            "settled": flow.agreement is not None,
        }
        for flow in flows
    ]
