"""What was told to whom, how each wants to be told, and the letters on their way."""

from notifications.models.kinds import Channel, Kind
from notifications.models.letters import Letter, MailServer, RefusedAddress
from notifications.models.notifications import Mark, Notification
from notifications.models.preferences import Preference, Reader

__all__ = [
    "Channel",
    "Kind",
    "Letter",
    "MailServer",
    "Mark",
    "Notification",
    "Preference",
    "Reader",
    "RefusedAddress",
]
