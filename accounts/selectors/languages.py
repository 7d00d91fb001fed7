"""The language of a programme, where somebody asks for none."""

from django.db.models import Q

from accounts.access import AnyUser
from accounts.models import Programme, User


def language_of_programmes(user: AnyUser) -> str:
    """Return the language of the programme of the user, or that the user facilitates; the oldest one's that has one."""
    if not user.pk:
        return ""
    theirs = Q(facilitators=user.pk) | Q(organizations__memberships__user=user.pk)
    found = Programme.objects.exclude(language="").filter(theirs).order_by("pk")
    return found.values_list("language", flat=True).first() or ""


def language_of_programme(slug: str) -> str:
    """Return the language of one programme; nothing where it has none, or there is no such programme."""
    return Programme.objects.filter(slug=slug).values_list("language", flat=True).first() or ""


def language_of_reader(person: User) -> str:
    """Return in which language letters go to somebody: as chosen, else as the programme speaks; else nothing."""
    return person.language or language_of_programmes(person)
