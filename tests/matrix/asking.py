"""Asks every address by every method, and puts the answers into a table."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from tests.matrix.objects import World
from tests.matrix.routes import ACTORS, METHODS, Route, address

COLUMNS = ("nobody", "stranger", "viewer", "trader", "owner", "facil.")
FORM = "application/x-www-form-urlencoded"
CSRF = re.compile(r'name="(?:csrfmiddlewaretoken|form_key)" value="[\w-]+"')


class Asker:
    """Sends requests as one of the actors; every effect is taken back."""

    def __init__(self, user: User | None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        self.cookies = self.client.cookies.output(header="", sep=";")

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the answer; the database, the cookies and the counters of rate limits are as before."""
        cache.clear()
        self.client.cookies = SimpleCookie(self.cookies)
        with transaction.atomic():
            answer = self._send(method, path, body or {})
            transaction.set_rollback(True)
        return answer

    def _send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        if method in ("GET", "HEAD"):
            return self.client.generic(method, path)
        if path.startswith("/api/"):
            return self.client.generic(method, path, json.dumps(body), content_type="application/json")
        return self.client.generic(method, path, urlencode(body), content_type=FORM)


def outcome(response: HttpResponse) -> str:
    """Return a cell of the tables."""
    to_sign_in = response.get("Location", "").startswith(("/accounts/login/", "/admin/login/"))
    return "login" if response.status_code == 302 and to_sign_in else str(response.status_code)


def line(name: str, methods: str, cells: Sequence[str]) -> str:
    return f"{name:<37}{methods:<24}{''.join(f'{cell:>9}' for cell in cells)}"


def table_of(routes: Iterable[Route], world: World) -> str:
    """Return a line per route and group of methods that are answered alike."""
    askers = [Asker(world.actors[name]) for name in ACTORS]
    lines = [line("", "", COLUMNS)]
    for route in routes:
        path, body = address(route, world.key(route)), world.bodies.get(route.name)
        methods_of: dict[tuple[str, ...], list[str]] = {}
        for method in METHODS:
            answers = tuple(outcome(asker.ask(method, path, body)) for asker in askers)
            methods_of.setdefault(answers, []).append(method)
        for answers, methods in methods_of.items():
            lines.append(line(route.name, " ".join(methods), answers))
    return "\n".join(lines)
