"""Writes: searches that a person keeps. Each concerns the actor alone, so that no event is recorded."""

from typing import Final

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import Conflict, Invalid, unique_or_invalid
from common.reading.text import clean_line
from listings.models import Alert, SavedSearch
from listings.search.questions import as_kept
from listings.selectors.saved_searches import address_to_keep, filters_of

MOST_SAVED: Final = 100
LONGEST_NAME: Final = 80
LONGEST_ADDRESS: Final = 2000


@transaction.atomic
def save_search(*, actor: User, name: str, query: QueryDict, alert: Alert) -> SavedSearch:
    """Keep a search under a name; from now on the actor is told of what it finds new, as `alert` says.

    Raises `Invalid` naming the fields, `query` with the filters that are wrong in it; `Conflict` beyond `MOST_SAVED`.
    """
    # One at a time, so that none is kept beyond the most.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if SavedSearch.objects.filter(person=actor).count() >= MOST_SAVED:
        text = _("You keep %(most)s searches, which is the most. Delete one that you no longer need.")
        raise Conflict(text % {"most": MOST_SAVED}, code="too_many")
    address = address_to_keep(query, actor)
    text = address.urlencode()
    if len(text) > LONGEST_ADDRESS:
        raise Invalid({"query": _("This search is too long to be kept: leave something out.")})
    filters = filters_of(address, actor)
    if not filters.is_valid():
        wrong = [f"{name}: {' '.join(texts)}" for name, texts in filters.errors.items()]
        raise Invalid({"query": " ".join(wrong)})
    search = SavedSearch(
        person=actor, name=_named(name), address=text, question=as_kept(filters.question()), alert=alert
    )
    _save(search)
    return search


@transaction.atomic
def change_search(*, search: SavedSearch, name: str | None = None, alert: Alert | None = None) -> SavedSearch:
    """Call a search otherwise, or let it be told otherwise; None leaves as it is.

    Of what came while it was not told of nobody is told afterwards.
    """
    found = SavedSearch.objects.select_for_update(no_key=True).get(pk=search.pk)
    if name is not None:
        found.name = _named(name)
    if alert is not None and alert != found.alert:
        if found.alert == Alert.OFF:
            found.asked_at = timezone.now()
        found.alert = alert
    _save(found)
    return found


def delete_search(*, search: SavedSearch) -> None:
    """Keep a search no longer."""
    search.delete()


def _named(name: str) -> str:
    name = clean_line(name)
    if not name:
        raise Invalid({"name": _("Give it a name by which you find it again.")})
    if len(name) > LONGEST_NAME:
        raise Invalid({"name": _("At most %(most)s characters.") % {"most": LONGEST_NAME}})
    return name


def _save(search: SavedSearch) -> None:
    taken = _("You have a search of this name already.")
    with unique_or_invalid({"saved_search_name_once": ("name", taken)}):
        search.save()
