"""Writes: new matches, told as one thing a day for each organization, however many a run of the engine stored."""

from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Organization
from listings.models import Listing
from matching.access import SHOWN_TO_PARTIES
from matching.models import Match
from notifications.audiences import hearers
from notifications.kinds import FOUND, audience_of
from notifications.models import Mark
from notifications.services.telling import tell_under_key
from notifications.words import Saying

NEWS_FOR: Final = timedelta(days=2)
"""What is older is no news: a market that was there before is not told all at once."""
_SIDES: Final = ("offer", "request")


def tell_new_matches() -> int:
    """Tell the members of each organization how many matches of its listings are new today; return how many were told.

    Looks only at rows that came since the last time (by their key), counts in the database, and writes one notification
    per person, organization and day. Run again it tells nothing anew; where a day's matches have grown, it says so.
    """
    mark, _new = Mark.objects.get_or_create(name="matches")
    fresh = Match.objects.filter(pk__gt=mark.passed_pk, created_at__gte=timezone.now() - NEWS_FOR)
    told = sum(_tell_day(organization, day) for organization, day in sorted(_touched(fresh)))
    _move_on(mark)
    return told


def _shown(matches: QuerySet[Match]) -> QuerySet[Match]:
    return matches.filter(state__in=SHOWN_TO_PARTIES, fits=True)


def _touched(fresh: QuerySet[Match]) -> set[tuple[int, date]]:
    """Organizations with members, and the days on which they got matches."""
    found: set[tuple[int, date]] = set()
    for side in _SIDES:
        owner = f"{side}__organization"
        with_members = _shown(fresh).filter(Exists(Membership.objects.filter(organization=OuterRef(owner))))
        days = with_members.annotate(day=TruncDate("created_at", tzinfo=timezone.get_default_timezone()))
        found |= set(days.order_by().values_list(owner, "day").distinct())
    return found


def _tell_day(organization_id: int, day: date) -> int:
    start = datetime.combine(day, datetime.min.time(), timezone.get_default_timezone())
    of_day = _shown(Match.objects.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1)))
    count, listings = 0, 0
    one: int | None = None
    for side in _SIDES:
        own = of_day.filter(**{f"{side}__organization": organization_id})
        found = own.aggregate(matches=Count("pk"), listings=Count(side, distinct=True), one=Min(side))
        count, listings, one = count + found["matches"], listings + found["listings"], one or found["one"]
    if one is None:
        return 0
    organization = Organization.objects.get(pk=organization_id)
    says = _saying(organization, Listing.objects.select_related("resource").get(pk=one), count, listings)
    key = f"{FOUND} {organization_id} {day.isoformat()}"
    told = [
        tell_under_key(line=FOUND, key=key, subject=organization, hearer=hearer, says=says, again=True)
        for hearer in hearers(audience_of(FOUND), organization, {})
    ]
    return sum(notification is not None for notification in told)


def _saying(organization: Organization, one: Listing, count: int, listings: int) -> Saying:
    words = {"count": count, "listings": listings, "resource": one.name, "organization": organization.name}
    if listings == 1:
        return Saying(words, reverse("listing_matches", args=[one.pk]))
    return Saying(words, reverse("my_matches"))


def _move_on(mark: Mark) -> None:
    """Pass what was the last key long enough ago that no transaction of that moment can still be going on."""
    longest = timedelta(seconds=settings.LONGEST_TASK_S + 60)
    now = timezone.now()
    if mark.ahead_at > now - longest and mark.ahead_pk:
        return
    mark.passed_pk = mark.ahead_pk
    mark.ahead_pk = Match.objects.aggregate(last=Max("pk"))["last"] or 0
    mark.ahead_at = now
    mark.save(update_fields=["passed_pk", "ahead_pk", "ahead_at"])
