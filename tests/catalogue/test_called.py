"""Things of the catalogue by their names in the reader's language."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from catalogue.called import called
from catalogue.models import Resource
from catalogue.selectors.resources import find_resource


def test_name_path_and_code_text_are_called_in_german() -> None:
    with translation.override("de"):
        assert called("Ashes and combustion residues") == "Aschen und Verbrennungsrückstände"
        assert called("Moisture") == "Feuchte"
        assert called("a name that nobody gave") == "a name that nobody gave"
        assert called("") == ""
    assert called("Moisture") == "Moisture"


@pytest.mark.django_db
def test_calling_a_list_by_name_asks_the_database_nothing() -> None:
    names = list(Resource.objects.values_list("name", flat=True))
    with (
        translation.override("de"),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        german = [called(name) for name in names]
    assert len(queries) == 0
    assert sum(name != other for name, other in zip(names, german, strict=True)) > 600


@pytest.mark.django_db
def test_what_a_german_form_shows_is_found_again_as_the_same_resource() -> None:
    lost = []
    for resource in Resource.objects.listable():
        with translation.override("de"):
            found = find_resource(called(resource.name))
        if found != resource:
            lost.append((resource.name, found and found.name))
    assert lost == []
