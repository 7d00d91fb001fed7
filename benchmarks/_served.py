"""The pages and the API as the house serves them, for a benchmark."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local.processes.cluster import Cluster
from local.processes.supervisor import MARK, end, spawn
from local.stack import answers, free_port, services, short_folder, sole_owner

READY_WITHIN_S: Final = 90.0


@contextmanager
def served() -> Iterator[tuple[int, int]]:
    """The pages and the API as the house serves them; yields the port and the process."""
    state, port = short_folder(), free_port()
    environment = {**os.environ, MARK: str(state)}
    with sole_owner(state, throw_away=True):
        cluster = Cluster(state=state, venv=Path(sys.prefix), environment=environment)
        cluster.make_folders()
        process = spawn(services(cluster, port)[0])
        try:
            deadline_s = time.monotonic() + READY_WITHIN_S
            while not answers(port):
                if process.poll() is not None or time.monotonic() > deadline_s:
                    raise SystemExit((cluster.logs / "web.log").read_text(encoding="utf-8")[-2000:])
                time.sleep(0.1)
            yield port, process.pid
        finally:
            end(process, ((services(cluster, port)[0].stop_signals[0]),))


def processor_s(web: int) -> float:
    """Processor time that the serving processes have taken; it swings less than the clock where others run beside."""
    ticks = 0
    for pid in Path(f"/proc/{web}/task/{web}/children").read_text(encoding="ascii").split():
        # What stands behind the name, which may hold blanks: utime and stime are the fields 14 and 15 of proc(5).
        behind = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        ticks += int(behind[11]) + int(behind[12])
    return ticks / os.sysconf("SC_CLK_TCK")
