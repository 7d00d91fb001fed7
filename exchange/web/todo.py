"""The first things to do for whoever is signed in, by name: what somebody waits for before what could be begun."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import can_trade
from accounts.models import Organization, User
from catalogue.called import called
from common.reading.dates import written_day
from listings.access import own_listings
from listings.models import State
from matching.access import with_sides
from matching.selectors.matches import mark_sides
from matching.selectors.queue import Narrowing, queue_of
from trading.access import mark_parties, with_parties
from trading.models import Synergy
from trading.selectors.synergies import matches_to_take_up
from trading.selectors.turns import deals_waiting_for, deals_waiting_for_facilitator, turn_of
from trading.templatetags.deals import turn_words

MOST: Final = 3


@dataclass(frozen=True)
class Todo:
    """One thing to do: what it is about, by name, and what is to be done."""

    icon: str
    about: str
    do: str
    url: str


def first_todos(user: User, organization: Organization | None, *, facilitates: bool) -> list[Todo]:
    """Return at most `MOST`: deals that wait for one's word, then matches to take up or to review, then drafts."""
    return list(islice(_todos(user, organization, facilitates=facilitates), MOST))


def _todos(user: User, organization: Organization | None, *, facilitates: bool) -> Iterator[Todo]:
    trades = organization is not None and can_trade(user, organization.pk)
    if organization and trades:
        waiting = list(with_parties(deals_waiting_for(user, organization))[:MOST])
        yield from (_deal(each, organization) for each in mark_parties(user, waiting))
    if facilitates:
        waiting = list(with_parties(deals_waiting_for_facilitator(user))[:MOST])
        yield from (_deal(each, None) for each in mark_parties(user, waiting))
    if organization and trades:
        yield from _to_take_up(user, organization)
    if facilitates:
        yield from _to_review(user)
    if organization and trades:
        yield from _drafts(user, organization)


def _deal(synergy: Synergy, organization: Organization | None) -> Todo:
    side = synergy.side_of(organization.pk) if organization else ""
    named = {
        "resource": called(synergy.resource.name),
        "supplier": synergy.supplier_name,
        "receiver": synergy.receiver_name,
    }
    about = {
        "supplier": _("%(resource)s to %(receiver)s"),
        "receiver": _("%(resource)s from %(supplier)s"),
    }.get(side, _("%(resource)s: %(supplier)s → %(receiver)s")) % named
    do = turn_words(turn_of(synergy), synergy)
    if synergy.next_step_on:
        do = _("%(step)s, due %(day)s") % {"step": do, "day": written_day(synergy.next_step_on)}
    return Todo("arrows-exchange", about, do, reverse("synergy", args=[synergy.pk]))


def _to_take_up(user: User, organization: Organization) -> Iterator[Todo]:
    for match in mark_sides(user, matches_to_take_up(user, organization)[:MOST]):
        offers = match.offer.organization_id == organization.pk
        mine, other = (match.offer, match.request) if offers else (match.request, match.offer)
        words = _("%(listing)s to %(party)s") if offers else _("%(listing)s from %(party)s")
        yield Todo(
            "thumb-up",
            words % {"listing": mine.name, "party": other.party_name},
            _("approved: say whether you are interested"),
            reverse("match", args=[match.pk]),
        )


def _to_review(user: User) -> Iterator[Todo]:
    best = with_sides(queue_of(user, Narrowing()).filter(fits=True))
    for match in mark_sides(user, best[:MOST]):
        parties = {
            "listing": match.offer.name,
            "supplier": match.offer.party_name,
            "receiver": match.request.party_name,
        }
        yield Todo(
            "clipboard-check",
            _("%(listing)s: %(supplier)s → %(receiver)s") % parties,
            _("review the match, %(score)d %%") % {"score": round(match.score * 100)},
            reverse("match", args=[match.pk]),
        )


def _drafts(user: User, organization: Organization) -> Iterator[Todo]:
    drafts = own_listings(user).filter(organization=organization, state=State.DRAFT)
    for draft in drafts.select_related("resource").order_by("-changed_at", "-pk")[:MOST]:
        yield Todo(
            "pencil",
            draft.name,
            _("finish the draft and publish it"),
            reverse("listing_edit", args=[draft.pk]),
        )
