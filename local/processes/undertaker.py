"""Waits for the supervisor to be gone, however it went, and ends what it left: `undertaker.py STATE [remove]`.

It holds the supervisor's lock as well, so that the next start begins only when this one is cleared away.
"""

import shutil
import sys
from pathlib import Path

from local.processes.supervisor import end_strays


def main(state: Path, *, remove: bool) -> None:
    sys.stdin.buffer.read()  # nobody writes: it ends when the supervisor does
    end_strays(state)
    if remove:
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), remove="remove" in sys.argv[2:])
