"""Two people edit one thing: the second is shown what the first saved."""

import pytest
from django.urls import reverse

from accounts.forms.members import RoleForm
from accounts.forms.organizations import OrganizationForm
from accounts.forms.programmes import WeightsForm
from accounts.forms.sites import SiteForm
from accounts.models import Membership, Organization, Programme, Role, Site, User
from accounts.services.weights import SCORE_PARTS
from tests.accounts.pages import ClientOf, role_of, text_of

pytestmark = pytest.mark.django_db


def test_second_edit_of_an_organization_shows_both_texts_and_then_replaces(
    asnaes: Organization, seller: User, client_of: ClientOf
) -> None:
    browser, path = client_of(seller), reverse("organization_edit")
    seen = OrganizationForm(organization=asnaes).seen_version
    first = {"name": "Asnæs works", "currency": "EUR", "nace_code": "35.11", "seen_version": seen}
    assert browser.post(path, first).status_code == 302
    second = {**first, "name": "Asnæs plant"}
    page = browser.post(path, second)
    assert page.status_code == 200
    assert "Asnæs works" in text_of(page)
    assert "Asnæs plant" in text_of(page)
    asnaes.refresh_from_db()
    assert asnaes.name == "Asnæs works"
    shown = {**second, "seen_version": OrganizationForm(organization=asnaes).seen_version}
    assert browser.post(path, shown).status_code == 302
    asnaes.refresh_from_db()
    assert asnaes.name == "Asnæs plant"


def test_second_edit_of_a_site_is_refused(asnaes_site: Site, seller: User, client_of: ClientOf) -> None:
    browser, path = client_of(seller), reverse("site_edit", args=[asnaes_site.pk])
    form = SiteForm(site=asnaes_site)
    typed = {**form.initial, "seen_version": form.seen_version, "hazardous_permit": ""}
    assert browser.post(path, {**typed, "name": "North"}).status_code == 302
    assert browser.post(path, {**typed, "name": "South"}).status_code == 200
    assert Site.objects.get().name == "North"


def test_second_choice_of_a_role_shows_both_and_then_replaces(
    asnaes: Organization, seller: User, trader: User, client_of: ClientOf
) -> None:
    browser, membership = client_of(seller), Membership.objects.get(user=trader)
    path = reverse("member_role", args=[membership.pk])
    seen = RoleForm(membership=membership).seen_version
    assert f'name="seen_version" value="{seen}"' in text_of(browser.get(reverse("organization")))
    assert browser.post(path, {"role": "viewer", "seen_version": seen}).status_code == 302
    page = browser.post(path, {"role": "owner", "seen_version": seen})
    assert page.status_code == 200
    assert "<td>Viewer</td><td>Owner</td>" in text_of(page)
    assert role_of(trader, asnaes) == Role.VIEWER
    membership.refresh_from_db()
    shown = RoleForm(membership=membership).seen_version
    assert browser.post(path, {"role": "owner", "seen_version": shown}).status_code == 302
    assert role_of(trader, asnaes) == Role.OWNER


def test_second_edit_of_weights_is_refused(
    programme: Programme, facilitator: User, client_of: ClientOf
) -> None:
    browser, path = client_of(facilitator), reverse("programme_weights", args=[programme.slug])
    typed = dict.fromkeys(SCORE_PARTS, "1") | {"seen_version": WeightsForm(programme=programme).seen_version}
    assert browser.post(path, {**typed, "price": "3"}).status_code == 302
    assert browser.post(path, {**typed, "price": "0,5"}).status_code == 200
    programme.refresh_from_db()
    assert programme.weights["price"] == 3
