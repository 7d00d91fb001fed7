from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import ApiToken, Invitation, Membership, Organization, Programme, Role, Site, User
from accounts.services.members import invite_member
from accounts.services.organizations import OrganizationDetails, create_organization
from accounts.services.sites import SiteDetails, create_site
from accounts.services.tokens import create_api_token, find_api_token
from accounts.services.weights import SCORE_PARTS
from tests.conftest import MakeListing, join, make_user

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def role_of(user: User, organization: Organization) -> str:
    return Membership.objects.get(user=user, organization=organization).role


# --- who gets in --------------------------------------------------------------------------------------------
CAST = ("anonymous", "stranger", "viewer", "trader", "owner", "facilitator")
LOGIN, OK, DONE, REFUSED, MISSING, NO_METHOD = 302, 200, 303, 403, 404, 405
"""Statuses; 303 stands for a redirect to elsewhere than the sign-in page."""

#   method, route: anonymous, stranger (owner of another organization), viewer, trader, owner, facilitator
MATRIX: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "organization"): (LOGIN, OK, OK, OK, OK, DONE),
    ("GET", "organization_new"): (LOGIN, OK, OK, OK, OK, OK),
    ("GET", "organization_edit"): (LOGIN, OK, REFUSED, REFUSED, OK, MISSING),
    ("GET", "organization_choose"): (LOGIN, OK, OK, OK, OK, OK),
    ("POST", "organization_choose"): (LOGIN, MISSING, DONE, DONE, DONE, MISSING),
    ("GET", "site_new"): (LOGIN, OK, REFUSED, REFUSED, OK, DONE),
    ("GET", "site_edit"): (LOGIN, MISSING, REFUSED, REFUSED, OK, MISSING),
    ("POST", "site_edit"): (LOGIN, MISSING, REFUSED, REFUSED, OK, MISSING),
    ("GET", "site_delete"): (NO_METHOD,) * 6,
    ("POST", "site_delete"): (LOGIN, MISSING, REFUSED, REFUSED, DONE, MISSING),
    ("GET", "member_invite"): (LOGIN, OK, REFUSED, REFUSED, OK, MISSING),
    ("GET", "member_role"): (NO_METHOD,) * 6,
    ("POST", "member_role"): (LOGIN, MISSING, REFUSED, REFUSED, DONE, MISSING),
    ("GET", "member_remove"): (NO_METHOD,) * 6,
    ("POST", "member_remove"): (LOGIN, MISSING, REFUSED, REFUSED, DONE, MISSING),
    ("GET", "invitation_withdraw"): (NO_METHOD,) * 6,
    ("POST", "invitation_withdraw"): (LOGIN, MISSING, REFUSED, REFUSED, DONE, MISSING),
    ("GET", "invitation"): (MISSING,) * 6,
    ("POST", "invitation"): (MISSING,) * 6,
    ("GET", "programmes"): (OK,) * 6,
    ("POST", "programmes"): (NO_METHOD,) * 6,
    ("GET", "programme"): (OK,) * 6,
    ("POST", "programme"): (NO_METHOD,) * 6,
    ("GET", "programme_add"): (NO_METHOD,) * 6,
    ("POST", "programme_add"): (LOGIN, REFUSED, REFUSED, REFUSED, REFUSED, OK),
    ("GET", "programme_answer"): (NO_METHOD,) * 6,
    ("POST", "programme_answer"): (LOGIN, MISSING, REFUSED, REFUSED, MISSING, MISSING),
    ("GET", "programme_remove"): (NO_METHOD,) * 6,
    ("POST", "programme_remove"): (LOGIN, REFUSED, REFUSED, REFUSED, REFUSED, DONE),
    ("GET", "programme_weights"): (LOGIN, REFUSED, REFUSED, REFUSED, REFUSED, OK),
    ("POST", "programme_weights"): (LOGIN, REFUSED, REFUSED, REFUSED, REFUSED, OK),
    ("GET", "tokens"): (LOGIN, OK, OK, OK, OK, OK),
    ("GET", "token_revoke"): (NO_METHOD,) * 6,
    ("POST", "token_revoke"): (LOGIN, MISSING, MISSING, MISSING, DONE, MISSING),
    ("GET", "town_suggest"): (OK,) * 6,
    ("POST", "town_suggest"): (NO_METHOD,) * 6,
}


@pytest.fixture
def arguments(
    asnaes: Organization,
    asnaes_site: Site,
    seller: User,
    programme: Programme,
    elsewhere: Organization,
) -> dict[str, list[Any]]:
    """What stands in each route that names an object of Asnæs."""
    member = join(make_user("partner@example.org"), asnaes, Role.TRADER)
    invited = invite_member(actor=seller, organization=asnaes, email="new@example.org", role=Role.TRADER)
    token, _secret = create_api_token(actor=seller, name="ERP")
    membership = Membership.objects.get(user=member)
    return {
        "site_edit": [asnaes_site.pk],
        "site_delete": [asnaes_site.pk],
        "member_role": [membership.pk],
        "member_remove": [membership.pk],
        "invitation_withdraw": [invited.pk],
        "invitation": ["never-made"],
        "programme": [programme.slug],
        "programme_add": [programme.slug],
        "programme_answer": [programme.slug],
        "programme_remove": [programme.slug],
        "programme_weights": [programme.slug],
        "token_revoke": [token.pk],
    }


@pytest.fixture
def cast(
    stranger: User, viewer: User, trader: User, seller: User, facilitator: User
) -> dict[str, User | None]:
    return dict(zip(CAST, (None, stranger, viewer, trader, seller, facilitator), strict=True))


def status_of(answer: Any) -> int:
    to_login = answer.headers.get("Location", "").startswith(reverse("account_login"))
    return DONE if answer.status_code == 302 and not to_login else int(answer.status_code)


@pytest.mark.parametrize("who", CAST)
def test_page_is_open_to_exactly_these(
    who: str,
    cast: dict[str, User | None],
    arguments: dict[str, list[Any]],
    asnaes: Organization,
    client_of: ClientOf,
) -> None:
    expected = {key: row[CAST.index(who)] for key, row in MATRIX.items()}
    # What changes least comes first, so that no row depends on what another has done.
    order = sorted(
        MATRIX, key=lambda key: (key[0] == "POST", key[1].endswith(("remove", "delete", "revoke")))
    )
    browser = client_of(cast[who])
    found = {}
    for method, route in order:
        path = reverse(route, args=arguments.get(route, []))
        found[method, route] = status_of(browser.generic(method, path, f"organization={asnaes.pk}", FORM))
    assert found == expected


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "route",
    ["site_edit", "site_delete", "member_role", "member_remove", "invitation_withdraw", "token_revoke"],
)
def test_foreign_object_answers_as_a_missing_one_byte_for_byte(
    route: str, arguments: dict[str, list[Any]], stranger: User, client_of: ClientOf
) -> None:
    browser = client_of(stranger)
    foreign, missing, absurd = (
        browser.post(reverse(route, args=[pk])) for pk in (arguments[route][0], 987654321, 10**25)
    )
    assert foreign.status_code == 404
    assert foreign.content == missing.content == absurd.content
    assert foreign.headers.items() == missing.headers.items()


def test_foreign_organization_can_not_be_chosen(
    stranger: User, elsewhere: Organization, asnaes: Organization, client_of: ClientOf
) -> None:
    browser = client_of(stranger)
    answers = [
        browser.post(reverse("organization_choose"), {"organization": value})
        for value in (asnaes.pk, 0, "x", "9" * 5000, "²")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_session_that_names_a_foreign_organization_is_not_believed(
    stranger: User, elsewhere: Organization, asnaes: Organization, client_of: ClientOf
) -> None:
    browser = client_of(stranger)
    session = browser.session
    session["organization_id"] = asnaes.pk
    session.save()
    page = text_of(browser.get(reverse("organization")))
    assert "<h1>Elsewhere</h1>" in page
    assert "Asnæs" not in page


# --- organization -------------------------------------------------------------------------------------------
def test_owner_manages_and_viewer_reads(
    asnaes_site: Site, seller: User, viewer: User, client_of: ClientOf
) -> None:
    manage = [
        reverse("member_invite"),
        reverse("site_edit", args=[asnaes_site.pk]),
        reverse("organization_edit"),
    ]
    owner_page, viewer_page = (
        text_of(client_of(user).get(reverse("organization"))) for user in (seller, viewer)
    )
    assert all(path in owner_page for path in manage)
    assert not any(path in viewer_page for path in manage)
    assert "Asnæsværket" in viewer_page
    assert "seller@example.org" in viewer_page


def test_open_invitations_are_seen_by_owners_alone(
    asnaes: Organization, seller: User, trader: User, client_of: ClientOf
) -> None:
    invite_member(actor=seller, organization=asnaes, email="new@example.org", role=Role.VIEWER)
    assert "new@example.org" in text_of(client_of(seller).get(reverse("organization")))
    assert "new@example.org" not in text_of(client_of(trader).get(reverse("organization")))


def test_empty_organization_says_what_to_do_next(
    asnaes: Organization, seller: User, viewer: User, client_of: ClientOf
) -> None:
    assert "Add your first site" in text_of(client_of(seller).get(reverse("organization")))
    page = text_of(client_of(viewer).get(reverse("organization")))
    assert "No site yet" in page
    assert reverse("site_new") not in page


def test_organization_page_asks_the_database_as_often_for_many_as_for_few(
    asnaes: Organization,
    asnaes_site: Site,
    seller: User,
    client_of: ClientOf,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(20):
        join(make_user(f"member{n}@example.org"), asnaes, Role.TRADER)
        place = SiteDetails(f"Site {n}", "Linz", "AT", 48.3, 14.3)
        create_site(actor=seller, organization=asnaes, details=place)
        invite_member(actor=seller, organization=asnaes, email=f"new{n}@example.org", role=Role.VIEWER)
    browser = client_of(seller)
    with django_assert_max_num_queries(12):
        browser.get(reverse("organization"))


def test_chosen_organization_is_acted_for_and_another_membership_stays(
    asnaes: Organization, seller: User, client_of: ClientOf
) -> None:
    second = create_organization(actor=seller, details=OrganizationDetails(name="Second works"))
    browser = client_of(seller)
    assert "<h1>Asnæs power station</h1>" in text_of(browser.get(reverse("organization")))
    browser.post(reverse("organization_choose"), {"organization": second.pk})
    assert "<h1>Second works</h1>" in text_of(browser.get(reverse("organization")))


def test_wrong_organization_form_says_what_is_right_and_keeps_what_was_typed(
    seller: User, client_of: ClientOf
) -> None:
    typed = {"name": "", "currency": "EUR", "nace_code": "35-11", "description": "Steam and ash"}
    page = text_of(client_of(seller).post(reverse("organization_new"), typed))
    assert "A NACE Rev. 2 code such as 35.11" in page
    assert "Steam and ash" in page
    assert 'value="35-11"' in page
    assert not Organization.objects.exists()


def test_currency_that_the_list_does_not_have_survives_an_edit(seller: User, client_of: ClientOf) -> None:
    create_organization(actor=seller, details=OrganizationDetails(name="Geyser", currency="ISK"))
    answer = client_of(seller).post(reverse("organization_edit"), {"name": "Great Geyser", "currency": "ISK"})
    assert answer.status_code == 302
    assert Organization.objects.values_list("name", "currency").get() == ("Great Geyser", "ISK")


# --- sites --------------------------------------------------------------------------------------------------
def place_site(browser: Client, **typed: object) -> Any:
    return browser.post(reverse("site_new"), {"name": "Works"} | typed)


@pytest.mark.parametrize(
    ("typed", "placed"),
    [
        ({"town": "Kalundborg"}, ("Kalundborg", "DK", 55.68, 11.089)),
        ({"town": "valencia", "country": "ES"}, ("Valencia", "ES", 39.474, -0.38)),
        ({"town": "Valencia, Spain"}, ("Valencia", "ES", 39.474, -0.38)),
        ({"town": "København"}, ("København", "DK", 55.676, 12.566)),
        ({"town": "genève", "country": "CH"}, ("Genève", "CH", 46.202, 6.146)),
        ({"latitude": "55.6617", "longitude": "11.0806"}, ("Kalundborg", "DK", 55.6617, 11.0806)),
        (
            {"town": "Asnæs", "country": "DK", "latitude": "55.6617", "longitude": "11.0806"},
            ("Asnæs", "DK", 55.6617, 11.0806),
        ),
    ],
)
def test_site_is_placed_by_town_or_coordinates(
    asnaes: Organization,
    seller: User,
    client_of: ClientOf,
    typed: dict[str, str],
    placed: tuple[str, str, float, float],
) -> None:
    assert place_site(client_of(seller), **typed).status_code == 302
    site = Site.objects.get()
    assert (site.town, site.country, round(site.latitude, 4), round(site.longitude, 4)) == placed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Type the town, or pick the place on the map."),
        ({"town": "Nowhereville"}, "We know no town “Nowhereville”"),
        ({"town": "Valencia"}, "choose the country"),
        ({"latitude": "55.6"}, "Give both coordinates"),
        ({"latitude": "95", "longitude": "11"}, "less than or equal to 90"),
        ({"latitude": "nan", "longitude": "11"}, "Enter a number"),
        ({"latitude": "-48.9", "longitude": "-123.4"}, "No town is near this place"),
        (
            {"town": "Linz", "country": "AT", "latitude": "55.6", "longitude": "11"},
            "km from these coordinates",
        ),
        ({"town": "Kal\0undborg"}, "Null characters are not allowed"),
    ],
)
def test_site_that_is_nowhere_is_refused_beside_the_field(
    asnaes: Organization, seller: User, client_of: ClientOf, typed: dict[str, str], said: str
) -> None:
    answer = place_site(client_of(seller), **typed)
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert not Site.objects.exists()


def test_second_site_leads_back_to_the_organization(
    asnaes_site: Site, seller: User, client_of: ClientOf
) -> None:
    assert place_site(client_of(seller), town="Kalundborg")["Location"] == reverse("organization")


def test_name_of_another_site_is_refused_beside_the_name(
    asnaes_site: Site, seller: User, client_of: ClientOf
) -> None:
    page = text_of(place_site(client_of(seller), name=asnaes_site.name, town="Kalundborg"))
    assert "Your organization has a site of this name already." in page


def test_site_with_a_listing_is_not_deleted_and_the_page_says_why(
    make_offer: MakeListing, asnaes_site: Site, seller: User, client_of: ClientOf
) -> None:
    make_offer()
    answer = client_of(seller).post(reverse("site_delete", args=[asnaes_site.pk]), follow=True)
    assert "Listings stand at this site" in text_of(answer)
    assert Site.objects.filter(pk=asnaes_site.pk).exists()


# --- members ------------------------------------------------------------------------------------------------
def test_owner_changes_roles_and_removes(
    asnaes: Organization, seller: User, trader: User, client_of: ClientOf
) -> None:
    browser = client_of(seller)
    membership = Membership.objects.get(user=trader)
    browser.post(reverse("member_role", args=[membership.pk]), {"role": "viewer"})
    assert role_of(trader, asnaes) == Role.VIEWER
    browser.post(reverse("member_role", args=[membership.pk]), {"role": "emperor"})
    assert role_of(trader, asnaes) == Role.VIEWER
    browser.post(reverse("member_remove", args=[membership.pk]))
    assert not Membership.objects.filter(user=trader).exists()


def test_last_owner_is_told_why_it_stays(asnaes: Organization, seller: User, client_of: ClientOf) -> None:
    membership = Membership.objects.get(user=seller)
    answer = client_of(seller).post(reverse("member_remove", args=[membership.pk]), follow=True)
    assert "An organization needs an owner" in text_of(answer)
    assert role_of(seller, asnaes) == Role.OWNER


def test_inviting_a_member_again_is_refused_beside_the_address(
    asnaes: Organization, seller: User, trader: User, client_of: ClientOf
) -> None:
    answer = client_of(seller).post(reverse("member_invite"), {"email": trader.email, "role": "owner"})
    assert "This person is a member already." in text_of(answer)
    assert not Invitation.objects.exists()


# --- programmes ---------------------------------------------------------------------------------------------
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
        ({"price": "-1"}, "greater than or equal to 0"),
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


# --- tokens -------------------------------------------------------------------------------------------------
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


# --- towns --------------------------------------------------------------------------------------------------
def test_towns_are_suggested_with_their_places(client_of: ClientOf) -> None:
    answer = client_of(None).get(reverse("town_suggest"), {"q": "kalund"})
    [found] = answer.json()["results"]
    assert found | {"id": 0} == {
        "id": 0,
        "text": "Kalundborg, DK",
        "hint": "Denmark",
        "name": "Kalundborg",
        "country": "DK",
        "latitude": 55.68,
        "longitude": 11.089,
    }


def test_town_is_suggested_by_its_own_name_with_ours_beside_it(client_of: ClientOf) -> None:
    answer = client_of(None).get(reverse("town_suggest"), {"q": "københ"})
    found = answer.json()["results"][0]
    assert (found["text"], found["hint"], found["name"]) == (
        "København, DK",
        "Copenhagen, Denmark",
        "København",
    )


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "\0"}, {"q": "%"}, {"q": "x" * 5000}])
def test_nothing_typed_suggests_nothing(client_of: ClientOf, query: dict[str, str]) -> None:
    assert client_of(None).get(reverse("town_suggest"), query).json() == {"results": []}
