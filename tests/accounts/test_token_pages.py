from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import ApiToken, Scope, User
from accounts.services.tokens import could_be_secret, create_api_token, find_api_token
from common.errors import Invalid
from tests.accounts.pages import ClientOf, text_of

pytestmark = pytest.mark.django_db


def test_secret_of_a_new_token_is_shown_once_and_kept_nowhere_on_the_way(
    seller: User, client_of: ClientOf
) -> None:
    browser = client_of(seller)
    answer = browser.post(reverse("tokens"), {"name": "ERP export", "scope": "read", "days": "90"})
    token = ApiToken.objects.get()
    secret = text_of(answer).split('id="secret" value="')[1].split('"')[0]
    assert find_api_token(secret) == token
    assert "no-store" in answer["Cache-Control"]
    page = text_of(browser.get(reverse("tokens")))
    assert token.prefix in page
    assert secret not in page
    assert secret not in str(dict(browser.session))


def test_revoked_token_leaves_the_list(seller: User, client_of: ClientOf) -> None:
    token, secret = create_api_token(actor=seller, name="ERP export")
    answer = client_of(seller).post(reverse("token_revoke", args=[token.pk]), follow=True)
    assert "No token yet" in text_of(answer)
    assert find_api_token(secret) is None


def test_token_without_a_name_is_refused(seller: User, client_of: ClientOf) -> None:
    assert "This field is required." in text_of(client_of(seller).post(reverse("tokens"), {"name": " "}))
    assert not ApiToken.objects.exists()


def ask(client: Client, method: str, secret: str) -> tuple[int, str]:
    answer = client.generic(method, "/api/v1/favourites/", HTTP_AUTHORIZATION=f"Bearer {secret}")
    return answer.status_code, answer.json().get("code", "")


def test_token_that_reads_only_changes_nothing(seller: User, client: Client) -> None:
    _token, secret = create_api_token(actor=seller, name="ERP", scope=Scope.READ)
    assert ask(client, "GET", secret) == (200, "")
    assert ask(client, "POST", secret) == (403, "read_only_token")
    _token, secret = create_api_token(actor=seller, name="ERP", scope=Scope.WRITE)
    assert ask(client, "POST", secret)[1] != "read_only_token"


def test_token_ends_with_its_last_day_and_leaves_the_list(
    seller: User, client_of: ClientOf, client: Client
) -> None:
    token, secret = create_api_token(actor=seller, name="ERP export", days=30)
    assert token.expires_at is not None
    assert abs(token.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert ask(client, "GET", secret)[0] == 200
    ApiToken.objects.update(expires_at=Now())
    assert ask(client, "GET", secret)[0] == 401
    assert "No token yet" in text_of(client_of(seller).get(reverse("tokens")))
    assert client_of(seller).post(reverse("token_revoke", args=[token.pk])).status_code == 404


@pytest.mark.parametrize("days", [0, -1, 367])
def test_odd_lifetime_is_refused(seller: User, days: int) -> None:
    with pytest.raises(Invalid) as refused:
        create_api_token(actor=seller, name="ERP", days=days)
    assert refused.value.fields == {"days": ["At least one day, at most 366."]}
    assert not ApiToken.objects.exists()


def test_renewed_token_works_for_a_week_beside_its_successor(seller: User, client_of: ClientOf) -> None:
    old, secret = create_api_token(actor=seller, name="ERP export", scope=Scope.READ, days=90)
    page = text_of(client_of(seller).post(reverse("token_rotate", args=[old.pk])))
    assert "The one before works for 7 more days" in page
    new_secret = page.split('id="secret" value="')[1].split('"')[0]
    new = find_api_token(new_secret)
    assert new is not None
    assert (new.name, new.scope, new.pk > old.pk) == ("ERP export", Scope.READ, True)
    assert new.expires_at is not None
    assert round((new.expires_at - timezone.now()) / timedelta(days=1)) == 90
    assert find_api_token(secret) == old
    old.refresh_from_db()
    assert old.expires_at is not None
    assert round((old.expires_at - timezone.now()) / timedelta(days=1)) == 7
    # Renewed again, the old one does not live longer.
    before = old.expires_at
    ApiToken.objects.filter(pk=old.pk).update(expires_at=before - timedelta(days=5))
    client_of(seller).post(reverse("token_rotate", args=[old.pk]))
    old.refresh_from_db()
    assert old.expires_at == before - timedelta(days=5)


def test_secret_says_by_itself_that_it_was_mistyped(
    seller: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _token, secret = create_api_token(actor=seller, name="ERP")
    assert secret.startswith("ly_")
    assert len(secret) == 54
    assert could_be_secret(secret)
    with django_assert_num_queries(0):
        for place in (3, 20, 45, 53):
            other = "b" if secret[place] != "b" else "c"
            assert find_api_token(secret[:place] + other + secret[place + 1 :]) is None
    # Those from before have no checksum, and go on working.
    before = f"ly_{'a' * 43}"
    token, _secret = create_api_token(actor=seller, name="old", secret=before)
    assert find_api_token(before) == token
