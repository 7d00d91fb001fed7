"""`python3 -m local run|test|check|…`: see `cli.py`. This file must parse on an old Python 3."""

import sys

NEEDED = (3, 11)
if sys.version_info < NEEDED:
    sys.stderr.write(
        f"Loopyard needs Python 3.11 or newer, and this is {sys.version_info[0]}.{sys.version_info[1]}: "
        "name another, as in `make run PYTHON=python3.12`.\n"
    )
    sys.exit(1)

from local.cli import main  # noqa: E402  # only once the version is known to do

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
