"""How people want to be told, and where their day begins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from accounts.models import Membership, Site, User
from accounts.selectors.timezones import timezone_of
from common.reading.dates import zone_of
from notifications.kinds import Standing, usual_channel
from notifications.models import Channel, Kind, Preference, Reader, RefusedAddress


@dataclass(frozen=True)
class Choice:
    """How somebody is told of one kind."""

    kind: Kind
    channel: Channel
    is_usual: bool
    """Whether that is so because nothing was chosen."""


def chosen_by(people: Iterable[User], kind: Kind) -> Mapping[int, Channel]:
    """Return what people have chosen for a kind, by their keys."""
    rows = Preference.objects.filter(person__in=[person.pk for person in people], kind=kind)
    return {person: Channel(channel) for person, channel in rows.values_list("person", "channel")}


def choices_of(person: User) -> list[Choice]:
    """Return how somebody is told of each kind; where nothing is chosen, as usual for who may act for a party.

    Of a person who only facilitates, or only reads, as usual for those.
    """
    chosen = dict(Preference.objects.filter(person=person).values_list("kind", "channel"))
    standing = _standing_at_large(person)
    return [
        Choice(kind, Channel(chosen[kind]), False)
        if kind in chosen
        else Choice(kind, usual_channel(kind, standing), True)
        for kind in Kind
    ]


def _standing_at_large(person: User) -> Standing:
    roles = set(Membership.objects.filter(user=person).values_list("role", flat=True))
    if not roles and person.facilitated_programmes.exists():
        return Standing.FACILITATOR
    return Standing.READER if roles == {"viewer"} else Standing.PARTY


def chosen_zone(person: User) -> str:
    """Return the name of the time zone that somebody chose; empty where they left it to their sites."""
    return Reader.objects.filter(person=person).values_list("timezone", flat=True).first() or ""


def zone_of_reader(person: User) -> ZoneInfo:
    """Return the time zone of a reader: the chosen one, else that of an own organization's oldest site, else UTC."""
    if chosen := chosen_zone(person):
        return zone_of(chosen)
    site = Site.objects.filter(organization__memberships__user=person).order_by("pk").first()
    return timezone_of(site) if site else zone_of("")


def refusal_of(email: str) -> RefusedAddress | None:
    """Return what the mail server said when it refused an address, None where it did not."""
    return RefusedAddress.objects.filter(email__iexact=email).first()
