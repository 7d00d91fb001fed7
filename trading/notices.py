"""Letters to whoever must act next."""

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import TRADING_ROLES
from accounts.models import User
from catalogue.called import called
from common.web.languages import speaking
from trading.access import mark_parties, visible_synergies, with_parties
from trading.models import Actor, Synergy
from trading.selectors.turns import Turn, turn_of, with_turns


def send_reminder(*, synergy_id: int) -> int:
    """Write to the people whose turn it is, while somebody's is; return to how many.

    Each letter names the other party as its reader may know it.
    """
    synergy = with_parties(with_turns(Synergy.objects.filter(pk=synergy_id))).first()
    if synergy is None or not synergy.is_live:
        return 0
    people = _people(synergy, turn_of(synergy))
    # A letter must not tell of what is still under seal.
    told = [person for person in people if visible_synergies(person).filter(pk=synergy.pk).exists()]
    for person in told:
        _write(person, synergy)
    return len(told)


def _people(synergy: Synergy, turn: Turn) -> list[User]:
    """Return the owners and traders of the parties to act, or the facilitators where it is theirs."""
    parties = [
        pk
        for side, pk in ((Actor.SUPPLIER, synergy.supplier_id), (Actor.RECEIVER, synergy.receiver_id))
        if turn.is_of(side)
    ]
    acting = Q(memberships__organization__in=parties, memberships__role__in=TRADING_ROLES)
    if turn.who == Actor.FACILITATOR:
        both = [synergy.supplier_id, synergy.receiver_id]
        acting = Q(facilitated_programmes__organizations__in=both)
    return list(User.objects.filter(acting, is_active=True).distinct().order_by("pk"))


def _write(person: User, synergy: Synergy) -> None:
    with speaking(person.language, settings.LANGUAGE_CODE):
        _write_in_language(person, synergy)


def _write_in_language(person: User, synergy: Synergy) -> None:
    mark_parties(person, [synergy])
    context = {
        "synergy": synergy,
        "turn": turn_of(synergy),
        "address": settings.SITE_URL + reverse("synergy", args=[synergy.pk]),
    }
    letter = render_to_string("trading/email/reminder.txt", context)
    subject = _("Waiting for you: %(resource)s") % {"resource": called(synergy.resource.name)}
    send_mail(subject, letter, None, [person.email])
