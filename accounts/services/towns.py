"""Writes: the table of towns."""

from django.db import connection, transaction

from accounts.models import Town
from accounts.selectors.towns import DATA

TOWNS_CSV = DATA / "towns.csv"


def load_towns() -> int:
    """Fill the town table from its file if it is empty or of another size; return how many towns there are."""
    with TOWNS_CSV.open(encoding="utf-8", newline="") as lines:
        columns = next(lines).strip()
        count = sum(1 for _line in lines)
        if Town.objects.count() != count:
            lines.seek(0)
            with transaction.atomic(), connection.cursor() as cursor:
                Town.objects.all().delete()
                cursor.copy_expert(f"COPY accounts_town ({columns}) FROM STDIN (FORMAT csv, HEADER)", lines)
    return count
