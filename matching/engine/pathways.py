"""Which resource can become which: of all chains of a few steps from an offer to a request, the best.

Pure: no database, no clock, no state. A step takes its input and whatever lies below it in the tree, and a request
takes its resource and whatever lies below it. What fits like that without a step needs no pathway and gets none.

Numbers hold per unit of what they name, in canonical units (t, MWh, m³, m², h) and one currency; NaN: not known.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

LEVEL_FIT = 0.85
"""What is left of the fit per level of the tree between the request and what serves it."""
PROCESS_FIT = 0.7
"""What is left of the fit per process: each is a plant to find, a permit to hold, a quality to keep."""
MARGIN_PLACES = 6
"""Margins that differ less are equal, so that rounding errors do not choose."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A resource in the tree: x lies below r exactly when r.tree_left <= x.tree_left < r.tree_right."""

    id: int
    tree_left: int
    tree_right: int
    depth: int
    """0 for a root; neither an offer nor a request names one."""
    purchase_price: float
    """Money per unit of the primary equivalent."""


@dataclass(frozen=True, kw_only=True)
class TreatmentStep:
    """One process on its way from one input to one output, or one substitution."""

    key: str
    """Names the process or substitution, the same in every run."""
    kind: Literal["process", "substitution"]
    input: int
    output: int
    yield_per_unit: float
    """Units of the output per unit of the input."""
    cost_per_unit: float
    """Money per unit of the input, with energy and what is bought in; by-products are not credited."""
    energy_mwh_per_unit: float
    residues_low: float
    """Getting rid of all that comes out besides the output, per unit of the input, with its transport: the lower end;
    NaN: not known."""
    residues_high: float
    co2e_kg_per_unit: float
    """Direct emissions per unit of the input."""
    quality_factor: float
    """1 where a user notices no difference."""
    waste_permit: bool
    electricity_mwh_per_unit: float = 0.0
    """What of the energy is electricity."""
    biogenic_carbon: bool = False
    """Of a substitution: whether the carbon of what serves is from organisms, so that the next step lets out none that
    is fossil."""


@dataclass(frozen=True, kw_only=True)
class Pathway:
    """The best chain from one resource to another; everything per unit offered."""

    offer_resource: int
    request_resource: int
    steps: tuple[TreatmentStep, ...]
    yield_per_unit: float
    """Units of the requested resource that one unit offered serves as."""
    cost_per_unit: float
    energy_mwh_per_unit: float
    residues_low: float
    residues_high: float
    co2e_kg_per_unit: float
    fit: float
    """0 to 1: LEVEL_FIT per level, PROCESS_FIT per process, and the quality factors, multiplied."""
    waste_permit: bool
    """Whether any of the steps needs a permit to treat waste."""
    electricity_mwh_per_unit: float = 0.0
    """What of the energy is electricity."""


@dataclass(frozen=True)
class _Chain:
    """Steps in a row, and what they come to per unit of the first one's input."""

    steps: tuple[TreatmentStep, ...]
    yield_per_unit: float = 1.0
    cost_per_unit: float = 0.0
    energy_mwh_per_unit: float = 0.0
    electricity_mwh_per_unit: float = 0.0
    residues_low: float = 0.0
    residues_high: float = 0.0
    co2e_kg_per_unit: float = 0.0
    fit: float = 1.0

    def then(self, step: TreatmentStep) -> "_Chain":
        """Return the chain with one more step: losses multiply, costs grow by the step's, for what is left by then."""
        so_far = self.yield_per_unit
        is_biogenic = bool(self.steps) and self.steps[-1].biogenic_carbon
        fossil_kg = 0.0 if is_biogenic else step.co2e_kg_per_unit
        return _Chain(
            steps=(*self.steps, step),
            yield_per_unit=so_far * step.yield_per_unit,
            cost_per_unit=self.cost_per_unit + so_far * step.cost_per_unit,
            energy_mwh_per_unit=self.energy_mwh_per_unit + so_far * step.energy_mwh_per_unit,
            electricity_mwh_per_unit=self.electricity_mwh_per_unit + so_far * step.electricity_mwh_per_unit,
            residues_low=self.residues_low + so_far * step.residues_low,
            residues_high=self.residues_high + so_far * step.residues_high,
            co2e_kg_per_unit=self.co2e_kg_per_unit + so_far * fossil_kg,
            fit=self.fit * (PROCESS_FIT if step.kind == "process" else 1.0) * step.quality_factor,
        )

    def passes(self, resource: int) -> bool:
        """Say whether a step makes `resource`."""
        return any(step.output == resource for step in self.steps)


_Rank = tuple[float, int, tuple[str, ...], tuple[int, ...]]


def compile_pathways(
    nodes: Sequence[Node], steps: Sequence[TreatmentStep], *, max_steps: int = 3
) -> list[Pathway]:
    """Return the best pathway of every offered and requested resource that one joins, sorted by both.

    The best has the highest margin per unit offered: yield × purchase price of the request, or of the last output
    where that is not known, or 0, minus cost and the lower end of what residues cost. Ties go to fewer steps, then to
    the alphabet of the keys. No resource comes twice in a chain, counting the offer and every output. A step must name
    nodes; KeyError if not.
    """
    tree = _Tree(nodes)
    ranked: defaultdict[tuple[int, int], list[tuple[_Rank, _Chain]]] = defaultdict(list)
    for chain in _chains(tree, steps, max_steps):
        for request in tree.line(chain.steps[-1].output):
            if request.depth > 0:
                rank = _rank(chain, request, tree)
                ranked[chain.steps[0].input, request.id].append((rank, chain))
    best: dict[tuple[int, int], tuple[_Rank, _Chain]] = {}
    for (taken, requested), found in ranked.items():
        found.sort(key=lambda entry: entry[0])
        for offer in tree.below(taken):
            if offer.depth == 0 or tree.covers(requested, offer.id):
                continue
            first = next((entry for entry in found if not entry[1].passes(offer.id)), None)
            rival = best.get((offer.id, requested))
            if first is not None and (rival is None or first[0] < rival[0]):
                best[offer.id, requested] = first
    return [_pathway(offer, request, chain, tree) for (offer, request), (_, chain) in sorted(best.items())]


class _Tree:
    """The nodes, with the ways up and down."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._ordered = sorted(nodes, key=lambda node: node.tree_left)
        self._lefts = [node.tree_left for node in self._ordered]
        self.node: Mapping[int, Node] = {node.id: node for node in nodes}
        self._line: dict[int, list[Node]] = {}
        open_nodes: list[Node] = []
        for node in self._ordered:
            while open_nodes and node.tree_left >= open_nodes[-1].tree_right:
                open_nodes.pop()
            open_nodes.append(node)
            self._line[node.id] = list(open_nodes)

    def line(self, resource: int) -> list[Node]:
        """Return the node and all above it, the root first."""
        return self._line[resource]

    def below(self, resource: int) -> list[Node]:
        """Return the node and all below it."""
        node = self.node[resource]
        return self._ordered[
            bisect_left(self._lefts, node.tree_left) : bisect_left(self._lefts, node.tree_right)
        ]

    def covers(self, above: int, resource: int) -> bool:
        """Say whether `resource` is `above` or lies below it."""
        upper = self.node[above]
        return upper.tree_left <= self.node[resource].tree_left < upper.tree_right


def _chains(tree: _Tree, steps: Sequence[TreatmentStep], max_steps: int) -> Iterator[_Chain]:
    """Yield every chain of up to `max_steps` steps in which each takes what the one before it makes."""
    taking: defaultdict[int, list[TreatmentStep]] = defaultdict(list)
    for step in steps:
        taking[step.input].append(step)
    chains = [_Chain(()).then(step) for step in steps]
    for length in range(1, max_steps + 1):
        yield from chains
        if length < max_steps:
            chains = [
                chain.then(step)
                for chain in chains
                for node in tree.line(chain.steps[-1].output)
                for step in taking[node.id]
                if not chain.passes(step.output)
            ]


def _rank(chain: _Chain, request: Node, tree: _Tree) -> _Rank:
    """Return what sorts the better chain first."""
    prices = (request.purchase_price, tree.node[chain.steps[-1].output].purchase_price, 0.0)
    price = next(price for price in prices if not math.isnan(price))
    residues = 0.0 if math.isnan(chain.residues_low) else chain.residues_low
    margin = round(chain.yield_per_unit * price - chain.cost_per_unit - residues, MARGIN_PLACES)
    keys = tuple(step.key for step in chain.steps)
    places = tuple(place for step in chain.steps for place in (step.input, step.output))
    return -margin, len(keys), keys, places


def _pathway(offer: int, request: int, chain: _Chain, tree: _Tree) -> Pathway:
    levels = tree.node[chain.steps[-1].output].depth - tree.node[request].depth
    return Pathway(
        offer_resource=offer,
        request_resource=request,
        steps=chain.steps,
        yield_per_unit=chain.yield_per_unit,
        cost_per_unit=chain.cost_per_unit,
        energy_mwh_per_unit=chain.energy_mwh_per_unit,
        electricity_mwh_per_unit=chain.electricity_mwh_per_unit,
        residues_low=chain.residues_low,
        residues_high=chain.residues_high,
        co2e_kg_per_unit=chain.co2e_kg_per_unit,
        fit=chain.fit * LEVEL_FIT**levels,
        waste_permit=any(step.waste_permit for step in chain.steps),
    )
