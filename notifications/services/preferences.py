"""Writes: how somebody wants to be told. Each concerns the actor alone, so that no event is recorded."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import Invalid
from common.reading.dates import zone_of
from notifications.models import Channel, Kind, Notification, Preference, Reader, RefusedAddress
from notifications.models.kinds import IN_DIGESTS


@transaction.atomic
def choose(*, person: User, kind: Kind, channel: Channel) -> Preference:
    """Choose how one kind is told from now on.

    What waits for a digest goes along: into the other one, or into none.
    """
    chosen, _new = Preference.objects.update_or_create(
        person=person, kind=kind, defaults={"channel": channel}
    )
    waiting = Notification.objects.filter(
        person=person, kind=kind, mailed_at__isnull=True, channel__in=IN_DIGESTS
    )
    waiting.update(channel=channel if channel in IN_DIGESTS else Channel.INBOX)
    return chosen


@transaction.atomic
def choose_all(*, person: User, channels: Mapping[Kind, Channel], timezone: str) -> None:
    """Choose for every kind, and in which time zone one reads; `Invalid` for a zone that does not exist."""
    if timezone:
        try:
            zone_of(timezone)
        except ValueError:
            text = _("Choose a time zone of the list, such as Europe/Copenhagen.")
            raise Invalid({"timezone": text}) from None
    Reader.objects.update_or_create(person=person, defaults={"timezone": timezone})
    before = dict(Preference.objects.filter(person=person).values_list("kind", "channel"))
    for kind, channel in channels.items():
        if before.get(kind) != channel:
            choose(person=person, kind=kind, channel=channel)


def try_address_again(*, person: User) -> bool:
    """Write to a person's address again, although the mail server refused it; return whether it had."""
    return RefusedAddress.objects.filter(email__iexact=person.email).delete()[0] > 0
