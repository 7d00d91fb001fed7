"""Calls sent twice: `Idempotency-Key`."""

import threading
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from events.idempotency import IdempotentViewSet
from events.models import Event, IdempotentRequest
from exchange.api import router
from listings.models import Listing
from tests.api.conftest import Api, errors_of
from tests.api.trading.calls import KEY, TERMS, refused, upload
from trading.models import Agreement, Bid, Synergy, SynergyMessage


def test_call_sent_again_with_its_key_is_answered_as_before(supplier: Api, bid: Bid) -> None:
    path = f"bids/{bid.pk}/accept/"
    first, again = (supplier.call("post", path, {}, **KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first["Content-Type"] == again["Content-Type"] == "application/json"
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert Event.objects.filter(kind="bid.accepted").count() == 1


def test_key_of_another_call_is_refused(supplier: Api, bid: Bid) -> None:
    at = f"synergies/{bid.synergy_id}/messages/"
    supplier.call("post", at, {"text": "one"}, **KEY)
    for path, body in ((at, {"text": "two"}), (f"bids/{bid.pk}/accept/", {})):
        refused(supplier.call("post", path, body, **KEY), 422, "idempotency_key_reused")
    assert SynergyMessage.objects.filter(text="two").count() == 0
    # The same JSON, written otherwise, is the same call.
    assert supplier.call("post", at, b'{ "text" : "one" }', **KEY)["Idempotent-Replayed"] == "true"


def test_keys_are_everybody_s_own(supplier: Api, receiver: Api, synergy: Synergy) -> None:
    at = f"synergies/{synergy.pk}/messages/"
    said = [api.call("post", at, {"text": "Hello"}, **KEY) for api in (supplier, receiver)]
    assert [response.status_code for response in said] == [201, 201]
    assert said[0].content != said[1].content


def test_what_was_refused_may_be_tried_again_with_its_key(
    supplier: Api, receiver: Api, synergy: Synergy
) -> None:
    at = f"synergies/{synergy.pk}/bids/"
    waiting = receiver.post(at, TERMS).json()
    refused(receiver.call("post", at, TERMS, **KEY), 409, "bid_waiting")
    assert not IdempotentRequest.objects.exists()
    receiver.post(f"bids/{waiting['id']}/withdraw/")
    assert receiver.call("post", at, TERMS, **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 81, "schlüssel"])
def test_key_that_is_none_is_refused(supplier: Api, synergy: Synergy, key: str) -> None:
    headers = {"Idempotency-Key": key}
    response = supplier.call("post", f"synergies/{synergy.pk}/messages/", {"text": "x"}, **headers)
    assert (response.status_code, set(errors_of(response))) == (400, {"Idempotency-Key"})


def test_file_sent_again_with_its_key_is_kept_once(supplier: Api, synergy: Synergy) -> None:
    at = f"synergies/{synergy.pk}/files/"
    first, again = (upload(supplier, at, headers=KEY) for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    other = upload(supplier, at, b"another", headers=KEY)
    refused(other, 422, "idempotency_key_reused")


def test_change_and_removal_take_a_key_too(supplier: Api, offer: Listing) -> None:
    for _ in range(2):
        response = supplier.call("patch", f"listings/{offer.pk}/", {"title": "Dry ash"}, **KEY)
        assert response.json()["title"] == "Dry ash"
    assert Event.objects.filter(kind="listing.changed").count() == 1


def test_every_endpoint_that_changes_something_takes_a_key() -> None:
    unsafe = {"post", "put", "patch", "delete"}
    for _prefix, view, name in router.registry:
        actions = [pair for route in router.get_routes(view) for pair in route.mapping.items()]
        changes = any(method in unsafe and hasattr(view, action) for method, action in actions)
        assert issubclass(view, IdempotentViewSet) or not changes, name


@pytest.mark.django_db(transaction=True)
def test_same_key_at_the_same_moment_waits_and_is_answered_alike(supplier: Api, bid: Bid) -> None:
    answers: list[Any] = []
    start = threading.Barrier(4)

    def send() -> None:
        try:
            client = Client()
            start.wait()
            answers.append(
                client.post(
                    f"/api/v1/bids/{bid.pk}/accept/",
                    {},
                    content_type="application/json",
                    headers={**supplier.headers, **KEY},
                )
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {response.status_code for response in answers} == {201}
    assert len({response.content for response in answers}) == 1
    assert sum("Idempotent-Replayed" in response for response in answers) == 3
    assert Agreement.objects.count() == 1
