"""Letters of invitations. They are queued in the invitation's transaction; it stands even where no letter can be."""

import logging
from smtplib import SMTPException

from django.core.mail import send_mail

from accounts.models import Invitation, ProgrammeInvitation

log = logging.getLogger(__name__)


def send_letter(invitation: Invitation | ProgrammeInvitation, subject: str, letter: str) -> None:
    """Send the letter of an invitation; where it cannot leave, the invitation says so (`letter_left`)."""
    try:
        # A name may hold line breaks, a header may not.
        send_mail(" ".join(subject.split()), letter, None, [invitation.email])
    except (SMTPException, OSError) as error:
        log.warning("The letter of an invitation could not be sent: %r", error)
        invitation.letter_left = False
