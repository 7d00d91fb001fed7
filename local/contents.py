"""Whether a database holds what these sources would fill it with. The database itself remembers it, so that neither
another one nor one that was emptied meanwhile is taken for it.

What it remembers is a digest alone: the sign-ins are kept beside, where only their owner reads them.

Called as a script, with the interpreter that has the driver: `-m local.contents read`, or `write DIGEST`.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from local.console import step
from local.packages import python_in
from local.processes.cluster import Cluster
from local.processes.supervisor import Supervisor
from local.stack import ROOT, fill_database, nothing_else

NOTHING = "nothing"


def fill_database_if_changed(
    supervisor: Supervisor, cluster: Cluster, *, meanwhile: Callable[[], None] = nothing_else
) -> Mapping[str, str]:
    """Fill the database, unless this very one was filled from the same sources; return the sign-ins."""
    sources = fingerprint(ROOT)
    sign_ins = known_sign_ins(supervisor, cluster, sources)
    if sign_ins is not None:
        with step("contents") as remarks:
            remarks.append("up to date")
        return sign_ins
    _database(supervisor, cluster, "write", NOTHING)
    sign_ins = fill_database(supervisor, cluster, meanwhile=meanwhile)
    remember(supervisor, cluster, sources, sign_ins)
    return sign_ins


def known_sign_ins(supervisor: Supervisor, cluster: Cluster, sources: str) -> Mapping[str, str] | None:
    """Return the sign-ins that work in the database if it was filled from these sources, else None."""
    kept = _kept(cluster)
    if not kept.is_file():
        return None
    sign_ins: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
    return sign_ins if _database(supervisor, cluster, "read") == _digest(sources, sign_ins) else None


def remember(supervisor: Supervisor, cluster: Cluster, sources: str, sign_ins: Mapping[str, str]) -> None:
    """Note in the database that it was filled from these sources, with these sign-ins."""
    kept = _kept(cluster)
    unfinished = kept.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(dict(sign_ins)), encoding="utf-8")
    unfinished.replace(kept)
    _database(supervisor, cluster, "write", _digest(sources, sign_ins))


def fingerprint(root: Path) -> str:
    """Changes with every source and data file that could change what the database is filled with."""
    folders = [each for each in root.iterdir() if (each / "__init__.py").is_file() and each.name != "tests"]
    files = sorted(
        path for each in folders for path in each.rglob("*") if path.suffix in (".py", ".csv", ".json")
    )
    facts = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _kept(cluster: Cluster) -> Path:
    return cluster.state / "sign_ins.json"


def _digest(sources: str, sign_ins: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps([sources, dict(sign_ins)], sort_keys=True).encode()).hexdigest()


def _database(supervisor: Supervisor, cluster: Cluster, *words: str) -> str:
    script = cluster.program("contents", python_in(cluster.venv), "-m", "local.contents", *words)
    return supervisor.run(replace(script, folder=ROOT)).decode().strip()


# --- the script ---------------------------------------------------------------------------------------------
def main(words: list[str]) -> None:
    """Print what the database remembers, or let it remember something else."""
    import environ
    import psycopg2

    given = environ.Env().db("DATABASE_URL")
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    address = {name: given[key] for key, name in names.items() if given.get(key)}
    connection = psycopg2.connect(**address, **given.get("OPTIONS", {}))
    with connection, connection.cursor() as cursor:
        if words[0] == "write":
            cursor.execute("CREATE TABLE IF NOT EXISTS local_contents (digest text NOT NULL)")
            cursor.execute("DELETE FROM local_contents")
            cursor.execute("INSERT INTO local_contents VALUES (%s)", [words[1]])
            return
        cursor.execute("SELECT to_regclass('local_contents') IS NOT NULL")
        if cursor.fetchone() == (True,):
            cursor.execute("SELECT digest FROM local_contents")
            print(*(cursor.fetchone() or [NOTHING]))


if __name__ == "__main__":
    main(sys.argv[1:])
