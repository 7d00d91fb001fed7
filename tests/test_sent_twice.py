"""Every form of the product, found through its address: sent twice it takes effect once, and nothing is swallowed.

Twice in a row, with the same key and other content, and twice at the same moment. What counts is every row that the
database holds afterwards: as many as after one sending.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from accounts.models import User
from common.web.pages import FORM_KEY
from events.models import Event, IdempotentRequest
from tests.matrix.conftest import rivals, world
from tests.matrix.objects import World
from tests.matrix.routes import ACTORS, Route, address, walk
from tests.matrix.tables import PAGES
from tests.proof import in_tens, one_in, taken_back

__all__ = ["rivals", "world"]  # fixtures

REDIRECT = 302
REFUSALS = (200, 400, 409)
# The match of this world is approved and taken up already, and its listing has no end: these say so, and lead
# back to it.
REFUSED_HERE = (
    "match_interest",
    "match_take_back",
    "match_take_back_interest",
    "listing_renew",
    "plan_run_cancel",
)


def sender_of(name: str) -> str:
    """Return who may send a form, by the matrix: the last actor whom it leads on; empty where nobody is led on."""
    for line in PAGES.splitlines():
        route, *rest = line.split() or [""]
        if route == name and "POST" in rest:
            cells = rest[-len(ACTORS) :]
            return next(
                (actor for actor in reversed(ACTORS) if cells[ACTORS.index(actor)] == str(REDIRECT)), ""
            )
    return ""


def all_forms() -> Iterator[tuple[Route, str]]:
    for route in walk(get_resolver()):
        sender = sender_of(route.name)
        if sender and sender != "anonymous":
            yield route, sender


FORMS = list(all_forms())
assert len(FORMS) > 40, "the forms are found"
IN_PARALLEL = one_in(16, FORMS)


def rows() -> dict[str, int]:
    """Return how many rows each table of ours holds."""
    counts = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.app_label in ("sessions", "admin", "contenttypes", "auth", "account"):
                continue
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
            counts[model._meta.label] = cursor.fetchone()[0]
    return counts


def send(user: User | None, path: str, body: Mapping[str, Any]) -> HttpResponse:
    client = Client()
    assert user is not None
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.post(path, body)  # type: ignore[return-value]  # Django's own answer, with what the test adds


def other_than(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body with a further field: another intention under the same key."""
    return {**body, "remark": "another intention"}


@pytest.mark.mass
@pytest.mark.parametrize("forms", in_tens(one_in(2, FORMS)), ids=lambda forms: forms[0][0].name)
def test_form_sent_twice_in_a_row_takes_effect_once(forms: list[tuple[Route, str]], world: World) -> None:
    for route, sender in forms:
        with taken_back():
            send_twice(route, sender, world)


def send_twice(route: Route, sender: str, world: World) -> None:
    path, user = address(route, world.key(route)), world.actors[sender]
    body = {**world.bodies.get(route.name, {}), FORM_KEY: str(uuid4())}
    first = send(user, path, body)
    after_one, told = rows(), Event.objects.count()
    second = send(user, path, body)
    answers = first.status_code, second.status_code
    assert answers == (REDIRECT, REDIRECT), f"{route.name}: {second.content.decode()[:1500]}"
    assert second["Location"] == first["Location"], route.name
    assert rows() == after_one, route.name
    assert Event.objects.count() == told, route.name
    third = send(user, path, other_than(body))
    assert third.status_code in (REDIRECT, *REFUSALS, 404), route.name
    assert rows() == after_one, f"{route.name}: another intention under the same key is refused"


def test_control_without_the_key_both_sendings_take_effect(world: World) -> None:
    path, body = "/organization/new/", world.bodies["organization_new"]
    before = rows()["accounts.Organization"]
    send(world.actors["owner"], path, body)
    send(world.actors["owner"], path, body)
    assert rows()["accounts.Organization"] == before + 2


@pytest.mark.mass
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("route", "sender"), IN_PARALLEL, ids=[route.name for route, _ in IN_PARALLEL])
def test_form_sent_twice_at_the_same_moment_takes_effect_once(
    route: Route, sender: str, request: pytest.FixtureRequest
) -> None:
    world: World = request.getfixturevalue("world")
    path, user = address(route, world.key(route)), world.actors[sender]
    body = {**world.bodies.get(route.name, {}), FORM_KEY: str(uuid4())}
    told = Event.objects.count()
    answers = at_the_same_moment(lambda: send(user, path, body))
    assert [answer.status_code for answer in answers] == [REDIRECT, REDIRECT]
    assert answers[0]["Location"] == answers[1]["Location"]
    kept = IdempotentRequest.objects.filter(key=body[FORM_KEY]).count()
    assert kept == (0 if route.name in REFUSED_HERE else 1), "what was refused keeps no key"
    kinds = list(Event.objects.order_by("pk")[told:].values_list("subject_type", "subject_id", "kind"))
    assert len(kinds) == len(set(kinds)), "each thing happened once"
    assert route.name not in REFUSED_HERE or kinds == []


def at_the_same_moment(ask: Callable[[], HttpResponse]) -> list[HttpResponse]:
    answers: list[HttpResponse] = []
    barrier = threading.Barrier(2)

    def run() -> None:
        barrier.wait()
        answers.append(ask())
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
