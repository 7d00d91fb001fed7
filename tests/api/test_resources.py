"""The catalogue over REST."""

import pytest
from django.test import Client

from catalogue.models import Resource
from catalogue.selectors.resources import quality_properties_of
from tests.api.conftest import Api, ApiOf, errors_of


@pytest.fixture
def api(api_of: ApiOf) -> Api:
    return api_of(None)


def slugs(api: Api, query: str) -> list[str]:
    return [row["slug"] for row in api.get(f"resources/?{query}").json()["results"]]


def test_resource_says_where_it_stands_and_how_it_is_counted(api: Api) -> None:
    ash = api.get("resources/coal-fly-ash/").json()
    resource = Resource.objects.select_related("parent").get(slug="coal-fly-ash")
    assert resource.parent is not None
    assert ash["parent"] == resource.parent.slug
    assert (ash["kind"], ash["canonical_unit"]) == ("material", "t")
    assert ash["units"][:2] == ["t", "kg"]
    assert [row["slug"] for row in ash["quality_properties"]] == [
        row.slug for row in resource.quality_properties()
    ]


def test_qualities_of_many_are_those_of_each(db: None) -> None:
    resources = list(Resource.objects.all())
    together = quality_properties_of(resources)
    for resource in resources[::10]:
        assert together[resource.pk] == resource.quality_properties()


def test_ancestor_keeps_one_branch(api: Api) -> None:
    found = slugs(api, "ancestor=gypsum&page_size=200")
    gypsum = Resource.objects.get(slug="gypsum")
    assert found == list(Resource.objects.descendants_of(gypsum).values_list("slug", flat=True))
    assert found[0] == "gypsum"
    assert len(found) > 3


def test_kind_keeps_one_tree(api: Api) -> None:
    rows = api.get("resources/?kind=heat&page_size=200").json()["results"]
    assert {row["kind"] for row in rows} == {"heat"}
    assert len(rows) == Resource.objects.filter(kind="heat").count()


def test_search_puts_the_likeliest_first_and_obeys_the_other_filters(api: Api) -> None:
    assert slugs(api, "q=FGD gypsum")[0] == "fgd-gypsum"
    assert "fgd-gypsum" not in slugs(api, "q=FGD gypsum&kind=heat")
    assert slugs(api, "q=FGD gypsum&ancestor=fly-ash") == []
    assert len(slugs(api, "q=ash&page_size=3")) == 3


def test_waste_code_finds_its_resource(api: Api) -> None:
    assert "coal-fly-ash" in slugs(api, "q=10 01 02")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kind=metal", "kind"),
        ("ancestor=no-such", "ancestor"),
        ("q=%00", "q"),
        ("q=" + "x" * 201, "q"),
        ("colour=red", "colour"),
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
        ("page_size=ten", "page_size"),
    ],
)
def test_what_cannot_be_asked_is_named(api: Api, query: str, field: str) -> None:
    response = api.get(f"resources/?{query}")
    assert (response.status_code, list(errors_of(response))) == (400, [field])


def test_page_of_the_catalogue_takes_a_fixed_number_of_queries(
    api: Api, django_assert_num_queries: object
) -> None:
    # The count, the page, and its prices.
    with django_assert_num_queries(3):  # type: ignore[operator]  # a fixture of pytest-django
        api.get("resources/?page_size=10")
    with django_assert_num_queries(3):  # type: ignore[operator]  # as above
        api.get("resources/?page_size=200")


def test_unknown_resource_is_missing(db: None) -> None:
    assert Client().get("/api/v1/resources/no-such/").status_code == 404
