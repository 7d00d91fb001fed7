"""How fast the type-aheads of waste codes and of resources answer, with the full catalogue.

    make bench-catalogue ARGS="--rounds 3"

Loads the catalogue into the database of `DATABASE_URL` (a throw-away one) and asks the view through Django's test
client, in this process and with every middleware, but without a socket: names of by-products, each also half typed and
with a slip. The index is built before the clock runs; how long that takes is told beside. One line of JSON for each
goes to standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from typing import Final

import django
import numpy as np

BARS_MS: Final = {"code_suggest": 20.0, "resource_suggest": 30.0}


def main(arguments: list[str]) -> int:
    """Measure, and return the exit code: 1 where the bar is missed."""
    parser = argparse.ArgumentParser(description="Type-ahead of waste codes, through the view.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.urls import reverse

    from catalogue.selectors.codes import code_book, code_files

    setup_test_environment()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_catalogue", verbosity=0)
    started = time.perf_counter()
    code_book()
    built_ms = (time.perf_counter() - started) * 1000
    texts = _texts([name.text for name in code_files().by_products], random.Random(options.seed))
    client, missed = Client(), 0
    for name, bar_ms in BARS_MS.items():
        address = reverse(name)
        client.get(address, {"q": texts[0]})
        times_ms = []
        for text in texts * options.rounds:
            started = time.perf_counter()
            response = client.get(address, {"q": text})
            times_ms.append((time.perf_counter() - started) * 1000)
            assert response.status_code == 200, text
        p95_ms = float(np.percentile(times_ms, 95))
        missed += p95_ms > bar_ms
        result = {
            "benchmark": "catalogue",
            "measured": f"view {name} through the test client",
            "requests": len(times_ms),
            "index_built_ms": round(built_ms, 1),
            "p50_ms": round(float(np.percentile(times_ms, 50)), 2),
            "p95_ms": round(p95_ms, 2),
            "max_ms": round(max(times_ms), 2),
            "bar_ms": bar_ms,
        }
        print(json.dumps(result), flush=True)
    return 1 if missed else 0


def _texts(names: list[str], dice: random.Random) -> list[str]:
    """Return each name whole, half typed, and with two letters swapped."""
    texts = []
    for name in names:
        place = dice.randrange(max(1, len(name) - 1))
        swapped = name[:place] + name[place + 1 : place + 2] + name[place : place + 1] + name[place + 2 :]
        texts += [name, name[: max(2, len(name) // 2)], swapped]
    return texts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
