import pytest
from django.urls import reverse

from accounts.models import Invitation, Membership, Organization, Role, User
from tests.accounts.pages import ClientOf, role_of, text_of

pytestmark = pytest.mark.django_db


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
