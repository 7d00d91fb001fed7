import pytest
from django.urls import reverse

from accounts.models import ApiToken, User
from accounts.services.tokens import create_api_token, find_api_token
from tests.accounts.pages import ClientOf, text_of

pytestmark = pytest.mark.django_db


def test_secret_of_a_new_token_is_shown_once_and_kept_nowhere_on_the_way(
    seller: User, client_of: ClientOf
) -> None:
    browser = client_of(seller)
    answer = browser.post(reverse("tokens"), {"name": "ERP export"})
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
