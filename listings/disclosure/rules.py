"""The ladder of disclosure: what somebody learns of a listing, step by step. The table stands in `docs/disclosure.md`.

| level | that it exists, and what it says | who it is, where exactly, documents |
|---|---|---|
| public | everybody | everybody |
| anonymous | everybody | its own, their facilitators, who was introduced on this listing |
| programme only | its own, members and facilitators of their programmes | the same |
| private | its own, their facilitators; the other party of a match once a facilitator approved it | as anonymous |
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from django.db.models import Q, QuerySet

from accounts.access import AnyUser, facilitated_organizations, organizations_of
from accounts.models import Organization, Programme
from listings.models import Disclosure, Introduction, Listing

CODED: Final = (Disclosure.ANONYMOUS, Disclosure.PRIVATE)
"""Levels at which the name is coded and the place is a cell, to all who do not know better."""
UNLISTED: Final = (Disclosure.PROGRAMME, Disclosure.PRIVATE)
"""Levels at which others cannot learn that there is a listing."""


def _programmes_of(user: AnyUser) -> QuerySet[Programme]:
    """Return the programmes that the user takes part in, as a member or a facilitator."""
    if not user.is_authenticated:
        return Programme.objects.none()
    return Programme.objects.filter(
        Q(facilitators=user.pk) | Q(organizations__memberships__user_id=user.pk)
    ).distinct()


def fellows_of(user: AnyUser) -> QuerySet[Organization]:
    """Return the organizations in the programmes that the user takes part in."""
    return Organization.objects.filter(programmes__in=_programmes_of(user))


class Reader:
    """What one user knows, each part read once and only where it is asked for."""

    def __init__(self, user: AnyUser) -> None:
        self.user = user

    @cached_property
    def own(self) -> frozenset[int]:
        """The organizations that the user is a member of."""
        return frozenset(organizations_of(self.user).values_list("pk", flat=True))

    @cached_property
    def trusted(self) -> frozenset[int]:
        """The organizations of which the user may know everything: the own, and those they facilitate."""
        if not self.user.is_authenticated:
            return frozenset()
        own = organizations_of(self.user).values_list("pk", flat=True)
        return frozenset(own.union(facilitated_organizations(self.user).values_list("pk", flat=True)))

    @cached_property
    def fellows(self) -> frozenset[int]:
        """The organizations in the user's programmes."""
        return frozenset(fellows_of(self.user).values_list("pk", flat=True))

    @cached_property
    def introduced(self) -> frozenset[int]:
        """The listings on which an organization of the user was introduced to the other party."""
        found = Introduction.objects.filter(organization__in=organizations_of(self.user))
        return frozenset(found.values_list("listing", flat=True))

    def knows(self, listing: Listing) -> bool:
        """Whether the reader may learn who stands behind a listing, where exactly it is, and see its documents."""
        level = listing.disclosure
        if level == Disclosure.OPEN or listing.organization_id in self.trusted:
            return True
        if level == Disclosure.PROGRAMME and listing.organization_id in self.fellows:
            return True
        return listing.pk in self.introduced


def unknown_to(reader: Reader, side: str, organization: str) -> Q:
    """Return the rule of `Reader.knows` turned round, for a query: `side` leads to a listing that may be missing.

    `organization` leads to who it belongs to. A missing listing names nobody.
    """
    named = Q(**{f"{side}__disclosure": Disclosure.OPEN}) | Q(**{f"{side}__in": reader.introduced})
    named |= Q(**{f"{side}__disclosure": Disclosure.PROGRAMME, f"{organization}__in": reader.fellows})
    return ~Q(**{f"{organization}__in": reader.trusted}) & (Q(**{f"{side}__isnull": True}) | ~named)


def seen_on_market(user: AnyUser) -> Q:
    """Return which listings the user may learn of by themselves; whether they are on the market is another question."""
    shown = ~Q(disclosure__in=UNLISTED) | Q(organization__in=organizations_of(user))
    shown |= Q(disclosure=Disclosure.PROGRAMME, organization__in=fellows_of(user))
    return shown | Q(disclosure=Disclosure.PRIVATE, organization__in=facilitated_organizations(user))


def seen_in_pair(user: AnyUser, side: str, other: str, *, approved: Q) -> Q:
    """Return whether the user may learn of a pair of listings as far as the listing at `side` goes.

    `other` leads to the listing across, whose party learns of a private one when the pair is `approved`.
    """
    own, facilitated = organizations_of(user), facilitated_organizations(user)
    level, owner = f"{side}__disclosure", f"{side}__organization__in"
    shown = ~Q(**{f"{level}__in": UNLISTED}) | Q(**{owner: own}) | Q(**{owner: facilitated})
    shown |= Q(**{level: Disclosure.PROGRAMME, owner: fellows_of(user)})
    return shown | Q(**{level: Disclosure.PRIVATE, f"{other}__organization__in": own}) & approved


def told_at(moment: datetime | None, *, is_known: bool) -> datetime | None:
    """Return when something happened as a reader may know: to who does not know whose it is, the day (UTC) alone.

    To the microsecond it would be joined with what its organization did under its name a minute before.
    """
    if moment is None or is_known:
        return moment
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def told_reach_number(number: str, *, is_known: bool) -> str:
    """Return a REACH number as a reader may know it: its last four digits are the registrant's own."""
    return number if is_known else "-".join(number.split("-")[:3])


def parties_to_review(pair: Iterable[Listing]) -> Collection[int]:
    """Return the organizations of whose programmes a reviewer must be one: those whose listing others may not see."""
    return {listing.organization_id for listing in pair if listing.disclosure in UNLISTED}
