"""Where `send_mail` leads: into the queue, so that whoever causes a letter waits for the database alone."""

from collections.abc import Sequence
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from notifications.services.outbox import queue_letter


class QueueBackend(BaseEmailBackend):
    """Django's way to send letters, for what lower apps and allauth write: invitations, confirmations, new passwords.

    What such letters say opens something, so it is not kept once they left.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue a letter for each address; raises `ValueError` for what a queued letter cannot carry."""
        queued = 0
        for message in email_messages:
            if message.attachments:
                raise ValueError("a letter of the queue carries no attachments")
            for address in message.recipients():
                queue_letter(
                    to=address,
                    subject=str(message.subject),
                    text=str(message.body),
                    html=_html_of(message),
                    headers={str(name): str(value) for name, value in message.extra_headers.items()},
                    secret=True,
                )
                queued += 1
        return queued


def _html_of(message: Any) -> str:
    alternatives = getattr(message, "alternatives", None) or ()
    return next((str(each[0]) for each in alternatives if each[1] == "text/html"), "")
