"""Writes: the tables of towns and their names."""

import hashlib
import io
from collections.abc import Iterator

from django.db import connection, transaction

from accounts.models import Town, TownName, TownRelease
from accounts.selectors.towns import DATA
from common.reading.names import name_keys
from common.reading.tables import read_table

TOWNS_CSV = DATA / "towns.csv"
TOWN_NAMES_CSV = DATA / "town_names.csv"
_LOADED_AS = "1"
"""Part of the digest of what is loaded: another number when `name_keys`, or what is made of the files, changes."""


def load_towns() -> int:
    """Bring the tables of towns and their names in line with the files, if they are not; return how many towns."""
    digest = _digest_of_files()
    if not TownRelease.objects.filter(digest=digest).exists():
        with transaction.atomic(), connection.cursor() as cursor:
            # Who else loads waits here, and readers keep what there was until all is there.
            cursor.execute("LOCK TABLE accounts_townrelease IN SHARE ROW EXCLUSIVE MODE")
            if not TownRelease.objects.filter(digest=digest).exists():
                cursor.execute("DELETE FROM accounts_townname")
                cursor.execute("DELETE FROM accounts_town")
                with TOWNS_CSV.open(encoding="utf-8", newline="") as lines:
                    columns = next(lines).strip()
                    lines.seek(0)
                    cursor.copy_expert(
                        f"COPY accounts_town ({columns}) FROM STDIN (FORMAT csv, HEADER)", lines
                    )
                cursor.copy_expert(
                    "COPY accounts_townname (town_id, key, name, own, rank) FROM STDIN",
                    io.StringIO("".join(_lines_of_names())),
                )
                TownRelease.objects.update_or_create(pk=1, defaults={"digest": digest})
    return Town.objects.count()


def _digest_of_files() -> str:
    digest = hashlib.sha256(_LOADED_AS.encode())
    for path in (TOWNS_CSV, TOWN_NAMES_CSV):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _lines_of_names() -> Iterator[str]:
    """Return what COPY takes: a line for each key of each town."""
    others = {row["town"]: row["names"].split("|") for row in read_table(TOWN_NAMES_CSV).rows}
    towns = read_table(TOWNS_CSV).rows
    largest: dict[tuple[str, str], int] = {}
    for town in towns:
        called, people = (town["country"], town["name"]), int(town["population"])
        largest[called] = max(largest.get(called, 0), people)
    for town in towns:
        name, people = town["name"], int(town["population"])
        own = [name] if name == town["ascii_name"] else [name, town["ascii_name"]]
        if "/" in name or "(" in name:
            # Brackets tell towns apart, Halle (Saale), or name a part, Zürich (Kreis 11); a stroke parts languages.
            bare = (name.partition(" (")[0], *name.split(" / "))
            own += [each for each in bare if people > largest.get((town["country"], each), 0)]
        named = {key: (name, "t", people) for each in own for key in name_keys(each)}
        for other in others.get(town["id"], ()):
            for key in name_keys(other):
                named.setdefault(key, (other, "f", people // TownName.OTHER_COUNTS))
        for key, (each, is_own, rank) in named.items():
            yield f"{town['id']}\t{key}\t{each}\t{is_own}\t{rank}\n"
