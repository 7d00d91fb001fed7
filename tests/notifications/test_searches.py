"""What saved searches find new: told once for each search, to whom it belongs, of what they may see."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Programme, User
from events.models import Event, Job
from events.services import record_event, told_together
from exchange.wiring import IN_BULK, WIRING
from listings.models import Alert, Disclosure, Listing, SavedSearch, SavedSearchFind
from listings.services.listings import (
    amend_listing,
    pause_listing,
    publish_listing,
    withdraw_listing,
)
from listings.services.saved_searches import change_search, delete_search, save_search
from notifications.models import Letter, Notification
from notifications.models.kinds import Channel, Kind
from notifications.services import searches
from notifications.services.letters import write_digests
from notifications.services.preferences import choose
from notifications.services.searches import MOST_AT_ONCE, forget_finds, tell_searches, tell_searches_of_many
from notifications.services.stopping import stop_letters, stop_token
from notifications.words import title_of
from tests.notifications.deeds import World

pytestmark = pytest.mark.django_db


def keep(person: User, query: str = "q=fly+ash", alert: str = "at_once", name: str = "Ash") -> SavedSearch:
    return save_search(actor=person, name=name, query=QueryDict(query), alert=Alert(alert))


def told_to(person: User) -> list[tuple[str, str, str]]:
    found = Notification.objects.filter(person=person).order_by("pk")
    return [(title_of(each), each.channel, each.address) for each in found]


def letters_to(person: User) -> list[str]:
    return list(Letter.objects.filter(to=person.email).order_by("pk").values_list("subject", flat=True))


def test_new_listing_is_told_to_whoever_keeps_a_search_that_finds_it(world: World) -> None:
    buyer, stranger = world.people["buyer"], world.people["stranger"]
    keep(buyer, "q=fly+ash&side=offer&country=DK")
    keep(stranger, "q=fly+ash&country=AT")
    keep(world.people["clerk"], alert="off")
    ash = world.offer(resource="coal-fly-ash", price=Decimal(-12))
    assert tell_searches([ash.pk]) == 1
    assert told_to(buyer) == [("New for “Ash”: Coal fly ash", "at_once", f"/listings/{ash.pk}/")]
    assert letters_to(buyer) == ["New for “Ash”: Coal fly ash"]
    text = Letter.objects.get(to=buyer.email).text
    assert "Asnæs power station · 12,000 t/yr · seller pays 12\u00a0EUR/t · Kalundborg, DK" in text
    assert Notification.objects.count() == 1, "neither who asks elsewhere, nor who wants no alert"


def test_publishing_owes_the_job_and_very_many_owe_one(world: World) -> None:
    assert "notifications.tasks.tell_searches" in WIRING["listing.published"]
    assert "notifications.tasks.tell_searches" in WIRING["listing.changed"]
    assert IN_BULK["notifications.tasks.tell_searches"] == "notifications.tasks.tell_searches_of_many"
    buyer = world.people["buyer"]
    keep(buyer)
    with transaction.atomic(), told_together():
        for number in range(3):
            world.offer(title=f"Fly ash {number}")
    last = Event.objects.filter(kind="listing.published").latest("pk")
    assert tell_searches_of_many(until=last.at) == 1
    assert [title for title, _way, _to in told_to(buyer)] == ["3 new listings for “Ash”"]
    assert tell_searches_of_many(until=last.at) == 0


def test_that_less_is_left_owes_no_job_and_that_it_came_back_does(world: World) -> None:
    ash = world.offer()
    Job.objects.all().delete()

    def owed() -> list[str]:
        found = [job.task for job in Job.objects.order_by("task")]
        Job.objects.all().delete()
        return found

    match, search = "matching.tasks.match_listing", "notifications.tasks.tell_searches"
    record_event(kind="listing.changed", subject=ash, actor=None, data={"left": "900"})
    assert owed() == [match]
    record_event(kind="listing.published", subject=ash, actor=None, data={"left": "900"})
    assert owed() == [match, search]
    record_event(kind="listing.changed", subject=ash, actor=None)
    assert owed() == [match, search]


def test_listing_is_told_once_for_each_search_however_often_it_is_changed(world: World) -> None:
    buyer = world.people["buyer"]
    keep(buyer, name="One")
    keep(buyer, "side=offer", name="Two")
    ash = world.offer()
    assert tell_searches([ash.pk]) == 1
    amend_listing(actor=world.people["seller"], listing=ash, changes={"price": Decimal(3)})
    assert tell_searches([ash.pk]) == 0
    pause_listing(actor=world.people["seller"], listing=ash)
    assert tell_searches([ash.pk]) == 0, "it is not on the market"
    publish_listing(actor=world.people["seller"], listing=ash)
    assert tell_searches([ash.pk]) == 0
    assert [title for title, _way, _to in told_to(buyer)] == ["New for “One”, “Two”: Coal fly ash"]


def test_several_searches_that_find_a_listing_tell_it_in_one_letter(world: World) -> None:
    buyer = world.people["buyer"]
    for name in ("Ash", "Offers", "Denmark", "Cheap", "All"):
        keep(buyer, "side=offer", name=name)
    ash = world.offer()
    assert tell_searches([ash.pk]) == 1
    assert letters_to(buyer) == ["New for “Ash”, “Offers”, “Denmark”, 2 more searches: Coal fly ash"]
    assert [address for _title, _way, address in told_to(buyer)] == [f"/listings/{ash.pk}/"]
    assert SavedSearchFind.objects.count() == 5


def test_listing_that_a_quick_and_a_daily_search_find_is_told_at_once_alone(world: World) -> None:
    buyer = world.people["buyer"]
    keep(buyer, name="Daily", alert="daily", query="side=offer")
    keep(buyer, name="Ash")
    tell_searches([world.offer().pk])
    tell_searches([world.offer(resource="whey", title="Whey of June").pk])
    assert [(title, way) for title, way, _to in told_to(buyer)] == [
        ("New for “Daily”, “Ash”: Coal fly ash", "at_once"),
        ("New for “Daily”: Whey of June", "daily"),
    ]


def test_listings_found_alike_are_counted_together_and_each_once(world: World) -> None:
    buyer = world.people["buyer"]
    offers = keep(buyer, "side=offer", alert="daily", name="Offers")
    keep(buyer, alert="daily", name="Ash")
    keys = [world.offer(title=f"Fly ash {number}").pk for number in range(3)]
    whey = world.offer(resource="whey", title="Whey of June")
    assert tell_searches([*keys[:2], whey.pk]) == 2
    assert tell_searches(keys) == 1
    opened = f"/searches/{offers.pk}/?sort=newest"
    assert sorted(told_to(buyer)) == [
        ("3 new listings for “Offers”, “Ash”", "daily", opened),
        ("New for “Offers”: Whey of June", "daily", f"/listings/{whey.pk}/"),
    ]


def test_digest_keeps_what_another_search_still_finds_once_one_is_deleted(world: World) -> None:
    buyer = world.people["buyer"]
    first = keep(buyer, "side=offer", alert="daily", name="Offers")
    second = keep(buyer, alert="daily", name="Ash")
    tell_searches([world.offer().pk])
    delete_search(search=first)
    assert write_digests(timezone.now() + timedelta(days=2)) == 1
    tell_searches([world.offer(title="Fly ash of May").pk])
    delete_search(search=second)
    assert write_digests(timezone.now() + timedelta(days=4)) == 0


def test_listing_that_comes_to_fit_by_an_edit_is_told_then(world: World) -> None:
    buyer = world.people["buyer"]
    keep(buyer, "price_max=10&currency=EUR")
    ash = world.offer(price=Decimal(20))
    assert tell_searches([ash.pk]) == 0
    amend_listing(actor=world.people["seller"], listing=ash, changes={"price": Decimal(9)})
    assert tell_searches([ash.pk]) == 1


def test_what_was_there_before_is_no_news(world: World) -> None:
    ash = world.offer()
    search = keep(world.people["buyer"], alert="off")
    meanwhile = world.offer(title="Fly ash of Tuesday")
    change_search(search=search, alert=Alert.AT_ONCE)
    later = world.offer(title="Fly ash of Wednesday")
    assert tell_searches([ash.pk, meanwhile.pk]) == 0
    assert tell_searches([later.pk]) == 1


def test_own_organizations_listing_is_not_told(world: World) -> None:
    for name in ("seller", "trader", "viewer", "buyer"):
        keep(world.people[name])
    ash = world.offer()
    tell_searches([ash.pk])
    assert list(Notification.objects.values_list("person", flat=True)) == [world.people["buyer"].pk]


@pytest.mark.parametrize(
    ("level", "heard"),
    [
        (Disclosure.OPEN, {"buyer", "facilitator", "stranger", "outsider"}),
        (Disclosure.ANONYMOUS, {"buyer", "facilitator", "stranger", "outsider"}),
        (Disclosure.PROGRAMME, {"buyer", "facilitator"}),
        (Disclosure.PRIVATE, set()),
    ],
)
def test_only_who_may_see_the_listing_hears_of_it(world: World, level: str, heard: set[str]) -> None:
    names = ("buyer", "facilitator", "stranger", "outsider", "gone")
    for name in names:
        keep(world.people[name])
    ash = world.offer(disclosure=level)
    tell_searches([ash.pk])
    told = set(Notification.objects.values_list("person", flat=True))
    assert told == {world.people[name].pk for name in heard}
    if level == Disclosure.ANONYMOUS:
        for each in Notification.objects.exclude(person=world.people["facilitator"]):
            assert "Asnæs" not in str(each.words)
            assert each.words["terms"].startswith("Seller ")
            assert "Kalundborg, DK" not in each.words["terms"]


def test_organization_of_an_anonymous_listing_is_found_by_no_search(world: World) -> None:
    keep(world.people["stranger"], "q=Asn%C3%A6s+power+station")
    hidden = world.offer(disclosure=Disclosure.ANONYMOUS)
    shown = world.offer()
    assert tell_searches([hidden.pk]) == 0
    assert tell_searches([shown.pk]) == 1


def test_daily_finds_grow_into_one_line_of_the_digest(world: World) -> None:
    buyer = world.people["buyer"]
    search = keep(buyer, alert="daily")
    for number in range(3):
        tell_searches([world.offer(title=f"Fly ash {number}").pk])
    opened = f"{reverse('saved_search', args=[search.pk])}?sort=newest"
    assert told_to(buyer) == [("3 new listings for “Ash”", "daily", opened)]
    assert letters_to(buyer) == []
    tomorrow = (timezone.now().astimezone(ZoneInfo("Europe/Copenhagen")) + timedelta(days=1)).replace(hour=9)
    assert write_digests(tomorrow) == 1
    assert letters_to(buyer) == ["3 new listings for “Ash”"]
    tell_searches([world.offer(title="Fly ash of the next day").pk])
    assert [title for title, _way, _to in told_to(buyer)] == [
        "3 new listings for “Ash”",
        "New for “Ash”: Fly ash of the next day",
    ]


def test_digest_leaves_out_a_listing_that_is_withdrawn_meanwhile(world: World) -> None:
    buyer = world.people["buyer"]
    keep(buyer, alert="weekly")
    ash = world.offer()
    tell_searches([ash.pk])
    withdraw_listing(actor=world.people["seller"], listing=ash)
    assert write_digests(timezone.now() + timedelta(days=8)) == 0
    assert letters_to(buyer) == []
    assert forget_finds() == 1
    assert not SavedSearchFind.objects.exists()


@pytest.mark.parametrize(
    ("alert", "chosen", "way"),
    [
        ("at_once", None, "at_once"),
        ("weekly", None, "weekly"),
        ("at_once", "daily", "daily"),
        ("daily", "at_once", "daily"),
        ("at_once", "inbox", "inbox"),
        ("daily", "off", None),
    ],
)
def test_calmer_of_the_searchs_way_and_the_kinds_holds(
    world: World, alert: str, chosen: str | None, way: str | None
) -> None:
    buyer = world.people["buyer"]
    keep(buyer, alert=alert)
    if chosen:
        choose(person=buyer, kind=Kind.SEARCH, channel=Channel(chosen))
    tell_searches([world.offer().pk])
    assert [each[1] for each in told_to(buyer)] == ([way] if way else [])


def test_one_click_holds_back_the_letters_of_all_searches(world: World) -> None:
    buyer = world.people["buyer"]
    keep(buyer)
    stop_letters(token=stop_token(buyer, Kind.SEARCH))
    tell_searches([world.offer().pk])
    assert letters_to(buyer) == []
    assert [each[1] for each in told_to(buyer)] == ["inbox"]


def test_search_that_finds_very_much_at_once_goes_over_to_the_daily_letter(world: World) -> None:
    buyer = world.people["buyer"]
    keep(buyer)
    for number in range(MOST_AT_ONCE + 2):
        tell_searches([world.offer(title=f"Fly ash {number}").pk])
    assert len(letters_to(buyer)) == MOST_AT_ONCE
    assert told_to(buyer)[-1][:2] == ("2 new listings for “Ash”", "daily")


def test_words_of_a_letter_are_the_readers(world: World) -> None:
    buyer = world.people["buyer"]
    User.objects.filter(pk=buyer.pk).update(language="de")
    keep(buyer, name="Asche")
    tell_searches([world.offer(resource="coal-fly-ash", price=Decimal(12)).pk])
    letter = Letter.objects.get(to=buyer.email)
    assert letter.subject == "Neu für „Asche“: Steinkohlenflugasche"
    assert "Käufer zahlt 12\u00a0EUR/t" in letter.text


def test_letter_speaks_the_programmes_language_where_its_reader_chose_none(world: World) -> None:
    Programme.objects.filter(pk=world.programme.pk).update(language="de")
    keep(world.people["buyer"], name="Asche")
    keep(world.people["stranger"], name="Ash")
    tell_searches([world.offer(resource="coal-fly-ash").pk])
    assert letters_to(world.people["buyer"]) == ["Neu für „Asche“: Steinkohlenflugasche"]
    assert letters_to(world.people["stranger"]) == ["New for “Ash”: Coal fly ash"]


def test_deleted_search_is_told_of_nothing(world: World) -> None:
    search = keep(world.people["buyer"])
    ash = world.offer()
    delete_search(search=search)
    assert tell_searches([ash.pk]) == 0


def test_searches_that_do_not_fit_cost_no_query(world: World) -> None:
    buyer = world.people["buyer"]
    ash = world.offer()
    keep(buyer, "q=whey")

    def counted() -> int:
        with CaptureQueriesContext(connection) as captured:
            tell_searches([ash.pk])
        return len(captured)

    counted()
    one = counted()
    copies(SavedSearch.objects.get(), 50)
    assert counted() == one


def copies(search: SavedSearch, count: int) -> None:
    values: dict[str, Any] = {
        name: getattr(search, name) for name in ("person_id", "address", "question", "alert")
    }
    SavedSearch.objects.bulk_create(SavedSearch(name=f"Copy {at}", **values) for at in range(count))


def test_control_what_is_not_marked_as_told_is_told_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(world.people["buyer"], alert="daily")
    ash: Listing = world.offer()
    tell_searches([ash.pk])
    monkeypatch.setattr(
        searches, "_not_told_before", lambda held, found: {key: list(keys) for key, keys in found.items()}
    )
    with pytest.raises(Exception, match="saved_search_find_once"), transaction.atomic():
        tell_searches([ash.pk])
