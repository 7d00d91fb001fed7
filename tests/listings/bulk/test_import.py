"""From a file to listings: what is understood, what is refused, what the same file does again."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Organization, Site, User
from catalogue.models import EwcCode, Resource
from common.errors import Conflict, Invalid
from events.models import Event, Job
from events.services import MOST_JOBS_OF_A_KIND
from listings.bulk.rows import Way
from listings.bulk.services import (
    check_import,
    preview,
    read_otherwise,
    reading_of,
    refused_rows,
    start_import,
    take_import,
    way_of,
    write_import,
)
from listings.models import ImportState, Listing, ListingImport, State
from listings.services.listings import edit_listing, terms_of, withdraw_listing
from tests.conftest import MakeListing
from tests.listings.bulk.files import HEAD, as_csv, as_xlsx, row, upload

pytestmark = pytest.mark.django_db

Import = Callable[..., ListingImport]


@pytest.fixture
def bring(seller: User, asnaes: Organization, asnaes_site: Site) -> Import:
    """`bring(rows, take=True, only_whole=False, publish=True)`: send a file, check it, and list it."""

    def go(
        rows: Sequence[Sequence[Any]] | bytes,
        *,
        take: bool = True,
        only_whole: bool = False,
        publish: bool = True,
    ) -> ListingImport:
        content = rows if isinstance(rows, bytes) else as_csv(rows)
        found = start_import(actor=seller, organization=asnaes, upload=upload(content))
        check_import(import_id=found.pk)
        if take:
            take_import(actor=seller, listing_import=found, publish=publish, only_whole=only_whole)
            write_import(import_id=found.pk)
        found.refresh_from_db()
        return found

    return go


def counts(found: ListingImport) -> tuple[int, int, int, int]:
    return tuple(found.counts[name] for name in ("created", "updated", "unchanged", "refused"))


def wrong(found: ListingImport) -> list[tuple[int, str, str]]:
    return list(found.problems.values_list("row", "field", "text"))


# --- understood ---------------------------------------------------------------------------------------------
def test_row_becomes_a_listing_on_the_market_with_its_events(bring: Import, seller: User) -> None:
    head = [*HEAD, "price", "waste code", "quality", "months", "description", "until", "smallest lot"]
    more = ["-8.50", "10 01 02", "loss-on-ignition: ..5", "Jan-Mar", "Dry", "31.12.2030", "25"]
    found = bring([head, [*row(), *more]])
    assert (found.state, counts(found)) == (ImportState.DONE, (1, 0, 0, 0))
    listing = Listing.objects.get()
    terms = terms_of(listing)
    assert (terms.external_id, terms.side, terms.resource.slug) == ("FA-01", "offer", "coal-fly-ash")
    assert (listing.amount, listing.unit_price, listing.minimum_amount) == (
        Decimal(12_000),
        Decimal("-8.5"),
        Decimal(25),
    )
    assert (terms.ewc_code, terms.months, terms.description) == ("100102", (1, 2, 3), "Dry")
    assert terms.quality == {"loss-on-ignition": (None, Decimal(5))}
    assert (terms.available_from, terms.available_until) == (date(2026, 1, 1), date(2030, 12, 31))
    assert (listing.state, listing.created_by, listing.place) == (State.PUBLISHED, seller, "Kalundborg, DK")
    kinds = Event.objects.filter(subject_type="listings.listing").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["listing.created", "listing.published"]
    assert Job.objects.filter(task="matching.tasks.match_listing").count() == 1
    assert Event.objects.filter(kind="listing_import.done").get().data == {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "refused": 0,
    }


def test_german_table_in_latin_1_with_decimal_commas_is_understood(bring: Import, asnaes_site: Site) -> None:
    text = (
        "Nummer;Art;Stoff;Menge (t/a);AVV;Preis;Währung;gefährlich;Standort;ab;Offenlegung\r\n"
        "A1;Angebot;Flugasche;1.200,5;10 01 02;-8,50;EUR;nein;Asnæsværket;1.1.2026;anonym\r\n"
        "A2;Gesuch;coal bottom ash;12.000;;;;;asnaesvaerket;;\r\n"
    )
    found = bring(text.encode("latin-1"), publish=False)
    assert (reading_of(found).encoding, way_of(found).decimal) == ("cp1252", "comma")
    assert wrong(found) == []
    first, second = Listing.objects.order_by("side")
    assert (first.quantity, first.unit, first.period) == (Decimal("1200.5"), "t", "year")
    assert (first.price, first.disclosure, first.state) == (Decimal("-8.5"), "anonymous", State.DRAFT)
    assert (second.side, second.quantity, second.available_until) == ("request", Decimal(12_000), None)


def test_site_need_not_be_named_where_there_is_but_one_and_is_by_its_town_too(
    bring: Import, asnaes_site: Site
) -> None:
    head = ["resource", "quantity", "unit", "site"]
    found = bring([head, ["coal fly ash", "5", "t", ""], ["coal fly ash", "6", "t", "Kalundborg"]])
    assert counts(found) == (2, 0, 0, 0)
    assert {listing.site for listing in Listing.objects.all()} == {asnaes_site}


def test_waste_code_alone_may_say_what_it_is_where_it_means_but_one(bring: Import) -> None:
    codes = Counter(code for codes in Resource.objects.values_list("ewc_codes", flat=True) for code in codes)
    plain = EwcCode.objects.filter(hazardous=False, changes_on=None, valid_until=None, level=3)
    weighed = Resource.objects.filter(dimension="mass", ewc_codes__len__gt=0).values_list(
        "ewc_codes", flat=True
    )
    known = {*plain.values_list("code", flat=True)} & {code for codes in weighed for code in codes}
    one = min(code for code in known if codes[code] == 1)
    found = bring(
        [["resource", "waste code", "quantity", "unit"], ["", one, "5", "t"], ["", "10 01 05", "5", "t"]]
    )
    [(number, field, text)] = wrong(found)
    assert (number, field) == (3, "resource")
    assert text.startswith("Which one is it: “")
    listing = Listing.objects.get()
    assert listing.ewc_code == one
    assert one in listing.resource.ewc_codes


def test_workbook_and_csv_of_the_same_rows_make_the_same_listings(bring: Import) -> None:
    bring([HEAD, row()])
    found = bring(
        as_xlsx(
            [HEAD, ["FA-01", "offer", "Coal fly ash", 12000, "t", "year", "Asnæsværket", date(2026, 1, 1)]]
        )
    )
    assert counts(found) == (0, 0, 1, 0)


def test_preview_shows_the_first_rows_as_they_are_understood(bring: Import) -> None:
    found = bring([HEAD, row(), row(our_number="FA-02", quantity="-1")], take=False)
    right, bad = preview(found)
    assert right.terms is not None
    assert (right.terms.quantity, right.terms.resource.name) == (Decimal(12_000), "Coal fly ash")
    assert (bad.terms, [p.field for p in bad.problems]) == (None, ["quantity"])


# --- again --------------------------------------------------------------------------------------------------
def test_same_file_again_changes_nothing(bring: Import) -> None:
    rows = [HEAD, row(), row(our_number="FA-02", quantity="5")]
    bring(rows)
    before = list(Listing.objects.values_list("pk", "changed_at"))
    events = Event.objects.filter(subject_type="listings.listing").count()
    assert counts(bring(rows)) == (0, 0, 2, 0)
    assert list(Listing.objects.values_list("pk", "changed_at")) == before
    assert Event.objects.filter(subject_type="listings.listing").count() == events


def test_same_file_again_changes_nothing_without_numbers_of_ones_own(bring: Import) -> None:
    head = ["resource", "quantity", "unit"]
    rows = [head, ["coal fly ash", "5", "t"], ["coal fly ash", "5", "t"], ["coal fly ash", "6", "t"]]
    assert counts(bring(rows)) == (3, 0, 0, 0)
    assert counts(bring(rows)) == (0, 0, 3, 0)
    assert counts(bring([*rows, ["coal fly ash", "5", "t"]])) == (1, 0, 3, 0)


def test_changed_row_changes_its_listing_and_a_column_that_is_missing_stays(bring: Import) -> None:
    bring([[*HEAD, "description"], [*row(), "Dry"]])
    found = bring([HEAD, row(quantity="9000"), row(our_number="FA-02")])
    assert counts(found) == (1, 1, 0, 0)
    listing = Listing.objects.get(external_id="FA-01")
    assert (listing.amount, listing.description) == (Decimal(9_000), "Dry")
    last = Event.objects.filter(subject_type="listings.listing", subject_id=listing.pk).latest("pk")
    assert last.kind == "listing.changed"


def test_listing_is_found_by_its_own_number_and_a_foreign_one_is_as_a_missing_one(
    bring: Import, make_offer: MakeListing, make_request: MakeListing
) -> None:
    own, foreign = make_offer(), make_request()
    head = [*HEAD, "listing"]
    rows = [
        [*row(quantity="7"), own.pk],
        [*row(our_number="X"), foreign.pk],
        [*row(our_number="Y"), 999_999],
    ]
    found = bring([head, *rows])
    assert counts(found) == (0, 1, 0, 2)
    own.refresh_from_db()
    assert (own.amount, own.external_id) == (Decimal(7), "FA-01")
    assert len({text for _row, _field, text in wrong(found)}) == 1


def test_number_that_another_listing_has_is_refused(bring: Import, make_offer: MakeListing) -> None:
    first, second = make_offer(external_id="FA-01"), make_offer()
    found = bring([[*HEAD, "listing"], [*row(), second.pk]])
    assert wrong(found) == [(2, "external_id", "Another listing of yours has this number already.")]
    assert first.external_id == "FA-01"


def test_number_twice_in_a_file_is_refused_at_the_second(bring: Import) -> None:
    found = bring([HEAD, row(), row(quantity="5")])
    assert counts(found) == (1, 0, 0, 1)
    assert wrong(found) == [(3, "external_id", "“FA-01” stands in row 2 already; one listing, one row.")]


def test_withdrawn_listing_is_refused_not_brought_back(bring: Import, seller: User) -> None:
    bring([HEAD, row()])
    withdraw_listing(actor=seller, listing=Listing.objects.get())
    found = bring([HEAD, row()])
    assert counts(found) == (0, 0, 0, 1)
    assert "withdrawn" in wrong(found)[0][2]


def test_offer_does_not_become_a_request(bring: Import) -> None:
    bring([HEAD, row()])
    assert wrong(bring([HEAD, row(side="request")])) == [
        (2, "side", "An offer cannot become a request. List it anew.")
    ]


def test_own_number_is_once_in_an_organization_by_form_too(
    bring: Import, seller: User, make_offer: MakeListing
) -> None:
    bring([HEAD, row()])
    with pytest.raises(Invalid) as error:
        make_offer(external_id="FA-01")
    assert error.value.fields == {"external_id": ["Another listing of yours has this number already."]}
    other = make_offer(external_id="FA-02")
    with pytest.raises(Invalid):
        edit_listing(actor=seller, listing=other, terms=terms_of(Listing.objects.get(external_id="FA-01")))


def test_two_organizations_may_use_the_same_number(bring: Import, make_request: MakeListing) -> None:
    make_request(external_id="FA-01")
    assert counts(bring([HEAD, row()])) == (1, 0, 0, 0)


# --- refused ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"quantity": "0"}, "quantity", "Type a number above zero"),
        ({"quantity": "12,000"}, "quantity", "“12,000” can be read in two ways. Write 12000 or 12"),
        ({"quantity": "5 kg"}, "quantity", "It says kg here and t as the unit"),
        ({"unit": ""}, "unit", "Say in which unit it counts"),
        ({"unit": "m2"}, "unit", "does not measure this resource"),
        ({"resource": ""}, "resource", "Say what it is"),
        ({"resource": "fly ashh coal"}, "resource", "oal fly ash"),
        ({"site": "Atlantis"}, "site", "You have no site “Atlantis”; yours are: “Asnæsværket”"),
        ({"site": "54.5, 6.0"}, "site", "it may not lie in the sea"),
        ({"from": "1.1.1900"}, "available_from", "Choose a day from Jan. 1, 2000"),
        ({"from": "1900-01-01"}, "available_from", "Choose a day from Jan. 1, 2000"),
        ({"from": "31.2.2026"}, "available_from", "There is no such day"),
        ({"side": ""}, "side", "is none of: offer, request"),
        ({"our number": "x" * 81}, "external_id", "At most 80 characters"),
    ],
)
def test_wrong_cell_is_answered_with_what_would_be_right(
    bring: Import, changes: dict[str, str], field: str, said: str
) -> None:
    changed = {name.replace(" ", "_"): value for name, value in changes.items()}
    found = bring([HEAD, row(**changed)])
    [(number, name, text)] = wrong(found)
    assert (number, name) == (2, field)
    assert said in text
    assert not Listing.objects.exists()


def test_everything_that_is_wrong_in_a_row_is_told_at_once(bring: Import) -> None:
    head = [*HEAD, "waste code", "months", "currency"]
    found = bring(
        [head, [*row(resource="unobtainium", quantity="-1", **{"from": "1.1.1900"}), "999999", "13", "XYZ"]]
    )
    assert {field for _row, field, _text in wrong(found)} == {
        "resource",
        "quantity",
        "available_from",
        "ewc_code",
        "months",
        "currency",
    }


def test_good_rows_are_listed_and_the_others_come_back_with_what_is_wrong(bring: Import) -> None:
    found = bring([HEAD, row(), row(our_number="FA-02", unit="bushel")])
    assert (found.state, counts(found)) == (ImportState.DONE, (1, 0, 0, 1))
    head, refused = refused_rows(found)
    assert head == [*HEAD, "What is wrong"]
    assert refused[:2] == ["FA-02", "offer"]
    assert refused[-1].startswith("unit: “bushel” is not a unit we know")


def test_all_or_nothing_lists_nothing_where_a_row_is_wrong(bring: Import) -> None:
    found = bring([HEAD, row(), row(our_number="FA-02", unit="bushel")], only_whole=True)
    assert (found.state, counts(found)) == (ImportState.CHECKED, (1, 0, 0, 1))
    assert "Nothing was listed" in found.refusal
    assert not Listing.objects.exists()
    assert not Event.objects.filter(subject_type="listings.listing").exists()
    assert not Job.objects.filter(task__startswith="matching").exists()


# --- read otherwise -----------------------------------------------------------------------------------------
def test_columns_can_be_corrected_and_what_was_chosen_is_kept(bring: Import, seller: User) -> None:
    found = bring([["stuff", "how heavy"], ["coal fly ash", "5"]], take=False)
    assert (found.mapping, counts(found)) == ({}, (0, 0, 0, 1))
    way = Way(mapping={"resource": 0, "quantity": 1}, unit="t", period="month", side="request")
    read_otherwise(actor=seller, listing_import=found, reading=reading_of(found), way=way)
    check_import(import_id=found.pk)
    found.refresh_from_db()
    assert (found.state, counts(found), way_of(found)) == (ImportState.CHECKED, (1, 0, 0, 0), way)
    take_import(actor=seller, listing_import=found, publish=True, only_whole=False)
    write_import(import_id=found.pk)
    listing = Listing.objects.get()
    assert (listing.side, listing.amount) == ("request", Decimal(60))


def test_check_of_an_older_way_does_not_overwrite_that_of_a_newer(bring: Import, seller: User) -> None:
    found = bring([HEAD, row()], take=False)
    way = way_of(found)
    read_otherwise(actor=seller, listing_import=found, reading=reading_of(found), way=Way({}, period="year"))
    jobs = Job.objects.filter(task="listings.tasks.check_import").count()
    assert jobs == 2
    ListingImport.objects.filter(pk=found.pk).update(state=ImportState.CHECKED, counts={"rows": 7})
    check_import(import_id=found.pk)
    found.refresh_from_db()
    assert found.counts == {"rows": 7}
    assert way != way_of(found)


def test_import_is_taken_once(bring: Import, seller: User) -> None:
    found = bring([HEAD, row()])
    with pytest.raises(Conflict):
        take_import(actor=seller, listing_import=found, publish=True, only_whole=False)
    write_import(import_id=found.pk)
    assert Listing.objects.count() == 1


def test_worker_that_dies_leaves_nothing_and_the_next_begins_anew(bring: Import, seller: User) -> None:
    found = bring([HEAD, row()], take=False)
    take_import(actor=seller, listing_import=found, publish=True, only_whole=False)
    with transaction.atomic():
        write_import(import_id=found.pk)
        transaction.set_rollback(True)
    assert not Listing.objects.exists()
    write_import(import_id=found.pk)
    assert Listing.objects.count() == 1


def test_few_listings_are_matched_one_by_one_and_very_many_by_one_run(bring: Import) -> None:
    many = MOST_JOBS_OF_A_KIND + 1
    rows = [row(our_number=f"N{n}", quantity=str(n)) for n in range(1, many + 1)]
    bring([HEAD, *rows[:3]])
    assert Job.objects.filter(task="matching.tasks.match_listing").count() == 3
    bring([HEAD, *[[*each[:3], "7", *each[4:]] for each in rows]])
    assert Job.objects.filter(task="matching.tasks.match_listing").count() == 3
    assert Job.objects.filter(task="matching.tasks.match_market").count() == 1
