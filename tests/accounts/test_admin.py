from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Programme, User
from events.models import Event
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db

OURS = [
    model._meta.label_lower.replace(".", "_")
    for model in admin.site._registry
    if model._meta.app_label in {"accounts", "catalogue", "events", "listings", "matching", "register"}
]


@pytest.fixture
def staff(client_of: Callable[[User], Client]) -> Client:
    return client_of(User.objects.create_superuser("staff@example.org"))


@pytest.mark.parametrize("model", OURS)
def test_staff_sees_every_list(model: str, staff: Client, make_offer: MakeListing) -> None:
    make_offer()
    assert staff.get(reverse(f"admin:{model}_changelist")).status_code == 200


@pytest.mark.parametrize("model", sorted(set(OURS) - {"accounts_programme"}))
def test_nothing_is_added_past_the_services(model: str, staff: Client) -> None:
    assert staff.get(reverse(f"admin:{model}_add")).status_code == 403


def test_organization_is_shown_and_not_changed(staff: Client, asnaes: Organization, seller: User) -> None:
    path = reverse("admin:accounts_organization_change", args=[asnaes.pk])
    assert "Seller (owner" in staff.get(path).content.decode()
    assert staff.post(path, {"name": "Other"}).status_code == 403
    asnaes.refresh_from_db()
    assert asnaes.name == "Asnæs power station"


def test_programme_is_set_up_and_handed_over_with_its_events(
    staff: Client, facilitator: User, buyer: User
) -> None:
    typed = {"name": "Port ring", "description": "", "currency": "EUR", "facilitators": [facilitator.pk]}
    assert staff.post(reverse("admin:accounts_programme_add"), typed).status_code == 302
    programme = Programme.objects.get()
    assert (programme.slug, list(programme.facilitators.all())) == ("port-ring", [facilitator])
    path = reverse("admin:accounts_programme_change", args=[programme.pk])
    assert staff.post(path, typed | {"facilitators": [buyer.pk]}).status_code == 302
    assert list(programme.facilitators.all()) == [buyer]
    events = Event.objects.filter(kind__startswith="programme.").order_by("sequence")
    assert [event.kind for event in events] == ["programme.created", "programme.edited"]


def test_closed_account_is_signed_out_for_good(
    staff: Client, seller: User, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(seller)
    path = reverse("admin:accounts_user_change", args=[seller.pk])
    assert staff.post(path, {}).status_code == 302
    assert browser.get(reverse("tokens"))["Location"].startswith(reverse("account_login"))
    seller.refresh_from_db()
    assert (seller.email, seller.is_active) == ("seller@example.org", False)
