"""The compiler of pathways said slowly: every offer, every request, every sequence of steps, no index and no reuse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

from matching.engine.pathways import Node, Pathway, TreatmentStep


def twin_compile(
    nodes: Sequence[Node], steps: Sequence[TreatmentStep], *, max_steps: int = 3
) -> list[Pathway]:
    """Return what `compile_pathways` should."""
    found = []
    for offer, request in product(sorted(nodes, key=lambda node: node.id), repeat=2):
        if offer.depth == 0 or request.depth == 0 or is_below(request, offer):
            continue
        chains = [
            chain
            for length in range(1, max_steps + 1)
            for chain in product(steps, repeat=length)
            if leads(nodes, offer, request, chain)
        ]
        if chains:
            best = min(chains, key=lambda chain: order(nodes, request, chain))
            found.append(as_pathway(nodes, offer, request, best))
    return found


def by_id(nodes: Sequence[Node], identity: int) -> Node:
    return next(node for node in nodes if node.id == identity)


def is_below(above: Node, node: Node) -> bool:
    """Say whether `node` is `above` or lies below it."""
    return above.tree_left <= node.tree_left < above.tree_right


def leads(nodes: Sequence[Node], offer: Node, request: Node, chain: tuple[TreatmentStep, ...]) -> bool:
    at = [offer, *(by_id(nodes, step.output) for step in chain)]
    takes = all(is_below(by_id(nodes, step.input), at[n]) for n, step in enumerate(chain))
    return takes and is_below(request, at[-1]) and len({node.id for node in at}) == len(at)


def order(nodes: Sequence[Node], request: Node, chain: tuple[TreatmentStep, ...]) -> tuple[object, ...]:
    prices = [request.purchase_price, by_id(nodes, chain[-1].output).purchase_price, 0.0]
    price = next(price for price in prices if not math.isnan(price))
    margin = math.prod(step.yield_per_unit for step in chain) * price - per_offer(chain, "cost_per_unit")
    residues = per_offer(chain, "residues_low")
    margin -= 0.0 if math.isnan(residues) else residues
    keys = [step.key for step in chain]
    return -round(margin, 6), len(chain), keys, [(step.input, step.output) for step in chain]


def per_offer(chain: tuple[TreatmentStep, ...], name: str) -> float:
    """Return the sum over the steps, each times what is left of one unit offered when it begins."""
    return math.fsum(
        math.prod(earlier.yield_per_unit for earlier in chain[:n]) * float(getattr(step, name))
        for n, step in enumerate(chain)
    )


def as_pathway(
    nodes: Sequence[Node], offer: Node, request: Node, chain: tuple[TreatmentStep, ...]
) -> Pathway:
    levels = by_id(nodes, chain[-1].output).depth - request.depth
    processes = sum(step.kind == "process" for step in chain)
    return Pathway(
        offer_resource=offer.id,
        request_resource=request.id,
        steps=chain,
        yield_per_unit=math.prod(step.yield_per_unit for step in chain),
        cost_per_unit=per_offer(chain, "cost_per_unit"),
        energy_mwh_per_unit=per_offer(chain, "energy_mwh_per_unit"),
        residues_low=per_offer(chain, "residues_low"),
        residues_high=per_offer(chain, "residues_high"),
        co2e_kg_per_unit=per_offer(chain, "co2e_kg_per_unit"),
        fit=0.85**levels * 0.7**processes * math.prod(step.quality_factor for step in chain),
        waste_permit=any(step.waste_permit for step in chain),
    )
