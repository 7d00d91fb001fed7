"""Reads: organizations by name, and whether somebody speaks for them."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from rapidfuzz import fuzz, process

from accounts.models import Membership, Organization, User
from common.reading.text import clean_line

_LIKE_PERCENT = 70
"""How alike two names must be, word by word in order of the alphabet, to be taken for each other's misspelling."""


def organizations_named(text: str, *, limit: int = 6) -> list[Organization]:
    """Return the organization of exactly this name or slug, else those that share it, hold it, or resemble it."""
    name = clean_line(text)
    by_slug = list(Organization.objects.filter(slug=name))
    exact = by_slug or list(Organization.objects.filter(name__iexact=name)[:limit])
    return exact or list(Organization.objects.filter(name__icontains=name)[:limit]) or _like(name, limit)


def suggest_organizations(text: str, *, limit: int = 8) -> list[Organization]:
    """Return organizations whose name begins with `text`, then those that hold it, for the type-ahead."""
    name = clean_line(text)[:80]
    if not name:
        return []
    first = list(Organization.objects.filter(name__istartswith=name)[:limit])
    further = Organization.objects.filter(name__icontains=name).exclude(pk__in=[each.pk for each in first])
    return first + list(further[: limit - len(first)])


def _like(name: str, limit: int) -> list[Organization]:
    names = dict(Organization.objects.values_list("pk", "name"))
    scored = process.extract(
        name,
        names,
        scorer=fuzz.token_sort_ratio,
        processor=str.casefold,
        limit=limit,
        score_cutoff=_LIKE_PERCENT,
    )
    found = Organization.objects.in_bulk([pk for _name, _score, pk in scored])
    return [found[pk] for _name, _score, pk in scored]


def with_members(organizations: QuerySet[Organization]) -> QuerySet[Organization]:
    """Keep the organizations that somebody can answer for."""
    return organizations.filter(pk__in=Membership.objects.values("organization"))


def reader_currency(user: User | AnonymousUser | None) -> str:
    """Return the currency in which a reader thinks: that of the organization joined first, else the euro."""
    if user is None or not user.is_authenticated:
        return "EUR"
    joined = Organization.objects.filter(memberships__user=user.pk).order_by("memberships__pk")
    return joined.values_list("currency", flat=True).first() or "EUR"
