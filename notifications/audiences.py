"""Who hears of a thing: its declared audience, as people, narrowed to those who may see it.

An audience is looked up once here for every kind of event; whether somebody may see the subject is asked of the
access functions of its app, so that nobody is told what the pages would hide.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model, Q

from accounts.access import (
    TRADING_ROLES,
    facilitated_organizations,
    organizations_of,
)
from accounts.models import Membership, Organization, Programme, ProgrammeInvitation, Role, User
from events.kinds import Audience
from events.services import subject_type_of
from listings.access import own_listings
from listings.models import Listing, SavedSearch
from matching.access import visible_matches
from matching.models import Match
from notifications.kinds import Standing
from register.models import RegisterPlant
from trading.access import (
    visible_agreements,
    visible_bids,
    visible_deliveries,
    visible_files,
    visible_synergies,
    visible_tenders,
)
from trading.models import Actor, Agreement, Bid, Delivery, Synergy, Tender
from trading.selectors.turns import turn_of, with_turns

Data = Mapping[str, Any]
_TOLD_OF: Final[tuple[type[Model], ...]] = (
    Synergy,
    Bid,
    Agreement,
    Delivery,
    Tender,
    Match,
    Listing,
    Organization,
    Programme,
    RegisterPlant,
    SavedSearch,
    User,
)
_BY_NAME: Final[Mapping[str, type[Model]]] = {subject_type_of(model()): model for model in _TOLD_OF}


@dataclass(frozen=True)
class Hearer:
    """Somebody who is told, and as what."""

    person: User
    standing: Standing


def subject_named(subject_type: str, subject_id: int) -> Any | None:
    """Return what a thing told is about, None where it is gone, or nobody is ever told of its like."""
    model = _BY_NAME.get(subject_type)
    return None if model is None else model._default_manager.filter(pk=subject_id).first()


# --- who ----------------------------------------------------------------------------------------------------
def synergy_of(subject: Any) -> Synergy | None:
    """Return the synergy that a subject of trading belongs to; None for what belongs to none."""
    if isinstance(subject, Synergy):
        return subject
    if isinstance(subject, Delivery):
        return subject.agreement.synergy
    return subject.synergy if isinstance(subject, Bid | Agreement) else None


def organizations_behind(subject: Any, data: Data) -> list[int]:
    """Return the keys of the organizations that a subject concerns: its parties, or its owner."""
    synergy = synergy_of(subject)
    if synergy is not None:
        return [synergy.supplier_id, synergy.receiver_id]
    if isinstance(subject, Match):
        return [subject.offer.organization_id, subject.request.organization_id]
    if isinstance(subject, Listing):
        return [subject.organization_id]
    if isinstance(subject, Tender):
        return [subject.listing.organization_id]
    if isinstance(subject, Organization):
        return [subject.pk]
    return [int(data["organization"])] if "organization" in data else []


def _facilitators(subject: Any, data: Data) -> Q:
    if isinstance(subject, Programme):
        return Q(facilitated_programmes=subject.pk)
    if "programme" in data:
        return Q(facilitated_programmes=data["programme"])
    return Q(facilitated_programmes__organizations__in=organizations_behind(subject, data))


def _members(subject: Any, data: Data) -> Q:
    return Q(memberships__organization__in=organizations_behind(subject, data))


def _to_act(subject: Any, data: Data) -> Q:
    synergy = synergy_of(subject)
    found = None if synergy is None else with_turns(Synergy.objects.filter(pk=synergy.pk)).first()
    if found is None:
        return Q(pk__in=[])
    turn = turn_of(found)
    if turn.who == Actor.FACILITATOR:
        return _facilitators(subject, data)
    sides = ((Actor.SUPPLIER, found.supplier_id), (Actor.RECEIVER, found.receiver_id))
    acting = [pk for side, pk in sides if turn.is_of(side)]
    return Q(memberships__organization__in=acting, memberships__role__in=TRADING_ROLES)


def _person_of(subject: Any) -> int:
    """Return whose a subject is that belongs to one person."""
    return int(subject.person_id if isinstance(subject, SavedSearch) else subject.pk)


def _invited_address(data: Data) -> str:
    """Return the address that an invitation went to, "" once it was answered; the log itself names nobody."""
    found = ProgrammeInvitation.objects.filter(pk=data.get("invitation", 0))
    return found.values_list("email", flat=True).first() or ""


_PEOPLE: Final[Mapping[Audience, Callable[[Any, Data], Q]]] = {
    Audience.PERSON: lambda subject, data: Q(pk=_person_of(subject)),
    Audience.ORGANIZATION: _members,
    Audience.OWNERS: lambda subject, data: Q(
        memberships__organization__in=organizations_behind(subject, data), memberships__role=Role.OWNER
    ),
    Audience.FACILITATORS: _facilitators,
    Audience.INVITED: lambda subject, data: Q(email__iexact=_invited_address(data)),
    Audience.PARTIES: _members,
    Audience.PARTIES_AND_FACILITATORS: lambda subject, data: (
        _members(subject, data) | _facilitators(subject, data)
    ),
    Audience.TO_ACT: _to_act,
}
"""Of an audience that is not here nobody is told: it is a note for the log, or as wide as everybody."""


def hearers(audience: Audience, subject: Any, data: Data, *, actor_id: int | None = None) -> Iterator[Hearer]:
    """Yield who is told, the actor not among them, each once and as what they hear it, by their keys."""
    people = _PEOPLE.get(audience)
    if people is None:
        return
    found = User.objects.filter(people(subject, data), is_active=True).exclude(pk=actor_id or 0)
    concerned = organizations_behind(subject, data)
    of_actor = set(
        Membership.objects.filter(user=actor_id, organization__in=concerned).values_list(
            "organization", flat=True
        )
    )
    roles: dict[int, dict[int, str]] = {}
    for user, organization, role in Membership.objects.filter(organization__in=concerned).values_list(
        "user", "organization", "role"
    ):
        roles.setdefault(user, {})[organization] = role
    for person in found.distinct().order_by("pk"):
        if may_see(person, subject, data):
            yield Hearer(person, _standing(person, concerned, roles.get(person.pk, {}), of_actor))


def _standing(person: User, concerned: list[int], roles: Mapping[int, str], of_actor: set[int]) -> Standing:
    if not concerned:
        return Standing.PARTY  # told as a person
    if not roles:
        return Standing.FACILITATOR
    others = {organization: role for organization, role in roles.items() if organization not in of_actor}
    if not others:
        return Standing.COLLEAGUE
    return Standing.PARTY if any(role in TRADING_ROLES for role in others.values()) else Standing.READER


# --- whether ------------------------------------------------------------------------------------------------
def may_see(person: User, subject: Any, data: Data) -> bool:
    """Whether somebody may see what an event is about, by the rules of the pages."""
    if not person.is_active:
        return False
    for model, visible in _VISIBLE.items():
        if isinstance(subject, model):
            seen: bool = visible(person).filter(pk=subject.pk).exists()
            # A document of another party opens only once both are introduced.
            if seen and isinstance(subject, Synergy) and "file" in data:
                return visible_files(person).filter(pk=data["file"]).exists()
            return seen
    if isinstance(subject, Organization):
        return _concerns(person, subject, data)
    if isinstance(subject, User | SavedSearch):
        return person.pk == _person_of(subject)
    # That a programme or a plant of a public register exists is public.
    return True


_VISIBLE: Final[Mapping[type[Model], Callable[[User], Any]]] = {
    Synergy: visible_synergies,
    Bid: visible_bids,
    Agreement: visible_agreements,
    Delivery: visible_deliveries,
    Tender: visible_tenders,
    Match: visible_matches,
    Listing: own_listings,
}


def _concerns(person: User, organization: Organization, data: Data) -> bool:
    if organizations_of(person).filter(pk=organization.pk).exists():
        return True
    if facilitated_organizations(person).filter(pk=organization.pk).exists():
        return True
    # Whoever asked it to take part hears the answer.
    return Programme.objects.filter(pk=data.get("programme", 0), facilitators=person.pk).exists()
