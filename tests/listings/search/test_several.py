"""Many questions at once find what each finds by itself, and cost as many queries as one."""

import json
import random
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from listings.models import Disclosure, Listing
from listings.search.find import find
from listings.search.questions import Question, as_asked, as_kept
from listings.search.several import count_found, find_among
from tests.conftest import MakeListing
from tests.listings.search.test_find import random_question

NOBODY = AnonymousUser()
Draw = Callable[[int, int], list[Listing]]


def test_few_listings_are_found_by_the_questions_that_find_them_on_the_market(draw_market: Draw) -> None:
    keys = [listing.pk for listing in draw_market(3, 40)]
    pick = random.Random(3)
    questions = [Question(), *(random_question(pick) for _ in range(30))]
    among = find_among(keys[::2], questions)
    for question, found in zip(questions, among, strict=True):
        # Whoever asks: a listing for a programme is found here, and asked for by the reader's rights afterwards.
        everybody = set(find(NOBODY, question, most=200).keys)
        open_to_all = set(
            Listing.objects.exclude(disclosure=Disclosure.PROGRAMME).values_list("pk", flat=True)
        )
        assert set(found) & open_to_all == everybody & set(keys[::2]), question
    assert 5 < sum(bool(found) for found in among) < 31
    assert count_found(NOBODY, questions) == [find(NOBODY, each, most=0).total for each in questions]


def test_question_is_kept_as_json_and_asked_again_as_it_was(draw_market: Draw) -> None:
    pick = random.Random(8)
    for _ in range(100):
        question = random_question(pick)
        assert as_asked(json.loads(json.dumps(as_kept(question)))) == question


def test_words_that_are_only_spelt_alike_count_where_no_listing_says_them(make_offer: MakeListing) -> None:
    ash = make_offer(resource="fly-ash")
    misspelt = Question(words="fly asch")
    assert find(NOBODY, misspelt, most=5).spelt
    assert find_among([ash.pk], [misspelt]) == [[ash.pk]]
    saying = make_offer(resource="fgd-gypsum", title="Gypsum from Fly Asch Ltd")
    assert find_among([ash.pk, saying.pk], [misspelt]) == [[saying.pk]]
    assert list(find(NOBODY, misspelt, most=5).keys) == [saying.pk]


def test_hundred_questions_take_as_many_queries_as_one(make_offer: MakeListing, seller: User) -> None:
    key = make_offer(resource="coal-fly-ash").pk
    words = ["ash", "fly ash", "boiler", "gypsum"]
    one, hundred = [Question(words="ash")], [Question(words=words[at % 4]) for at in range(100)]

    def counted(ask: Callable[[], object]) -> int:
        ask()
        with CaptureQueriesContext(connection) as captured:
            ask()
        return len(captured)

    assert counted(lambda: find_among([key], hundred)) == counted(lambda: find_among([key], one))
    assert counted(lambda: count_found(seller, hundred)) == counted(lambda: count_found(seller, one))
