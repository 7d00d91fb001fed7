"""What a kind of plant usually lists: by-products and not what it exists for; and which kind a company is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from catalogue.affinity.plants import (
    LEAST_STRENGTH,
    MOST_USUAL,
    find_activity,
    likely_activities,
    typical_listings,
)
from catalogue.affinity.scoring import KnowledgeBase
from catalogue.loading.activities import FlowSide, read_activity_files
from catalogue.loading.files import read_catalogue_files
from catalogue.selectors.knowledge import read_knowledge
from common.reading.tables import TableError


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return read_knowledge()


def offers(activity: str, knowledge: KnowledgeBase) -> list[str]:
    return [each.resource for each in typical_listings(activity, knowledge).offers]


def requests(activity: str, knowledge: KnowledgeBase) -> list[str]:
    return [each.resource for each in typical_listings(activity, knowledge).requests]


def test_brewery_offers_its_by_products_and_no_beer(knowledge: KnowledgeBase) -> None:
    assert offers("brewery", knowledge) == [
        "brewers-spent-grain",
        "brewers-yeast",
        "carbon-dioxide",
        "spent-hops",
        "trub",
        "high-strength-organic-wastewater",
        "perlite-and-diatomaceous-earth",
        "broken-glass",
        "low-grade-heat",
        "hot-water",
    ]
    assert requests("brewery", knowledge) == [
        "glass-and-plastic-returnables",
        "process-steam",
        "bread-waste",
        "cereal-milling-by-products",
        "fuel-wood-chips",
    ]


@pytest.mark.parametrize(
    ("activity", "offered", "sought", "neither"),
    [
        ("cement-plant", "cement-kiln-dust flue-gas-heat carbon-dioxide", "refuse-derived-fuel", "cement limestone"),
        ("dairy", "whey dairy-sludge evaporator-condensate", "process-steam", "sodium-hydroxide nitric-acid"),
        ("coal-power-station", "fgd-gypsum coal-fly-ash cooling-water-heat", "tyre-derived-fuel", "electricity coal"),
        ("greenhouse", "greenhouse-crop-residues", "low-grade-heat carbon-dioxide hot-water", "natural-gas"),
        ("steel-mill", "granulated-blast-furnace-slag bof-slag mill-scale", "oxygen", "coke-and-coke-breeze iron-ore"),
        ("sawmill", "sawdust bark", "low-grade-heat", "wood electricity"),
        ("district-heating", "wood-ash", "waste-heat fuel-wood-chips", "district-heat hot-water"),
        ("data-centre", "data-centre-heat", "reclaimed-water", "electricity balancing-and-storage-capacity"),
        ("pulp-mill", "green-liquor-sludge lime-mud bark", "wood-chips", "cellulose-pulp"),
        ("tannery", "tannery-shavings fleshings chrome-tanning-liquor", "bark", "sodium-hydroxide"),
        ("wastewater-works", "sewage-sludge treated-effluent sewer-heat", "landfill-leachate", "drinking-water"),
        ("district-heating", "fly-ash", "straw", "chilled-water"),
    ],
)  # fmt: skip
def test_other_plants_list_what_one_expects(
    activity: str, offered: str, sought: str, neither: str, knowledge: KnowledgeBase
) -> None:
    has, wants = offers(activity, knowledge), requests(activity, knowledge)
    assert set(offered.split()) <= set(has), has
    assert set(sought.split()) <= set(wants), wants
    assert not set(neither.split()) & set(has + wants)


def test_every_activity_has_at_most_ten_of_each_none_twice_the_strongest_first(
    knowledge: KnowledgeBase,
) -> None:
    empty = []
    for activity in knowledge.activities:
        found = typical_listings(activity, knowledge)
        for rows in (found.offers, found.requests):
            assert len(rows) <= MOST_USUAL
            assert len({each.resource for each in rows}) == len(rows)
            strengths = [each.strength for each in rows]
            assert strengths == sorted(strengths, reverse=True)
            assert all(
                strength >= LEAST_STRENGTH and each.source
                for strength, each in zip(strengths, rows, strict=True)
            )
        if not found.offers and not found.requests:
            empty.append(activity)
        assert not {each.resource for each in found.offers} & {each.resource for each in found.requests}
    assert empty == []


def test_unknown_activity_is_an_error(knowledge: KnowledgeBase) -> None:
    with pytest.raises(KeyError):
        typical_listings("pub", knowledge)


@pytest.mark.parametrize(
    ("nace_code", "texts", "expected"),
    [
        ("11.05", (), ["brewery"]),
        ("11.05", ("Landfill of Lahti",), ["brewery"]),  # the code counts first
        ("35.11", ("Asnæs power station",), ["power-station", "coal-power-station", "biomass-power-plant"]),
        ("38.21", ("Landfill of Lahti",), ["landfill", "sludge-incinerator", "waste-incinerator"]),
        ("", ("Acme Bottling", "We make beer and lemonade"), ["soft-drink-maker", "brewery"]),
        ("C", ("cheese",), ["dairy"]),  # a section says too little
        ("", ("Elsewhere",), []),
        ("", (), []),
        ("99.99", (), []),
    ],
)
def test_kind_of_plant_follows_from_code_then_words(
    nace_code: str, texts: tuple[str, ...], expected: list[str], knowledge: KnowledgeBase
) -> None:
    assert likely_activities(knowledge, nace_code=nace_code, texts=texts) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("brewery", "brewery"),
        ("Brewery", "brewery"),
        ("molkerei", "dairy"),
        ("makes beer", "brewery"),
        ("qwe", None),
        ("", None),
        ("\0", None),
    ],
)
def test_activity_by_slug_name_or_words(text: str, expected: str | None, knowledge: KnowledgeBase) -> None:
    assert find_activity(text, knowledge) == expected


def test_product_that_no_flow_names_is_refused(folder: Path, edit_cell: Callable[..., Path]) -> None:
    edit_cell("activity_products.csv", "dry-ice-plant", resources="carbon-dioxide;whey")
    files = read_catalogue_files(folder)
    with pytest.raises(TableError, match=r"column resources: activity_flows.csv does not say that it gives"):
        read_activity_files(folder, {entry.slug: entry for entry in files.resources}, files.activities)


def test_sides_of_the_products_are_those_of_the_flows(knowledge: KnowledgeBase) -> None:
    assert {direction for _activity, direction in knowledge.products} == {str(side) for side in FlowSide}
