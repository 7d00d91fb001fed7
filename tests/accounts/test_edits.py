"""Two people edit one thing: the second is shown what the first saved."""

import pytest
from django.urls import reverse

from accounts.forms.organizations import OrganizationForm
from accounts.forms.programmes import WeightsForm
from accounts.forms.sites import SiteForm
from accounts.models import Organization, Programme, Site, User
from accounts.services.weights import SCORE_PARTS
from tests.accounts.pages import ClientOf, text_of

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


def test_second_edit_of_weights_is_refused(
    programme: Programme, facilitator: User, client_of: ClientOf
) -> None:
    browser, path = client_of(facilitator), reverse("programme_weights", args=[programme.slug])
    typed = dict.fromkeys(SCORE_PARTS, "1") | {"seen_version": WeightsForm(programme=programme).seen_version}
    assert browser.post(path, {**typed, "price": "3"}).status_code == 302
    assert browser.post(path, {**typed, "price": "0,5"}).status_code == 200
    programme.refresh_from_db()
    assert programme.weights["price"] == 3
