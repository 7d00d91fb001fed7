"""What resources cost: stated, inherited, by country, and never for throwing a product away."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.loading.files import CatalogueFiles, read_catalogue_files
from catalogue.loading.services import load_catalogue
from catalogue.models import EwcCode, Resource
from tests.catalogue.conftest import EditCell
from tests.matching.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def files() -> CatalogueFiles:
    return read_catalogue_files()


@pytest.mark.parametrize(
    "slug",
    [
        *("sulphuric-acid", "sodium-hydroxide", "titanium-dioxide", "pvc", "cellulose-pulp", "sugar-beet"),
        *("wood-chips", "cement", "limestone", "sugar", "refined-lead", "copper-cathode", "natural-gas"),
    ],
)
def test_what_is_no_waste_has_no_disposal_price_of_its_branch(files: CatalogueFiles, slug: str) -> None:
    assert [price for price in files.prices[slug] if price.kind == "disposal"] == []


def test_no_product_has_a_disposal_price(files: CatalogueFiles) -> None:
    products = {entry.slug for entry in files.resources if entry.usual_status == "product"}
    assert len(products) > 100
    assert not [slug for slug in products if any(price.kind == "disposal" for price in files.prices[slug])]


def test_waste_takes_the_disposal_price_of_what_it_is_a_kind_of(files: CatalogueFiles) -> None:
    [price] = [price for price in files.prices["lignite-fly-ash"] if price.kind == "disposal"]
    assert (price.value_eur_per_unit, price.low_eur_per_unit, price.high_eur_per_unit) == tuple(
        map(Decimal, (45, 20, 80))
    )
    assert (price.stated_for, price.country, price.year, price.basis) == (
        "fly-ash",
        "EU",
        2024,
        "general knowledge",
    )


def test_country_has_its_own_price_beside_the_general_one(files: CatalogueFiles) -> None:
    prices = {price.country: price for price in files.prices["electricity"] if price.kind == "purchase"}
    assert prices["EU"].value_eur_per_unit == 80
    assert (prices["FI"].value_eur_per_unit, prices["FI"].basis) == (Decimal("93.9"), "published")


def test_dash_says_that_a_price_is_not_known(edit_cell: EditCell) -> None:
    load_catalogue(folder=edit_cell("prices.csv", "fly-ash", value="-"))
    assert Resource.objects.get(slug="lignite-fly-ash").disposal_price_eur_per_unit is None


def test_every_material_says_what_it_usually_is_in_law(files: CatalogueFiles) -> None:
    assert not [e.slug for e in files.resources if e.kind == "material" and e.depth and not e.usual_status]


def test_resource_page_marks_what_is_only_general_knowledge(client: Client) -> None:
    page = text_of(client.get(reverse("resource", args=["electricity"])))
    assert "Bought new, FI" in page
    assert "published" in page
    assert "A product has no disposal price" in page


def test_resource_over_the_api_lists_prices_with_their_range(client: Client) -> None:
    found = client.get("/api/v1/resources/coal-fly-ash/").json()
    assert found["usual_status"] == "waste"
    assert found["prices"][0] == {
        "kind": "disposal",
        "country": "EU",
        "value_eur_per_unit": "45",
        "low_eur_per_unit": "20",
        "high_eur_per_unit": "80",
        "year": 2024,
        "basis": "general knowledge",
        "source": "editorial estimate, order of magnitude, not reviewed",
        "stated_for": "fly-ash",
    }


# --- codes with dates ---------------------------------------------------------------------------------------

BEFORE, AFTER = date(2026, 12, 8), date(2026, 12, 9)


def test_battery_amendment_is_whole() -> None:
    new = EwcCode.objects.filter(valid_from=AFTER, level=3)
    assert (new.count(), new.filter(hazardous=True).count()) == (42, 28)
    ended = EwcCode.objects.filter(valid_until=BEFORE).order_by("code").values_list("code", flat=True)
    assert list(ended) == ["160605", "190211", "200133", "200134"]
    assert EwcCode.objects.in_force(AFTER).filter(level=3).count() == 880
    assert EwcCode.objects.in_force(AFTER).hazardous_on(AFTER).count() == 435
    assert EwcCode.objects.in_force(BEFORE).hazardous_on(BEFORE).count() == 408


def test_code_that_stays_changes_on_its_day() -> None:
    alkaline = EwcCode.objects.get(code="160604")
    assert (alkaline.display_on(BEFORE), alkaline.display_on(AFTER)) == ("16 06 04", "16 06 04*")
    assert alkaline.description_on(BEFORE) == "Alkaline batteries (except 16 06 03)"
    assert alkaline.description_on(AFTER).startswith("Waste alkaline-based batteries")


def test_ending_code_says_what_to_choose() -> None:
    ending = EwcCode.objects.get(code="200134")
    assert (ending.is_in_force_on(BEFORE), ending.is_in_force_on(AFTER)) == (True, False)
    assert ending.replaced_by == ["200144", "200142", "200143"]
