"""Writes: what saved searches find new, told to whoever keeps them: a listing once, by all searches that find it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.access import organizations_of
from accounts.models import User
from accounts.selectors.languages import language_of_reader
from common.web.languages import speaking
from listings.access import listings_on_market, mark_identities
from listings.models import Alert, Listing, SavedSearch, SavedSearchFind, State
from listings.search.questions import as_asked
from listings.search.several import find_among
from listings.selectors.market import in_few_words
from notifications.audiences import hearers
from notifications.kinds import SEARCHED, audience_of, calmer, least_calm
from notifications.models import Channel, Kind, Notification
from notifications.selectors.preferences import chosen_by
from notifications.services.telling import tell_under_key
from notifications.words import Saying, searches_of

MOST_AT_ONCE: Final = 10
"""So many letters of one search within a day; what it finds beyond comes with the daily one."""
CHUNK: Final = 2_000
LONGEST_CHANGE: Final = timedelta(hours=1)
"""How long before its last event one change of very many listings may have begun."""


@transaction.atomic
def tell_searches(listing_ids: Sequence[int]) -> int:
    """Tell of these listings whoever keeps a search that finds them and may see them; return how many lines were told.

    What was on the market before a search was kept is no news to it, nor is what the reader's organization listed
    itself. What several searches of one person find is told in one line, which names them. Run again it tells nothing
    anew.
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
    by_person: dict[int, list[SavedSearch]] = {}
    for search in searches:
        if search.pk in fresh:
            by_person.setdefault(search.person_id, []).append(search)
    told = 0
    for person, of_person in by_person.items():
        way_of = _ways(person, of_person, chosen.get(person, Channel.AT_ONCE))
        for together, keys in _found_alike(of_person, fresh).items():
            told += _tell(together, [listings[key] for key in keys], way_of)
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


def _found_alike(
    searches: Sequence[SavedSearch], fresh: Mapping[int, Sequence[int]]
) -> dict[tuple[SavedSearch, ...], list[int]]:
    """Return the listings that the very same of one person's searches find, by these searches."""
    by: dict[int, list[SavedSearch]] = {}
    for search in searches:
        for key in fresh[search.pk]:
            by.setdefault(key, []).append(search)
    alike: dict[tuple[SavedSearch, ...], list[int]] = {}
    for key, together in by.items():
        alike.setdefault(tuple(together), []).append(key)
    return alike


def _tell(searches: Sequence[SavedSearch], found: Sequence[Listing], way_of: Mapping[int, Channel]) -> bool:
    """Tell of what these searches found alike: at once each time, else as one line that grows until read or mailed.

    The least calm of their ways holds: nothing comes later than one of them asks for.
    """
    first, keys = searches[0], [search.pk for search in searches]
    at_most = least_calm(way_of[key] for key in keys)
    open_ = None
    if at_most != Channel.AT_ONCE:
        lines = Notification.objects.filter(
            person=first.person_id,
            told=SEARCHED,
            subject_id=first.pk,
            read_at__isnull=True,
            mailed_at__isnull=True,
        )
        open_ = next((line for line in lines if searches_of(line) == keys), None)
    count = len(found) + (int(open_.words["count"]) if open_ else 0)
    key = open_.key if open_ else f"{SEARCHED} {first.pk} {max(listing.pk for listing in found)}"
    told = [
        tell_under_key(
            line=SEARCHED,
            key=key,
            subject=first,
            hearer=hearer,
            says=_saying(searches, found[0], count),
            again=True,
            at_most=at_most,
        )
        for hearer in hearers(audience_of(SEARCHED), first, {})
    ]
    return any(each is not None for each in told)


def _ways(person: int, searches: Sequence[SavedSearch], chosen: Channel) -> dict[int, Channel]:
    """Return how each of a person's searches is told: as it says, or the calmer way that was chosen for all.

    One that has told very much at once within a day goes over to the daily letter.
    """
    ways = {search.pk: calmer(Channel(search.alert), chosen) for search in searches}
    if Channel.AT_ONCE in ways.values():
        since = timezone.now() - timedelta(days=1)
        today = Notification.objects.filter(
            person=person, told=SEARCHED, channel=Channel.AT_ONCE, told_at__gt=since
        )
        letters = Counter(key for line in today for key in searches_of(line))
        for key, way in ways.items():
            if way == Channel.AT_ONCE and letters[key] >= MOST_AT_ONCE:
                ways[key] = Channel.DAILY
    return ways


def _saying(searches: Sequence[SavedSearch], listing: Listing, count: int) -> Saying:
    """Return what is said in the reader's language: of one listing what its card says, of several how many."""
    first = searches[0]
    words = {
        "search": first.name,
        "names": [search.name for search in searches],
        "searches": [search.pk for search in searches],
        "count": count,
    }
    if count > 1:
        # Each of them finds them all.
        return Saying(words, f"{reverse('saved_search', args=[first.pk])}?sort=newest")
    with speaking(language_of_reader(first.person), settings.LANGUAGE_CODE):
        mark_identities(first.person, [listing])
        words |= {
            "listing": listing.pk,
            "resource": listing.title or listing.resource.name,
            "terms": f"{listing.party_name} · {in_few_words(listing)}",
        }
    return Saying(words, reverse("listing", args=[listing.pk]))
