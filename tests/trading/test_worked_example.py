"""The worked example of docs/trading.md: from listing to ledger through the services, every number recomputed."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings

from accounts.models import Organization, Programme, Site, User
from accounts.services.organizations import OrganizationDetails, create_organization
from accounts.services.programmes import add_to_programme
from accounts.services.sites import SiteDetails, create_site
from catalogue.models import EmissionFactor, Resource
from common.geo import distance_km
from listings.models import Listing, Side, State
from listings.services.terms import ListingTerms
from matching.market.assumptions import ROAD_FACTOR
from matching.market.rules import load_rules
from matching.models import Match
from matching.services.reviews import approve_match
from matching.services.runs import refresh_all_matches
from tests.conftest import list_it, make_terms
from tests.trading.deals import consignment, today
from trading.models import Agreement, ImpactEntry, Stage, Synergy
from trading.selectors.deliveries import delivered
from trading.selectors.impact import expected_benefit, totals
from trading.services.bids import accept_bid, place_bid
from trading.services.deliveries import add_delivery_file, confirm_delivery, correct_delivery, record_delivery
from trading.services.impact import post_expected, verify_year
from trading.services.synergies import open_synergy_from_match
from trading.services.terms import BidTerms

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "trading.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.split("## Worked example")[1].split("\n## ")[0]
NUMBER = re.compile(r"−?\d+(?:,\d{3})*(?:\.\d+)?")


def table(heading: str) -> list[list[str]]:
    """Body rows of the table whose first column has this heading."""
    lines = EXAMPLE.split(f"| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("−", "-"))


def written(value: Decimal) -> str:
    """A number as the page prints it: exact, with thousands."""
    return f"{value.normalize():,f}".replace("-", "−")


FACTS = {row[0]: number(row[1]) for row in table("fact")}


@dataclass
class Story:
    """What stands at the end, and what stood on the way."""

    offer: Listing
    request: Listing
    match: Match
    synergy: Synergy
    agreement: Agreement
    stages: list[str]
    expected_lines: int
    expected: dict[str, Decimal]
    deliveries: list[Decimal]


@pytest.fixture
def gyproc(buyer: User, facilitator: User, programme: Programme) -> Organization:
    """The plasterboard factory takes the buyer's part; a member of the programme like the station."""
    found = create_organization(
        actor=buyer, details=OrganizationDetails(name="Gyproc plasterboard factory", nace_code="23.62")
    )
    add_to_programme(actor=facilitator, programme=programme, organization=found)
    return found


@pytest.fixture
def gyproc_site(buyer: User, gyproc: Organization) -> Site:
    with (ROOT / "exchange/demo/data/documented_organizations.csv").open(encoding="utf-8") as file:
        (row,) = (row for row in csv.DictReader(file) if row["organization"] == gyproc.name)
    details = SiteDetails(
        "Plant", row["town"], row["country"], float(row["latitude"]), float(row["longitude"])
    )
    return create_site(actor=buyer, organization=gyproc, details=details)


@pytest.fixture
def story(
    seller: User,
    buyer: User,
    facilitator: User,
    asnaes: Organization,
    asnaes_site: Site,
    gyproc: Organization,
    gyproc_site: Site,
    settings: Settings,
    tmp_path: Path,
) -> Story:
    settings.MEDIA_ROOT = tmp_path
    offer = list_it(seller, gypsum(Side.OFFER, asnaes_site, "fgd-gypsum", ewc_code="100105"))
    request = list_it(buyer, gypsum(Side.REQUEST, gyproc_site, "gypsum"))
    refresh_all_matches()
    match = approve_match(actor=facilitator, match=Match.objects.get())
    stages = []

    open_synergy_from_match(actor=seller, match=match, organization=asnaes)
    synergy = open_synergy_from_match(actor=buyer, match=match, organization=gyproc)
    stages.append(synergy.stage)
    terms = BidTerms(
        quantity=FACTS["amount"],
        unit="t",
        period="year",
        price=FACTS["price"],
        currency="EUR",
        starts_on=date(today().year, 1, 1),
        ends_on=date(today().year, 12, 31),
    )
    bid = place_bid(actor=buyer, synergy=synergy, organization=gyproc, terms=terms)
    stages.append(Synergy.objects.get().stage)
    agreement = accept_bid(actor=seller, bid=bid)
    post_expected(agreement=agreement)
    stages.append(Synergy.objects.get().stage)
    expected = {total.metric: total.expected for total in totals(ImpactEntry.objects.all())}
    expected_lines = ImpactEntry.objects.count()

    moved = []
    for position, quantity in enumerate(("120000", "80500")):
        delivery = record_delivery(
            actor=seller,
            agreement=agreement,
            organization=asnaes,
            consignment=consignment(quantity, reference=f"Week {position}"),
        )
        paper = SimpleUploadedFile(f"paper-{position}.pdf", b"%PDF-1.7 weighed")
        add_delivery_file(actor=seller, delivery=delivery, organization=asnaes, upload=paper)
        confirm_delivery(actor=buyer, delivery=delivery, organization=gyproc)
        moved.append(delivery.amount)
    correction = correct_delivery(
        actor=seller,
        delivery=delivery,
        organization=asnaes,
        quantity=Decimal(80_000),
        unit="t",
        note="weighed again",
    )
    moved.append(correction.amount)
    verify_year(actor=facilitator, synergy=synergy, year=today().year)
    for listing in (offer, request):
        listing.refresh_from_db()
    return Story(
        offer, request, match, Synergy.objects.get(), agreement, stages, expected_lines, expected, moved
    )


def gypsum(side: str, site: Site, resource: str, **said: Any) -> ListingTerms:
    return make_terms(side, site, resource, quantity=FACTS["amount"], **said)


def recomputed(asnaes_site: Site, gyproc_site: Site) -> dict[str, Decimal]:
    """Every line from the rows of the catalogue, by hand. Gyproc pays for it: no disposal is avoided."""
    amount = FACTS["amount"]
    kg = dict(EmissionFactor.objects.values_list("key", "kg_co2e_per_unit"))
    sought = Resource.objects.get(slug="gypsum")
    assert sought.purchase_low_eur_per_unit is not None
    km = round(Decimal(str(distance_km(asnaes_site.point, gyproc_site.point) * ROAD_FACTOR)), 3)
    carried = FACTS["loading"] + FACTS["transport cost"] * km
    lines = {
        "virgin_saved": amount,
        "co2e_primary": amount * kg["natural-gypsum"] / 1000,
        "co2e_transport": -amount * km * kg["freight-hgv-with-upstream"] / 1000,
        "cost_purchase": amount * sought.purchase_low_eur_per_unit,
        "cost_transport": -amount * carried,
        "new_sales": amount * FACTS["price"],
    }
    for balance, prefix in (("co2e_avoided", "co2e_"), ("cost_saved", "cost_")):
        lines[balance] = sum((each for name, each in lines.items() if name.startswith(prefix)), Decimal(0))
    return lines


@pytest.mark.django_db
def test_ledger_of_the_example_is_what_the_factors_give(
    story: Story, asnaes_site: Site, gyproc_site: Site
) -> None:
    expected = recomputed(asnaes_site, gyproc_site)
    found = totals(ImpactEntry.objects.all())
    assert {total.metric: total.verified for total in found} == expected
    assert {total.confirmed for total in found} == {0}
    # All that was agreed was delivered.
    assert story.expected == expected


@pytest.mark.django_db
def test_page_prints_the_ledger(story: Story) -> None:
    rows = {re.findall(r"`(\w+)`", row[0])[0]: row for row in table("line")}
    found = {total.metric: total for total in totals(ImpactEntry.objects.all())}
    assert set(rows) == set(found)
    for metric, total in found.items():
        _name, amount, unit, how, said = rows[metric]
        assert (amount, unit) == (written(total.verified), total.unit), metric
        entry = ImpactEntry.objects.filter(metric=metric, status="verified").first()
        if entry is None or entry.factor is None:
            continue
        assert f"{written(entry.factor)} {entry.factor_unit}" in how
        assert said.startswith(f"`{entry.factor_key}`")
        factor = EmissionFactor.objects.filter(key=entry.factor_key).first()
        if factor is not None:
            assert said == f"`{factor.key}`, {factor.year}, {factor.status}"
            assert (entry.factor_year, entry.factor_source) == (factor.year, factor.source)
        if "km" in how:
            assert f"× {written(FACTS['distance'])} km" in how


@pytest.mark.django_db
def test_page_prints_the_way(story: Story) -> None:
    way = dict(table("step"))
    amount = written(FACTS["amount"])
    assert story.stages == [Stage.DISCUSSION, Stage.NEGOTIATION, Stage.IMPLEMENTATION]
    assert (story.match.treatment_steps, story.match.amount_per_year) == (0, FACTS["amount"])
    assert f"{amount} t/yr, {story.match.distance_km:.1f} km" in way["match"]
    assert story.match.distance_km == pytest.approx(float(FACTS["distance"]), abs=0.0005)
    for listing in (story.offer, story.request):
        assert listing.state == State.CLOSED
        assert listing.allocated == FACTS["amount"]
        assert listing.left == 0
    assert f"{amount} t/yr allocated on both listings, 0 left" in way["agreement"]
    assert f"{story.expected_lines} expected lines" in way["agreement"]
    first, second, correction = (written(each) for each in story.deliveries)
    assert f"{first} t and {second} t" in way["deliveries"]
    assert f"{correction} t by counter-entry. Delivered: {amount} t" in way["correction"]
    assert delivered(story.agreement) == FACTS["amount"]


@pytest.mark.django_db
def test_page_prints_who_gains_what(story: Story) -> None:
    benefit, shares = expected_benefit(story.agreement)
    assert shares.supplier is not None
    assert shares.receiver is not None
    assert f"the station gains {written(shares.supplier)} EUR" in EXAMPLE
    assert f"Gyproc {written(shares.receiver)} EUR" in EXAMPLE
    assert shares.supplier + shares.receiver == benefit.gross("cost_saved")
    avoided = [line for line in benefit.lines if line.metric.startswith("co2e_") and line.gross > 0]
    assert [(line.metric, line.factor_status) for line in avoided] == [("co2e_primary", "estimate")]
    assert "all of the CO2e avoided is that estimate, less the transport" in " ".join(EXAMPLE.split())
    assert story.synergy.attribution == 1


@pytest.mark.django_db
def test_page_says_why_the_waste_counts_as_no_landfill(story: Story) -> None:
    assert story.agreement.ewc_code == "100105"
    benefit, _shares = expected_benefit(story.agreement)
    assert list(benefit.notes) == [
        f"{metric}: what is paid for would not be disposed of"
        for metric in ("landfill_diverted", "co2e_disposal", "cost_disposal")
    ]
    assert (
        "Although the gypsum is a waste, neither landfill nor its CO2e nor its cost stands here: Gyproc pays for it, "
        "and what is paid for would not be disposed of."
    ) in " ".join(EXAMPLE.split())


@pytest.mark.django_db
def test_page_prints_the_facts(asnaes_site: Site, gyproc_site: Site) -> None:
    offered, sought = Resource.objects.get(slug="fgd-gypsum"), Resource.objects.get(slug="gypsum")
    load = load_rules().loads[offered.pk]
    assert load is not None
    straight = distance_km(asnaes_site.point, gyproc_site.point)
    assert {
        "amount": Decimal(200_000),
        "distance": round(Decimal(str(straight * ROAD_FACTOR)), 3),
        "price": Decimal(4),
        "purchase price": sought.purchase_low_eur_per_unit,
        "loading": load.eur_per_unit,
        "transport cost": load.eur_per_unit_km,
    } == FACTS
    assert f"great circle of {straight:.3f} km × {ROAD_FACTOR}" in EXAMPLE
    for site in (asnaes_site, gyproc_site):
        assert f"{site.latitude}° N, {site.longitude}° E" in EXAMPLE


def test_published_amounts_are_those_of_the_demonstration() -> None:
    with (ROOT / "exchange/demo/data/documented_offers.csv").open(encoding="utf-8") as file:
        (row,) = (row for row in csv.DictReader(file) if row["resource"] == "fgd-gypsum")
    amounts = {year: amount for amount, year, _source in table("published, t per year")}
    assert number(amounts["not dated"]) == Decimal(row["quantity"]) == FACTS["amount"]
    for year in ("2010", "2013"):
        assert f"{amounts[year]} t ({year})" in row["description"]
    assert "250 t per 24 h (1990s)" in row["description"]
    assert number(amounts["1990s"]) == 250 * 365
    assert f"each is {number(amounts['2013']) / FACTS['amount']} of" in " ".join(EXAMPLE.split())


@pytest.mark.django_db
def test_every_number_of_the_example_is_one_that_is_checked(
    story: Story, asnaes_site: Site, gyproc_site: Site
) -> None:
    numbers = {*FACTS.values(), *recomputed(asnaes_site, gyproc_site).values(), *story.deliveries}
    numbers |= set(
        EmissionFactor.objects.filter(key__in=_factor_keys()).values_list("kg_co2e_per_unit", flat=True)
    )
    _benefit, shares = expected_benefit(story.agreement)
    numbers |= {each for each in (shares.supplier, shares.receiver) if each is not None}
    numbers |= {number(row[0]) for row in table("published, t per year")}
    numbers.add(FACTS["loading"] + FACTS["transport cost"] * FACTS["distance"])
    known = {written(each) for each in numbers}
    known |= {
        f"{place:.5f}" for site in (asnaes_site, gyproc_site) for place in (site.latitude, site.longitude)
    }
    # Each of these is compared where it stands, by the tests above; 2 is of CO2e, 1 of a tonne for a tonne.
    known |= {"0", "1", "2", "2.7", "2.051", "1.3", "0.55", "250", "24", "365"}
    known |= {"2010", "2013", "2025", "1990", str(story.expected_lines)}
    assert set(NUMBER.findall(EXAMPLE)) - known == set()


def _factor_keys() -> list[str]:
    return [key for row in table("line") for key in re.findall(r"`([\w-]+)`", row[4])]
