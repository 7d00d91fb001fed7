"""Pathways: the compiler by golden cases and against its twin, then the catalogue's own, and the command."""

from __future__ import annotations

import math
import random
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.models import Process, Resource
from matching.engine.pathways import Node, Pathway, TreatmentStep, compile_pathways
from matching.market.rules import load_rules
from matching.market.tables.conversions import load_conversions, load_pathways
from tests.matching.pathways_twin import twin_compile

UNKNOWN = math.nan
# 1 root › 2 waste › 3 sludge; 1 › 4 product › 5 grade › 6 fine grade; 1 › 7 intermediate; 8 another root.
TREE = {
    1: (0, 7, 0),
    2: (1, 3, 1),
    3: (2, 3, 2),
    4: (3, 6, 1),
    5: (4, 6, 2),
    6: (5, 6, 3),
    7: (6, 7, 1),
    8: (7, 8, 0),
}


def node(identity: int, price: float = 100.0) -> Node:
    left, right, depth = TREE[identity]
    return Node(id=identity, tree_left=left, tree_right=right, depth=depth, purchase_price=price)


NODES = [node(identity) for identity in TREE]


def step(taken: int, made: int, key: str = "", **changes: Any) -> TreatmentStep:
    values: dict[str, Any] = {
        "key": key or f"{taken}-{made}",
        "kind": "process",
        "input": taken,
        "output": made,
        "yield_per_unit": 0.5,
        "cost_per_unit": 8.0,
        "energy_mwh_per_unit": 0.2,
        "residues_low": 0.0,
        "residues_high": 0.0,
        "co2e_kg_per_unit": 30.0,
        "quality_factor": 1.0,
        "waste_permit": False,
    }
    return TreatmentStep(**(values | changes))


def pairs(found: list[Pathway]) -> list[tuple[int, int]]:
    return [(pathway.offer_resource, pathway.request_resource) for pathway in found]


def only(found: list[Pathway], offer: int, request: int) -> Pathway:
    [pathway] = [p for p in found if (p.offer_resource, p.request_resource) == (offer, request)]
    return pathway


def test_step_takes_what_lies_below_its_input_and_serves_what_lies_above_its_output() -> None:
    found = compile_pathways(NODES, [step(2, 5)])
    assert pairs(found) == [(2, 4), (2, 5), (3, 4), (3, 5)]
    assert only(found, 3, 5).fit == pytest.approx(0.7)
    assert only(found, 3, 4).fit == pytest.approx(0.7 * 0.85)


def test_step_does_not_take_what_lies_above_its_input() -> None:
    assert pairs(compile_pathways(NODES, [step(3, 7)])) == [(3, 7)]


def test_losses_multiply_and_costs_shrink_with_what_is_left() -> None:
    steps = [step(2, 7, cost_per_unit=10.0), step(7, 5, yield_per_unit=0.4, cost_per_unit=20.0)]
    steps = [replace(each, residues_low=2.0 * n, residues_high=7.0) for n, each in enumerate(steps, 1)]
    pathway = only(compile_pathways(NODES, steps), 2, 5)
    assert pathway.yield_per_unit == pytest.approx(0.5 * 0.4)
    assert pathway.cost_per_unit == pytest.approx(10 + 0.5 * 20)
    assert pathway.residues_low == pytest.approx(2 + 0.5 * 4)
    assert pathway.residues_high == pytest.approx(7 + 0.5 * 7)
    assert pathway.energy_mwh_per_unit == pytest.approx(0.2 + 0.5 * 0.2)
    assert pathway.co2e_kg_per_unit == pytest.approx(30 + 0.5 * 30)
    assert pathway.fit == pytest.approx(0.7**2)


def test_substitution_costs_its_quality_and_no_process() -> None:
    found = compile_pathways(NODES, [step(2, 7, kind="substitution", quality_factor=0.9)])
    assert only(found, 2, 7).fit == pytest.approx(0.9)


def test_one_step_with_a_permit_makes_the_pathway_need_one() -> None:
    found = compile_pathways(NODES, [step(2, 7), step(7, 5, waste_permit=True)])
    assert [only(found, 2, 7).waste_permit, only(found, 2, 5).waste_permit] == [False, True]


def test_chain_longer_than_allowed_is_not_found() -> None:
    steps = [step(2, 7), step(7, 5)]
    assert (2, 5) in pairs(compile_pathways(NODES, steps, max_steps=2))
    assert (2, 5) not in pairs(compile_pathways(NODES, steps, max_steps=1))


def test_four_steps_are_one_too_many() -> None:
    steps = [step(2, 3), step(3, 7), step(7, 6), step(6, 5)]
    found = compile_pathways([*NODES], steps)
    assert [step.key for step in only(found, 2, 6).steps] == ["2-3", "3-7", "7-6"]
    # Grade 5 is served by the fine grade below it, three steps away; the fourth step would be the detour.
    assert len(only(found, 2, 5).steps) == 3


def test_highest_margin_wins_over_fewer_steps() -> None:
    detour = [step(2, 7, cost_per_unit=1.0), step(7, 5, cost_per_unit=1.0, yield_per_unit=1.0)]
    found = compile_pathways(NODES, [step(2, 5, cost_per_unit=20.0), *detour])
    assert [step.key for step in only(found, 2, 5).steps] == ["2-7", "7-5"]


def test_residues_at_their_low_end_count_against_a_chain_and_unknown_ones_do_not() -> None:
    """Both make 0.5 × 100: 50 − 10 − 9 = 31 by the cleaner way, 50 − 8 − 12 = 30 by the dirtier one."""
    clean = step(2, 5, "clean", cost_per_unit=10.0, residues_low=9.0, residues_high=99.0)
    dirty = step(2, 5, "dirty", cost_per_unit=8.0, residues_low=12.0, residues_high=12.0)
    unknown = replace(dirty, residues_low=UNKNOWN, residues_high=UNKNOWN)

    assert only(compile_pathways(NODES, [clean, dirty]), 2, 5).steps == (clean,)
    found = only(compile_pathways(NODES, [clean, unknown]), 2, 5)
    assert found.steps == (unknown,)
    assert math.isnan(found.residues_low)
    assert math.isnan(found.residues_high)


def test_equal_margins_take_fewer_steps_then_the_alphabet() -> None:
    long_way = [step(2, 7, "a", yield_per_unit=0.1), step(7, 5, "b", yield_per_unit=5.0, cost_per_unit=0.0)]
    steps = [*long_way, step(2, 5, "y"), step(2, 5, "x")]
    assert [step.key for step in only(compile_pathways(NODES, steps), 2, 5).steps] == ["x"]


def test_margin_uses_the_last_outputs_price_where_the_requests_is_unknown_and_else_nothing() -> None:
    dear_and_much = step(2, 5, "much", yield_per_unit=1.0, cost_per_unit=50.0)
    cheap_and_little = step(2, 5, "little", yield_per_unit=0.1, cost_per_unit=1.0)
    steps = [dear_and_much, cheap_and_little]
    some = [node(2), node(4, UNKNOWN), node(5, 100.0)]
    none = [node(2), node(4, UNKNOWN), node(5, UNKNOWN)]
    assert only(compile_pathways(some, steps), 2, 4).steps[0].key == "much"
    assert only(compile_pathways(none, steps), 2, 4).steps[0].key == "little"


def test_pair_that_fits_directly_gets_no_pathway() -> None:
    assert pairs(compile_pathways(NODES, [step(3, 7), step(7, 2)])) == [(3, 7), (7, 2)]


def test_roots_are_neither_offered_nor_asked_for() -> None:
    found = compile_pathways(NODES, [step(1, 8), step(2, 8), step(8, 5)])
    assert pairs(found) == [(2, 4), (2, 5), (3, 4), (3, 5), (4, 5), (7, 4), (7, 5)]


def test_no_resource_comes_twice() -> None:
    found = compile_pathways(NODES, [step(7, 2), step(2, 7), step(7, 5)])
    assert [[step.key for step in p.steps] for p in found if p.offer_resource == 7] == [
        ["7-2"],
        ["7-5"],
        ["7-5"],
    ]


def test_second_best_serves_the_offer_that_the_best_would_pass_again() -> None:
    steps = [
        step(2, 3, "through", cost_per_unit=0.0, yield_per_unit=2.0),
        step(3, 7, "on", cost_per_unit=0.0, yield_per_unit=2.0),
        step(2, 7, "straight"),
    ]
    found = compile_pathways(NODES, steps)
    assert [step.key for step in only(found, 2, 7).steps] == ["through", "on"]
    assert [step.key for step in only(found, 3, 7).steps] == ["on"]
    without = [replace(steps[1], input=4), steps[0], steps[2], step(3, 4, "aside", cost_per_unit=0.0)]
    assert [step.key for step in only(compile_pathways(NODES, without), 3, 7).steps] == ["aside", "on"]


def test_unknown_emissions_of_one_step_make_those_of_the_pathway_unknown() -> None:
    found = compile_pathways(NODES, [step(2, 7, co2e_kg_per_unit=UNKNOWN), step(7, 5)])
    assert math.isnan(only(found, 2, 5).co2e_kg_per_unit)
    assert only(found, 7, 5).co2e_kg_per_unit == 30.0


def test_step_that_names_no_node_is_an_error() -> None:
    with pytest.raises(KeyError):
        compile_pathways(NODES, [step(2, 99)])


def test_nothing_from_nothing() -> None:
    assert compile_pathways([], []) == []


# Few values for everything, so that ties, cycles and shared branches are common.
drawn_steps = st.lists(
    st.builds(
        TreatmentStep,
        key=st.sampled_from("abc"),
        kind=st.sampled_from(("process", "substitution")),
        input=st.sampled_from(sorted(TREE)),
        output=st.sampled_from(sorted(TREE)),
        yield_per_unit=st.sampled_from((0.25, 0.5, 1.0, 4.0)),
        cost_per_unit=st.sampled_from((0.0, 10.0, 40.0)),
        energy_mwh_per_unit=st.sampled_from((0.0, 0.3)),
        residues_low=st.sampled_from((0.0, 0.0, 3.0, UNKNOWN)),
        residues_high=st.sampled_from((3.0, 30.0)),
        co2e_kg_per_unit=st.sampled_from((0.0, 7.0)),
        quality_factor=st.sampled_from((0.5, 1.0)),
        waste_permit=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda step: (step.key, step.input, step.output),
)
drawn_prices = st.lists(st.sampled_from((UNKNOWN, 0.0, 10.0, 100.0)), min_size=8, max_size=8)


@settings(max_examples=100, deadline=None)
@given(steps=drawn_steps, prices=drawn_prices, max_steps=st.integers(1, 3))
def test_compiler_agrees_with_its_twin(
    steps: list[TreatmentStep], prices: list[float], max_steps: int
) -> None:
    nodes = [node(identity, price) for identity, price in zip(TREE, prices, strict=True)]
    found = compile_pathways(nodes, steps, max_steps=max_steps)
    expected = twin_compile(nodes, steps, max_steps=max_steps)
    assert pairs(found) == pairs(expected)
    for ours, theirs in zip(found, expected, strict=True):
        for field in fields(Pathway):
            value, right = getattr(ours, field.name), getattr(theirs, field.name)
            assert value == (
                pytest.approx(right, rel=1e-12, nan_ok=True) if isinstance(right, float) else right
            )


def test_order_of_nodes_and_steps_does_not_matter() -> None:
    steps = [step(2, 7), step(7, 5), step(3, 6), step(2, 5, "x")]
    found = compile_pathways(NODES, steps)
    assert compile_pathways(NODES[::-1], steps[::-1]) == found


def test_800_resources_and_300_steps_make_more_than_a_thousand_pathways() -> None:
    pick = random.Random(7)
    nodes = [Node(id=0, tree_left=0, tree_right=800, depth=0, purchase_price=UNKNOWN)]
    for branch in range(1, 800, 17):
        right = min(branch + 17, 800)
        for left in range(branch, right):
            depth, end = (
                (1, right)
                if left == branch
                else (2, min(left + 4, right))
                if left % 4 == 0
                else (3, left + 1)
            )
            nodes.append(
                Node(
                    id=left, tree_left=left, tree_right=end, depth=depth, purchase_price=pick.uniform(0, 500)
                )
            )
    steps = []
    for number in range(300):
        taken, made = pick.sample(range(1, 800), 2)
        steps.append(step(taken, made, f"s{number}", yield_per_unit=pick.uniform(0.1, 2)))
    assert len(compile_pathways(nodes, steps)) > 1000


# What the catalogue compiles to.


@pytest.fixture(scope="module")
def compiled(django_db_setup: None, django_db_blocker: Any) -> dict[tuple[str, str], Pathway]:
    """Every pathway of the shipped catalogue, by the slugs of offer and request."""
    with django_db_blocker.unblock():
        slugs = dict(Resource.objects.values_list("pk", "slug"))
        return {(slugs[p.offer_resource], slugs[p.request_resource]): p for p in load_pathways()}


def keys(pathway: Pathway) -> list[str]:
    return [step.key for step in pathway.steps]


CARBIDE, ACETYLENE, VINYL_CHLORIDE, LIME, HYDROGEN, CHLORIDE = 64.099, 26.038, 62.496, 74.092, 2.016, 36.458


@pytest.mark.parametrize(
    ("offer", "request_", "chain", "yield_per_unit"),
    [
        ("calcium-carbide", "acetylene", ["acetylene-from-carbide"], ACETYLENE / CARBIDE),
        ("hydrogen", "hydrogen-chloride", ["hydrogen-chloride-synthesis"], 2 * CHLORIDE / HYDROGEN),
        ("chlorine", "hydrogen-chloride", ["hydrogen-chloride-synthesis"], 2 * CHLORIDE / 70.90),
        ("acetylene", "vinyl-chloride-monomer", ["vinyl-chloride-from-acetylene"], VINYL_CHLORIDE / ACETYLENE),
        (
            "hydrogen",
            "vinyl-chloride-monomer",
            ["hydrogen-chloride-synthesis", "vinyl-chloride-from-acetylene"],
            2 * VINYL_CHLORIDE / HYDROGEN,
        ),
        (
            "calcium-carbide",
            "pvc",
            ["acetylene-from-carbide", "vinyl-chloride-from-acetylene", "pvc-from-vinyl-chloride"],
            VINYL_CHLORIDE / CARBIDE,
        ),
        ("carbide-lime", "limestone", ["carbide-lime-as-limestone"], 100.086 / LIME),
        ("carbide-lime", "quicklime", ["quicklime-from-carbide-lime"], 56.077 / LIME),
    ],
)  # fmt: skip
def test_kota_chain_comes_out_by_itself_with_the_yields_of_stoichiometry(
    compiled: dict[tuple[str, str], Pathway],
    offer: str,
    request_: str,
    chain: list[str],
    yield_per_unit: float,
) -> None:
    pathway = compiled[offer, request_]
    assert keys(pathway) == chain
    assert pathway.yield_per_unit == pytest.approx(yield_per_unit, rel=5e-4)


def test_carbide_lime_becomes_cement(compiled: dict[tuple[str, str], Pathway]) -> None:
    pathway = compiled["carbide-lime", "cement"]
    assert keys(pathway) == ["cement-from-carbide-lime"]
    # CaO of the lime, 65 % CaO in clinker, 95 % clinker in cement.
    assert pathway.yield_per_unit == pytest.approx(56.077 / LIME / 0.65 / 0.95, rel=1e-3)
    assert pathway.waste_permit


@pytest.mark.parametrize(
    ("offer", "request_", "is_product"),
    [
        # A t of carbide yields acetylene for 1,056 EUR and lime for 52; of tyres, oil for 167 EUR and wire for 18.
        ("calcium-carbide", "carbide-lime", False),
        ("end-of-life-tyres", "tyre-steel-wire", True),
        ("end-of-life-tyres", "rubber-crumb", True),
        ("sugar-beet", "sugar", True),
        ("sugar-beet", "topsoil", False),
        ("sugar-beet", "aggregates", False),
        ("molasses", "carbon-dioxide", False),
        ("biogas", "carbon-dioxide", False),
    ],
)
def test_what_comes_along_with_the_products_of_a_process_is_none(
    compiled: dict[tuple[str, str], Pathway], offer: str, request_: str, is_product: bool
) -> None:
    assert ((offer, request_) in compiled) is is_product


def test_costs_of_a_pathway_are_treatment_energy_and_what_is_bought_in(
    compiled: dict[tuple[str, str], Pathway],
) -> None:
    # Per t of acetylene: 150 treatment, 0.25 MWh at 80, 0.3 MWh at 40, 1.4002 t hydrogen chloride at 120.
    one = compiled["acetylene", "vinyl-chloride-monomer"]
    assert one.cost_per_unit == pytest.approx(150 + 20 + 12 + 1.4002 * 120)
    # Seen from the hydrogen chloride, the acetylene is bought in at 2600.
    other = compiled["hydrogen-chloride", "vinyl-chloride-monomer"]
    assert other.cost_per_unit == pytest.approx((150 + 20 + 12 + 2600) / 1.4002)
    assert other.yield_per_unit == pytest.approx(2.4002 / 1.4002)


@pytest.mark.parametrize(
    ("offer", "request_", "made", "spent", "carried"),
    [
        # 0.5232 MWh at 80 at most are under 37.8 for the plant and 22.4 for the digestate.
        ("food-waste", "biogas", 41.86, 60.18, False),
        # 0.985 t of digestate at 10: the plant lives on what is paid to take the sludge.
        ("sewage-sludge", "digestate", 9.85, 18.81, False),
        # 1.2257 t at 140
        ("carbide-lime", "cement", 171.6, 81.57, True),
        # 2.4002 t at its purchase price, with no residue
        ("acetylene", "vinyl-chloride-monomer", None, 350.02, True),
    ],
)
@pytest.mark.django_db
def test_pathway_is_kept_only_where_its_product_carries_treatment_and_residues(
    compiled: dict[tuple[str, str], Pathway],
    offer: str,
    request_: str,
    made: float | None,
    spent: float,
    carried: bool,
) -> None:
    pathway = compiled[offer, request_]
    served = Resource.objects.get(slug=request_)
    assert served.purchase_high_eur_per_unit is not None
    worth = pathway.yield_per_unit * float(served.purchase_high_eur_per_unit)
    if made is not None:
        assert worth == pytest.approx(made, abs=0.01)
    assert pathway.cost_per_unit + pathway.residues_low == pytest.approx(spent, abs=0.01)
    key = (Resource.objects.get(slug=offer).pk, served.pk)
    assert (key in load_rules().pathways) is carried


def test_residues_of_a_step_are_disposed_of_after_fifty_km(compiled: dict[tuple[str, str], Pathway]) -> None:
    # A t of carbide leaves 1.1559 t of lime beside its acetylene: 10 to 60 EUR/t, and 4 + 0.11 × 50 by silo lorry.
    to_acetylene = compiled["calcium-carbide", "acetylene"]
    assert to_acetylene.residues_low == pytest.approx(1.1559 * (10 + 9.5))
    assert to_acetylene.residues_high == pytest.approx(1.1559 * (60 + 9.5))
    # The hydrogen chloride that is left of silica is a product: nobody is known to take it, at no cost.
    to_silica = compiled["chlorosilane", "silica"]
    assert (to_silica.residues_low, to_silica.residues_high) == (0, 0)
    # Water that leaves as vapour stands for the balance only.
    to_cement = compiled["carbide-lime", "cement"]
    assert (to_cement.residues_low, to_cement.residues_high) == (0, 0)


@pytest.mark.django_db
def test_residue_that_is_a_waste_without_a_price_makes_the_residues_unknown() -> None:
    Resource.objects.filter(slug="carbide-lime").update(
        usual_status="waste", disposal_low_eur_per_unit=None, disposal_high_eur_per_unit=None
    )
    found = [step for step in load_conversions().steps if step.key == "acetylene-from-carbide"]
    acetylene = Resource.objects.get(slug="acetylene").pk
    [to_acetylene] = [step for step in found if step.output == acetylene]
    assert math.isnan(to_acetylene.residues_low)
    assert math.isnan(to_acetylene.residues_high)


def test_every_pathway_of_the_catalogue_is_sound(compiled: dict[tuple[str, str], Pathway]) -> None:
    assert len(compiled) > 400
    for pair, pathway in compiled.items():
        assert 1 <= len(pathway.steps) <= 3, pair
        assert 0 < pathway.fit <= 1, pair
        assert 0 < pathway.yield_per_unit < math.inf, pair
        assert 0 <= pathway.cost_per_unit < math.inf, pair
        assert 0 <= pathway.residues_low <= pathway.residues_high < math.inf, pair
        assert pathway.energy_mwh_per_unit >= 0, pair
        assert pathway.co2e_kg_per_unit >= 0, pair


@pytest.mark.django_db
def test_input_without_a_price_counts_as_nothing_and_is_named() -> None:
    Resource.objects.filter(slug__in=["hydrogen-chloride", "steam"]).update(purchase_price_eur_per_unit=None)
    conversions = load_conversions()
    process = conversions.processes["vinyl-chloride-from-acetylene"]
    taken = next(flow for flow in process.flows.all() if flow.resource.slug == "acetylene")
    costs = conversions.costs(process, taken)
    assert costs.total == 150 + Decimal("0.25") * 80
    assert costs.unpriced == ("steam", "Hydrogen chloride")


@pytest.mark.django_db
def test_unknown_emissions_of_a_process_are_unknown_in_its_steps() -> None:
    Process.objects.filter(slug="tyre-pyrolysis").update(co2e_kg_per_unit=None)
    found = [step for step in load_conversions().steps if step.key == "tyre-pyrolysis"]
    assert found
    assert all(math.isnan(step.co2e_kg_per_unit) for step in found)
