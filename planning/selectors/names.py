"""Names in place of the planner's keys, as one reader may know them."""

import re
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.access import AnyUser
from accounts.models import Organization
from listings.access import mark_identities
from listings.disclosure.rules import Reader
from listings.models import Listing

_KEY: Final = re.compile(r"\b(party|offer|request)-(\d+)\b")


def keys_in(value: Any) -> tuple[set[int], set[int]]:
    """Return the keys of organizations and of listings that are named anywhere in what JSON holds."""
    parties: set[int] = set()
    listings: set[int] = set()
    for text in _texts(value):
        for kind, key in _KEY.findall(text):
            (parties if kind == "party" else listings).add(int(key))
    return parties, listings


def with_names(user: AnyUser, value: Any) -> Any:
    """Return the same with names: `party-7` as the organization, `offer-12` as what it offers and who.

    A company that the reader may not know is told by a number of its own within what is shown.
    """
    parties, listings = keys_in(value)
    reader = Reader(user)
    names: dict[str, str] = {}
    known = Organization.objects.filter(pk__in=parties & reader.trusted).in_bulk()
    for place, key in enumerate(sorted(parties), start=1):
        names[f"party-{key}"] = (
            known[key].name if key in known else _("company %(number)s") % {"number": place}
        )
    found = Listing.objects.filter(pk__in=listings).select_related("resource", "organization", "site")
    marked = {each.pk: each for each in mark_identities(user, found)}
    for key in listings:
        each = marked.get(key)
        label = f"{each.name} ({each.party_name})" if each else _("a listing that is gone")
        names[f"offer-{key}"] = names[f"request-{key}"] = label
    return _replaced(value, names)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in _texts(each)]
    if isinstance(value, list | tuple):
        return [text for each in value for text in _texts(each)]
    return []


def _replaced(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        return _KEY.sub(lambda found: names.get(found[0], found[0]), value)
    if isinstance(value, dict):
        return {_replaced(key, names): _replaced(each, names) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(each, names) for each in value]
    return value
