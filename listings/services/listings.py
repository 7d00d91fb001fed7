"""Writes: a listing's life from draft to withdrawn, each step with its event in the same transaction."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, Provenance, Site, User
from accounts.selectors.timezones import today_at
from common.errors import Conflict, Invalid, unique_or_invalid
from common.reading.dates import PLANNED
from common.templatetags.loopyard import number
from common.versions import check_version
from events.services import record_event
from listings.disclosure.cells import recheck_cell, sites_told_by_cells
from listings.disclosure.keys import drawn_key, is_drawn
from listings.disclosure.rules import CODED
from listings.models import Listing, ListingQuality, Period, State
from listings.selectors.knowledge import ASKED_ANEW, Knowledge
from listings.services.closing import close_or_reopen
from listings.services.terms import CanonicalTerms, Interval, ListingTerms, check_terms, cleaned, said_by

EDITABLE = (State.DRAFT, State.PUBLISHED, State.PAUSED, State.CLOSED, State.EXPIRED)
# What may become what, and the event that says so.
TRANSITIONS: dict[str, tuple[tuple[State, ...], State]] = {
    "listing.published": ((State.DRAFT, State.PAUSED, State.EXPIRED), State.PUBLISHED),
    "listing.paused": ((State.PUBLISHED,), State.PAUSED),
    "listing.withdrawn": (
        (State.DRAFT, State.PUBLISHED, State.PAUSED, State.CLOSED, State.EXPIRED),
        State.WITHDRAWN,
    ),
    "listing.expired": ((State.PUBLISHED, State.PAUSED), State.EXPIRED),
}
_LISTS = ("months", "safety_present", "safety_absent")
_COLUMNS = {"resource": "resource_id", "site": "site_id"}
_PLAIN_FIELDS = [field.name for field in fields(ListingTerms) if field.name not in ("quality", *_LISTS)]


def today() -> date:
    """The current day by UTC, to narrow what may be over; whether it is says `today_at` at its site."""
    return timezone.now().date()


@transaction.atomic
def create_listing(
    *,
    actor: User | None,
    organization: Organization,
    terms: ListingTerms,
    publish: bool = True,
    provenance: Provenance = Provenance.OWN,
    source: str = "",
    source_year: int | None = None,
) -> Listing:
    """Create a listing, published at once or as a draft; raises `Invalid` naming the fields."""
    listing = Listing(
        organization=organization,
        created_by=actor,
        provenance=provenance,
        source=source,
        source_year=source_year,
    )
    if is_drawn(terms.disclosure, published=publish):
        listing.pk = drawn_key()
    _put_terms(listing, terms)
    record_event(kind="listing.created", subject=listing, actor=actor, data={"side": listing.side})
    return _move(listing, "listing.published", actor) if publish else listing


@transaction.atomic
def edit_listing(*, actor: User | None, listing: Listing, terms: ListingTerms, seen: str = "") -> Listing:
    """Change what a listing says; a published one is matched anew, and closes or opens with what is left.

    Raises `Invalid` naming the fields, `Conflict` for a withdrawn one, and `Outdated` where it does not say what the
    caller has `seen`.
    """
    listing = _locked(listing)
    check_editable(listing)
    check_version(seen, said_by(terms_of(listing)))
    before = listing.state
    _put_terms(listing, terms)
    record_event(kind=kind_of_edit(listing, before), subject=listing, actor=actor)
    return listing


def check_editable(listing: Listing) -> None:
    """Raise `Conflict` for a listing whose terms cannot be changed any more."""
    if listing.state not in EDITABLE:
        raise Conflict(_("A withdrawn listing cannot be changed. List it anew."), code="withdrawn")


def kind_of_edit(listing: Listing, before: str) -> str:
    """Return the kind of event that says that a listing was changed, which stood in the state `before`."""
    if listing.state != before:
        return f"listing.{listing.state}"
    return "listing.changed" if listing.state == State.PUBLISHED else "listing.edited"


@transaction.atomic
def amend_listing(
    *, actor: User | None, listing: Listing, changes: Mapping[str, Any], seen: str = ""
) -> Listing:
    """Change some of a listing's terms; the rest stays as it is at this moment, not as the caller last saw it."""
    listing = _locked(listing)
    terms = replace(terms_of(listing), **changes)
    return edit_listing(actor=actor, listing=listing, terms=terms, seen=seen)


def terms_of(listing: Listing) -> ListingTerms:
    """Return what a listing says."""
    if "quality" in getattr(listing, "_prefetched_objects_cache", {}):
        rows = list(listing.quality.all())
    else:
        rows = list(listing.quality.select_related("property"))
    quality = {row.property.slug: (row.low, row.high) for row in rows}
    plain = {name: getattr(listing, name) for name in _PLAIN_FIELDS}
    lists: dict[str, Any] = {name: tuple(getattr(listing, name)) for name in _LISTS}
    return ListingTerms(**plain, **lists, quality=quality)


def content_of(listing: Listing, quality: Mapping[str, Interval], *, dated: bool = True) -> tuple[Any, ...]:
    """Return what a listing says, to be compared; with `dated` its first day too. `quality` is what it says of that."""
    plain = [
        getattr(listing, _COLUMNS.get(name, name))
        for name in _PLAIN_FIELDS
        if dated or name != "available_from"
    ]
    stated = sorted((slug, low, high) for slug, (low, high) in quality.items() if (low, high) != (None, None))
    return (*plain, *(tuple(getattr(listing, name)) for name in _LISTS), tuple(stated))


@transaction.atomic
def publish_listing(*, actor: User | None, listing: Listing) -> Listing:
    """Put a draft, paused or expired listing on the market."""
    listing = _locked(listing)
    if listing.over_on(today_at(listing.site)):
        raise Conflict(_("Its window is over. Set a later end first."), code="window_over")
    if listing.left == 0:
        raise Conflict(_("All of it is agreed. Set a larger quantity first."), code="nothing_left")
    return _move(listing, "listing.published", actor)


@transaction.atomic
def renew_listing(*, actor: User | None, listing: Listing) -> Listing:
    """Let a listing with an end stand as long again: from today where its window is over, then on the market too."""
    listing = _locked(listing)
    if listing.available_until is None:
        raise Conflict(_("It has no end, so that there is nothing to renew."), code="no_end")
    today_there = today_at(listing.site)
    length = listing.available_until - listing.available_from
    over = listing.over_on(today_there)
    first, last = (today_there, today_there) if over else (listing.available_from, listing.available_until)
    until = min(last + length, PLANNED.last(today_there))
    changes = {"available_from": first, "available_until": until}
    listing = amend_listing(actor=actor, listing=listing, changes=changes)
    return _move(listing, "listing.published", actor) if listing.state == State.EXPIRED else listing


@transaction.atomic
def pause_listing(*, actor: User | None, listing: Listing) -> Listing:
    """Take a listing off the market for a while."""
    return _move(_locked(listing), "listing.paused", actor)


@transaction.atomic
def withdraw_listing(*, actor: User | None, listing: Listing) -> Listing:
    """Take a listing off the market for good."""
    return _move(_locked(listing), "listing.withdrawn", actor)


def expire_listings() -> int:
    """Expire every listing whose window is over at its site, each in its own transaction; return how many."""
    # East of Greenwich the day after this one may have begun; west of it this one may not.
    over = Listing.objects.filter(state__in=(State.PUBLISHED, State.PAUSED), available_until__lte=today())
    count = 0
    for pk in over.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            found = (
                over.filter(pk=pk).select_related("site").select_for_update(of=("self",), skip_locked=True)
            )
            listing = found.first()
            if listing and listing.over_on(today_at(listing.site)):
                _move(listing, "listing.expired", None)
                count += 1
    return count


def follow_site(*, site_id: int) -> int:
    """Move a site's listings to where the site is now; return how many there are."""
    site = Site.objects.filter(pk=site_id).select_related("organization").first()
    if site is None:
        return 0  # removed since
    listings = Listing.objects.filter(site=site).exclude(state=State.WITHDRAWN)
    found = list(listings.order_by("pk").select_for_update())
    for listing in found:
        _move_to(listing, site)
        # The permits of the site count for the match as well as its place.
        if listing.state == State.PUBLISHED:
            record_event(kind="listing.changed", subject=listing, actor=None)
    return len(found)


def keep_cells() -> int:
    """Give every site whose place is hidden its cell, widen those from which others have gone; return how many moved.

    Each site in its own transaction; done once more it changes nothing.
    """
    moved = 0
    for site_id in sites_told_by_cells():
        with transaction.atomic():
            site = Site.objects.filter(pk=site_id).select_related("organization").first()
            if site is None:
                continue
            listings = Listing.objects.filter(site=site, disclosure__in=CODED).exclude(state=State.WITHDRAWN)
            found = list(listings.order_by("pk").select_for_update())
            recheck_cell(site)
            for listing in found:
                if _move_to(listing, site):
                    moved += 1
                    if listing.state == State.PUBLISHED:
                        record_event(kind="listing.changed", subject=listing, actor=None)
    return moved


def _move_to(listing: Listing, site: Site) -> bool:
    """Put a listing where its site is told to be now; return whether it was elsewhere."""
    before = (listing.latitude, listing.longitude, listing.place)
    _put_place(listing, site)
    if (listing.latitude, listing.longitude, listing.place) == before:
        return False
    listing.save(update_fields=["latitude", "longitude", "place"])
    return True


def _locked(listing: Listing) -> Listing:
    return (
        Listing.objects.select_for_update(of=("self",))
        .select_related("resource", "site", "organization")
        .get(pk=listing.pk)
    )


def _move(listing: Listing, kind: str, actor: User | None) -> Listing:
    origins, target = TRANSITIONS[kind]
    if listing.state not in origins:
        raise Conflict(
            _("This listing is %(state)s; that cannot be done now.") % {"state": State(listing.state).label},
            code="wrong_state",
        )
    listing.state = target
    now = timezone.now()
    if target == State.PUBLISHED and listing.published_at is None:
        listing.published_at = now
    listing.changed_at = now
    listing.save(update_fields=["state", "published_at", "changed_at"])
    record_event(kind=kind, subject=listing, actor=actor)
    return listing


def _put_place(listing: Listing, site: Site, knowledge: Knowledge = ASKED_ANEW) -> None:
    told = knowledge.told_place(site, listing.disclosure)
    listing.latitude, listing.longitude = told.point.latitude, told.point.longitude
    listing.place = told.name


def _put_terms(listing: Listing, terms: ListingTerms) -> None:
    terms = put_terms(listing, terms)
    listed_before = not listing._state.adding
    if listing.external_id:
        taken = _("Another listing of yours has this number already.")
        with unique_or_invalid({"listing_external_id_once": ("external_id", taken)}):
            listing.save(force_insert=not listed_before)
    else:
        listing.save(force_insert=not listed_before)
    if listed_before:
        listing.quality.all().delete()
    ListingQuality.objects.bulk_create(quality_rows(listing, terms))


def put_terms(listing: Listing, terms: ListingTerms, knowledge: Knowledge = ASKED_ANEW) -> ListingTerms:
    """Let a listing say what the terms do, once they are found right; saves nothing, and returns them cleaned.

    Raises `Invalid` naming the fields. Its quality is of other rows (`quality_rows`).
    """
    if listing.side and listing.side != terms.side:
        raise Invalid({"side": _("An offer cannot become a request. List it anew.")})
    if terms.site.organization_id != listing.organization_id:
        raise Invalid({"site": _("Choose one of your own sites.")})
    if terms.site.closed_at is not None:
        raise Invalid({"site": _("This site was removed. Choose another.")})
    terms = cleaned(terms, knowledge)
    canonical = check_terms(terms, today=knowledge.today_at(terms.site), knowledge=knowledge)
    if listing.allocated:
        _check_agreed(listing, terms, canonical)
    for name in _PLAIN_FIELDS:
        setattr(listing, name, getattr(terms, name))
    listing.safety_present, listing.safety_absent = list(terms.safety_present), list(terms.safety_absent)
    listing.months = sorted(set(terms.months)) if len(set(terms.months)) < 12 else []
    listing.amount = canonical.amount
    listing.minimum_amount = canonical.minimum_amount
    listing.unit_price = canonical.unit_price
    listing.changed_at = timezone.now()
    close_or_reopen(listing)
    _put_place(listing, terms.site, knowledge)
    return terms


def quality_rows(
    listing: Listing, terms: ListingTerms, knowledge: Knowledge = ASKED_ANEW
) -> list[ListingQuality]:
    """Return the rows of what cleaned terms say of the quality; saves nothing."""
    if not terms.quality:
        return []
    properties = {found.slug: found for found in knowledge.properties_of(terms.resource)}
    return [
        ListingQuality(listing=listing, property=properties[slug], low=low, high=high)
        for slug, (low, high) in terms.quality.items()
        if low is not None or high is not None
    ]


def _check_agreed(listing: Listing, terms: ListingTerms, canonical: CanonicalTerms) -> None:
    """Refuse terms under which what is agreed already would be more than there is, or count in another unit."""
    errors = {}
    if terms.resource.pk != listing.resource_id:
        errors["resource"] = _("Agreements rest on this listing. List the other resource anew.")
    if (terms.period != Period.ONCE) != listing.is_rate:
        errors["period"] = _("Agreements rest on this listing. List the lot, or the flow, anew.")
    if not errors and (canonical.amount is None or canonical.amount < listing.allocated):
        errors["quantity"] = _("%(amount)s %(unit)s of it are agreed already; it cannot be less.") % {
            "amount": number(listing.allocated),
            "unit": listing.canonical_unit,
        }
    if errors:
        raise Invalid(errors)
