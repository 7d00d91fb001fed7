"""Writes: what is told to whom."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from events.models import Event
from events.services import subject_type_of
from notifications.audiences import Hearer, hearers, subject_named
from notifications.kinds import TOLD, Told, audience_of, calmer, channel_for, line_of
from notifications.models import Channel, Notification
from notifications.selectors.preferences import chosen_by
from notifications.services.letters import write_at_once
from notifications.words import Saying, saying
from trading.models import Bid, Origin, Synergy, SynergyMessage


@transaction.atomic
def tell(event: Event) -> list[Notification]:
    """Tell everybody who hears of an event and may see its subject, each once; return what was told now.

    Whoever chose letters at once gets one in the same transaction.
    """
    line = line_of(event.kind, event.data)
    told = TOLD.get(line)
    subject = subject_named(event.subject_type, event.subject_id) if isinstance(told, Told) else None
    if not isinstance(told, Told) or subject is None or _said_else(event, subject):
        return []
    before = set(Notification.objects.filter(event=event).values_list("person", flat=True))
    heard = hearers(audience_of(line), subject, event.data, actor_id=event.actor_id)
    found = [hearer for hearer in heard if hearer.person.pk not in before | _themselves(event)]
    chosen = chosen_by([hearer.person for hearer in found], told.kind)
    written = []
    for hearer in found:
        channel = channel_for(told.kind, hearer.standing, chosen.get(hearer.person.pk))
        if channel == Channel.OFF:
            continue
        says = saying(hearer.person, subject, event.data)
        notification = Notification.objects.create(
            person=hearer.person,
            event=event,
            told=line,
            kind=told.kind,
            channel=channel,
            subject_type=event.subject_type,
            subject_id=event.subject_id,
            address=says.address,
            words=says.words,
            told_at=event.at,
        )
        written.append(notification)
        if channel == Channel.AT_ONCE:
            write_at_once(notification)
    return written


def _themselves(event: Event) -> set[int]:
    """Whoever did it without being its actor: a member that a job or the administration let in."""
    return {event.data["user"]} if event.kind == "organization.joined" else set()


def _said_else(event: Event, subject: Any) -> bool:
    """Whether another event of the same deed says it: a counter-bid is also placed, an enquiry also a message."""
    if isinstance(subject, Bid) and event.kind == "bid.placed":
        return subject.counters_id is not None
    if isinstance(subject, Synergy) and event.kind == "synergy.message" and subject.origin == Origin.ENQUIRY:
        return not SynergyMessage.objects.filter(synergy=subject, pk__lt=event.data["message"]).exists()
    return False


@transaction.atomic
def tell_under_key(
    *,
    line: str,
    key: str,
    subject: Any,
    hearer: Hearer,
    says: Saying,
    again: bool = False,
    at_most: Channel = Channel.AT_ONCE,
) -> Notification | None:
    """Tell one hearer what no event says, once under `key`; with `again` anew, as unread, where the words have grown.

    `at_most`: what the thing itself says of how it is told; the calmer way holds. Returns what was told now, None
    where nothing was.
    """
    told = TOLD[line]
    if not isinstance(told, Told):
        raise TypeError(f"nobody is told of {line}")
    person = hearer.person
    chosen = chosen_by([person], told.kind).get(person.pk)
    channel = calmer(at_most, channel_for(told.kind, hearer.standing, chosen))
    if channel == Channel.OFF:
        return None
    values = {
        "told": line,
        "kind": told.kind,
        "channel": channel,
        "subject_type": subject_type_of(subject),
        "subject_id": subject.pk,
        "address": says.address,
        "words": says.words,
    }
    notification, is_new = Notification.objects.select_for_update().get_or_create(
        person=person, key=key, defaults=values
    )
    if not is_new:
        if not again or not _has_grown(notification.words, says.words):
            return None
        news = values | {"told_at": timezone.now(), "read_at": None, "mailed_at": None}
        for name, value in news.items():
            setattr(notification, name, value)
        notification.save(update_fields=list(news))
    if channel == Channel.AT_ONCE:
        write_at_once(notification)
    return notification


def _has_grown(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return int(now.get("count", 0)) > int(before.get("count", 0))
