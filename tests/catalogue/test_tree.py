"""What the tree answers."""

import pytest

from catalogue.models import Resource

pytestmark = pytest.mark.django_db


def resource(slug: str) -> Resource:
    return Resource.objects.get(slug=slug)


def test_descendants_are_the_resource_and_all_below_it() -> None:
    assert [found.slug for found in Resource.objects.descendants_of(resource("steam"))] == [
        "steam",
        "process-steam",
        "high-pressure-steam",
        "medium-pressure-steam",
        "low-pressure-steam",
        "surplus-steam",
    ]
    assert [found.slug for found in Resource.objects.descendants_of(resource("fgd-gypsum"))] == ["fgd-gypsum"]


def test_descendants_agree_with_the_parents() -> None:
    rows = {found.pk: found for found in Resource.objects.all()}
    for found in rows.values():
        climbed = {found.pk}
        above = found
        while above.parent_id is not None:
            above = rows[above.parent_id]
            climbed.add(above.pk)
        assert climbed == {other.pk for other in rows.values() if other.covers(found)}


def test_ancestors_lead_from_the_root_to_the_resource() -> None:
    above = Resource.objects.ancestors_of(resource("low-pressure-steam"))
    assert [found.slug for found in above] == ["heat", "steam", "process-steam", "low-pressure-steam"]


def test_breadcrumb_leaves_out_the_root() -> None:
    assert resource("low-pressure-steam").breadcrumb == "Steam › Process steam › Low-pressure steam"
    assert resource("heat").breadcrumb == "Heat"


def test_roots_are_not_listable() -> None:
    listable = Resource.objects.listable()
    assert listable.count() == Resource.objects.count() - 5
    assert not listable.filter(slug__in=["material", "energy", "water", "heat", "service"]).exists()


@pytest.mark.parametrize(
    ("general", "special"),
    [
        ("gypsum", ["fgd-gypsum", "phosphogypsum", "titanogypsum", "citrogypsum", "recycled-gypsum"]),
        ("animal-feed-by-products", ["pressed-beet-pulp", "brewers-spent-grain", "surplus-yeast", "whey"]),
        (
            "soil-improvers-and-fertilisers",
            ["carbonatation-lime", "fermentation-sludge", "compost", "digestate"],
        ),
        ("aggregates", ["stones-from-beet-washing", "crushed-concrete", "slag-aggregate"]),
        ("soils-and-sediments", ["soil-from-beet-washing", "clay-and-excavated-spoil"]),
        ("process-water", ["cooling-water", "treated-effluent", "condensate", "demineralised-water"]),
        ("waste-heat", ["low-grade-heat", "flue-gas-heat"]),
        ("fuel-gases", ["refinery-gas", "coke-oven-gas", "biogas"]),
    ],
)
def test_general_resource_covers_what_meets_a_request_for_it(general: str, special: list[str]) -> None:
    node = resource(general)
    assert all(node.covers(resource(slug)) for slug in special)
    assert not any(resource(slug).covers(node) for slug in special)


@pytest.mark.parametrize(
    ("slug", "unit"),
    [("fly-ash", "t"), ("steam", "MWh"), ("electricity", "MWh"), ("cooling-water", "m3"), ("storage-space", "m2"),
     ("laboratory-capacity", "h"), ("transport-capacity", "t")],
)  # fmt: skip
def test_canonical_unit_follows_the_dimension(slug: str, unit: str) -> None:
    assert resource(slug).canonical_unit == unit


def test_quality_properties_come_ranked_from_the_resource_itself() -> None:
    slugs = [quality.slug for quality in resource("gypsum").quality_properties()]
    assert slugs == ["moisture", "purity", "chloride", "particle-size", "ph"]


def test_quality_properties_come_from_the_nearest_ancestor_that_names_any() -> None:
    assert resource("phosphogypsum").quality_properties() == resource("gypsum").quality_properties()
    assert [quality.slug for quality in resource("low-pressure-steam").quality_properties()] == [
        "pressure",
        "temperature",
        "availability",
    ]
