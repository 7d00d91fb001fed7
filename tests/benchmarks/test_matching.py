"""The benchmark of the engine, small, beside the peer that every database has."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from local.stack import ROOT


def _database_url() -> str:
    """The address of the database of this test process."""
    url = urlsplit(settings.DATABASE_URL)
    return url._replace(path=f"{url.path.rpartition('/')[0]}/{connection.settings_dict['NAME']}").geturl()


@pytest.mark.usefixtures("db")
def test_matching_small_market_agrees_with_sql_and_leaves_nothing(tmp_path: Path) -> None:
    words = ["--offers", "300", "--requests", "300", "--sample", "300", "--reach-km", "1500"]
    without_postgis = {"PG_BIN": str(tmp_path), "DATABASE_URL": _database_url()}
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.matching", *words],
        cwd=ROOT,
        env={**os.environ, **without_postgis},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)
    assert (result["peer"], result["agree"], result["sample"]) == ("earthdistance", True, 300)
    assert result["pairs"] > 300
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'bench%'")
        assert cursor.fetchone() == (0,)
