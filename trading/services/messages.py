"""Writes: what is said and filed inside a synergy."""

from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from common.errors import Invalid
from common.files.uploads import read_upload
from common.reading.text import clean_text
from events.services import record_event
from trading.models import Synergy, SynergyFile, SynergyMessage
from trading.services import locks

LONGEST_MESSAGE: Final = 4000


def checked_text(text: str) -> str:
    """Return a message without what nobody sees; `Invalid` for one that is empty or too long."""
    text = clean_text(text)
    if not text:
        raise Invalid({"text": _("Write a few words.")})
    if len(text) > LONGEST_MESSAGE:
        raise Invalid({"text": _("At most %(most)s characters.") % {"most": LONGEST_MESSAGE}})
    return text


def write_message(
    actor: User, synergy: Synergy, organization: Organization | None, text: str
) -> SynergyMessage:
    """Write a checked message and its event; the synergy must be locked."""
    message = SynergyMessage.objects.create(
        synergy=synergy, author=actor, organization=organization, text=text
    )
    touch(synergy)
    record_event(kind="synergy.message", subject=synergy, actor=actor, data={"message": message.pk})
    return message


def touch(synergy: Synergy) -> None:
    """Note that somebody did something in a locked synergy."""
    synergy.acted_at = timezone.now()
    synergy.save(update_fields=["acted_at"])


@transaction.atomic
def post_message(
    *, actor: User, synergy: Synergy, organization: Organization | None, text: str
) -> SynergyMessage:
    """Say something inside a synergy, for a party or, with None, as a facilitator."""
    text = checked_text(text)
    return write_message(actor, locks.lock_synergy(synergy.pk), organization, text)


@transaction.atomic
def add_file(
    *, actor: User, synergy: Synergy, organization: Organization | None, upload: UploadedFile
) -> SynergyFile:
    """Put a document into a synergy, for a party or, with None, as a facilitator."""
    fields = read_upload(upload).fields()
    synergy = locks.lock_synergy(synergy.pk)
    file = SynergyFile.objects.create(synergy=synergy, organization=organization, uploaded_by=actor, **fields)
    touch(synergy)
    record_event(
        kind="synergy.file", subject=synergy, actor=actor, data={"file": file.pk, "sha256": file.sha256}
    )
    return file
