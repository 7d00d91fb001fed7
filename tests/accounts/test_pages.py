from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Membership, Organization, Programme, Role, Site, User
from accounts.services.members import invite_member
from accounts.services.tokens import create_api_token
from tests.accounts.pages import ClientOf, text_of
from tests.conftest import join, make_user

pytestmark = pytest.mark.django_db


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
    ("POST", "member_role"): (LOGIN, MISSING, REFUSED, REFUSED, OK, MISSING),
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
    headers = [{**answer.headers, "X-Request-ID": ""} for answer in (foreign, missing)]
    assert headers[0] == headers[1]


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
