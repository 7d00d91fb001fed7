"""Plants of a public register: read from its files, probable and never on the market, claimed once and confirmed."""

import csv
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organization, Programme, Site, User
from common.errors import Conflict, Invalid
from events.models import Event
from exchange.demo.rows import DATA, read_demo_rows
from listings.models import Listing, State
from matching.models import Match
from register.models import ClaimState, LimitBasis, PlantClaim, ProbableStream, RegisterPlant
from register.services.claims import claim_plant, confirm_claim, refuse_claim
from register.services.files import RegisterFileError, read_register
from tests.conftest import MakeListing, make_plant

ClientOf = Callable[[User | None], Client]
SHIPPED = DATA / "register"
FACILITY = {
    "facility_id": "F{0}",
    "name": "Works {0} Oy, Tannery {0}",
    "eprtr_activity": "5(f)",
    "city": "PORI",
    "country": "FI",
    "lat": "61.48",
    "lon": "21.79",
    "status": "functional",
}


def write_register(folder: Path, count: int = 1000, **wrong: dict[int, dict[str, str]]) -> Path:
    """Write the two files; `facilities` and `transfers` say which cells of which row (1 is the header) are others."""
    for file, cells in (
        ("facilities", FACILITY),
        (
            "transfers",
            {"facility_id": "F{0}", "year": "2022", "waste_class": "non-hazardous", "tonnes": "24800.0"},
        ),
    ):
        with (folder / f"{file}.csv").open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(cells))
            writer.writeheader()
            for row in range(2, count + 2):
                made = {name: text.format(row) for name, text in cells.items()}
                writer.writerow(made | wrong.get(file, {}).get(row, {}))
    return folder


def run_import(*paths: Path, **options: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_register", *map(str, paths), stdout=out, stderr=err, **options)
    return out.getvalue().strip(), err.getvalue().strip()


# --- the files ----------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_wrong_row_812_is_named_and_the_rest_goes_in_unless_strict(tmp_path: Path) -> None:
    write_register(tmp_path, transfers={812: {"tonnes": "a lot"}})
    with pytest.raises(CommandError, match=r"Wrong rows: 1\. Nothing was imported"):
        run_import(tmp_path, strict=True)
    assert not RegisterPlant.objects.exists()

    out, err = run_import(tmp_path)
    assert err == "transfers.csv, row 812, column tonnes: “a lot” is no amount in tonnes, as 138000.0"
    assert out.startswith("Plants: 999 added, 0 changed, 0 as they were, 0 claimed")
    assert not RegisterPlant.objects.filter(register_id="F812").exists()

    events = Event.objects.count()
    assert run_import(tmp_path)[0].startswith("Plants: 0 added, 0 changed, 999 as they were")
    assert Event.objects.count() == events
    write_register(tmp_path)
    assert run_import(tmp_path / "facilities.csv", tmp_path / "transfers.csv", strict=True)[0].startswith(
        "Plants: 1 added, 0"
    )


@pytest.mark.parametrize(
    ("file", "cells", "said"),
    [
        ("facilities", {"lat": "91"}, "row 3, column lat: “91” is no number of degrees from −90 to 90"),
        ("facilities", {"lon": ""}, "row 3, column lon"),
        ("facilities", {"name": ""}, "row 3, column name: give a text"),
        ("facilities", {"country": "Finland"}, "row 3, column country: two capital letters"),
        ("facilities", {"facility_id": "F2"}, "row 3, column facility_id: “F2” stands in row 2 already"),
        ("transfers", {"facility_id": "F9"}, "row 3, column facility_id: no facility has the id “F9”"),
        ("transfers", {"year": "last"}, "row 3, column year"),
        ("transfers", {"waste_class": "toxic"}, "row 3, column waste_class"),
        ("transfers", {"tonnes": "-1"}, "row 3, column tonnes"),
        ("transfers", {"tonnes": "NaN"}, "row 3, column tonnes"),
    ],
)
def test_every_cell_is_checked(file: str, cells: dict[str, str], said: str, tmp_path: Path) -> None:
    found = read_register([write_register(tmp_path, count=2, **{file: {3: cells}})])
    assert any(said in str(wrong) for wrong in found.wrong), found.wrong


def test_what_does_not_operate_or_says_nothing_is_left_out(tmp_path: Path) -> None:
    wrong = {
        2: {"status": "disused"},
        3: {"eprtr_activity": "7(a)(i)"},
        4: {"name": "CONFIDENTIAL"},
        5: {"name": "Grid Oy, Porin varavoimalaitos"},
        6: {"city": ""},
    }
    found = read_register([write_register(tmp_path, count=5, facilities=wrong)])
    assert [(plant.register_id, plant.town) for plant in found.plants] == [("F6", "")]
    assert (found.wrong, found.left_out) == ([], 4)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    for paths in ([tmp_path / "none.csv"], [tmp_path / "other.csv"], [tmp_path]):
        with pytest.raises(RegisterFileError):
            read_register(paths)


def test_shipped_plants_are_right_and_none_is_in_the_demonstration_twice() -> None:
    found = read_register([SHIPPED])
    assert (found.wrong, found.left_out, len(found.plants)) == ([], 0, 195)
    assert not {plant.register_id for plant in found.plants} & {
        row["facility_id"] for row in read_demo_rows("register_plants.csv")
    }


# --- streams ------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_streams_follow_from_the_kind_of_plant_and_the_limit_is_the_reported_total() -> None:
    plant = make_plant()
    streams = {stream.resource.slug: stream for stream in plant.streams.select_related("resource", "plant")}
    assert len(streams) == 10
    grain, heat = streams["brewers-spent-grain"], streams["low-grade-heat"]
    assert (grain.basis, grain.limit_t_per_year) == (LimitBasis.NONHAZARDOUS, Decimal("24800"))
    assert (
        grain.basis_words == "the plant reported 24,800 t of non-hazardous waste in 2022, all kinds together"
    )
    assert (heat.basis, heat.limit_t_per_year) == (LimitBasis.NONE, None)
    assert streams["carbon-dioxide"].limit_t_per_year is None  # no waste by law

    make_plant(nonhazardous_t=None)
    assert set(ProbableStream.objects.values_list("basis", flat=True)) <= {LimitBasis.NONE, LimitBasis.ALL}
    make_plant(activity="dairy")
    assert plant.streams.filter(resource__slug="whey").exists()
    assert not plant.streams.filter(resource__slug="brewers-spent-grain").exists()


@pytest.mark.django_db
def test_nothing_of_it_is_on_the_market_or_matched(client: Client, make_request: MakeListing) -> None:
    make_plant()
    make_request(resource="brewers-spent-grain")
    assert Listing.objects.count() == 1
    assert not Match.objects.exists()
    page = client.get(reverse("home")).content.decode()
    assert "Old Brewery" not in page
    assert client.get("/api/v1/listings/?side=offer").json()["results"] == []


# --- claims -------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_confirmed_claim_makes_a_site_and_drafts_that_only_its_organization_sees(
    trader: User, asnaes: Organization, facilitator: User, programme: Programme, client_of: ClientOf
) -> None:
    plant = make_plant()
    visitor, ours, theirs = client_of(None), client_of(trader), client_of(facilitator)
    address = reverse("register_plant", args=[plant.pk])
    assert "not claimed by its company" in visitor.get(address).content.decode()
    ours.post(reverse("register_claim", args=[plant.pk]), {"remark": "Our name is on the gate."})
    claim = PlantClaim.objects.get()
    assert (claim.state, claim.organization, claim.user) == (ClaimState.WAITING, asnaes, trader)
    # Nobody else learns that somebody waits.
    assert "waits for a facilitator" in ours.get(address).content.decode()
    assert "not claimed by its company" in visitor.get(address).content.decode()
    review = theirs.get(reverse("review")).content.decode()
    assert "Our name is on the gate." in review

    theirs.post(reverse("plant_claim_confirm", args=[claim.pk]))
    claim.refresh_from_db()
    assert (claim.state, claim.decided_by) == (ClaimState.CONFIRMED, facilitator)
    site = asnaes.sites.get()
    assert (site.name, site.town, site.latitude) == ("Harbour works", "Kalundborg", 55.68)
    drafts = Listing.objects.filter(site=site)
    assert {(draft.state, draft.side, draft.quantity) for draft in drafts} == {(State.DRAFT, "offer", None)}
    assert drafts.count() == 10
    grain = drafts.get(resource__slug="brewers-spent-grain")
    assert "24,800 t of non-hazardous waste in 2022" in grain.description
    assert "reuse with attribution" in grain.description
    assert visitor.get(reverse("listing", args=[grain.pk])).status_code == 404
    page = visitor.get(address).content.decode()
    assert "Claimed by Asnæs power station" in page
    assert "not claimed by its company" not in page
    kinds = Event.objects.filter(subject_type="listings.registerplant").order_by("pk")
    assert [event.kind for event in kinds] == [
        "register_plant.imported",
        "register_plant.claimed",
        "register_plant.claim_confirmed",
    ]
    assert sorted(kinds.last().data["drafts"]) == [draft.pk for draft in drafts.order_by("pk")]  # type: ignore[union-attr]

    # An import leaves it alone, also where the register changed.
    assert make_plant(nonhazardous_t=Decimal(1)).nonhazardous_t == 24_800


@pytest.mark.django_db
def test_site_within_two_km_or_the_chosen_one_is_taken(
    seller: User, asnaes: Organization, asnaes_site: Site, facilitator: User
) -> None:
    near = make_plant(latitude=asnaes_site.latitude + 0.01, longitude=asnaes_site.longitude)
    far = make_plant(register_id="2", latitude=56.5)
    for plant, site in ((near, None), (far, asnaes_site)):
        claim = claim_plant(actor=seller, organization=asnaes, plant=plant, site=site)
        confirm_claim(actor=facilitator, claim=claim)
    assert asnaes.sites.count() == 1
    assert Listing.objects.filter(site=asnaes_site).count() == 10  # the second plant's are there already


@pytest.mark.django_db
def test_second_claim_conflicts_until_the_first_is_refused(
    seller: User, buyer: User, asnaes: Organization, cement_works: Organization, facilitator: User
) -> None:
    plant = make_plant()
    first = claim_plant(actor=seller, organization=asnaes, plant=plant)
    with pytest.raises(Conflict):
        claim_plant(actor=buyer, organization=cement_works, plant=plant)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlantClaim.objects.create(plant=plant, organization=cement_works, user=buyer)
    with pytest.raises(Invalid):
        refuse_claim(actor=facilitator, claim=first, reason=" ")
    refuse_claim(actor=facilitator, claim=first, reason="It was sold.")
    with pytest.raises(Conflict):
        confirm_claim(actor=facilitator, claim=first)
    second = claim_plant(actor=buyer, organization=cement_works, plant=plant)
    confirm_claim(actor=facilitator, claim=second)
    with pytest.raises(Conflict):
        claim_plant(actor=seller, organization=asnaes, plant=plant)
    assert Listing.objects.exclude(organization=cement_works).count() == 0


@pytest.mark.django_db
def test_what_is_wrong_with_a_claim_stands_beside_what_was_typed(
    seller: User, asnaes_site: Site, buyer: User, cement_works: Organization, client_of: ClientOf
) -> None:
    plant, ours = make_plant(), client_of(seller)
    address = reverse("register_claim", args=[plant.pk])
    answer = ours.post(address, {"remark": "x" * 501, "site": asnaes_site.pk})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "at most 500 characters (it has 501)" in page
    assert "x" * 501 in page
    assert "Choose one of your own sites." in ours.post(address, {"site": "0"}).content.decode()
    assert not PlantClaim.objects.exists()
    claim_plant(actor=buyer, organization=cement_works, plant=plant)
    assert "This plant is claimed already." in ours.post(address, {"remark": "Ours."}).content.decode()


@pytest.mark.django_db
def test_refusal_without_a_reason_asks_for_it(
    seller: User, asnaes: Organization, facilitator: User, programme: Programme, client_of: ClientOf
) -> None:
    claim = claim_plant(actor=seller, organization=asnaes, plant=make_plant())
    theirs, address = client_of(facilitator), reverse("plant_claim_refuse", args=[claim.pk])
    assert f'action="{address}"' in theirs.get(reverse("review")).content.decode()
    assert "Say why; the company reads it." in theirs.post(address, {"reason": " "}).content.decode()
    claim.refresh_from_db()
    assert claim.state == ClaimState.WAITING


@pytest.mark.django_db
def test_refused_company_reads_why_and_nobody_else(
    seller: User,
    asnaes: Organization,
    facilitator: User,
    stranger: User,
    elsewhere: Organization,
    programme: Programme,
    client_of: ClientOf,
) -> None:
    plant = make_plant()
    claim = claim_plant(actor=seller, organization=asnaes, plant=plant)
    client_of(facilitator).post(reverse("plant_claim_refuse", args=[claim.pk]), {"reason": "It was sold."})
    address = reverse("register_plant", args=[plant.pk])
    assert "It was sold." in client_of(seller).get(address).content.decode()
    for other in (stranger, None):
        assert "It was sold." not in client_of(other).get(address).content.decode()


@pytest.mark.django_db
def test_staff_decides_in_the_administration(
    stranger: User, elsewhere: Organization, client_of: ClientOf, django_user_model: type[User]
) -> None:
    admin = client_of(django_user_model.objects.create_superuser("admin@example.org", "x"))
    for number, action, state in ((1, "confirm", "confirmed"), (2, "refuse", "refused")):
        plant = make_plant(register_id=str(number))
        claim = claim_plant(actor=stranger, organization=elsewhere, plant=plant)
        body = {"action": action, "_selected_action": [claim.pk]}
        admin.post(reverse("admin:register_plantclaim_changelist"), body)
        claim.refresh_from_db()
        assert claim.state == state


# --- pages and API ------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_list_narrows_by_word_place_and_resource_in_constant_queries(client: Client) -> None:
    brewery = make_plant()
    make_plant(
        register_id="2", name="Far Dairy Oy", activity="dairy", town="Oulu", latitude=65.0, longitude=25.5
    )

    def names(**query: str) -> list[str]:
        results = client.get("/api/v1/register-plants/", query).json()["results"]
        assert results == sorted(results, key=lambda result: -result["id"])
        page = client.get(reverse("register_plants"), query).content.decode()
        for result in results:
            assert result["name"] in page
        return [result["name"] for result in results]

    assert len(names()) == 2
    assert (
        names(q="grain")
        == names(resource="brewers-spent-grain")
        == names(near="Kalundborg, DK")
        == [brewery.name]
    )
    assert names(q="oulu") == names(resource="whey") == ["Far Dairy Oy"]
    assert names(near="55.0, 10.0", within_km="2000") == ["Far Dairy Oy", brewery.name]
    assert names(country="FI") == []
    assert client.get("/api/v1/register-plants/?recource=whey").status_code == 400

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("register_plants"))
        return len(captured)

    few = queries()
    for number in range(3, 9):
        make_plant(register_id=str(number), name=f"Brewery {number}")
    assert queries() == few


@pytest.mark.django_db
def test_search_with_few_results_is_told_of_plants_by_one_query(
    client: Client, seller: User, asnaes: Organization, facilitator: User
) -> None:
    plant = make_plant()
    page = client.get("/browse/?resource=brewers-spent-grain").content.decode()
    assert "1 plant of a public register probably has this" in page
    assert "/register/?resource=brewers-spent-grain" in page
    for query in (
        "side=request&resource=brewers-spent-grain",
        "resource=whey",
        "near=Oulu, FI&resource=brewers-spent-grain",
        "",
    ):
        assert "public register probably" not in client.get(f"/browse/?{query}").content.decode(), query

    def queries(query: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/browse/?{query}")
        return [each["sql"] for each in captured if "registerplant" in each["sql"]]

    assert len(queries("resource=brewers-spent-grain&near=Kalundborg, DK")) == 1
    assert queries("kind=heat") == []

    confirm_claim(actor=facilitator, claim=claim_plant(actor=seller, organization=asnaes, plant=plant))
    assert (
        "public register probably" not in client.get("/browse/?resource=brewers-spent-grain").content.decode()
    )
