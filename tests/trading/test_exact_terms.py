"""What one accepts is what one reads: exact, in the unit typed, in the room, before it binds, on paper, in the API."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.trading.conftest import agree, bid_in
from trading.models import Agreement, Bid, BidState, Synergy
from trading.selectors.agreements import expected_days
from trading.selectors.terms_in_words import days_words, rows_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode()).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (
            {"quantity": Decimal(10), "unit": "short_ton", "price": Decimal("104.50")},
            [
                "10 short ton (US) per year",
                "= 9.071847 t/yr",
                "104.50 EUR/short ton (US)",
                "1,045 EUR per year",
            ],
        ),
        (
            {"quantity": Decimal("1234.5"), "price": Decimal("12.345")},
            ["1,234.5 t per year", "12.345 EUR/t", "≈ 15,239.90 EUR per year"],
        ),
        (
            {"quantity": Decimal("1200.5"), "price": Decimal("-0.05")},
            ["1,200.5 t per year", "0.05 EUR/t", "≈ 60.03 EUR per year"],
        ),
        (
            {"quantity": Decimal("100.123456"), "price": Decimal("7.1")},
            ["100.123456 t per year", "7.10 EUR/t", "≈ 710.88 EUR per year"],
        ),
        (
            {"quantity": Decimal(2), "period": "month", "price": Decimal(0)},
            ["2 t per month", "= 24 t/yr", "Free of charge", "nothing changes hands"],
        ),
    ],
)
def test_terms_read_exactly_wherever_they_are_shown(
    synergy: Synergy, seller: User, buyer: User, client_of: ClientOf, terms: dict[str, Any], said: list[str]
) -> None:
    bid = bid_in(synergy, **terms)
    room = text_of(client_of(seller).get(reverse("synergy", args=[synergy.pk])))
    binding = text_of(client_of(seller).get(reverse("bid_accept", args=[bid.pk])))
    client_of(seller).post(reverse("bid_accept", args=[bid.pk]))
    agreement = Agreement.objects.get()
    page = text_of(client_of(buyer).get(reverse("agreement", args=[agreement.pk])))
    paper = " ".join(f"{row.words} {row.beside}" for row in rows_of(agreement)).replace("\u00a0", " ")
    for words in said:
        for shown in (room, binding, page, paper):
            assert words.lower() in shown.lower()


def test_typed_terms_of_an_agreement_over_the_api(synergy: Synergy, buyer: User, client_of: ClientOf) -> None:
    agreement = agree(synergy, quantity=Decimal(10), unit="short_ton", price=Decimal("104.5"))
    answer = client_of(buyer).get(f"/api/v1/agreements/{agreement.pk}/").json()
    assert answer["typed"] == {
        "quantity": "10",
        "unit": "short_ton",
        "period": "year",
        "price": "104.5",
        "price_unit": "EUR/short_ton",
    }
    assert (answer["amount"], answer["unit"]) == ("9.071847", "t")


def test_accepting_shows_what_binds_before_it_binds(
    synergy: Synergy, seller: User, buyer: User, client_of: ClientOf
) -> None:
    first = bid_in(synergy, ends_on=date(2030, 12, 31))
    counter = {
        "quantity": "1000.5",
        "unit": "t",
        "period": "year",
        "price_way": "receiver",
        "price_amount": "6.25",
        "starts_on": first.starts_on.isoformat(),
        "ends_on": "2030-12-31",
        "carrier": "receiver",
        "transport_paid_by": "shared",
        "conditions": "dry",
        "expires_at": "",
    }
    client_of(seller).post(reverse("bid_counter", args=[first.pk]), counter)
    bid = Bid.objects.get(counters=first)
    address = reverse("bid_accept", args=[bid.pk])
    page = text_of(client_of(buyer).get(address))
    assert not Agreement.objects.exists(), "looking binds nobody"
    for words in (
        "1,000.5 t per year",
        "You pay 6.25 EUR/t",
        "≈ 6,253.13 EUR per year",
        "Bid 1",
        "You pay 5 EUR/t",
    ):
        assert words in page
    days = (date(2030, 12, 31) - first.starts_on).days + 1
    assert f"({days} days)" in page
    assert "10,999.5 t/yr" in page, "what is left of both after it"
    assert "now 12,000 t/yr" in page
    assert "4 terms differ" in page or "5 terms differ" in page
    assert client_of(buyer).post(address).status_code == 302
    assert Agreement.objects.get().bid == bid
    room = text_of(client_of(buyer).get(reverse("synergy", args=[synergy.pk])))
    assert "changed" in room
    assert "was: You pay 5 EUR/t" in room


def test_refused_acceptance_says_why_beside_the_terms(
    synergy: Synergy, seller: User, client_of: ClientOf
) -> None:
    bid = bid_in(synergy)
    offer = synergy.offer
    assert offer is not None
    type(offer).objects.filter(pk=offer.pk).update(state="paused")
    answer = client_of(seller).post(reverse("bid_accept", args=[bid.pk]))
    assert answer.status_code == 409
    assert "nothing can be agreed on it now" in text_of(answer)
    assert "1,000 t per year" in text_of(answer)
    bid.refresh_from_db()
    assert bid.state == BidState.OPEN


@pytest.mark.parametrize("name", ["agreement_cancel", "agreement_complete"])
def test_ending_is_asked_before_it_is_done(
    agreement: Agreement, seller: User, client_of: ClientOf, name: str
) -> None:
    page = text_of(client_of(seller).get(reverse(name, args=[agreement.pk])))
    assert "1,000 t per year" in page
    assert "Delivered so far" in page
    agreement.refresh_from_db()
    assert (agreement.state, agreement.cancel_asked_by) == ("active", "")


def test_expected_figures_say_over_which_days(synergy: Synergy, seller: User, client_of: ClientOf) -> None:
    start = date(date.today().year + 1, 1, 1)  # noqa: DTZ011
    agreement = agree(synergy, starts_on=start, ends_on=date(start.year + 1, 2, 4))
    days = (date(start.year + 1, 2, 4) - start).days + 1
    assert expected_days([agreement]).endswith(f"({days} days)")
    assert expected_days([]) == ""


def test_terms_of_one_day_count_one_day(synergy: Synergy, seller: User) -> None:
    day = date(date.today().year + 1, 5, 4)  # noqa: DTZ011
    agreement = agree(synergy, starts_on=day, ends_on=day)
    assert days_words(agreement) == f"4 May {day.year} – 4 May {day.year} (1 day)"
    assert expected_days([agreement]) == f"from 4 May {day.year} to 4 May {day.year} (1 day)"
