"""Writes: an address that the mail server refuses is noted, and its owner is told in the inbox."""

from django.urls import reverse

from accounts.models import User
from notifications.audiences import hearers
from notifications.kinds import audience_of
from notifications.models import Letter
from notifications.services.outbox import note_refusal
from notifications.services.telling import tell_under_key
from notifications.words import Saying

_LINE = "address.refused"


def take_refusal(letter: Letter, said: str) -> None:
    """Note that nobody is at a letter's address, and tell whoever signs in with it."""
    note_refusal(letter, said)
    person = User.objects.filter(email__iexact=letter.to).first()
    if person is None:
        return
    says = Saying({"email": letter.to, "quote": said[:300]}, reverse("preferences"))
    for hearer in hearers(audience_of(_LINE), person, {}):
        tell_under_key(line=_LINE, key=f"{_LINE} {letter.pk}", subject=person, hearer=hearer, says=says)
