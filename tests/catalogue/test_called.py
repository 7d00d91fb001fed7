"""Things of the catalogue by their names in the reader's language."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from catalogue.called import called, cited
from catalogue.law.verdict import Code, Lot, Receiver, verdict
from catalogue.models import Resource
from catalogue.selectors.law import read_law
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


def test_every_finding_of_the_law_is_told_in_german() -> None:
    offer = Lot("food-waste", "DK", legal_status="by-product", code=Code("200108", "20 01 08", starred=False))
    found = verdict(offer, Receiver("food-waste", "SE", "01.46"), date(2026, 11, 28), read_law())
    english = [finding.text for finding in found.findings]
    with translation.override("de"):
        german = [called(text) for text in english]
    assert (
        "Nutztiere mit Küchen- und Speiseabfällen oder daraus Hergestelltem zu füttern ist verboten" in german
    )
    assert "Ungefährlich: 20 01 08" in german
    assert [text for text, other in zip(english, german, strict=True) if text == other] == []


def test_law_of_the_union_is_cited_as_in_german_and_of_others_as_it_is() -> None:
    with translation.override("de"):
        assert cited("Regulation (EC) No 1069/2009, Articles 9(a) and 31(1)(a)") == (
            "Verordnung (EG) Nr. 1069/2009, Artikel 9(a) und 31(1)(a)"
        )
        assert cited("Directive 2008/98/EC, Article 5") == "Richtlinie 2008/98/EG, Artikel 5"
        assert cited("Environmental Protection Act 1990") == "Environmental Protection Act 1990"
    assert cited("Directive 2008/98/EC, Article 5") == "Directive 2008/98/EC, Article 5"
