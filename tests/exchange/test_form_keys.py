"""One intention has one effect, and another one is never swallowed: through a real page and its address."""

import re
import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Site, User
from events.models import IdempotentRequest

ADDRESS = {"town": "Kalundborg", "country": "DK", "street": "Asnæsvej 16"}


def key_on(client: Client, address: str) -> str:
    found = re.search(r'name="form_key" value="([0-9a-f-]{36})"', client.get(address).content.decode())
    assert found, f"{address} has no key"
    return found[1]


@pytest.fixture
def tab(asnaes: Organization, seller: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(seller)


def test_form_sent_twice_makes_one_thing_and_leads_to_the_same_page(
    tab: Client, asnaes: Organization
) -> None:
    address = reverse("site_new")
    body = ADDRESS | {"name": "Terminal 2", "form_key": key_on(tab, address)}
    first, second = tab.post(address, body), tab.post(address, body)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Site.objects.filter(organization=asnaes, name="Terminal 2").count() == 1


def test_same_key_with_other_content_is_refused_with_the_text_kept_and_goes_through_when_sent_again(
    tab: Client, asnaes: Organization
) -> None:
    address = reverse("site_new")
    body = ADDRESS | {"name": "Terminal 2", "form_key": key_on(tab, address)}
    tab.post(address, body)
    changed = tab.post(address, body | {"name": "Terminal 3"})
    text = changed.content.decode()
    assert "sent before, with other content" in text
    assert 'value="Terminal 3"' in text
    assert not Site.objects.filter(name="Terminal 3").exists()
    new_key = re.search(r'name="form_key" value="([0-9a-f-]{36})"', text)
    assert new_key
    assert new_key[1] != body["form_key"]
    assert tab.post(address, body | {"name": "Terminal 3", "form_key": new_key[1]}).status_code == 302
    assert set(asnaes.sites.values_list("name", flat=True)) == {"Terminal 2", "Terminal 3"}


def test_what_was_refused_keeps_no_key_and_the_corrected_form_is_taken(
    tab: Client, asnaes: Organization
) -> None:
    address = reverse("site_new")
    body = ADDRESS | {"name": "", "form_key": key_on(tab, address)}
    assert tab.post(address, body).status_code == 200
    assert not IdempotentRequest.objects.exists()
    assert tab.post(address, body | {"name": "Quarry"}).status_code == 302
    assert asnaes.sites.count() == 1


@pytest.mark.django_db(transaction=True)
def test_form_sent_twice_at_the_same_moment_makes_one_thing(
    asnaes: Organization, seller: User, client_of: Callable[[User], Client]
) -> None:
    address = reverse("organization_new")
    clients = [client_of(seller), client_of(seller)]
    body = {"name": "Twice", "currency": "EUR", "form_key": key_on(clients[0], address)}
    answers: list[tuple[int, str]] = []
    barrier = threading.Barrier(2)

    def send(client: Client) -> None:
        barrier.wait()
        response = client.post(address, body)
        answers.append((response.status_code, response.get("Location", "")))
        connections.close_all()

    threads = [threading.Thread(target=send, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert answers[0][0] == 302
    assert Organization.objects.filter(name="Twice").count() == 1
