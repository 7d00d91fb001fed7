"""Twenty thousand rows: how long, how much memory, and every planted error found, no other."""

import os
import time
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization, Site, User
from accounts.services.sites import SiteDetails, create_site
from catalogue.models import Resource
from events.models import Event, Job
from listings.bulk.services import check_import, start_import, write_import
from listings.models import ImportProblem, ImportState, Listing, ListingImport
from tests.listings.bulk.files import HEAD, as_csv, as_xlsx, row, upload
from tests.proof import PROVING

ROWS = 20_000 if PROVING else 1_000
PLANTED = 300 if PROVING else 16
"""Every so many rows one is wrong, in one of eight ways by turns."""
WRONG = (
    ("quantity", {"quantity": "-5"}, "Type a number above zero"),
    ("quantity", {"quantity": "a lot"}, "Type a number"),
    ("unit", {"unit": "bushel"}, "not a unit we know"),
    ("site", {"site": "Atlantis"}, "You have no site “Atlantis”"),
    ("resource", {"resource": "unobtainium"}, "We know no resource"),
    ("available_from", {"from": "1.1.1900"}, "Choose a day from"),
    ("period", {"per": "fortnight"}, "is none of: once, year, month, week, day"),
    ("side", {"side": "swap"}, "is none of: offer, request"),
)

pytestmark = [pytest.mark.mass, pytest.mark.django_db]


def rows_of(sites: list[Site]) -> tuple[list[list[object]], dict[int, tuple[str, str]]]:
    """Return the rows, and by number of row what is wrong in it."""
    names = list(
        Resource.objects.listable()
        .filter(dimension="mass", kind="material")
        .values_list("name", flat=True)[:300]
    )
    rows: list[list[object]] = [list(HEAD)]
    planted: dict[int, tuple[str, str]] = {}
    step = ROWS // PLANTED
    for number in range(2, ROWS + 2):
        changes: dict[str, object] = {
            "our_number": f"N-{number}",
            "resource": names[number % len(names)],
            "quantity": f"{number},5",
            "site": sites[number % len(sites)].name,
        }
        if number % step == 0 and len(planted) < PLANTED:
            field, wrong, text = WRONG[len(planted) % len(WRONG)]
            planted[number] = (field, text)
            changes |= wrong
        rows.append(row(**changes))
    return rows, planted


@pytest.fixture
def sites(seller: User, asnaes: Organization) -> list[Site]:
    """Twelve sites along a line."""
    return [
        create_site(
            actor=seller,
            organization=asnaes,
            details=SiteDetails(f"Works {n}", "Kalundborg", "DK", 55.0 + n / 20, 11.08),
        )
        for n in range(12)
    ]


def sent(actor: User, organization: Organization, content: bytes, name: str) -> ListingImport:
    return start_import(actor=actor, organization=organization, upload=upload(content, name))


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_file_of_many_rows_is_checked_written_and_the_same_again_changes_nothing(
    seller: User, asnaes: Organization, sites: list[Site], kind: str
) -> None:
    rows, planted = rows_of(sites)
    content = as_csv(rows, encoding="cp1252", delimiter=";") if kind == "csv" else as_xlsx(rows)
    good = ROWS - len(planted)
    before_mb = rss_mb()
    worked_s, started_s = time.process_time(), time.monotonic()
    found = sent(seller, asnaes, content, f"many.{kind}")
    sent_s = time.monotonic() - started_s
    check_import(import_id=found.pk)
    checked_s = time.monotonic() - started_s
    found.refresh_from_db()
    assert found.counts == {
        "rows": ROWS,
        "created": good,
        "updated": 0,
        "unchanged": 0,
        "refused": len(planted),
    }
    told = {p.row: (p.field, p.text) for p in ImportProblem.objects.filter(listing_import=found)}
    assert len(told) == ImportProblem.objects.count() == len(planted)
    for number, (field, text) in planted.items():
        assert told[number][0] == field
        assert text in told[number][1]

    found.state = ImportState.WRITING
    found.save(update_fields=["state"])
    written_s = time.monotonic()
    with CaptureQueriesContext(connection) as queries:
        write_import(import_id=found.pk)
    written_s = time.monotonic() - written_s
    worked_s = time.process_time() - worked_s
    print(
        f"{kind}: sent {sent_s:.1f} s, checked {checked_s - sent_s:.1f} s, written {written_s:.1f} s, "
        f"of that {worked_s:.1f} s of this process, {len(queries)} queries, +{rss_mb() - before_mb:.0f} MB"
    )
    assert Listing.objects.filter(organization=asnaes, state="published").count() == good
    assert Event.objects.filter(kind="listing.published").count() == good
    # One run over the market, and none for each of the listings.
    assert list(Job.objects.filter(task__startswith="matching").values_list("task", flat=True)) == [
        "matching.tasks.match_market"
    ]

    again = sent(seller, asnaes, content, f"many.{kind}")
    ListingImport.objects.filter(pk=again.pk).update(state=ImportState.WRITING)
    events = Event.objects.exclude(subject_type="listings.listingimport").count()
    again_s = time.monotonic()
    write_import(import_id=again.pk)
    again_s = time.monotonic() - again_s
    print(f"{kind}: again {again_s:.1f} s, +{rss_mb() - before_mb:.0f} MB")
    again.refresh_from_db()
    assert again.counts == {
        "rows": ROWS,
        "created": 0,
        "updated": 0,
        "unchanged": good,
        "refused": len(planted),
    }
    assert Event.objects.exclude(subject_type="listings.listingimport").count() == events
    # Of this process alone: what else the machine does then shall not decide.
    assert worked_s < 30
    assert rss_mb() - before_mb < 150
