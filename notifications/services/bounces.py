"""Writes: what a mail system reports of a letter after it took it, as a report of delivery (RFC 3464).

Anybody can write to the address to which reports come. One counts only if it names the Message-ID of a letter of ours,
which none but its reader and the servers on its way have seen, and the very address that the letter went to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import Final

from django.db import transaction

from notifications.models import Letter
from notifications.services.refusals import take_refusal

LARGEST_BYTES: Final = 10_000_000
_LONGEST_SAID: Final = 500
_NOBODY_THERE: Final = ("5.0.0", "5.1.", "5.2.1", "5.4.4")
"""Permanent failures that are of the address: not known, moved, disabled, without a mail server. Others, as a full
mailbox or a policy, are of this letter."""


@dataclass(frozen=True)
class Bounce:
    """What a report says of one address."""

    message_id: str
    recipient: str
    status: str
    """RFC 3463, as 5.1.1."""
    said: str

    @property
    def is_permanent(self) -> bool:
        """Whether the letter will not arrive."""
        return self.status.startswith("5.")

    @property
    def is_of_the_address(self) -> bool:
        """Whether nothing else would arrive there either."""
        return self.status.startswith(_NOBODY_THERE)


def read_bounces(raw: bytes) -> list[Bounce]:
    """Return the failures that a message reports; none for what is no report of delivery, however broken it is."""
    message = message_from_bytes(raw, policy=policy.compat32)
    parts = list(message.walk())
    message_id = next(filter(None, (_original_id(part) for part in parts)), "")
    if message.get_content_type() != "multipart/report" or not message_id:
        return []
    return [
        found
        for part in parts
        if part.get_content_type() == "message/delivery-status"
        for found in _failures(part, message_id)
    ]


def _original_id(part: Message) -> str:
    """Return the Message-ID of the letter that a report holds, whole or its head alone."""
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        inner = part.get_payload(0)
        return _line(inner, "Message-ID") if isinstance(inner, Message) else ""
    if part.get_content_type() == "text/rfc822-headers":
        head = part.get_payload(decode=True)
        return _line(message_from_bytes(head), "Message-ID") if isinstance(head, bytes) else ""
    return ""


def _failures(part: Message, message_id: str) -> Iterator[Bounce]:
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message) or _line(block, "Action").lower() != "failed":
            continue
        recipient = _line(block, "Original-Recipient") or _line(block, "Final-Recipient")
        said = _line(block, "Diagnostic-Code").partition(";")[2].strip()
        status = (_line(block, "Status").split() or [""])[0]
        address = recipient.partition(";")[2].strip().strip("<>").lower()
        yield Bounce(message_id, address, status, f"{status} {said}".strip()[:_LONGEST_SAID])


def _line(message: Message, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())


@transaction.atomic
def take_bounce(bounce: Bounce) -> str:
    """Note one failure on its letter, and the address where nobody is; return what was done in a word.

    `unknown`: of no letter of ours, or of another address. `noted`: of this letter alone. `refused`: of the address.
    The same report again changes nothing.
    """
    letter = Letter.objects.select_for_update().filter(message_id=bounce.message_id).first()
    if letter is None or letter.to.lower() != bounce.recipient:
        return "unknown"
    Letter.objects.filter(pk=letter.pk).update(said=bounce.said)
    if bounce.is_permanent and bounce.is_of_the_address:
        take_refusal(letter, bounce.said)
        return "refused"
    return "noted"
