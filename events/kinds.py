"""What can happen: every kind of event, declared once by the app that records it in its `event_kinds.py`.

A kind says what it is about, what its data holds, who may hear of it, and its words for people; what is told, listed or
handed to partners rests on this table. `record_events` refuses a kind, or a key of its data, that stands in none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

MODULE = "event_kinds"


class Audience(StrEnum):
    """Who may hear of an event, beside who did it; each is narrowed further by who may see the subject."""

    NOBODY = "nobody"
    """A note for the log alone."""
    PERSON = "person"
    """The person whom the subject belongs to, such as a token's."""
    ORGANIZATION = "organization"
    """The members of the organization that the subject belongs to."""
    OWNERS = "owners"
    """That organization's owners."""
    PROGRAMME = "programme"
    """A programme's facilitators and the members of its organizations."""
    FACILITATORS = "facilitators"
    """The facilitators of the programmes that the subject's organizations take part in."""
    INVITED = "invited"
    """The person, if there is an account, whose e-mail address the invitation names."""
    PARTIES = "parties"
    """The members of both parties of a synergy."""
    PARTIES_AND_FACILITATORS = "parties_and_facilitators"
    """Both parties, and who facilitates one of them."""
    TO_ACT = "to_act"
    """Whoever is to act next in a synergy: the traders of a party, or who facilitates one."""
    EVERYBODY = "everybody"
    """Whoever may see the subject."""


@dataclass(frozen=True)
class EventKind:
    """One kind of event."""

    name: str
    """`subject.past_tense`, such as `bid.accepted`."""
    subject: str
    """The model that it is about, as `app.model` in lower case."""
    words: str | Promise
    """What happened, for people, beginning with a capital: “Bid accepted”."""
    audience: Audience
    data: Mapping[str, str] = field(default_factory=dict)
    """What each key of its data holds. A key may be left out of an event; none may be there that stands not here."""


@cache
def declared() -> Mapping[str, EventKind]:
    """Return every kind of the installed apps by its name; raises `ValueError` for one that is declared twice."""
    kinds: dict[str, EventKind] = {}
    for config in apps.get_app_configs():
        if config.module is None or not module_has_submodule(config.module, MODULE):
            continue
        of_app: Iterable[EventKind] = import_module(f"{config.name}.{MODULE}").KINDS
        for kind in of_app:
            if kind.name in kinds:
                raise ValueError(f"the event kind {kind.name} is declared twice")
            kinds[kind.name] = kind
    return kinds


def check_declared(name: str, subject_type: str, data: Mapping[str, Any]) -> None:
    """Raise `LookupError` for an event that no app has declared, or declared otherwise: it would be told to nobody."""
    kind = declared().get(name)
    if kind is None:
        raise LookupError(f"no app declares the event kind {name}")
    if kind.subject != subject_type:
        raise LookupError(f"{name} is declared for {kind.subject}, not for {subject_type}")
    if unknown := set(data) - set(kind.data):
        raise LookupError(f"{name} does not declare what {', '.join(sorted(unknown))} holds")
