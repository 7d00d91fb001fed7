"""A programme's region out of a large market in the database: how long until its programme stands."""

from __future__ import annotations

import time
from typing import Any, Final

PLACE: Final = (50.9, 7.0)
"""Around which the programme's members are the nearest."""
MEMBERS: Final = 5_000


def region_from_database(listings: int) -> dict[str, Any]:
    """Fill the database of `DATABASE_URL` (a throw-away one), match it all, and read a programme's network."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from matching.services.runs import refresh_all_matches
    from planning.adapters.networks import network_of
    from planning.adapters.reading import read_inputs
    from planning.optimize.model import build_model

    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_catalogue", verbosity=0)
    call_command("seed_load", str(listings), verbosity=0)
    refresh_all_matches()
    scenario = _scenario()
    today = timezone.now().date()
    read_inputs(scenario, today)  # The catalogue's rules are compiled once in each process.
    started_s = time.perf_counter()
    inputs = read_inputs(scenario, today)
    read_s = time.perf_counter()
    network = network_of(inputs)
    model = build_model(network)
    return {
        "listings": listings,
        "members": MEMBERS,
        "nodes": len(network.nodes.names),
        "arcs": int(network.arcs.tail.size),
        "columns": int(model.cost.size),
        "read_s": round(read_s - started_s, 2),
        "build_s": round(time.perf_counter() - read_s, 2),
        "total_s": round(time.perf_counter() - started_s, 2),
    }


def _scenario() -> Any:
    from django.db import connection

    from accounts.models import Programme, User
    from planning.models import Scenario

    user = User.objects.create(email="facilitator@example.org", name="Facilitator")
    programme = Programme.objects.create(name="Region", slug="region")
    programme.facilitators.add(user)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_programmemembership (programme_id, organization_id, joined_at) "
            "SELECT %s, organization_id, now() FROM (SELECT organization_id, "
            "min((latitude - %s) ^ 2 + (longitude - %s) ^ 2) AS far "
            "FROM accounts_site GROUP BY 1 ORDER BY far LIMIT %s) s",
            [programme.pk, *PLACE, MEMBERS],
        )
    return Scenario.objects.create(programme=programme, name="All of it", created_by=user)
