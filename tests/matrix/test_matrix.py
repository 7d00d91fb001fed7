"""Who gets what answer at which address: every route × method × actor, as one table."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest

from accounts.models import Organization, User
from common.web.requests import HEADER
from tests.matrix.asking import CSRF, Asker, outcome, table_of
from tests.matrix.objects import World, invite
from tests.matrix.routes import (
    ACTORS,
    ADMIN_ROUTES,
    API_ROUTES,
    METHODS,
    MISSING,
    PAGE_ROUTES,
    SIGN_IN_ROUTES,
    Route,
    address,
    kind_of,
)
from tests.matrix.tables import API, PAGES, PUBLIC_OBJECTS
from tests.matrix.tables_of_sign_in import SIGN_IN
from tests.proof import PROVING, if_proving, one_in

TABLES = [(PAGE_ROUTES, PAGES), (API_ROUTES, API), (SIGN_IN_ROUTES, SIGN_IN)]


@pytest.mark.parametrize(("routes", "table"), TABLES, ids=["pages", "api", "sign-in"])
def test_every_route_stands_in_the_table(routes: list[Route], table: str) -> None:
    named = (line.split()[0] for line in table.strip("\n").splitlines()[1:])
    assert list(dict.fromkeys(named)) == [route.name for route in routes]


@pytest.mark.mass
def test_every_route_answers_each_actor_as_the_table_says(world: World) -> None:
    for routes, table in TABLES:
        tried = one_in(8, routes)
        names = {route.name for route in tried}
        head, *lines = table.strip("\n").splitlines()
        assert table_of(tried, world).splitlines() == [
            head,
            *(line for line in lines if line.split()[0] in names),
        ]


@pytest.mark.mass
def test_no_actor_of_the_exchange_enters_the_administration(world: World) -> None:
    """Within the suite one actor asks for each address, all of them by turns."""
    askers = {name: Asker(user) for name, user in world.actors.items()}
    for place, route in enumerate(ADMIN_ROUTES):
        if route.name in ("login", "logout"):
            continue
        path = "/" + re.sub(r"<path:\w+>", "1", route.pattern.partition("^")[0].partition("(")[0])
        for name, asker in askers.items():
            if name != ACTORS[place % len(ACTORS)] and not PROVING:
                continue
            for method in ("GET", "POST"):
                assert outcome(asker.ask(method, path)) in ("login", "403"), (path, name, method)


@pytest.mark.mass
@if_proving
def test_head_answers_as_get_without_a_body(world: World) -> None:
    asker = Asker(world.actors["owner"])
    for route in [*PAGE_ROUTES, *API_ROUTES]:
        path = address(route, world.key(route))
        head, get = asker.ask("HEAD", path), asker.ask("GET", path)
        assert (head.status_code, b"".join(head)) == (get.status_code, b""), route.name


HIDING_ROUTES = [
    route for route in [*PAGE_ROUTES, *API_ROUTES] if route.has_object and route.name not in PUBLIC_OBJECTS
]


ALIKE = {"draft": "listing", "offer": "listing", "empty site": "site"}


def told(asker: Asker, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
    """Return everything of an answer that could tell two objects apart.

    But for the address that was asked, which may be quoted, and for what every answer makes anew: the session in which
    a form is kept, when it ends, the second in which the answer is out of date, and the id of the request.
    """
    answer = asker.ask(method, path, body)

    def plain(text: str) -> str:
        return text.replace(path, "the address").replace(quote(path, safe=""), "the address")

    headers = {name: plain(value) for name, value in answer.items() if name not in ("Expires", HEADER)}
    cookies = {
        name: (bool(cookie.value), plain(cookie["path"]), cookie["max-age"])
        for name, cookie in answer.cookies.items()
    }
    return answer.status_code, headers, cookies, answer.content


def test_every_kind_of_hidden_object_has_its_routes(world: World) -> None:
    kinds = {ALIKE.get(kind_of(route), kind_of(route)) for route in HIDING_ROUTES}
    assert kinds == {hidden.kind for hidden in world.hidden}
    assert len(HIDING_ROUTES) > 20


@pytest.mark.mass
@pytest.mark.parametrize("actor", ACTORS if PROVING else ["stranger"])
def test_what_one_may_not_see_answers_as_what_is_missing(actor: str, world: World) -> None:
    asker = Asker(world.actors[actor])
    hidden_keys = [hidden for hidden in world.hidden if actor in hidden.actors]
    for route in HIDING_ROUTES:
        if (actor, route.name) == ("facilitator", "organization_invite"):
            continue  # to whom the organization is known: it is not missing, but somebody acts for it already
        body = world.bodies.get(route.name)
        for method in METHODS if PROVING else ("GET", "POST"):
            missing = told(asker, method, address(route, MISSING), body)
            assert missing[0] in (302, 401, 404, 405)
            for hidden in hidden_keys:
                if hidden.kind == ALIKE.get(kind_of(route), kind_of(route)):
                    foreign = told(asker, method, address(route, hidden.pk), body)
                    assert foreign == missing, f"{method} {route.name}: {hidden.why}"


def test_control_what_one_may_see_does_not_answer_as_what_is_missing(world: World) -> None:
    asker = Asker(world.actors["owner"])
    for route in HIDING_ROUTES:
        if route.name in ("listing", "match", "site_edit", "api-listing-detail", "api-organization-detail"):
            own = told(asker, "GET", address(route, world.objects[kind_of(route)]))
            assert (own[0], told(asker, "GET", address(route, MISSING))[0]) == (200, 404)


def test_invitation_that_is_over_answers_as_one_that_never_was(world: World, seller: User) -> None:
    asnaes = Organization.objects.get(pk=world.objects["organization"])
    invite(asnaes, seller, "late@example.org", "secret-that-is-over", days=-1)
    for actor in ACTORS:
        asker = Asker(world.actors[actor])
        for method in METHODS:
            over = told(asker, method, "/invitations/secret-that-is-over/")
            assert over == told(asker, method, "/invitations/no-secret-at-all/"), (actor, method)
            assert over[0] in (404, 405)


def test_foreign_key_in_a_form_answers_as_a_missing_one(world: World, rivals: dict[str, Any]) -> None:
    asker = Asker(world.actors["owner"])
    form = world.bodies["listing_new"]
    for path, name, foreign in (
        ("/organization/choose/", "organization", rivals["organization"]),
        ("/listings/new/", "site", rivals["site"]),
    ):
        answers = [asker.ask("POST", path, {**form, name: key}) for key in (foreign, MISSING)]
        of_foreign, of_missing = (CSRF.sub("", answer.content.decode()) for answer in answers)
        assert answers[0].status_code == answers[1].status_code != 302
        assert of_foreign == of_missing.replace(str(MISSING), str(foreign))
