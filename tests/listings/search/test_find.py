"""The pass over columns finds what SQL finds, in the order that is asked for, page by page."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from accounts.models import Programme, User
from catalogue.models import Resource
from common.errors import Invalid
from common.geo import Point
from listings.access import listings_on_market
from listings.models import Disclosure, Listing, Side
from listings.search.find import find, market_figures
from listings.search.questions import Box, Question
from listings.search.rows import rows_asked
from listings.selectors.market import listings_found
from listings.services.listings import pause_listing
from tests.conftest import MakeListing
from tests.listings.search.conftest import RESOURCES
from tests.proof import examples, one_in

NOBODY = AnonymousUser()
KALUNDBORG = Point(55.68, 11.09)


def random_question(pick: random.Random) -> Question:
    """Draw a question of about three conditions."""
    parts: dict[str, Callable[[], Any]] = {
        "words": lambda: pick.choice(["ash", "fly ash", "100102", "boiler", "Gips", "Kalundborg", "bla bad"]),
        "side": lambda: pick.choice(Side.values),
        "kinds": lambda: frozenset({"material"}),
        "resource": lambda: Resource.objects.get(slug=pick.choice(RESOURCES)).pk,
        "hazardous": lambda: False,
        "legal": lambda: frozenset({""}),
        "countries": lambda: frozenset(pick.choice([("DK",), ("AT",), ("DK", "FI")])),
        "regions": lambda: frozenset(pick.choice([("DK.20",), ("AT.04", "DK.20"), ("FI.01",)])),
        "price_signs": lambda: frozenset(pick.choice([("open",), ("free", "seller-pays"), ("buyer-pays",)])),
        "periods": lambda: frozenset(pick.choice([("once",), ("year", "week")])),
        "qualities": lambda: frozenset(pick.choice([("sketch",), ("fair", "good"), ("complete",)])),
        "near": lambda: KALUNDBORG,
        "box": lambda: Box(55.5, 10.0, 56.0, 12.0),
        "quantity_min": lambda: Decimal(pick.randint(1, 50_000)),
        "quantity_max": lambda: Decimal(pick.randint(1, 50_000)),
        "window_from": lambda: date(2050, pick.randint(1, 12), 1),
        "window_until": lambda: date(2050, pick.randint(1, 12), 1),
        "price_max": lambda: Decimal(pick.randint(-40, 40)),
    }
    chosen = pick.sample(sorted(parts), pick.randint(0, 4))
    return Question(**{name: parts[name]() for name in chosen}, within_km=float(pick.choice([10, 50, 900])))


@pytest.mark.mass
def test_pass_finds_what_sql_finds(draw_market: Callable[[int, int], list[Listing]]) -> None:
    draw_market(11, 90)
    pick = random.Random(11)
    visible = set(listings_on_market(NOBODY).values_list("pk", flat=True))
    some = 0
    for _ in range(examples(25, 2000)):
        question = random_question(pick)
        expected = set(rows_asked(question).values_list("pk", flat=True)) & visible
        found = find(NOBODY, question, most=200)
        assert (set(found.keys), found.total) == (expected, len(expected)), question
        some += bool(expected)
    assert some > 10


def test_facet_counts_say_what_choosing_a_value_would_find(
    draw_market: Callable[[int, int], list[Listing]],
) -> None:
    draw_market(5, 90)
    asked: dict[str, Any] = {"words": "ash", "periods": frozenset({"year", "once"})}
    found = find(NOBODY, Question(**asked), most=1)
    for facet, name in (
        ("side", "side"),
        ("price", "price_signs"),
        ("country", "countries"),
        ("region", "regions"),
        ("quality", "qualities"),
    ):
        for value, count in found.facets[facet].items():
            chosen: Any = value if name == "side" else frozenset({value})
            if value:
                assert find(NOBODY, Question(**asked, **{name: chosen}), most=1).total == count
    for slug, count in found.facets["resource"].items():
        resource = Resource.objects.get(slug=slug)
        assert find(NOBODY, Question(**asked, resource=resource.pk), most=1).total == count
    # A facet is counted beside its own choice.
    assert find(NOBODY, Question(**asked, side="offer"), most=1).facets["side"] == found.facets["side"]


@pytest.mark.mass
@pytest.mark.parametrize(
    "order", one_in(3, ["added", "newest", "largest", "cheapest", "nearest", "relevance", "fit"])
)
def test_pages_hold_each_listing_once_though_some_come_meanwhile(
    draw_market: Callable[[int, int], list[Listing]], make_offer: MakeListing, seller: User, order: str
) -> None:
    draw_market(2, 130)
    question = Question(order=order, near=KALUNDBORG, within_km=20_000.0, words="ash")
    before = find(seller, question, most=500).keys
    seen: list[int] = []
    cursor, back = "", ""
    while True:
        page = find(seller, question, most=7, cursor=cursor)
        seen += page.keys
        # The same price, place, amount and words as others have: only the key tells them apart.
        make_offer(title="ash")
        if not page.next:
            break
        cursor, back = page.next, page.previous
    assert len(seen) == len(set(seen))
    assert [key for key in seen if key in before] == list(before)
    assert find(seller, question, most=7, cursor=back).next
    assert len(before) > 20


def test_previous_page_is_the_one_before(draw_market: Callable[[int, int], list[Listing]]) -> None:
    draw_market(4, 60)
    for order in ("added", "newest", "cheapest"):
        question = Question(order=order)
        first = find(NOBODY, question, most=9)
        second = find(NOBODY, question, most=9, cursor=first.next)
        third = find(NOBODY, question, most=9, cursor=second.next)
        assert find(NOBODY, question, most=9, cursor=third.previous).keys == second.keys
        again = find(NOBODY, question, most=9, cursor=second.previous)
        assert (again.keys, again.previous) == (first.keys, "")
        assert first.previous == ""


def test_order_is_as_it_says(draw_market: Callable[[int, int], list[Listing]]) -> None:
    draw_market(6, 60)

    def values(order: str, **asked: Any) -> list[Listing]:
        return listings_found(NOBODY, find(NOBODY, Question(order=order, **asked), most=200))

    lefts = [listing.left for listing in values("largest")]
    assert lefts == sorted(lefts, key=lambda left: (left is None, -(left or 0)))
    prices = [
        (
            listing.price is None,
            listing.currency != "EUR" and listing.price is not None,
            listing.unit_price or 0,
        )
        for listing in values("cheapest")
    ]
    assert prices == sorted(prices)
    far = [listing.distance_km or 0 for listing in values("nearest", near=KALUNDBORG, within_km=20_000.0)]
    assert far == sorted(far)
    assert far[-1] > 500
    for at, listing in enumerate(Listing.objects.exclude(published_at=None)):
        earlier = timezone.now() - timedelta(days=at % 9)
        Listing.objects.filter(pk=listing.pk).update(published_at=earlier)
    days = [listing.published_at.date() for listing in values("newest") if listing.published_at]
    assert days == sorted(days, reverse=True)
    assert len(set(days)) == 9


def test_what_was_written_and_taken_back_is_found_only_in_between(make_offer: MakeListing) -> None:
    kept = make_offer()
    with transaction.atomic():
        pause_listing(actor=None, listing=kept)
        other = make_offer()
        assert list(find(NOBODY, Question(), most=9).keys) == [other.pk]
        transaction.set_rollback(True)
    assert list(find(NOBODY, Question(), most=9).keys) == [kept.pk]


def test_named_resource_comes_before_its_relatives(make_offer: MakeListing) -> None:
    exact = make_offer(resource="fly-ash")
    below = make_offer()
    other = make_offer(resource="wood-ash")
    said = make_offer(resource="fgd-gypsum", title="gypsum mixed with fly ash")
    assert list(find(NOBODY, Question(words="fly ash"), most=9).keys) == [
        exact.pk,
        below.pk,
        other.pk,
        said.pk,
    ]


def test_listing_that_states_the_code_comes_before_those_that_could_have_it(make_offer: MakeListing) -> None:
    unsaid = make_offer()
    stated = make_offer(ewc_code="100102")
    gypsum = make_offer(resource="fgd-gypsum", ewc_code="100105")
    for typed in ("10 01 02", "100102", "10-01-02*", "10.01.02", "EWC 10 01 02"):
        assert list(find(NOBODY, Question(words=typed), most=9).keys) == [stated.pk, unsaid.pk]
    assert gypsum.pk in find(NOBODY, Question(words="10 01"), most=9).keys


def test_word_that_is_only_spelt_alike_gives_way_to_listings_that_say_it(make_offer: MakeListing) -> None:
    ash = make_offer()
    alike = find(NOBODY, Question(words="fly ahs"), most=9)
    assert (alike.keys, alike.spelt) == ([ash.pk], True)
    said = make_offer(resource="sawdust", title="Fly ahs, as we call it")
    exact = find(NOBODY, Question(words="fly ahs"), most=9)
    assert (exact.keys, exact.spelt, exact.meaning.named[0]) == ([said.pk], False, "Fly ash")


def test_listing_without_a_price_is_counted_apart(make_offer: MakeListing) -> None:
    cheap = make_offer(price=Decimal(3))
    make_offer(price=Decimal(90))
    make_offer()
    found = find(NOBODY, Question(price_max=Decimal(10)), most=9)
    assert (found.keys, found.unpriced) == ([cheap.pk], 1)


def test_fit_asks_for_what_the_own_listings_lack(
    make_offer: MakeListing, make_request: MakeListing, buyer: User
) -> None:
    make_request(resource="fly-ash")
    gypsum = make_offer(resource="fgd-gypsum")
    ash = make_offer()
    newest = make_offer(resource="sawdust")
    keys = list(find(buyer, Question(order="fit"), most=9).keys)
    assert keys[0] == ash.pk
    assert keys.index(newest.pk) < keys.index(gypsum.pk)


def test_programme_listing_is_found_and_counted_for_members_alone(
    make_offer: MakeListing, buyer: User, stranger: User, programme: Programme
) -> None:
    listing = make_offer(disclosure=Disclosure.PROGRAMME)
    for user, keys in ((buyer, [listing.pk]), (stranger, []), (NOBODY, [])):
        for question in (Question(), Question(words="fly ash"), Question(order="added")):
            found = find(user, question, most=9, counting=question.order != "added")
            assert list(found.keys) == keys
        assert find(user, Question(), most=9).facets["side"]["offer"] == len(keys)
    assert market_figures().offers == 0


@pytest.mark.parametrize(
    "cursor", ["x", "AAAA", "%00", "A" * 5000, "é", "AQEAwdrCtyNCAckAAAAAAAAAAAAAAAAAAAM="]
)
def test_cursor_that_is_not_ours_is_refused(db: None, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        find(NOBODY, Question(order="cheapest"), most=5, cursor=cursor)
    assert list(refused.value.fields) == ["cursor"]


def test_market_in_numbers(make_offer: MakeListing, make_request: MakeListing) -> None:
    make_offer()
    make_offer(quantity=None)
    make_request(period="once")
    figures = market_figures()
    assert (figures.offers, figures.requests, figures.organizations) == (2, 1, 2)
    assert figures.offered_t_per_year == 12_000.0
