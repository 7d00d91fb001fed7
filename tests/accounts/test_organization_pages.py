import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization, Role, Site, User
from accounts.services.members import invite_member
from accounts.services.organizations import OrganizationDetails, create_organization
from accounts.services.sites import SiteDetails, create_site
from tests.accounts.pages import ClientOf, text_of
from tests.conftest import join, make_user

pytestmark = pytest.mark.django_db


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
    with django_assert_max_num_queries(13):
        # As every browser says; where none is asked for, that of the programme is looked up.
        browser.get(reverse("organization"), headers={"accept-language": "en"})


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
