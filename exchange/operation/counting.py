"""Where the processes of one web server count, so that any of them can tell the sum.

The library looks for the folder as it is imported: this module imports nothing of it.
"""

import os
from pathlib import Path
from typing import Final

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"


def count_in(folder: Path) -> None:
    """Let the processes of this web server count in `folder`; before any of them counts.

    What processes left there that are no more goes: the sum falls then, which Prometheus reads as a new beginning.
    """
    folder = Path(os.environ.setdefault(FOLDER, str(folder)))
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.db"):
        pid = path.stem.rpartition("_")[2]
        if pid.isdecimal() and not _lives(int(pid)):
            path.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
