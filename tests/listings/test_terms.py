from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Site
from catalogue.models import Resource
from common.errors import Invalid
from listings.models import Side
from listings.services.terms import ListingTerms, check_terms
from tests.conftest import make_terms

TODAY = date(2026, 6, 15)


@pytest.fixture
def terms(asnaes_site: Site) -> ListingTerms:
    return make_terms(Side.OFFER, asnaes_site, available_from=TODAY)


def refused(terms: ListingTerms) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as caught:
        check_terms(terms, today=TODAY)
    return caught.value.fields


@pytest.mark.parametrize(
    ("quantity", "unit", "period", "amount"),
    [
        ("12000", "t", "year", "12000"),
        ("1000", "t", "month", "12000"),
        ("100", "kg", "day", "36.524250"),
        ("7", "t", "week", "365.242500"),
        ("250", "t", "once", "250"),
    ],
)
def test_amount_is_per_year_for_rates_and_the_lot_for_one_offs(
    terms: ListingTerms, quantity: str, unit: str, period: str, amount: str
) -> None:
    canonical = check_terms(replace(terms, quantity=Decimal(quantity), unit=unit, period=period), today=TODAY)
    assert canonical.amount == Decimal(amount)


def test_quantity_may_be_unknown_and_stays_unknown(terms: ListingTerms) -> None:
    assert check_terms(replace(terms, quantity=None), today=TODAY).amount is None


def test_price_per_typed_unit_becomes_price_per_tonne(terms: ListingTerms) -> None:
    canonical = check_terms(replace(terms, unit="kg", price=Decimal("-0.012")), today=TODAY)
    assert canonical.unit_price == Decimal(-12)


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "Infinity", "-Infinity", "1e13"])
def test_impossible_quantity_is_refused_by_name(terms: ListingTerms, quantity: str) -> None:
    assert list(refused(replace(terms, quantity=Decimal(quantity)))) == ["quantity"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unit": "MWh"}, "unit"),
        ({"unit": "sack"}, "unit"),
        ({"period": "fortnight"}, "period"),
        ({"side": "gift"}, "side"),
        ({"disclosure": "secret"}, "disclosure"),
        ({"available_until": TODAY - timedelta(days=1)}, "available_until"),
        (
            {"available_from": TODAY - timedelta(days=9), "available_until": TODAY - timedelta(days=1)},
            "available_until",
        ),
        ({"months": (0,)}, "months"),
        ({"available_until": TODAY + timedelta(days=20), "months": (1, 2)}, "months"),
        ({"quality": {"temperature": (Decimal(1), None)}}, "quality"),
        ({"price": Decimal("NaN")}, "price"),
        ({"currency": "eur"}, "currency"),
        ({"minimum_lot": Decimal(12_001)}, "minimum_lot"),
        ({"minimum_lot": Decimal(0)}, "minimum_lot"),
        ({"ewc_code": "999999"}, "ewc_code"),
        ({"ewc_code": "100207"}, "hazardous"),
        ({"quantity": Decimal("0.0000001"), "unit": "kg"}, "quantity"),
    ],
)
def test_impossible_terms_are_refused_by_name(
    terms: ListingTerms, change: dict[str, Any], field: str
) -> None:
    assert list(refused(replace(terms, **change))) == [field]


def test_quality_upside_down_names_its_property(terms: ListingTerms) -> None:
    fields = refused(replace(terms, quality={"moisture": (Decimal(20), Decimal(5))}))
    assert fields == {"quality_moisture": ["The lower end must not be above the upper end."]}


def test_every_wrong_field_is_named_at_once(terms: ListingTerms) -> None:
    wrong = replace(terms, quantity=Decimal(-1), currency="€", available_until=TODAY - timedelta(days=5))
    assert set(refused(wrong)) == {"quantity", "currency", "available_until"}


def test_hazardous_code_with_the_box_ticked_is_taken(terms: ListingTerms) -> None:
    assert check_terms(replace(terms, ewc_code="100207", hazardous=True), today=TODAY).amount == 12_000


def test_steam_may_be_typed_in_tonnes(asnaes_site: Site) -> None:
    steam = Resource.objects.get(slug="steam")
    canonical = check_terms(
        make_terms(Side.OFFER, asnaes_site, resource="steam", quantity=Decimal(1000), available_from=TODAY),
        today=TODAY,
    )
    assert steam.energy_mwh_per_t is not None
    assert canonical.amount == Decimal(1000) * steam.energy_mwh_per_t


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": Decimal("0.00004"), "unit": "kg"}, "price"),
        ({"price": Decimal("-0.00001"), "unit": "t"}, "price"),
        ({"price": Decimal("12.34567")}, "price"),
        ({"quantity": Decimal("1.0000001")}, "quantity"),
        ({"minimum_lot": Decimal("0.0000001")}, "minimum_lot"),
        ({"quality": {"moisture": (None, Decimal("2.50001"))}}, "quality_moisture"),
        ({"quality": {"moisture": (None, Decimal(10) ** 12)}}, "quality_moisture"),
        ({"quality": {"moisture": (-(Decimal(10) ** 12), None)}}, "quality_moisture"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": "ZZZ"}, "currency"),
        ({"available_from": date(1026, 6, 15)}, "available_from"),
        ({"available_from": date(9999, 12, 31)}, "available_from"),
        ({"available_until": date(2226, 6, 15)}, "available_until"),
    ],
)
def test_what_would_be_rounded_away_or_cannot_be_meant_is_refused(
    terms: ListingTerms, change: dict[str, Any], field: str
) -> None:
    assert list(refused(replace(terms, **change))) == [field]


@pytest.mark.parametrize(
    "change",
    [
        {"price": Decimal("0.0004"), "unit": "kg"},
        {"price": Decimal("12.340000")},
        {"quantity": Decimal("1.000001")},
        {"quality": {"moisture": (None, Decimal("2.5"))}},
        {"currency": "JPY"},
        {"available_until": date(2066, 6, 15)},
    ],
)
def test_what_is_kept_as_it_is_typed_is_taken(terms: ListingTerms, change: dict[str, Any]) -> None:
    check_terms(replace(terms, **change), today=TODAY)
