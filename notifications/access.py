"""What of the inbox and of the letters somebody may open: their own, and nothing else."""

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.access import AnyUser
from accounts.models import Invitation, ProgrammeInvitation, User
from common.errors import NotFound
from notifications.models import Letter, Notification


def own_notifications(user: AnyUser) -> QuerySet[Notification]:
    """Return what the user was told, the newest first."""
    return Notification.objects.filter(person_id=user.pk or 0)


def get_notification(user: AnyUser, pk: int) -> Notification:
    """Return one thing that the user was told."""
    notification = own_notifications(user).filter(pk=pk).first()
    if notification is None:
        raise NotFound
    return notification


def letters_to(user: AnyUser) -> QuerySet[Letter]:
    """Return the letters to the user's address, the newest first; only where a machine shows letters on its pages.

    And what went to people whom the user invited and who have no account yet: nobody else could read it there.
    """
    if not user.is_authenticated or not settings.SHOW_LETTERS:
        return Letter.objects.none()
    invited = Invitation.objects.filter(invited_by=user, accepted_at__isnull=True).values(low=Lower("email"))
    asked = ProgrammeInvitation.objects.filter(invited_by=user).values(low=Lower("email"))
    accounts = User.objects.values(low=Lower("email"))
    letters = Letter.objects.annotate(to_whom=Lower("to"))
    to_guests = (Q(to_whom__in=invited) | Q(to_whom__in=asked)) & ~Q(to_whom__in=accounts)
    return letters.filter(Q(to_whom=user.email.lower()) | to_guests)


def get_letter(user: AnyUser, pk: int) -> Letter:
    """Return one letter to the user's address."""
    letter = letters_to(user).filter(pk=pk).first()
    if letter is None:
        raise NotFound
    return letter
