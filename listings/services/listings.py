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
from accounts.selectors.towns import town_near
from common.errors import Conflict, Invalid
from common.geo import Point, blur
from common.templatetags.loopyard import number
from common.versions import check_version
from events.services import record_event
from listings.models import NEAR_POINT, NEAR_TOWN, Disclosure, Listing, ListingQuality, Period, State
from listings.services.closing import close_or_reopen
from listings.services.terms import CanonicalTerms, ListingTerms, check_terms, cleaned, said_by

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
    if listing.state not in EDITABLE:
        raise Conflict(_("A withdrawn listing cannot be changed. List it anew."), code="withdrawn")
    check_version(seen, said_by(terms_of(listing)))
    if listing.side != terms.side:
        raise Invalid({"side": _("An offer cannot become a request. List it anew.")})
    before = listing.state
    _put_terms(listing, terms)
    if listing.state != before:
        kind = f"listing.{listing.state}"
    else:
        kind = "listing.changed" if listing.state == State.PUBLISHED else "listing.edited"
    record_event(kind=kind, subject=listing, actor=actor)
    return listing


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
    quality = {row.property.slug: (row.low, row.high) for row in listing.quality.select_related("property")}
    plain = {name: getattr(listing, name) for name in _PLAIN_FIELDS}
    lists: dict[str, Any] = {name: tuple(getattr(listing, name)) for name in _LISTS}
    return ListingTerms(**plain, **lists, quality=quality)


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
    """Move a site's listings to where the site is now; return how many moved."""
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        return 0  # removed since
    moved = 0
    for listing in (
        Listing.objects.filter(site=site).exclude(state=State.WITHDRAWN).order_by("pk").select_for_update()
    ):
        before = (listing.latitude, listing.longitude, listing.place)
        _put_place(listing, site)
        published = listing.state == State.PUBLISHED
        if (listing.latitude, listing.longitude, listing.place) != before:
            listing.save(update_fields=["latitude", "longitude", "place"])
        # The permits of the site count for the match as well as its place.
        if published:
            record_event(kind="listing.changed", subject=listing, actor=None, data={"site": site.pk})
        moved += 1
    return moved


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


def _put_place(listing: Listing, site: Site) -> None:
    if listing.disclosure == Disclosure.ANONYMOUS:
        public = blur(site.point)
        listing.place = _near(public)
    else:
        public = Point(site.latitude, site.longitude)
        listing.place = f"{site.town}, {site.country}"
    listing.latitude, listing.longitude = public.latitude, public.longitude


def _near(point: Point) -> str:
    # In English, whoever lists: the language would say who that may be. Pages say it in their reader's.
    town = town_near(point)
    if town:
        return NEAR_TOWN % {"town": town.name, "country": town.country}
    return NEAR_POINT % {"latitude": f"{point.latitude:.1f}", "longitude": f"{point.longitude:.1f}"}


def _put_terms(listing: Listing, terms: ListingTerms) -> None:
    if terms.site.organization_id != listing.organization_id:
        raise Invalid({"site": _("Choose one of your own sites.")})
    if terms.site.closed_at is not None:
        raise Invalid({"site": _("This site was removed. Choose another.")})
    terms = cleaned(terms)
    canonical = check_terms(terms, today=today_at(terms.site))
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
    _put_place(listing, terms.site)
    listed_before = listing.pk is not None
    listing.save()
    if listed_before:
        listing.quality.all().delete()
    if terms.quality:
        _put_quality(listing, terms)


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


def _put_quality(listing: Listing, terms: ListingTerms) -> None:
    properties = {
        quality_property.slug: quality_property for quality_property in terms.resource.quality_properties()
    }
    ListingQuality.objects.bulk_create(
        ListingQuality(listing=listing, property=properties[slug], low=low, high=high)
        for slug, (low, high) in terms.quality.items()
        if low is not None or high is not None
    )
