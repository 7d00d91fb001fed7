"""Backup and restore: what comes back is the same to the row and the byte, and what is not whole touches nothing."""

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from accounts.models import Organization, User
from events.models import Event
from exchange.keeping import archive
from exchange.keeping.tables import tables
from listings.models import Listing
from tests.conftest import MakeListing
from tests.exchange.keeping.conftest import Elsewhere
from tests.proof import if_proving
from tests.trading.conftest import agree, introduce
from trading.models import Agreement


def hashes() -> dict[str, str]:
    """Return of every table one hash of its rows, whatever their order on the disk."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(
                f"SELECT md5(string_agg(h, '' ORDER BY h)) FROM (SELECT md5(t::text) h FROM {table.name} t) r"
            )
            found[table.name] = cursor.fetchone()[0]
    return found


def schema() -> list[Any]:
    """Return indexes, constraints and triggers, but for casts: what the database writes, it reads with other ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
            "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated::text "
            "FROM pg_constraint WHERE connamespace = 'public'::regnamespace UNION ALL "
            "SELECT pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
        )
        return sorted(
            re.sub(r"::(text|character varying)(\[\])?|[() ]", "", row[0]) for row in cursor.fetchall()
        )


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    default_storage.save("rooms/7/paper", ContentFile(b"what was agreed"))
    return tmp_path / "media"


def backup(path: Path) -> str:
    """Make a backup and return what was said."""
    said = StringIO()
    call_command("backup", path, stdout=said)
    return said.getvalue()


def restore(path: Path, **options: Any) -> str:
    """Restore a backup and return what was said."""
    said = StringIO()
    call_command("restore", path, stdout=said, **options)
    return said.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_restored_database_is_the_same_to_the_row(
    make_offer: MakeListing,
    cement_works: Organization,
    media: Path,
    tmp_path: Path,
    elsewhere_database: Elsewhere,
) -> None:
    agreement = agree(introduce(make_offer(), cement_works))
    file = tmp_path / "kept"
    said = backup(file)
    assert ", 1 files, " in said
    assert file.stat().st_mode & 0o777 == 0o600
    before, drawn = hashes(), schema()
    assert before["trading_agreement"] is not None
    default_storage.delete("rooms/7/paper")
    with elsewhere_database():
        Organization.objects.create(name="Another", slug="another")
        with pytest.raises(CommandError, match=r"not empty \(1 in accounts_organization\): give --yes"):
            restore(file)
        assert Organization.objects.get().name == "Another"
        assert "Restored: " in restore(file, yes=True)
        assert hashes() == before
        assert schema() == drawn
        check_invariants(agreement.pk)
    assert (media / "rooms/7/paper").read_bytes() == b"what was agreed"


def check_invariants(agreement: int) -> None:
    """Assert what holds by the database itself: the log stays, allotted amounts add up, and new keys are free."""
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.update(kind="other")
    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.filter(pk=agreement).delete()
    assert Listing.objects.get().allocated == Decimal(1000)
    user = User.objects.create(email="next@example.org")
    assert user.pk > User.objects.exclude(pk=user.pk).order_by("-pk")[0].pk


def shortened(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def turned(path: Path) -> None:
    """Change one byte of what people sent."""
    content = path.read_bytes()
    path.write_bytes(content.replace(b"what was agreed", b"what was agreEd"))


def rewritten(change: Callable[[dict[str, bytes]], None]) -> Callable[[Path], None]:
    """Change members as somebody does who knows the format and mends the sums of the ZIP."""

    def tamper(path: Path) -> None:
        with zipfile.ZipFile(path) as old:
            members = {name: old.read(name) for name in old.namelist()}
        change(members)
        with zipfile.ZipFile(path, "w") as new:
            for name, content in members.items():
                new.writestr(name, content)

    return tamper


def other_rows(members: dict[str, bytes]) -> None:
    members["tables/accounts_organization"] = members["tables/accounts_organization"].replace(b"Asn", b"Ash")


def without_a_member(members: dict[str, bytes]) -> None:
    del members["tables/events_event"]


def with_another(members: dict[str, bytes]) -> None:
    members["media/../../evil"] = b"x"


def manifest(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members[archive.MANIFEST] = json.dumps(json.loads(members[archive.MANIFEST]) | changes).encode()

    return change


def of_the_future(members: dict[str, bytes]) -> None:
    said = json.loads(members[archive.MANIFEST])
    manifest(migrations=[*said["migrations"], ["accounts", "9999_tomorrow"]])(members)


def with_other_numbers(members: dict[str, bytes]) -> None:
    """Rows that do not fit, under sums that do: only the database can tell."""
    said = json.loads(members[archive.MANIFEST])
    content = members["tables/accounts_organization"] + b"nonsense\n"
    members["tables/accounts_organization"] = content
    said["members"]["tables/accounts_organization"] = {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    members[archive.MANIFEST] = json.dumps(said).encode()


def without_a_manifest(members: dict[str, bytes]) -> None:
    del members[archive.MANIFEST]


def nonsense(path: Path) -> None:
    path.write_bytes(b"not a backup")


BROKEN = {
    "cut short": (shortened, "cut short"),
    "half": (halved, "cut short"),
    "a byte turned": (turned, "damaged: media/rooms/7/paper"),
    "rows changed": (rewritten(other_rows), "was changed or is damaged: tables/accounts_organization"),
    "a table missing": (rewritten(without_a_member), "its members are not those"),
    "a file more": (rewritten(with_another), "its members are not those"),
    "another format": (rewritten(manifest(format=2)), "has format 2, this release reads 1"),
    "another product": (rewritten(manifest(product="other")), "no backup of loopyard"),
    "a newer release": (rewritten(of_the_future), "does not know accounts.9999_tomorrow"),
    "no manifest": (rewritten(without_a_manifest), "has no manifest"),
    "something else": (nonsense, "is no backup"),
    "rows that do not fit": (rewritten(with_other_numbers), "accounts_organization"),
}


@pytest.mark.django_db(transaction=True)
def test_what_is_not_whole_is_refused_and_nothing_touched(
    asnaes: Organization, media: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "kept"
    backup(whole)
    before = hashes()
    for name, (tamper, said) in BROKEN.items():
        file = tmp_path / name
        file.write_bytes(whole.read_bytes())
        tamper(file)
        with pytest.raises(CommandError, match=said):
            restore(file, yes=True)
        assert (media / "rooms/7/paper").read_bytes() == b"what was agreed", name
    with pytest.raises(CommandError, match="cannot be read"):
        restore(tmp_path / "missing", yes=True)
    with pytest.raises(CommandError, match="not the one that was asked for"):
        restore(whole, yes=True, digest="0" * 64)
    with pytest.raises(CommandError, match="is there already"):
        backup(whole)
    assert hashes() == before


@pytest.mark.mass
@if_proving
@pytest.mark.django_db(transaction=True)
def test_an_empty_database_is_made_from_the_backup_alone(
    asnaes: Organization, media: Path, tmp_path: Path, elsewhere_database: Elsewhere
) -> None:
    file = tmp_path / "kept"
    backup(file)
    before, drawn = hashes(), schema()
    with elsewhere_database("template0"):
        restore(file)
        assert hashes() == before
        assert schema() == drawn


@pytest.mark.mass
@if_proving
@pytest.mark.django_db(transaction=True)
def test_a_backup_of_an_older_release_is_brought_up_to_date(
    media: Path, tmp_path: Path, elsewhere_database: Elsewhere
) -> None:
    file = tmp_path / "older"
    drawn = schema()
    with elsewhere_database():
        call_command("migrate", "listings", "0010", verbosity=0)
        Organization.objects.create(name="Of before", slug="of-before")
        backup(file)
        before = hashes()
    assert "listings_listingfile" not in before
    with elsewhere_database():
        restore(file)
        after = hashes()
        assert {name for name in before if after[name] != before[name]} <= {
            "django_migrations",
            "django_content_type",
            "auth_permission",
        }
        assert "listings_listingfile" in after
        assert schema() == drawn
