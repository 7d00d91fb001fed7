from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Site, User
from accounts.selectors.timezones import today_at
from accounts.services.sites import SiteDetails, update_site
from common.errors import Conflict, Invalid
from common.geo import Point, blur
from events.models import Event, Job
from listings.models import Disclosure, Listing, Side, State
from listings.services.listings import (
    create_listing,
    edit_listing,
    expire_listings,
    follow_site,
    pause_listing,
    publish_listing,
    withdraw_listing,
)
from tests.conftest import MakeListing, make_neighbours, make_terms


def kinds_of(listing: Listing) -> list[str]:
    events = Event.objects.filter(subject_type="listings.listing", subject_id=listing.pk).order_by("sequence")
    return list(events.values_list("kind", flat=True))


def test_create_published_listing_keeps_what_was_typed_beside_the_canonical_value(
    make_offer: MakeListing,
) -> None:
    listing = make_offer(quantity=Decimal("2.5"), unit="kg", period="week")
    listing.refresh_from_db()
    assert (listing.quantity, listing.unit, listing.period) == (Decimal("2.5"), "kg", "week")
    assert listing.amount == Decimal("0.130444")
    assert listing.state == State.PUBLISHED
    assert kinds_of(listing) == ["listing.created", "listing.published"]


def test_publishing_owes_a_job_of_matching_and_one_of_saved_searches(make_offer: MakeListing) -> None:
    listing = make_offer()
    jobs = Job.objects.filter(event__subject_type="listings.listing", event__subject_id=listing.pk)
    assert [(job.task, job.event.kind, job.done_at) for job in jobs.order_by("pk")] == [
        ("matching.tasks.match_listing", "listing.published", None),
        ("notifications.tasks.tell_searches", "listing.published", None),
    ]


def test_draft_owes_no_job(make_offer: MakeListing) -> None:
    listing = make_offer(publish=False)
    assert listing.state == State.DRAFT
    assert not Job.objects.filter(event__subject_id=listing.pk).exists()


def test_anonymous_listing_stores_no_place_finer_than_its_cell(
    make_offer: MakeListing, asnaes_site: Site
) -> None:
    make_neighbours(asnaes_site)
    listing = make_offer(disclosure=Disclosure.ANONYMOUS)
    assert listing.public_point == blur(asnaes_site.point) != asnaes_site.point
    assert listing.place == "near Kalundborg, DK"


def test_open_listing_stands_at_its_site(make_offer: MakeListing, asnaes_site: Site) -> None:
    assert make_offer().public_point == asnaes_site.point


def test_site_of_somebody_else_is_refused(seller: User, asnaes_site: Site, cement_site: Site) -> None:
    terms = make_terms(Side.OFFER, cement_site)
    with pytest.raises(Invalid) as caught:
        create_listing(actor=seller, organization=asnaes_site.organization, terms=terms)
    assert caught.value.fields == {"site": ["Choose one of your own sites."]}
    assert not Listing.objects.exists()


def test_edit_published_listing_is_matched_anew(
    make_offer: MakeListing, seller: User, asnaes_site: Site
) -> None:
    listing = make_offer()
    edit_listing(
        actor=seller, listing=listing, terms=make_terms(Side.OFFER, asnaes_site, quantity=Decimal(500))
    )
    listing.refresh_from_db()
    assert listing.amount == 500
    assert kinds_of(listing)[-1] == "listing.changed"


def test_edit_refused_halfway_changes_nothing(
    make_offer: MakeListing, seller: User, asnaes_site: Site
) -> None:
    listing = make_offer(quality={"moisture": (None, Decimal(2))})
    terms = make_terms(Side.OFFER, asnaes_site, title="New", quantity=Decimal(-1))
    with pytest.raises(Invalid):
        edit_listing(actor=seller, listing=listing, terms=terms)
    listing.refresh_from_db()
    assert (listing.title, listing.amount) == ("", Decimal(12_000))
    assert [(q.property.slug, q.high) for q in listing.quality.all()] == [("moisture", Decimal(2))]


def test_side_can_not_be_turned(make_offer: MakeListing, seller: User, asnaes_site: Site) -> None:
    with pytest.raises(Invalid, match="another look"):
        edit_listing(actor=seller, listing=make_offer(), terms=make_terms(Side.REQUEST, asnaes_site))


STEPS = {
    "publish": publish_listing,
    "pause": pause_listing,
    "withdraw": withdraw_listing,
}
LIFE = {
    (State.DRAFT, "publish"): State.PUBLISHED,
    (State.DRAFT, "withdraw"): State.WITHDRAWN,
    (State.PUBLISHED, "pause"): State.PAUSED,
    (State.PUBLISHED, "withdraw"): State.WITHDRAWN,
    (State.PAUSED, "publish"): State.PUBLISHED,
    (State.PAUSED, "withdraw"): State.WITHDRAWN,
    (State.EXPIRED, "publish"): State.PUBLISHED,
    (State.EXPIRED, "withdraw"): State.WITHDRAWN,
}


# A listing closes by agreements alone: see tests/trading/test_agreements.py.
@pytest.mark.parametrize("state", [state for state in State if state != State.CLOSED])
@pytest.mark.parametrize("step", STEPS)
def test_life_allows_these_steps_and_no_other(
    make_offer: MakeListing, seller: User, state: State, step: str
) -> None:
    listing = make_offer()
    Listing.objects.filter(pk=listing.pk).update(state=state)
    before = len(kinds_of(listing))
    if (state, step) in LIFE:
        assert STEPS[step](actor=seller, listing=listing).state == LIFE[state, step]
        assert len(kinds_of(listing)) == before + 1
    else:
        with pytest.raises(Conflict):
            STEPS[step](actor=seller, listing=listing)
        listing.refresh_from_db()
        assert (listing.state, len(kinds_of(listing))) == (state, before)


def test_expire_takes_what_is_over_and_nothing_else(make_offer: MakeListing) -> None:
    today = today_at(Site.objects.get())
    lasting = make_offer(title="lasting", available_until=today)
    over = make_offer(title="over", available_from=today - timedelta(days=9), available_until=today)
    Listing.objects.filter(pk=over.pk).update(available_until=today - timedelta(days=1))
    assert expire_listings() == 1
    assert expire_listings() == 0
    states = dict(Listing.objects.values_list("pk", "state"))
    assert states == {lasting.pk: State.PUBLISHED, over.pk: State.EXPIRED}
    assert kinds_of(over)[-1] == "listing.expired"


def test_expired_listing_needs_a_later_end_before_it_returns(make_offer: MakeListing, seller: User) -> None:
    listing = make_offer(available_until=today_at(Site.objects.get()))
    yesterday = today_at(Site.objects.get()) - timedelta(days=1)
    Listing.objects.filter(pk=listing.pk).update(available_from=yesterday, available_until=yesterday)
    expire_listings()
    with pytest.raises(Conflict) as caught:
        publish_listing(actor=seller, listing=listing)
    assert caught.value.code == "window_over"


def test_listings_follow_their_site(make_offer: MakeListing, seller: User, asnaes_site: Site) -> None:
    listing = make_offer()
    moved = SiteDetails("Asnæsværket", "Aalborg", "DK", 57.048, 9.9187)
    update_site(actor=seller, site=asnaes_site, details=moved)
    assert follow_site(site_id=asnaes_site.pk) == 1
    listing.refresh_from_db()
    assert listing.public_point == Point(57.048, 9.9187)
    assert listing.place == "Aalborg, DK"
    assert kinds_of(listing)[-1] == "listing.changed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": Decimal(-1), "quantity": Decimal(-1)},
        {"quantity": None},
        {"available_until": "2000-01-01"},
        {"currency": "euro"[:3]},
        {"latitude": 91.0},
        {"unit_price": Decimal(3)},
        {"minimum_amount": Decimal(3)},
    ],
)
def test_database_refuses_what_the_rules_forbid(make_offer: MakeListing, wrong: dict[str, object]) -> None:
    listing = make_offer()
    with pytest.raises(IntegrityError), transaction.atomic():
        Listing.objects.filter(pk=listing.pk).update(**wrong)


def test_all_twelve_months_are_all_year(make_offer: MakeListing) -> None:
    assert make_offer(months=tuple(range(1, 13))).months == []
    assert make_offer(months=(12, 1, 1)).months == [1, 12]


def test_code_name_differs_between_listings_of_one_company(make_offer: MakeListing) -> None:
    names = {make_offer(title=str(n)).code_name for n in range(5)}
    assert len(names) == 5
    assert all(name.startswith("Seller ") for name in names)


def test_edit_keeps_terms_that_replace_leaves(
    make_offer: MakeListing, seller: User, asnaes_site: Site
) -> None:
    listing = make_offer(price=Decimal("-12"), quality={"moisture": (None, Decimal(2))})
    terms = make_terms(
        Side.OFFER, asnaes_site, price=Decimal("-12"), quality={"moisture": (None, Decimal(2))}
    )
    edit_listing(actor=seller, listing=listing, terms=replace(terms, title="Dry"))
    listing.refresh_from_db()
    assert (listing.title, listing.unit_price, listing.quality.count()) == ("Dry", Decimal(-12), 1)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-07-01T21:59Z", State.PUBLISHED),
        ("2026-07-01T22:01Z", State.EXPIRED),
        ("2026-07-02T00:01Z", State.EXPIRED),
    ],
)
def test_day_ends_at_midnight_of_the_site_and_not_of_greenwich(
    make_offer: MakeListing, monkeypatch: pytest.MonkeyPatch, now: str, state: State
) -> None:
    offer = make_offer(available_until=date(2026, 7, 1) if date.today() < date(2026, 7, 1) else None)  # noqa: DTZ011
    Listing.objects.filter(pk=offer.pk).update(
        available_from=date(2026, 1, 1), available_until=date(2026, 7, 1)
    )
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromisoformat(now))
    expire_listings()
    offer.refresh_from_db()
    assert offer.state == state
