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
    for words in ("CO₂e avoided", "By deal", "Expected", "Confirmed"):
        assert words in page
    chart = answer.context["years"]["chart"]
    assert {series["stack"] for series in chart["series"]} == {"expected", "benefit"}
    deal = {"deal": agreement.synergy_id}
    lines = client_of(seller).get(reverse("benefit"), deal)
    for words in ("Line by line", "Otherwise:", "W-1"):
        assert words in text_of(lines)
    assert all(entry.factor_source or entry.factor is None for entry in lines.context["page"].object_list)
    narrowed = client_of(seller).get(
        reverse("benefit"), deal | {"status": "verified", "metric": "new_sales EUR"}
    )
    assert "No line of this status" in text_of(narrowed)
    assert narrowed.context["chosen"].metric == "new_sales"
    whole = reverse("programme_benefit", args=[programme.slug])
    assert client_of(facilitator).get(whole).context["totals"] == answer.context["totals"]
    assert client_of(seller).get(whole).status_code == 403
    year = timezone.now().year
    client_of(facilitator).post(reverse("synergy_verify", args=[agreement.synergy_id]), {"year": year})
    verified = client_of(buyer).get(reverse("benefit"), deal | {"status": "verified"})
    assert verified.context["page"].object_list
    [virgin] = [row for row in verified.context["headlines"] if row.metric == "virgin_saved"]
    assert (virgin.verified, virgin.confirmed) == (virgin.benefit, 0)


def test_whole_stands_in_three_figures_and_each_deal_has_its_share_of_them(
    agreement: Agreement, seller: User, client_of: ClientOf
) -> None:
    client_of(seller).post(reverse("delivery_new", args=[agreement.pk]), delivery_body())
    shown = client_of(seller).get(reverse("benefit")).context
    heads = shown["headlines"]
    assert [row.metric for row in heads] == ["co2e_avoided", "cost_saved", "virgin_saved"]
    assert [row.unit_label for row in heads] == ["t", "EUR", "t"]
    [(synergy, rows)] = shown["deals"]
    assert synergy == agreement.synergy
    # One deal is the whole: its figures are those of the head.
    assert [(row.benefit, row.expected) for row in rows] == [(row.benefit, row.expected) for row in heads]
    assert all(row.benefit for row in rows)


def test_programme_says_to_its_facilitator_alone_what_it_brings_about(
    agreement: Agreement, seller: User, facilitator: User, programme: Programme, client_of: ClientOf
) -> None:
    client_of(seller).post(reverse("delivery_new", args=[agreement.pk]), delivery_body())
    address = reverse("programme", args=[programme.slug])
    shown = client_of(facilitator).get(address).context["figures"]
    listings = agreement.synergy.listing_ids
    assert (shown["listings"], shown["deals"]) == (len(listings), 1)
    assert [row.metric for row in shown["headlines"]] == ["co2e_avoided", "cost_saved", "virgin_saved"]
    assert "deal going on" not in text_of(client_of(seller).get(address))


@pytest.mark.parametrize("asked", ["0", "-1", "x", "9" * 30, "٣"])
def test_deal_that_is_none_of_ones_own_is_missing(
    agreement: Agreement, seller: User, stranger: User, client_of: ClientOf, asked: str
) -> None:
    assert client_of(seller).get(reverse("benefit"), {"deal": asked}).status_code == 404
    foreign = client_of(stranger).get(reverse("benefit"), {"deal": agreement.synergy_id})
    assert foreign.status_code in (302, 404)


def test_benefit_takes_as_many_queries_for_many_as_for_few(
    agreement: Agreement, seller: User, client_of: ClientOf
) -> None:
    client, new = client_of(seller), reverse("delivery_new", args=[agreement.pk])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("benefit")).status_code == 200
            lines = f"{reverse('benefit')}?deal={agreement.synergy_id}&status=confirmed"
            assert client.get(lines).status_code == 200
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
