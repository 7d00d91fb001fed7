"""Writes: what saved searches find new, told to whoever keeps them: each listing once for each search."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.access import organizations_of
from accounts.models import User
from common.web.languages import speaking
from listings.access import listings_on_market, mark_identities
from listings.models import Alert, Listing, SavedSearch, SavedSearchFind, State
from listings.search.questions import as_asked
from listings.search.several import find_among
from listings.selectors.market import in_few_words
from notifications.audiences import hearers
from notifications.kinds import SEARCHED, audience_of, calmer
from notifications.models import Channel, Kind, Notification
from notifications.selectors.preferences import chosen_by
from notifications.services.telling import tell_under_key
from notifications.words import Saying

MOST_AT_ONCE: Final = 10
"""So many letters of one search within a day; what it finds beyond comes with the daily one."""
CHUNK: Final = 2_000
LONGEST_CHANGE: Final = timedelta(hours=1)
"""How long before its last event one change of very many listings may have begun."""


@transaction.atomic
def tell_searches(listing_ids: Sequence[int]) -> int:
    """Tell of these listings whoever keeps a search that finds them and may see them; return how many searches told.

    What was on the market before a search was kept is no news to it, nor is what the reader's organization listed
    itself. Run again it tells nothing anew.
    """
    news = dict(
        Listing.objects.filter(pk__in=listing_ids, state=State.PUBLISHED).values_list("pk", "published_at")
    )
    found = _found_by(news)
    if not found:
        return 0
    # In the order of keys; whoever else finds the same listings for one of them waits, and then knows what was told.
    held = (
        SavedSearch.objects.filter(pk__in=found).order_by("pk").select_for_update(no_key=True, of=("self",))
    )
    searches = list(held.select_related("person"))
    fresh = _not_told_before(searches, found)
    SavedSearchFind.objects.bulk_create(
        [SavedSearchFind(search_id=search, listing_id=key) for search, keys in fresh.items() for key in keys],
        batch_size=CHUNK,
    )
    listings = Listing.objects.with_cards().in_bulk({key for keys in fresh.values() for key in keys})
    chosen = chosen_by([search.person for search in searches], Kind.SEARCH)
    told = 0
    for search in searches:
        if keys := fresh.get(search.pk):
            way = _way(search, chosen.get(search.person_id, Channel.AT_ONCE))
            told += _tell(search, [listings[key] for key in keys], way)
    return told


def tell_searches_of_many(*, until: datetime) -> int:
    """Do so for all listings that one change, whose last event was at `until`, published or changed."""
    since = until - LONGEST_CHANGE
    changed = Listing.objects.filter(state=State.PUBLISHED, changed_at__gte=since).order_by("pk")
    keys = list(changed.values_list("pk", flat=True))
    return sum(tell_searches(keys[at : at + CHUNK]) for at in range(0, len(keys), CHUNK))


def forget_finds() -> int:
    """Forget what was told of listings that cannot come back; return how much."""
    return SavedSearchFind.objects.filter(listing__state=State.WITHDRAWN).delete()[0]


def _found_by(news: Mapping[int, datetime | None]) -> dict[int, list[int]]:
    """Return the keys of the searches that find any of the listings, each with those that its reader may hear of."""
    if not news:
        return {}
    alerted = SavedSearch.objects.exclude(alert=Alert.OFF).filter(person__is_active=True).order_by("pk")
    searches = list(alerted.values_list("pk", "person", "question", "asked_at"))
    found = find_among(list(news), [as_asked(question) for _pk, _person, question, _asked in searches])
    by_person: dict[int, dict[int, list[int]]] = {}
    for (pk, person, _question, asked_at), keys in zip(searches, found, strict=True):
        if newer := [key for key in keys if (at := news[key]) is not None and at >= asked_at]:
            by_person.setdefault(person, {})[pk] = newer
    heard: dict[int, list[int]] = {}
    for reader in User.objects.filter(pk__in=by_person):
        of_reader = by_person[reader.pk]
        seen = _may_hear_of(reader, {key for keys in of_reader.values() for key in keys})
        for pk, keys in of_reader.items():
            if shown := [key for key in keys if key in seen]:
                heard[pk] = shown
    return heard


def _may_hear_of(reader: User, keys: Iterable[int]) -> set[int]:
    others = listings_on_market(reader).filter(pk__in=keys).exclude(organization__in=organizations_of(reader))
    return set(others.values_list("pk", flat=True))


def _not_told_before(
    searches: Sequence[SavedSearch], found: Mapping[int, Sequence[int]]
) -> dict[int, list[int]]:
    keys = {key for keys in found.values() for key in keys}
    told = SavedSearchFind.objects.filter(search__in=searches, listing__in=keys)
    before = set(told.values_list("search", "listing"))
    fresh = {
        search.pk: [key for key in found[search.pk] if (search.pk, key) not in before] for search in searches
    }
    return {search: keys for search, keys in fresh.items() if keys}


def _tell(search: SavedSearch, found: Sequence[Listing], at_most: Channel) -> bool:
    """Tell of what one search found: at once each time, else as one thing that grows until it is read or mailed."""
    open_ = None
    if at_most != Channel.AT_ONCE:
        open_ = _of(search).filter(read_at__isnull=True, mailed_at__isnull=True).first()
    count = len(found) + (int(open_.words["count"]) if open_ else 0)
    key = open_.key if open_ else f"{SEARCHED} {search.pk} {max(listing.pk for listing in found)}"
    told = [
        tell_under_key(
            line=SEARCHED,
            key=key,
            subject=search,
            hearer=hearer,
            says=_saying(search, found[0], count),
            again=True,
            at_most=at_most,
        )
        for hearer in hearers(audience_of(SEARCHED), search, {})
    ]
    return any(each is not None for each in told)


def _of(search: SavedSearch) -> QuerySet[Notification]:
    return Notification.objects.filter(person=search.person_id, told=SEARCHED, subject_id=search.pk)


def _way(search: SavedSearch, chosen: Channel) -> Channel:
    """Return how a search is told: as it says, or the calmer way that its reader chose for all; no flood of letters."""
    way = calmer(Channel(search.alert), chosen)
    if way != Channel.AT_ONCE:
        return way
    today = _of(search).filter(channel=way, told_at__gt=timezone.now() - timedelta(days=1))
    return Channel.DAILY if today.count() >= MOST_AT_ONCE else way


def _saying(search: SavedSearch, listing: Listing, count: int) -> Saying:
    """Return what is said in the reader's language: of one listing what its card says, of several how many."""
    words = {"search": search.name, "count": count}
    if count > 1:
        return Saying(words, f"{reverse('saved_search', args=[search.pk])}?sort=newest")
    with speaking(search.person.language, settings.LANGUAGE_CODE):
        mark_identities(search.person, [listing])
        words |= {
            "listing": listing.pk,
            "resource": listing.title or listing.resource.name,
            "terms": f"{listing.party_name} · {in_few_words(listing)}",
        }
    return Saying(words, reverse("listing", args=[listing.pk]))
