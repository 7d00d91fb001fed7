"""In which language somebody is spoken to: the person's, the browser's, the programme's."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import Organization, Programme, Role, User
from accounts.services.languages import choose_language, language_of_address
from accounts.services.members import invite_member
from accounts.services.programmes import invite_person_to_programme
from common.errors import Invalid
from tests.accounts.pages import ClientOf, text_of

pytestmark = pytest.mark.django_db


def home(client: Client, **headers: str) -> str:
    return text_of(client.get("/", headers=headers))


def test_page_speaks_the_first_language_of_the_browser_that_is_known() -> None:
    assert '<html lang="de">' in home(Client(), accept_language="fr, de-AT;q=0.8, en;q=0.5")
    assert "Registrieren" in home(Client(), accept_language="de")
    assert "Sign up" in home(Client(), accept_language="fr")


def test_switch_of_the_foot_holds_for_a_browser_that_nobody_signed_in_with() -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(
        reverse("language_switch"),
        {"language": "de"},
        headers={"referer": "http://testserver/resources/?q=ash"},
    )
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/resources/?q=ash")
    assert "Registrieren" in home(browser, accept_language="en")


@pytest.mark.parametrize("before", ["https://elsewhere.example/", "", "javascript:alert(1)"])
def test_switch_leads_to_no_page_of_others(before: str) -> None:
    answer = Client().post(reverse("language_switch"), {"language": "de"}, headers={"referer": before})
    assert answer["Location"] == "/"


def test_switch_to_a_language_that_is_not_spoken_changes_nothing() -> None:
    browser = Client()
    assert not browser.post(reverse("language_switch"), {"language": "xx"}).cookies
    assert "Sign up" in home(browser)


def test_choice_of_a_person_holds_in_every_browser_and_before_its_own_wish(
    seller: User, client_of: ClientOf
) -> None:
    client_of(seller).post(reverse("language"), {"language": "de"})
    seller.refresh_from_db()
    assert seller.language == "de"
    assert "Meine Inserate" in home(client_of(seller), accept_language="en")


def test_choice_of_nothing_leaves_it_to_the_browser(seller: User, client_of: ClientOf) -> None:
    choose_language(actor=seller, language="de")
    browser = client_of(seller)
    browser.post(reverse("language"), {"language": ""})
    assert "My listings" in home(browser, accept_language="en")


def test_switch_of_somebody_signed_in_is_kept_with_the_person(seller: User, client_of: ClientOf) -> None:
    client_of(seller).post(reverse("language_switch"), {"language": "de"})
    assert "Meine Inserate" in home(client_of(seller), accept_language="en")


def test_language_that_is_not_spoken_is_refused_by_name(seller: User) -> None:
    with pytest.raises(Invalid) as refused:
        choose_language(actor=seller, language="xx")
    assert refused.value.fields == {"language": ["“xx” is not spoken here."]}


def test_api_follows_the_header_alone(seller: User) -> None:
    choose_language(actor=seller, language="de")
    client = APIClient()
    client.force_login(seller)
    client.cookies["django_language"] = "de"
    english = client.get("/api/v1/listings/999999/")
    german = client.get("/api/v1/listings/999999/", headers={"accept-language": "de"})
    assert english.json()["detail"] == "There is nothing at this address, or it is not open to you."
    assert german.json()["detail"] == "Unter dieser Adresse ist nichts, oder es steht Ihnen nicht offen."
    assert "Accept-Language" in german["Vary"]


def test_letter_of_an_invitation_speaks_what_its_reader_chose(
    seller: User, asnaes: Organization, django_capture_on_commit_callbacks: object
) -> None:
    User.objects.create(email="leser@example.org", language="de")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        invite_member(actor=seller, organization=asnaes, email="leser@example.org", role=Role.TRADER)
    [letter] = mail.outbox
    assert letter.subject == "Asnæs power station auf Loopyard beitreten"
    assert "Ihre Rolle wäre: Handel." in letter.body


def test_letter_to_somebody_new_speaks_the_language_of_the_programme(
    facilitator: User, programme: Programme, django_capture_on_commit_callbacks: object
) -> None:
    Programme.objects.filter(pk=programme.pk).update(language="de")
    programme.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        invite_person_to_programme(actor=facilitator, programme=programme, email="neu@example.org")
    [letter] = mail.outbox
    assert letter.subject == f"Auf Loopyard an {programme.name} teilnehmen"


# --- the programme's ----------------------------------------------------------------------------------------
@pytest.fixture
def german(programme: Programme) -> Programme:
    Programme.objects.filter(pk=programme.pk).update(language="de")
    programme.refresh_from_db()
    return programme


def lang_of(client: Client, address: str, **headers: str) -> str:
    found = re.search(r'<html lang="([a-z]+)"', text_of(client.get(address, headers=headers)))
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("asked", "spoken"), [("", "de"), ("fr", "de"), ("fr, *", "de"), ("en", "en"), ("fr, en;q=0.2", "en")]
)
def test_programmes_page_speaks_its_language_where_the_browser_asks_for_none_that_is_spoken(
    german: Programme, asked: str, spoken: str
) -> None:
    own = reverse("programme", args=[german.slug])
    assert lang_of(Client(), own, accept_language=asked) == spoken
    assert lang_of(Client(), reverse("programmes"), accept_language=asked) == "en"
    assert lang_of(Client(), "/browse/", accept_language=asked) == "en"


def test_programmes_page_names_its_language(german: Programme) -> None:
    page = text_of(Client().get(reverse("programme", args=[german.slug]), headers={"accept-language": "en"}))
    assert re.search(r"<dt>Language</dt>\s*<dd>Deutsch</dd>", page)


def test_choice_in_a_browser_or_of_a_person_comes_before_the_programmes(
    german: Programme, seller: User, client_of: ClientOf
) -> None:
    own = reverse("programme", args=[german.slug])
    browser = Client()
    browser.post(reverse("language_switch"), {"language": "en"})
    assert lang_of(browser, own) == "en"
    choose_language(actor=seller, language="en")
    assert lang_of(client_of(seller), own) == "en"
    assert lang_of(client_of(seller), "/") == "en"


def test_member_and_facilitator_without_a_choice_hear_their_programmes_everywhere_and_a_stranger_does_not(
    german: Programme, seller: User, facilitator: User, stranger: User, client_of: ClientOf
) -> None:
    spoken = {user.email: lang_of(client_of(user), "/browse/") for user in (seller, facilitator, stranger)}
    assert spoken == {seller.email: "de", facilitator.email: "de", stranger.email: "en"}
    assert lang_of(client_of(seller), "/browse/", accept_language="en") == "en"


def test_of_several_programmes_the_oldest_that_has_a_language_speaks(
    programme: Programme, asnaes: Organization, seller: User, client_of: ClientOf
) -> None:
    for name, language in (("Second", "de"), ("Third", "en")):
        later = Programme.objects.create(name=name, slug=name.lower(), language=language)
        later.organizations.add(asnaes)
    assert lang_of(client_of(seller), "/browse/") == "de"


def test_api_does_not_follow_the_programme(german: Programme, seller: User) -> None:
    client = APIClient()
    client.force_login(seller)
    said = client.get("/api/v1/listings/999999/").json()["detail"]
    assert said == "There is nothing at this address, or it is not open to you."


def test_letter_to_a_member_without_a_choice_speaks_the_programmes_language(
    german: Programme, seller: User
) -> None:
    assert language_of_address(seller.email) == "de"
    choose_language(actor=seller, language="en")
    assert language_of_address(seller.email) == "en"
    assert language_of_address("nobody@example.org") == ""
