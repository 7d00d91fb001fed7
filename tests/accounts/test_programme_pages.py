import pytest
from django.core.mail import EmailMessage
from django.urls import reverse

from accounts.models import Organization, Programme, Site, User
from accounts.services.organizations import OrganizationDetails, create_organization
from accounts.services.weights import SCORE_PARTS
from tests.accounts.pages import ClientOf, text_of
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


def test_programme_shows_names_to_everybody_and_places_to_its_facilitators(
    programme: Programme, asnaes_site: Site, cement_site: Site, facilitator: User, client_of: ClientOf
) -> None:
    path = reverse("programme", args=[programme.slug])
    public = text_of(client_of(None).get(path))
    assert "Cement works" in public
    assert "55.66167" not in public
    assert "@example.org" not in public
    assert "55.66167" in text_of(client_of(facilitator).get(path))


def test_empty_list_of_programmes_says_what_to_do(client_of: ClientOf) -> None:
    assert "No programme yet" in text_of(client_of(None).get(reverse("programmes")))


def test_facilitator_invites_by_name_an_owner_accepts_and_is_removed(
    programme: Programme, elsewhere: Organization, facilitator: User, stranger: User, client_of: ClientOf
) -> None:
    browser = client_of(facilitator)
    browser.post(reverse("programme_add", args=[programme.slug]), {"organization": "ELSEWHERE"})
    assert elsewhere not in programme.organizations.all(), "nobody takes part without consent"
    owner = client_of(stranger)
    assert programme.name in text_of(owner.get(reverse("organization")))
    owner.post(reverse("programme_answer", args=[programme.slug]), {"answer": "accept"})
    assert elsewhere in programme.organizations.all()
    browser.post(reverse("programme_remove", args=[programme.slug]), {"organization": elsewhere.pk})
    assert elsewhere not in programme.organizations.all()
    again = browser.post(reverse("programme_remove", args=[programme.slug]), {"organization": elsewhere.pk})
    assert again.status_code == 404


def test_owner_leaves_a_programme_by_themselves(
    programme: Programme, asnaes: Organization, seller: User, client_of: ClientOf
) -> None:
    client_of(seller).post(reverse("programme_answer", args=[programme.slug]), {"answer": "leave"})
    assert asnaes not in programme.organizations.all()


def test_facilitator_picks_among_organizations_of_like_names(
    programme: Programme, facilitator: User, stranger: User, client_of: ClientOf
) -> None:
    first, second = (
        create_organization(actor=stranger, details=OrganizationDetails(name="Dairy")) for _n in range(2)
    )
    browser = client_of(facilitator)
    path = reverse("programme_add", args=[programme.slug])
    page = text_of(browser.post(path, {"organization": "Dairy"}))
    assert f'value="{first.slug}"' in page
    assert f'value="{second.slug}"' in page
    assert programme.organizations.count() == 2
    browser.post(path, {"organization": second.slug})
    assert [invitation.organization for invitation in programme.invitations.all()] == [second]
    assert "No organization has this name" in text_of(browser.post(path, {"organization": "No such"}))


def test_facilitator_weighs_and_takes_the_common_weights_again(
    programme: Programme, facilitator: User, client_of: ClientOf
) -> None:
    browser = client_of(facilitator)
    path = reverse("programme_weights", args=[programme.slug])
    page = text_of(browser.get(path))
    assert 'value="20"' in page
    weights = dict.fromkeys(SCORE_PARTS, 0.0) | {"distance": 3.0, "price": 1.0}
    browser.post(path, weights)
    programme.refresh_from_db()
    assert programme.weights == weights
    assert "75" in text_of(browser.get(reverse("programme", args=[programme.slug])))
    browser.post(path, {"common": "1"})
    programme.refresh_from_db()
    assert programme.weights == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"price": "-1"}, "Type at least 0."),
        ({"price": ""}, "This field is required."),
        (dict.fromkeys(SCORE_PARTS, "0"), "At least one part must weigh more than 0."),
    ],
)
def test_weights_that_mean_nothing_are_refused_on_the_form(
    programme: Programme, facilitator: User, client_of: ClientOf, changed: dict[str, str], said: str
) -> None:
    path = reverse("programme_weights", args=[programme.slug])
    answer = client_of(facilitator).post(path, dict.fromkeys(SCORE_PARTS, "1") | changed)
    assert said in text_of(answer)
    programme.refresh_from_db()
    assert programme.weights == {}


@pytest.mark.parametrize("text", ["DAIRY", "dairy", "Dair", "Diary", "Daury "])
def test_organization_that_was_perhaps_meant_is_invited_or_shown(
    programme: Programme, facilitator: User, stranger: User, client_of: ClientOf, text: str
) -> None:
    dairy = create_organization(actor=stranger, details=OrganizationDetails(name="Dairy"))
    page = client_of(facilitator).post(
        reverse("programme_add", args=[programme.slug]), {"organization": text}
    )
    if text.lower() == "dairy":
        assert [each.organization for each in programme.invitations.all()] == [dairy]
    else:
        assert "Which one?" in text_of(page)
        assert f'value="{dairy.slug}"' in text_of(page)


@pytest.mark.django_db(transaction=True)
def test_person_is_asked_whose_organization_is_not_here_yet_and_answers_for_it(
    programme: Programme, facilitator: User, client_of: ClientOf, mailoutbox: list[EmailMessage]
) -> None:
    browser = client_of(facilitator)
    path = reverse("programme_add", args=[programme.slug])
    assert browser.post(path, {"organization": "New@Example.org"}).status_code == 302
    [letter] = mailoutbox
    assert letter.to == ["new@example.org"]
    assert "new@example.org" in text_of(browser.get(reverse("programme", args=[programme.slug])))
    assert "This address is invited already." in text_of(
        browser.post(path, {"organization": "new@example.org"})
    )

    new = make_user("new@example.org")
    theirs = client_of(new)
    assert programme.name in text_of(theirs.get(reverse("organization_new")))
    dairy = create_organization(actor=new, details=OrganizationDetails(name="Dairy"))
    assert programme.name in text_of(theirs.get(reverse("organization")))
    theirs.post(reverse("programme_answer", args=[programme.slug]), {"answer": "accept"})
    assert dairy in programme.organizations.all()
    assert not programme.invitations.exists()


def test_organizations_are_suggested_to_the_programmes_facilitator_alone(
    programme: Programme, asnaes: Organization, facilitator: User, seller: User, client_of: ClientOf
) -> None:
    Organization.objects.create(name="Nasty works", slug="nasty-works")
    path = reverse("organization_suggest", args=[programme.slug])
    found = client_of(facilitator).get(path, {"q": "as"}).json()["results"]
    assert [(each["text"], bool(each["warning"])) for each in found] == [
        ("Asnæs power station", False),
        ("Nasty works", True),
    ]
    assert client_of(seller).get(path, {"q": "as"}).status_code == 403
