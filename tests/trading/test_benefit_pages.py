"""The pages of the benefit: expected beside confirmed, with its source."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, Programme, User
from tests.trading.pages import ClientOf, delivery_body, text_of
from trading.models import (
    Agreement,
    ImpactEntry,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]


def test_benefit_shows_expected_beside_confirmed_with_its_source(
    agreement: Agreement,
    seller: User,
    facilitator: User,
    programme: Programme,
    buyer: User,
    client_of: ClientOf,
) -> None:
    client_of(seller).post(reverse("delivery_new", args=[agreement.pk]), delivery_body())
    answer = client_of(seller).get(reverse("benefit"))
    page = text_of(answer)
    for words in ("CO₂e avoided", "Line by line", "Otherwise:", "W-1", "Expected", "Confirmed"):
        assert words in page
    chart = answer.context["years"]["chart"]
    assert {series["stack"] for series in chart["series"]} == {"expected", "benefit"}
    assert all(entry.factor_source or entry.factor is None for entry in answer.context["page"].object_list)
    narrowed = client_of(seller).get(reverse("benefit"), {"status": "verified", "metric": "new_sales EUR"})
    assert "No line of this status" in text_of(narrowed)
    assert narrowed.context["chosen"].metric == "new_sales"
    whole = reverse("programme_benefit", args=[programme.slug])
    assert client_of(facilitator).get(whole).context["totals"] == answer.context["totals"]
    assert client_of(seller).get(whole).status_code == 403
    year = timezone.now().year
    client_of(facilitator).post(reverse("synergy_verify", args=[agreement.synergy_id]), {"year": year})
    verified = client_of(buyer).get(reverse("benefit"), {"status": "verified"})
    assert verified.context["page"].object_list


def test_benefit_takes_as_many_queries_for_many_as_for_few(
    agreement: Agreement, seller: User, client_of: ClientOf
) -> None:
    client, new = client_of(seller), reverse("delivery_new", args=[agreement.pk])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("benefit"), {"status": "confirmed"}).status_code == 200
        return len(captured)

    client.post(new, delivery_body(reference="W-0"))
    few = queries()
    for number in range(1, 3):
        client.post(new, delivery_body(reference=f"W-{number}"))
    assert queries() == few


def test_empty_benefit_says_what_to_do(seller: User, asnaes: Organization, client_of: ClientOf) -> None:
    assert "Nothing in the ledger yet" in text_of(client_of(seller).get(reverse("benefit")))


def test_investment_is_declared_with_its_baseline(
    agreement: Agreement, seller: User, client_of: ClientOf
) -> None:
    client, address = client_of(seller), reverse("synergy_declare", args=[agreement.synergy_id])
    body = {
        "metric": "private_investment",
        "year": "2026",
        "amount": "250000",
        "unit": "EUR",
        "baseline": " ",
    }
    refused = client.post(address, body)
    assert list(refused.context["form"].errors) == ["baseline"]
    assert 'value="250000"' in text_of(refused)
    client.post(address, body | {"baseline": "No silo"})
    assert ImpactEntry.objects.filter(metric="private_investment", gross=250_000).count() == 1
