"""Words that explain themselves, and the page that holds them all."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import OPERATIONS
from catalogue.selectors.glossary import glossary
from tests.conftest import MakeListing

NOTE = re.compile(
    r'<button class="term" type="button" popovertarget="(?P<key>[\w-]+)" title="(?P<hint>[^"]*)">'
    r"(?P<words>.*?)</button>"
    r'<span class="term-note" id="(?P=key)" popover>(?P<note>.*?)</span>(?!</span>)',
    re.DOTALL,
)


def explained(tag: str, **values: object) -> dict[str, str]:
    written = Template("{% load glossary %}" + tag).render(Context(values))
    found = NOTE.fullmatch(written)
    assert found, written
    return {name: unescape(text) for name, text in found.groupdict().items() if name != "key"}


def test_every_operation_of_the_directive_is_explained() -> None:
    for code in OPERATIONS:
        found = glossary()[code.lower()]
        part = "recovery" if code.startswith("R") else "disposal"
        assert (found.term, found.part) == (code, part)
        assert found.source == f"Directive 2008/98/EC, Annex {'II' if part == 'recovery' else 'I'}"


def test_operation_says_what_it_is_in_the_readers_language() -> None:
    english = explained('{% operation "R5" %}')
    assert english["words"] == "R5"
    assert english["hint"] == "Recycling or reclamation of other inorganic materials"
    assert english["note"].endswith("Directive 2008/98/EC, Annex II</span>")
    with translation.override("de"):
        german = explained('{% operation "R5" %}')
    assert german["hint"] == "Recycling und Rückgewinnung von anderen anorganischen Stoffen"
    assert "Richtlinie 2008/98/EG, Anhang II" in german["note"]


def test_term_may_stand_under_the_words_of_the_page() -> None:
    assert explained('{% term "gate-fee" words %}', words="Seller pays <8>")["words"] == "Seller pays <8>"
    assert explained('{% term "gate-fee" %}')["words"] == "Gate fee"


def test_waste_code_is_printed_as_the_law_does_with_its_text() -> None:
    assert explained('{% waste_code "100102" %}') == {
        "words": "10 01 02",
        "hint": "Coal fly ash.",
        "note": "Coal fly ash.",
    }
    mirror = explained('{% waste_code "100116" %}')
    assert mirror["words"] == "10 01 16*"
    assert mirror["hint"].endswith("Mirror entry: whether it is hazardous is decided by testing.")


def test_code_that_ends_says_when() -> None:
    assert "The code ends on 8 Dec 2026." in explained('{% waste_code "190211" %}')["note"]


@pytest.mark.parametrize("tag", ["operation", "waste_code"])
def test_what_is_not_said_is_a_dash(tag: str) -> None:
    assert Template("{% load glossary %}{% " + tag + ' "" %}').render(Context()) == "–"


@pytest.mark.parametrize("tag", ["operation", "waste_code"])
def test_what_is_none_stays_as_it_is_and_stays_text(tag: str) -> None:
    written = Template("{% load glossary %}{% " + tag + " said %}").render(Context({"said": "<b>"}))
    assert written == "&lt;b&gt;"


def test_two_notes_of_one_page_have_keys_of_their_own() -> None:
    written = Template('{% load glossary %}{% operation "R5" %}{% operation "R5" %}').render(Context())
    keys = re.findall(r'popovertarget="([\w-]+)"', written)
    assert len(set(keys)) == 2


def test_page_holds_every_term(client: Client, db: None) -> None:
    page = client.get(reverse("glossary")).content.decode()
    for each in glossary().values():
        assert f'<dt id="{each.slug}">{each.term}</dt>' in page
    german = client.get(reverse("glossary"), headers={"Accept-Language": "de"}).content.decode()
    assert "Annahmegebühr" in german
    assert "Gate fee" not in german


def test_listing_explains_its_words(client: Client, make_offer: MakeListing) -> None:
    offer = make_offer(price=Decimal(-8), ewc_code="100102", legal_status="waste")
    page = client.get(reverse("listing", args=[offer.pk])).content.decode()
    words = [found["words"] for found in NOTE.finditer(page)]
    assert {"Waste code", "Waste", "Seller pays 8\u00a0EUR/t"} <= set(words)
