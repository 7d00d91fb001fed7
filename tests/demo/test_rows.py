"""What the files of the demonstration say, without a database."""

from collections import Counter
from decimal import Decimal

import pytest

from accounts.models import Provenance
from exchange.demo.illustrative import illustrative_network
from exchange.demo.rows import Ad, documented_exchanges, documented_network, read_demo_rows
from listings.models import Disclosure, Side

PUBLISHED = documented_network()
BACKGROUND = illustrative_network()
COLUMNS = {
    "organization",
    "resource",
    "title",
    "quantity",
    "unit",
    "period",
    "year",
    "ewc_code",
    "description",
    "source",
}


def published_ad(plant: str, side: Side, resource: str) -> Ad:
    (found,) = [ad for ad in PUBLISHED.ads if (ad.plant, ad.side, ad.resource) == (plant, side, resource)]
    return found


def test_published_rows_are_all_there() -> None:
    sides = Counter(ad.side for ad in PUBLISHED.ads)

    assert (len(PUBLISHED.plants), sides[Side.OFFER], sides[Side.REQUEST]) == (41, 35, 33)
    assert len(documented_exchanges()) == 35
    assert len(list(read_demo_rows("documented_left_out.csv"))) == 2


@pytest.mark.parametrize("name", ["documented_offers.csv", "documented_requests.csv"])
def test_no_listing_refers_to_another_party(name: str) -> None:
    names = {plant.name for plant in PUBLISHED.plants}
    for row in read_demo_rows(name):
        said = " ".join(text for column, text in row.items() if column not in ("organization", "source"))

        assert row["organization"] in names
        assert not {other for other in names if other in said}
        assert set(row) <= COLUMNS


def test_every_published_listing_belongs_to_an_exchange_and_back() -> None:
    exchanges = documented_exchanges()
    expected = {(e.from_plant, Side.OFFER, e.offered) for e in exchanges}
    expected |= {(e.to_plant, Side.REQUEST, e.requested) for e in exchanges}

    assert {(ad.plant, ad.side, ad.resource) for ad in PUBLISHED.ads} == expected


def test_every_published_row_names_its_source() -> None:
    assert all(plant.source for plant in PUBLISHED.plants)
    assert all(ad.source for ad in PUBLISHED.ads)
    assert {plant.provenance for plant in PUBLISHED.plants} == {Provenance.DOCUMENTED}
    assert {ad.provenance for ad in PUBLISHED.ads} == {Provenance.DOCUMENTED}


@pytest.mark.parametrize(
    ("plant", "side", "resource", "quantity", "unit", "period"),
    [
        ("Asnæs power station", Side.OFFER, "coal-fly-ash", "135000", "t", "year"),
        ("Local cement company", Side.REQUEST, "fly-ash", "135000", "t", "year"),
        ("Asnæs power station", Side.OFFER, "fgd-gypsum", "200000", "t", "year"),
        # Households served are not a quantity of heat.
        ("Asnæs power station", Side.OFFER, "district-heat", None, "MWh", "year"),
        ("Korea Zinc, Onsan smelter", Side.OFFER, "steam", "537600", "t", "year"),
        ("Water sources near Guayama", Side.OFFER, "process-water", "5", "mio_us_gal", "day"),
        ("Thames Water and contractors", Side.OFFER, "clay-and-excavated-spoil", "230000", "t", "once"),
        # What is available is not what is taken.
        ("Smaller sugar refineries around Guigang", Side.OFFER, "molasses", "300000", "t", "year"),
        ("Guitang Group alcohol plant", Side.REQUEST, "sugar-rich-by-products", None, "t", "year"),
    ],
)
def test_published_quantity_is_entered_as_published(
    plant: str, side: Side, resource: str, quantity: str | None, unit: str, period: str
) -> None:
    ad = published_ad(plant, side, resource)

    assert ad.quantity == (None if quantity is None else Decimal(quantity))
    assert (ad.unit, ad.period) == (unit, period)


def test_what_four_factories_give_together_is_not_counted_twice() -> None:
    soil = [ad.quantity for ad in PUBLISHED.ads if ad.resource == "soil-from-beet-washing"]
    pulp = [ad.quantity for ad in PUBLISHED.ads if ad.resource in ("pressed-beet-pulp", "beet-pulp")]

    assert sum(quantity or 0 for quantity in soil) == 200_000
    assert sum(quantity or 0 for quantity in pulp) == 500_000


def test_background_is_the_same_at_every_start() -> None:
    assert illustrative_network().digest == BACKGROUND.digest


def test_background_has_the_size_that_was_wanted() -> None:
    assert 300 <= len(BACKGROUND.plants) <= 400
    assert 500 <= len(BACKGROUND.ads) <= 900


def test_names_and_rows_are_unique() -> None:
    plants = [plant.name for plant in (*PUBLISHED.plants, *BACKGROUND.plants)]
    sites = [(plant.organization, plant.site) for plant in (*PUBLISHED.plants, *BACKGROUND.plants)]
    rows = [ad.digest for ad in (*PUBLISHED.ads, *BACKGROUND.ads)]

    assert len(set(plants)) == len(plants)
    assert len(set(sites)) == len(sites)
    assert len(set(rows)) == len(rows)


def test_background_says_everywhere_that_it_is_illustrative() -> None:
    assert {plant.provenance for plant in BACKGROUND.plants} == {Provenance.ILLUSTRATIVE}
    assert {ad.provenance for ad in BACKGROUND.ads} == {Provenance.ILLUSTRATIVE}
    assert all(ad.source.startswith("Illustrative, not entered by the plant") for ad in BACKGROUND.ads)


def test_background_holds_no_farm() -> None:
    assert not [row for row in read_demo_rows("register_plants.csv") if row["activity"].startswith("7")]


def test_reported_waste_decides_the_quantity() -> None:
    """Viikinmäki reported 65,400 t of non-hazardous waste for 2023: all of it is sewage sludge here."""
    (sludge,) = [ad for ad in BACKGROUND.ads if "Viikinmäen" in ad.plant and ad.resource == "sewage-sludge"]

    assert (sludge.quantity, sludge.year, sludge.hazardous) == (Decimal(65_000), 2023, False)
    assert "non-hazardous waste that the plant reported for 2023" in sludge.source


def test_plants_of_one_company_are_its_sites() -> None:
    helen = {plant.site for plant in BACKGROUND.plants if plant.organization == "Helen Oy"}

    assert len(helen) > 1
    assert all(site.endswith(", Helsinki") for site in helen)


def test_background_is_varied() -> None:
    prices = [ad.price for ad in BACKGROUND.ads if ad.price is not None]

    assert min(prices) < 0 < max(prices)
    assert {ad.disclosure for ad in BACKGROUND.ads} == {Disclosure.OPEN, Disclosure.ANONYMOUS}
    assert any(ad.months for ad in BACKGROUND.ads)
    assert any(ad.hazardous for ad in BACKGROUND.ads)
