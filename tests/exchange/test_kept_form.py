"""A session that ended mid-form: nothing typed is lost, nothing is sent by itself, and no other site fills in ours."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Site, User
from tests.conftest import PASSWORD

BODY = {"name": "Terminal 2", "town": "Kalundborg", "country": "DK", "street": "Asnæsvej 16 <b>"}
HOST = "http://testserver"


def sign_in(client: Client, user: User, page: str) -> str:
    login = client.get(page)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', login.content.decode())
    next_page = re.search(r'name="next" value="([^"]+)"', login.content.decode())
    assert token
    assert next_page, "signing in forgets where one was"
    done = client.post(
        reverse("account_login"),
        {
            "login": user.email,
            "password": PASSWORD,
            "next": next_page[1],
            "csrfmiddlewaretoken": token[1],
        },
        headers={"referer": HOST + page},
    )
    assert done.status_code == 302, done.content.decode()[:2000]
    return str(done["Location"])


@pytest.mark.parametrize("strict", [False, True])
def test_form_sent_after_the_session_ended_is_filled_in_again_after_signing_in(
    asnaes: Organization, seller: User, strict: bool
) -> None:
    """Once with the session gone, once with all cookies gone (which is a failure of the forgery check)."""
    client = Client(enforce_csrf_checks=strict)
    address = reverse("site_new")
    lost = client.post(address, BODY, headers={"referer": HOST + address, "origin": HOST})
    assert lost.status_code == 302
    assert lost["Location"].startswith(reverse("account_login"))
    back = sign_in(client, seller, lost["Location"])
    assert back == address
    page = client.get(back).content.decode()
    assert 'value="Terminal 2"' in page
    assert "Asnæsvej 16 &lt;b&gt;" in page
    assert "not been sent yet" in page
    assert not Site.objects.filter(name="Terminal 2").exists()
    assert 'value="Terminal 2"' not in client.get(back).content.decode(), "kept for one showing"


def test_button_pressed_after_the_session_ended_is_shown_with_what_it_said(
    asnaes_site: Site, seller: User
) -> None:
    client = Client()
    address, page = reverse("site_delete", args=[asnaes_site.pk]), reverse("site_edit", args=[asnaes_site.pk])
    lost = client.post(address, {"why": "closed"}, headers={"referer": HOST + page})
    back = sign_in(client, seller, lost["Location"])
    assert back == reverse("kept_form")
    shown = client.get(back).content.decode()
    assert f'action="{address}"' in shown
    assert "closed" in shown
    assert Site.objects.filter(pk=asnaes_site.pk).exists()


def test_token_that_grew_old_leads_back_to_the_filled_form(
    asnaes: Organization, seller: User, client_of: Callable[[User], Client]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(seller, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("site_new")
    answer = client.post(
        address, BODY | {"csrfmiddlewaretoken": "x" * 64}, headers={"referer": HOST + address}
    )
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert 'value="Terminal 2"' in client.get(address).content.decode()


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"referer": "https://evil.example/"}, {}]
)
def test_form_of_another_site_is_refused_and_not_kept(
    asnaes: Organization, seller: User, headers: dict[str, str]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(seller, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("site_new")
    assert client.post(address, BODY, headers=headers).status_code == 403
    assert 'value="Terminal 2"' not in client.get(address).content.decode()


def test_passwords_are_never_kept(seller: User) -> None:
    client = Client(enforce_csrf_checks=True)
    address = reverse("account_login")
    client.post(address, {"login": seller.email, "password": PASSWORD}, headers={"referer": HOST + address})
    assert "kept_form" not in client.session
