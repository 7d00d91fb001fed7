"""Precedents before their list: figures, the largest flows, and where they are."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue.models import Precedent, Resource
from catalogue.precedents.picture import at_a_glance

pytestmark = pytest.mark.django_db


def add(number: int, **changes: Any) -> Precedent:
    values: dict[str, Any] = {
        "slug": f"test-{number}",
        "place": "Aalborg network",
        "country": "DK",
        "giver": "Mill",
        "receiver": "Kiln",
        "resource": Resource.objects.get(slug="coal-fly-ash"),
        "since": 1990,
        "quantity": Decimal(100),
        "unit": "t",
        "quantity_year": 2000,
        "source": "A report",
    }
    return Precedent.objects.create(**(values | changes))


def test_two_estimates_of_one_flow_count_once_by_the_later() -> None:
    rows = [
        add(1),
        add(2, quantity=Decimal(300), quantity_year=2010),
        add(3, receiver="Road", country="SE", since=1972, quantity=Decimal(50)),
        add(4, receiver="Town", resource=Resource.objects.get(slug="sawdust"), per_year=False),
        add(5, receiver="Farm", quantity=None, unit="", quantity_year=None),
    ]
    found = at_a_glance(rows)
    assert (found.flows_documented, found.countries, found.since) == (4, 2, 1972)
    # What was given once, and what nobody counted, is no flow of a year.
    assert found.tonnes_per_year == 350.0
    assert [(flow.taker, flow.value) for flow in found.largest] == [("Kiln", 300.0), ("Road", 50.0)]


def test_place_is_the_town_of_its_first_word_or_behind_its_comma_in_its_country() -> None:
    rows = [
        add(1),
        add(2, place="Group, Linz", country="AT", giver="Works"),
        add(3, place="Nowhere", giver="X"),
    ]
    points = at_a_glance(rows).points
    assert [(round(point["lat"], 1), round(point["lon"], 1), point["url"]) for point in points] == [
        (57.0, 9.9, f"#precedent-{rows[0].pk}"),
        (48.3, 14.3, f"#precedent-{rows[1].pk}"),
    ]


def test_page_shows_figures_and_flows_of_what_was_asked_for(client: Client) -> None:
    add(1, giver="<b>Mill & Co")
    page = client.get(reverse("precedents"), {"q": "aalborg"}).content.decode()
    assert '<dd><span class="number">100</span> <span class="unit">t/yr</span></dd>' in page
    assert "&lt;b&gt;Mill &amp; Co → Coal fly ash: 100 t/yr" in page
    assert "<b>Mill" not in page
    assert 'data-source="#precedents-map"' in page
    nothing = client.get(reverse("precedents"), {"q": "nothing-is-called-so"}).content.decode()
    assert "flow-picture" not in nothing


def test_page_takes_as_many_queries_for_a_hundred_precedents_of_one_place(client: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("precedents"), {"q": "aalborg"})
        return len(captured)

    add(0)
    count()
    few = count()
    for number in range(1, 100):
        add(number, receiver=f"Kiln {number}")
    # The second page of the list is counted all the same.
    assert count() == few
