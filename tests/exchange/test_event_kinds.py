"""Every kind of event is declared, recorded and wired to what exists."""

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.utils import translation

from accounts.models import Programme, User
from events import kinds as registry
from events.kinds import Audience, check_declared
from events.services import record_event
from exchange.wiring import WIRING

ROOT = Path(settings.ROOT)
APPS = (
    "accounts",
    "catalogue",
    "listings",
    "register",
    "matching",
    "trading",
    "planning",
    "notifications",
    "exchange",
)
_KIND = re.compile(r"[a-z_]+\.[a-z_]+")
_BEGINNING = re.compile(r"[a-z_]+\.[a-z_]*")


@cache
def declared() -> Mapping[str, registry.EventKind]:
    """Return what the product declares, without what tests add for themselves."""
    return registry.declared.__wrapped__()


@cache
def written() -> tuple[frozenset[str], frozenset[str]]:
    """What stands in the modules that write the log: kinds as they are, and the beginnings of those put together."""
    subjects = {name.split(".")[0] for name in declared()}
    kinds, beginnings = set(), set()
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "from events.services import" not in text or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginning = str(node.values[0].value)
                if _BEGINNING.fullmatch(beginning) and beginning.split(".")[0] in subjects:
                    beginnings.add(beginning)
            elif isinstance(node, ast.Constant) and _KIND.fullmatch(str(node.value)):
                kinds.add(str(node.value))
    return frozenset(kind for kind in kinds if kind.split(".")[0] in subjects), frozenset(beginnings)


def test_every_kind_that_is_written_is_declared() -> None:
    kinds, beginnings = written()
    assert kinds - set(declared()) == set()
    assert [each for each in beginnings if not any(name.startswith(each) for name in declared())] == []


def test_every_declared_kind_is_recorded_somewhere() -> None:
    kinds, beginnings = written()
    never = [
        name
        for name in declared()
        if name not in kinds and not any(name.startswith(beginning) for beginning in beginnings)
    ]
    assert never == []


def test_every_kind_says_what_it_is_in_words_of_its_own() -> None:
    with translation.override("en"):
        words = [str(kind.words) for kind in declared().values()]
    assert all(each[:1].isupper() and not each.endswith(".") for each in words)
    assert len(set(words)) == len(words)
    assert all(isinstance(kind.audience, Audience) for kind in declared().values())


@pytest.mark.parametrize("kind", WIRING)
def test_wired_kind_is_declared_and_starts_tasks_that_exist(kind: str) -> None:
    assert kind in declared()
    current_app.loader.import_default_modules()
    assert [task for task in WIRING[kind] if task not in current_app.tasks] == []


@pytest.mark.django_db
def test_event_that_is_not_declared_is_refused(programme: Programme, facilitator: User) -> None:
    with pytest.raises(LookupError, match="no app declares"):
        record_event(kind="programme.dissolved", subject=programme, actor=facilitator)
    with pytest.raises(LookupError, match=r"declared for matching\.match"):
        record_event(kind="match.approved", subject=programme, actor=facilitator)
    with pytest.raises(LookupError, match="does not declare what colour holds"):
        record_event(
            kind="demonstration.loaded", subject=programme, actor=facilitator, data={"colour": "green"}
        )


@pytest.mark.parametrize("name", ["match.approve", "matching.approved", "", "match."])
def test_neighbour_of_a_declared_name_is_none(name: str) -> None:
    with pytest.raises(LookupError):
        check_declared(name, "matching.match", {})
