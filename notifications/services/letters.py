"""Writes: what people were told, as letters: one at once, or gathered once a day or week, where their day begins."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.selectors.languages import language_of_reader
from common.web.languages import speaking
from listings.access import listings_on_market
from listings.models import SavedSearch
from notifications.audiences import may_see, subject_named
from notifications.models import Channel, Kind, Letter, Notification
from notifications.models.kinds import IN_DIGESTS
from notifications.selectors.preferences import refusal_of, zone_of_reader
from notifications.services.outbox import queue_letter
from notifications.services.stopping import stop_token
from notifications.words import parties_of, title_of

DIGEST_HOUR: Final = 7
"""When a digest is written, on the reader's clock; the weekly one on Mondays."""
MOST_LINES: Final = 50


@dataclass(frozen=True)
class Line:
    """One thing told, as a letter writes it."""

    title: str
    parties: str
    terms: str
    quote: str
    address: str
    told_at: datetime


@contextmanager
def read_by(person: User) -> Iterator[ZoneInfo]:
    """Within this block texts and times are as the person reads them."""
    zone = zone_of_reader(person)
    with speaking(language_of_reader(person), settings.LANGUAGE_CODE), timezone.override(zone):
        yield zone


def line_of(notification: Notification) -> Line:
    """Return what is written of one notification, in the language and zone of this moment."""
    words = notification.words
    return Line(
        title_of(notification),
        parties_of(notification),
        str(words.get("terms", "")),
        str(words.get("quote", "")),
        # To a page that asks before it notes that it is read: mail programs look at links beforehand.
        settings.SITE_URL + reverse("notification", args=[notification.pk]),
        notification.told_at,
    )


def write_at_once(notification: Notification) -> Letter | None:
    """Queue the letter of one notification; None where the mail server refused the address before."""
    person = notification.person
    if refusal_of(person.email):
        return None
    with read_by(person):
        line = line_of(notification)
        letter = _queue(
            person,
            "letter",
            f"{line.title} ({line.parties})" if line.parties else line.title,
            {"line": line, "kind": Kind(notification.kind).label},
            stops=notification.kind,
            key=f"notification {notification.pk} {notification.told_at.isoformat()}",
        )
    Notification.objects.filter(pk=notification.pk).update(mailed_at=timezone.now())
    return letter


def write_digests(now: datetime | None = None) -> int:
    """Queue each digest that is due; return how many. Beat calls this every few minutes."""
    now = now or timezone.now()
    pending = Notification.objects.filter(mailed_at__isnull=True, channel__in=IN_DIGESTS)
    found = pending.order_by().values_list("person", "channel").distinct()
    return sum(_write_digest(person, Channel(channel), now) for person, channel in list(found))


def begin_of(channel: Channel, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the last moment at which a digest was due in a zone: what was told before it belongs into it."""
    local = now.astimezone(zone)
    due = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if channel == Channel.WEEKLY:
        due -= timedelta(days=due.weekday())
    if due > local:
        due -= timedelta(days=7 if channel == Channel.WEEKLY else 1)
    return due


@transaction.atomic
def _write_digest(person_id: int, channel: Channel, now: datetime) -> bool:
    person = User.objects.get(pk=person_id)
    with read_by(person) as zone:
        due = begin_of(channel, now, zone)
        pending = Notification.objects.filter(
            person=person, channel=channel, mailed_at__isnull=True, told_at__lt=due
        )
        held = list(pending.order_by("told_at", "pk").select_for_update(of=("self",), skip_locked=True))
        Notification.objects.filter(pk__in=[each.pk for each in held]).update(mailed_at=now)
        told = [each for each in held if each.read_at is None and _still_seen(person, each)]
        if not told or not person.is_active or refusal_of(person.email):
            return False
        count = len(told)
        title = ngettext("%(count)s thing new for you", "%(count)s things new for you", count) % {
            "count": count
        }
        context = {
            "title": title,
            "lines": [line_of(each) for each in told[:MOST_LINES]],
            "more": count - MOST_LINES if count > MOST_LINES else 0,
            "inbox": settings.SITE_URL + reverse("inbox"),
            "weekly": channel == Channel.WEEKLY,
        }
        key = f"digest {channel} {person.pk} {due.isoformat()}"
        _queue(person, "digest", _digest_subject(title, told), context, stops=channel, key=key)
    return True


def _digest_subject(title: str, told: Sequence[Notification]) -> str:
    first = title_of(told[0])
    return first if len(told) == 1 else _("%(title)s: %(first)s …") % {"title": title, "first": first}


def _still_seen(person: User, notification: Notification) -> bool:
    """Whether the reader may see the subject now too: who left an organization reads no more of it."""
    subject = subject_named(notification.subject_type, notification.subject_id)
    if subject is None and (others := notification.words.get("searches")):
        # One of the searches that found it is gone; another one still tells it.
        subject = SavedSearch.objects.filter(pk__in=others).first()
    data = notification.event.data if notification.event else {}
    if subject is None or not may_see(person, subject, data):
        return False
    # A saved search is still the reader's where the one listing that it found is no longer for their eyes.
    listing = notification.words.get("listing")
    return listing is None or listings_on_market(person).filter(pk=listing).exists()


def _queue(
    person: User, template: str, subject: str, context: dict[str, Any], *, stops: str, key: str
) -> Letter:
    stop = settings.SITE_URL + reverse("letters_stop", args=[stop_token(person, stops)])
    context |= {"person": person, "stop": stop, "settings_page": settings.SITE_URL + reverse("preferences")}
    return queue_letter(
        to=person.email,
        person=person,
        subject=subject,
        text=render_to_string(f"notifications/email/{template}.txt", context),
        html=render_to_string(f"notifications/email/{template}.html", context),
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        key=key,
        hint=template == "letter",
    )
