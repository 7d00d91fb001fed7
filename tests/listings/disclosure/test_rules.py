"""The ladder: who learns that a listing exists, and who is told whose it is and where."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.access import AnyUser
from accounts.models import Organization, Programme, User
from common.errors import NotFound
from common.versions import version_of
from listings.access import get_listing, listings_on_market, mark_identities
from listings.disclosure.rules import Reader, told_at, told_reach_number
from listings.models import Disclosure, Introduction, Listing
from listings.search.find import market_figures
from listings.services.listings import pause_listing, terms_of
from listings.services.terms import said_by
from tests.api.conftest import Api
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db

# Per level: those who learn of it, then those who know whose it is.
LADDER = {
    Disclosure.OPEN: ("nobody stranger buyer facilitator viewer", "nobody stranger buyer facilitator viewer"),
    Disclosure.ANONYMOUS: ("nobody stranger buyer facilitator viewer", "facilitator viewer"),
    Disclosure.PROGRAMME: ("buyer facilitator viewer", "buyer facilitator viewer"),
    Disclosure.PRIVATE: ("facilitator viewer", "facilitator viewer"),
}


@pytest.fixture
def people(
    stranger: User, buyer: User, facilitator: User, viewer: User, programme: Programme
) -> dict[str, AnyUser]:
    return {
        "nobody": AnonymousUser(),
        "stranger": stranger,
        "buyer": buyer,
        "facilitator": facilitator,
        "viewer": viewer,
    }


@pytest.mark.parametrize("level", Disclosure)
def test_ladder_says_who_learns_of_it_and_who_knows_whose_it_is(
    make_offer: MakeListing, people: dict[str, AnyUser], level: Disclosure
) -> None:
    listing = make_offer(disclosure=level)
    exists = [name for name, user in people.items() if listing in listings_on_market(user)]
    knows = [name for name, user in people.items() if Reader(user).knows(listing)]
    assert (" ".join(exists), " ".join(knows)) == LADDER[level]
    for name, user in people.items():
        if name not in exists:
            with pytest.raises(NotFound):
                get_listing(user, listing.pk)


@pytest.mark.parametrize("level", [Disclosure.ANONYMOUS, Disclosure.PRIVATE])
def test_introduction_opens_the_one_listing_it_is_about(
    make_offer: MakeListing, elsewhere: Organization, stranger: User, seller: User, level: Disclosure
) -> None:
    first, second = make_offer(disclosure=level), make_offer(disclosure=level, resource="fgd-gypsum")
    Introduction.objects.create(organization=elsewhere, listing=first)
    assert [each.identity_known for each in mark_identities(stranger, [first, second])] == [True, False]
    assert get_listing(stranger, first.pk) == first
    pause_listing(actor=seller, listing=first)
    with pytest.raises(NotFound):
        get_listing(stranger, first.pk)


# --- numbers and times --------------------------------------------------------------------------------------
def test_time_is_told_by_the_day_to_who_does_not_know_whose_it_is() -> None:
    moment = datetime(2026, 3, 1, 23, 59, 59, 123456, UTC)
    assert told_at(moment, is_known=True) == moment
    assert told_at(moment, is_known=False) == datetime(2026, 3, 1, tzinfo=UTC)
    assert told_at(None, is_known=False) is None


def test_reach_number_is_told_without_its_registrant() -> None:
    assert told_reach_number("01-2119458838-20-0000", is_known=False) == "01-2119458838-20"
    assert told_reach_number("01-2119458838-20-0000", is_known=True) == "01-2119458838-20-0000"
    assert told_reach_number("", is_known=False) == ""


def test_answer_to_a_stranger_holds_no_time_of_day_no_registrant_no_version(
    make_offer: MakeListing, stranger: User, seller: User
) -> None:
    listing = make_offer(disclosure=Disclosure.ANONYMOUS, reach_number="01-2119458838-20-0017")
    secret = version_of(said_by(terms_of(listing)))
    for reader in (None, stranger):
        answer = Api(reader).get(f"listings/{listing.pk}/")
        assert secret not in str(answer.headers)
        assert "ETag" not in answer.headers
        document = answer.json()
        for name in ("created_at", "published_at", "changed_at"):
            assert document[name].endswith("T00:00:00Z")
        assert (document["reach_number"], document["cell"]) == ("01-2119458838-20", None)
    own = Api(seller).get(f"listings/{listing.pk}/")
    assert own.headers["ETag"] == f'"{secret}"'
    assert own.json()["published_at"] == listing.published_at.isoformat().replace("+00:00", "Z")  # type: ignore[union-attr]
    assert own.json()["cell"]["others"] == 0
    assert own.json()["cell"]["is_enough"] is False


@pytest.mark.parametrize(("level", "publish"), [(Disclosure.ANONYMOUS, True), (Disclosure.OPEN, False)])
def test_keys_of_what_is_written_without_a_name_or_as_a_draft_say_nothing_of_each_other(
    make_offer: MakeListing, level: Disclosure, publish: bool
) -> None:
    keys = [make_offer(disclosure=level, publish=publish).pk for _ in range(20)]
    assert all(1 << 30 <= key < 1 << 31 for key in keys)
    # Twenty in a row would lie within twenty of each other.
    assert min(abs(one - other) for one, other in pairwise(keys)) > 1000
    assert keys not in (sorted(keys), sorted(keys, reverse=True))


def test_count_of_organizations_is_the_same_with_an_anonymous_listing_and_without(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer()
    for level in (Disclosure.ANONYMOUS, Disclosure.PRIVATE):
        make_request(disclosure=level)
        assert market_figures().organizations == 1
    make_request()
    assert market_figures().organizations == 2
    assert Listing.objects.count() == 4
