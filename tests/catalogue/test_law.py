"""The law as rows: what it forbids, what it asks, how a waste crosses a border."""

from datetime import date

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from catalogue.law.knowledge import LawKnowledge
from catalogue.law.shipments import Procedure, shipment
from catalogue.law.terms import Status, Topic
from catalogue.law.uses import Uses
from catalogue.law.verdict import Code, Lot, Receiver, Verdict, permits, verdict
from catalogue.loading.services import load_catalogue
from catalogue.models import Resource
from catalogue.selectors.law import code_of, gate_tables, is_always_hazardous, read_law, uses_mask
from common.reading.tables import TableError
from tests.catalogue.conftest import EditCell
from tests.matching.pages import text_of

TODAY = date(2026, 11, 28)
ASH = Code("100102", "10 01 02", starred=False)


@pytest.fixture(scope="module")
def law() -> LawKnowledge:
    return read_law()


def judged(
    law: LawKnowledge, resource: str, nace_code: str, *, asked_for: str = "", **lot: object
) -> Verdict:
    offer = Lot(resource, "DK", **lot)  # type: ignore[arg-type]
    return verdict(offer, Receiver(asked_for or resource, "DK", nace_code), TODAY, law)


@pytest.mark.parametrize(
    ("resource", "nace_code", "source"),
    [
        ("food-waste", "01.46", "1069/2009, Article 11(1)(b)"),
        ("canteen-waste", "01.49", "1069/2009, Articles 3(6) and 11(1)(b)"),
        ("food-waste", "10.91", "1069/2009"),
        ("manure-and-slurry", "03.22", "1069/2009, Articles 9(a) and 31(1)(a)"),
        ("cattle-slurry", "01.49", "1069/2009, Articles 9(a) and 31(1)(a)"),
        ("blood-and-offal", "01.46", "999/2001, Article 7 and Annex IV"),
        ("blood-and-offal", "03.22", "999/2001, Article 7 and Annex IV"),
        ("meat-and-bone-meal", "01.47", "1069/2009, Article 31(1)(a)"),
        ("sewage-sludge", "01.13", "86/278/EEC, Article 7(b) and (c)"),
        ("spent-activated-carbon", "10.81", "852/2004"),
        ("spent-activated-carbon", "36.00", "2020/2184, Article 12"),
        ("treated-timber", "81.30", "Annex XVII, entries 19 and 31"),
    ],
)
def test_use_is_forbidden_with_its_legal_basis(
    law: LawKnowledge, resource: str, nace_code: str, source: str
) -> None:
    found = judged(law, resource, nace_code)
    assert found.status == Status.FORBIDDEN
    [grave] = [each for each in found.of(Topic.USE) if each.status == Status.FORBIDDEN]
    assert source in grave.source


@pytest.mark.parametrize(
    ("resource", "nace_code"),
    [
        ("brewers-spent-grain", "01.46"),
        ("fish-waste", "10.91"),
        ("supermarket-food-waste", "01.46"),
        ("surplus-yeast", "10.71"),
        ("fleshings", "20.59"),
        ("sewage-sludge", "01.11"),
        ("phosphogypsum", "23.62"),
        ("coal-fly-ash", "23.51"),
    ],
)
def test_use_that_needs_an_approval_or_none_is_not_forbidden(
    law: LawKnowledge, resource: str, nace_code: str
) -> None:
    assert Status.FORBIDDEN not in {each.status for each in judged(law, resource, nace_code).of(Topic.USE)}


def test_class_that_several_kinds_of_plant_share_is_asked_about(law: LawKnowledge) -> None:
    [grave, *_] = judged(law, "tannery-shavings", "20.59").of(Topic.USE)
    assert grave.status == Status.CHECK
    assert grave.text.startswith("Forbidden if it becomes gelatine and collagen for food")


def test_farm_that_asks_for_fertiliser_does_not_feed_it(law: LawKnowledge) -> None:
    found = judged(law, "sewage-sludge", "01.46", asked_for="soil-improvers-and-fertilisers")
    assert found.status == Status.CHECK


def test_law_of_its_day(law: LawKnowledge) -> None:
    ending = Receiver("rubber-crumb", "DK", "42.99")
    offer = Lot("rubber-crumb", "DK")
    uses = frozenset({"playground"})
    before, after = (
        verdict(offer, ending, day, law, uses=Uses(uses)).of(Topic.USE)[0].status
        for day in (date(2031, 10, 16), date(2031, 10, 17))
    )
    assert (before, after) == (Status.CHECK, Status.FORBIDDEN)


@pytest.mark.parametrize(
    ("present", "nace_code", "status"),
    [
        ("asbestos", "23.51", Status.FORBIDDEN),
        ("asbestos", "38.22", Status.CHECK),
        ("pops", "38.32", Status.FORBIDDEN),
        ("radioactivity", "23.62", Status.FORBIDDEN),
    ],
)
def test_safety_property_decides_by_itself(
    law: LawKnowledge, present: str, nace_code: str, status: Status
) -> None:
    found = judged(law, "fibre-cement-waste", nace_code, present=frozenset({present}))
    assert found.of(Topic.USE)[0].status == status


def test_safety_property_that_was_tested_is_not_asked_for_again(law: LawKnowledge) -> None:
    open_one = judged(law, "phosphogypsum", "23.62").of(Topic.USE)
    tested = judged(law, "phosphogypsum", "23.62", absent=frozenset({"radioactivity"})).of(Topic.USE)
    assert len(open_one) == len(tested) + 1


def test_category_1_is_burnt(law: LawKnowledge) -> None:
    assert judged(law, "animal-fat", "10.92", abp_category=1).status == Status.FORBIDDEN


@pytest.mark.parametrize(
    ("code", "hazardous", "origin", "target", "purpose", "procedure"),
    [
        ("170405", False, "DK", "DE", "recovery", Procedure.ANNEX_VII),
        ("100102", False, "DK", "SE", "recovery", Procedure.ANNEX_VII),
        ("190112", False, "DK", "SE", "recovery", Procedure.CHECK),
        ("190113", True, "DK", "NO", "recovery", Procedure.NOTIFICATION),
        ("160601", True, "DE", "IN", "recovery", Procedure.PROHIBITED),
        ("200301", False, "DE", "PL", "disposal", Procedure.NOTIFICATION),
        ("200301", False, "DE", "GB", "disposal", Procedure.PROHIBITED),
        ("170405", False, "GB", "DE", "recovery", Procedure.ANNEX_VII),
        ("170405", False, "DK", "DK", "recovery", Procedure.NONE),
        ("170405", False, "BR", "DK", "recovery", Procedure.CHECK),
    ],
)
def test_border_has_its_procedure(
    law: LawKnowledge,
    code: str,
    hazardous: bool,
    origin: str,
    target: str,
    purpose: str,
    procedure: Procedure,
) -> None:
    found = shipment(
        ewc_code=code,
        is_hazardous=hazardous,
        is_waste=True,
        from_country=origin,
        to_country=target,
        day=TODAY,
        knowledge=law,
        purpose=purpose,
    )
    assert found.procedure == procedure


def test_regulation_of_the_day_is_named(law: LawKnowledge) -> None:
    def basis(day: date) -> str:
        return shipment(
            ewc_code="170405",
            is_hazardous=False,
            is_waste=True,
            from_country="DK",
            to_country="DE",
            day=day,
            knowledge=law,
        ).legal_basis

    assert "1013/2006" in basis(date(2026, 5, 20))
    assert "2024/1157" in basis(date(2026, 5, 21))


def test_permit_is_compared_where_it_is_stated_and_asked_for_where_not(law: LawKnowledge) -> None:
    offer = Lot("coal-fly-ash", "DK", "waste", ASH)

    def permit(**said: frozenset[str]) -> tuple[Status, str]:
        receiver = Receiver("fly-ash", "DK", "23.51", **said)  # type: ignore[arg-type]
        found = verdict(offer, receiver, TODAY, law, operation="R5").of(Topic.PERMIT)[0]
        return found.status, found.text

    assert permit()[0] == Status.CHECK
    assert permit(permit_codes=frozenset({"1001"}))[0] == Status.GREEN
    assert permit(permit_codes=frozenset({"170405"})) == (
        Status.FORBIDDEN,
        "The permit of the site does not name 10 01 02",
    )
    assert permit(permit_codes=frozenset({"10"}), permit_operations=frozenset({"R4"}))[0] == Status.FORBIDDEN
    assert permits(frozenset({"10"}), "100102")


def test_product_asks_for_its_registration_and_needs_no_waste_permit(law: LawKnowledge) -> None:
    found = judged(law, "sulphuric-acid", "20.15")
    assert found.of(Topic.STATUS)[0].source == "Regulation (EC) No 1907/2006, Articles 2, 5 and 6"
    assert found.of(Topic.PERMIT)[0].status == Status.GREEN


# --- with the database --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_hazard_follows_from_the_codes() -> None:
    every = {
        slug: Resource.objects.get(slug=slug) for slug in ("recovered-fuel-oil", "coal-fly-ash", "hydrogen")
    }
    found = {slug: is_always_hazardous(resource, TODAY) for slug, resource in every.items()}
    assert found == {"recovered-fuel-oil": True, "coal-fly-ash": False, "hydrogen": False}


@pytest.mark.django_db
def test_code_that_ends_names_what_to_choose() -> None:
    code = code_of("160605", TODAY)
    assert code is not None
    assert (code.in_force, code.ends_on) == (True, date(2026, 12, 8))
    assert code.replaced_by[0] == "16 06 07*"


@pytest.mark.django_db
def test_masks_of_the_gate_say_what_the_verdict_says() -> None:
    law, tables = read_law(), gate_tables(TODAY)
    rows = dict(zip(tables.resource_ids.tolist(), range(len(tables.resource_ids)), strict=True))
    resources = list(Resource.objects.filter(kind="material", depth__gt=1))[::7]
    for resource in resources:
        for nace_code in ("01.46", "01.49", "10.91", "36.00", "81.30", "23.51", "01.13"):
            mask = np.uint64(uses_mask(nace_code, "fly-ash"))
            bits = tables.forbidden[0, rows[resource.pk]] & mask
            rules = judged(law, resource.slug, nace_code, asked_for="fly-ash").of(Topic.USE)
            assert bool(bits) == (Status.FORBIDDEN in {each.status for each in rules}), (resource, nace_code)


@pytest.mark.django_db
def test_uses_never_propose_what_is_forbidden_and_say_why(client: Client) -> None:
    page = text_of(client.get(reverse("resource", args=["sewage-sludge"])))
    assert "Forbidden by law" in page
    assert "Directive 86/278/EEC, Article 7(b) and (c)" in page
    found = client.get("/api/v1/resources/sewage-sludge/uses/").json()
    proposed = {use["activity"] for use in found["activities"]}
    assert not proposed & {"vegetable-farm", "greenhouse"}
    assert {use["activity"] for use in found["forbidden"]} >= {"vegetable-farm"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "key", "cells", "column", "right"),
    [
        (
            "law/prohibitions.csv",
            "catering-waste",
            {"use_class": "feed"},
            "use_class",
            "“feed” is not one of",
        ),
        ("law/prohibitions.csv", "catering-waste", {"legal_basis": ""}, "legal_basis", "is empty"),
        ("law/prohibitions.csv", "catering-waste", {"valid_from": "2011"}, "valid_from", "2026-12-09"),
        ("law/green_list.csv", "170405", {"code": "170499"}, "code", "not a six-digit code"),
        ("law/use_classes.csv", "food", {"operation": "R14"}, "operation", "R1 to R13"),
    ],
)
def test_wrong_row_of_law_is_named(
    edit_cell: EditCell, file: str, key: str, cells: dict[str, str], column: str, right: str
) -> None:
    with pytest.raises(TableError) as caught:
        load_catalogue(folder=edit_cell(file, key, **cells))
    assert caught.value.column == column
    assert right in str(caught.value)
