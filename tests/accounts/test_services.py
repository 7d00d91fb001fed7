from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.access import get_open_invitation
from accounts.models import ApiToken, Invitation, Membership, Organization, Programme, Role, Site, User
from accounts.services.members import accept_invitation, change_role, invite_member, remove_member
from accounts.services.organizations import OrganizationDetails, create_organization, update_organization
from accounts.services.programmes import (
    add_to_programme,
    answer_programme_invitation,
    create_programme,
    invite_to_programme,
    remove_from_programme,
)
from accounts.services.sites import SiteDetails, create_site, delete_site, update_site
from accounts.services.tokens import create_api_token, find_api_token, revoke_api_token
from common.errors import Conflict, Invalid, NotFound
from events.models import Event
from notifications.models import Letter
from tests.conftest import MakeListing, join, make_user

PLACE = SiteDetails("Works", "Linz", "AT", 48.3, 14.3)


def membership_of(user: User) -> Membership:
    return Membership.objects.get(user=user)


def secret_in(letter: str) -> str:
    return letter.split("/invitations/")[1].split("/")[0]


# --- organizations and sites --------------------------------------------------------------------------------
def test_founder_is_the_first_owner_and_the_log_knows(asnaes: Organization, seller: User) -> None:
    assert membership_of(seller).role == Role.OWNER
    event = Event.objects.get(kind="organization.created")
    assert (event.subject_id, event.actor) == (asnaes.pk, seller)


def test_organizations_of_one_name_get_slugs_of_their_own(seller: User, buyer: User) -> None:
    slugs = [
        create_organization(actor=user, details=OrganizationDetails(name="Våler Smørfabrik")).slug
        for user in (seller, buyer)
    ]
    assert slugs == ["valer-smorfabrik", "valer-smorfabrik-2"]


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (OrganizationDetails(name=""), "name"),
        (OrganizationDetails(name="X", currency="eur"), "currency"),
        (OrganizationDetails(name="X", website="javascript:alert(1)"), "website"),
    ],
)
def test_organization_that_makes_no_sense_is_refused_beside_its_field(
    seller: User, details: OrganizationDetails, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        create_organization(actor=seller, details=details)
    assert field in refusal.value.fields
    assert not Organization.objects.exists()


def test_update_names_what_changed_and_nothing_is_logged_for_nothing(
    asnaes: Organization, seller: User
) -> None:
    details = OrganizationDetails(name="Asnæs", nace_code="35.11")
    for _attempt in range(2):
        update_organization(actor=seller, organization=asnaes, details=details)
    [event] = Event.objects.filter(kind="organization.changed")
    assert event.data == {"fields": ["name"]}


def test_second_site_of_one_name_is_refused_beside_the_name(
    asnaes: Organization, seller: User, asnaes_site: Site
) -> None:
    create_site(actor=seller, organization=asnaes, details=PLACE)
    with pytest.raises(Invalid) as refusal:
        create_site(actor=seller, organization=asnaes, details=PLACE)
    assert list(refusal.value.fields) == ["name"]
    with pytest.raises(Invalid):
        update_site(actor=seller, site=asnaes_site, details=PLACE)


def test_site_off_the_globe_is_refused(asnaes: Organization, seller: User) -> None:
    with pytest.raises(Invalid) as refusal:
        create_site(actor=seller, organization=asnaes, details=SiteDetails("Works", "Linz", "AT", 90.1, 14.3))
    assert "latitude" in refusal.value.fields


def test_site_with_a_listing_stays(make_offer: MakeListing, seller: User, asnaes_site: Site) -> None:
    make_offer(publish=False)
    with pytest.raises(Conflict) as refusal:
        delete_site(actor=seller, site=asnaes_site)
    assert refusal.value.code == "site_in_use"
    assert Site.objects.filter(pk=asnaes_site.pk).exists()
    assert not Event.objects.filter(kind="site.deleted").exists()


def test_empty_site_goes(seller: User, asnaes_site: Site) -> None:
    delete_site(actor=seller, site=asnaes_site)
    assert not Site.objects.exists()
    assert Event.objects.filter(kind="site.deleted").count() == 1


# --- members ------------------------------------------------------------------------------------------------
def test_last_owner_can_neither_leave_nor_step_down(asnaes: Organization, seller: User, trader: User) -> None:
    membership = membership_of(seller)
    with pytest.raises(Conflict) as refusal:
        remove_member(actor=seller, membership=membership)
    assert refusal.value.code == "last_owner"
    with pytest.raises(Conflict):
        change_role(actor=seller, membership=membership, role=Role.VIEWER)
    assert membership_of(seller).role == Role.OWNER


def test_owner_goes_once_there_is_another(asnaes: Organization, seller: User, trader: User) -> None:
    change_role(actor=seller, membership=membership_of(trader), role=Role.OWNER)
    remove_member(actor=trader, membership=membership_of(seller))
    assert list(Membership.objects.values_list("user__email", "role")) == [("trader@example.org", "owner")]


def test_role_is_judged_as_it_is_now_not_as_it_was_read(
    asnaes: Organization, seller: User, trader: User
) -> None:
    read_before = membership_of(trader)
    change_role(actor=seller, membership=membership_of(trader), role=Role.OWNER)
    remove_member(actor=trader, membership=membership_of(seller))
    with pytest.raises(Conflict):
        remove_member(actor=trader, membership=read_before)


def test_member_who_is_gone_can_not_be_removed_again(
    asnaes: Organization, seller: User, trader: User
) -> None:
    membership = membership_of(trader)
    remove_member(actor=seller, membership=membership)
    with pytest.raises(NotFound):
        remove_member(actor=seller, membership=membership)
    assert Event.objects.filter(kind="organization.left").count() == 1


def test_letter_is_queued_with_its_invitation_and_only_a_digest_stays(
    asnaes: Organization, seller: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "notifications.backend.QueueBackend"
    invitation = invite_member(actor=seller, organization=asnaes, email=" New@Example.org ", role=Role.TRADER)
    letter = Letter.objects.get()
    assert letter.to == "new@example.org"
    assert letter.subject == "Join Asnæs power station on Loopyard"
    assert "trader" in letter.text
    secret = secret_in(letter.text)
    assert get_open_invitation(secret) == invitation
    assert secret not in str(Invitation.objects.values().get())


def test_invitation_that_comes_to_nothing_leaves_no_letter(
    asnaes: Organization, seller: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "notifications.backend.QueueBackend"
    with transaction.atomic():
        invite_member(actor=seller, organization=asnaes, email="new@example.org", role=Role.TRADER)
        transaction.set_rollback(True)
    assert (Letter.objects.count(), Invitation.objects.count()) == (0, 0)


def test_names_with_markup_and_line_breaks_stay_text_in_the_letter(
    seller: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    organization = create_organization(
        actor=seller, details=OrganizationDetails(name="Sand & Søn\nBcc: all@example.org")
    )
    with django_capture_on_commit_callbacks(execute=True):
        invite_member(actor=seller, organization=organization, email="new@example.org", role=Role.VIEWER)
    assert mail.outbox[0].subject == "Join Sand & Søn Bcc: all@example.org on Loopyard"
    assert "Sand & Søn" in str(mail.outbox[0].body)


def invite(
    seller: User,
    organization: Organization,
    capture: DjangoCaptureOnCommitCallbacks,
    role: Role = Role.TRADER,
) -> str:
    with capture(execute=True):
        invite_member(actor=seller, organization=organization, email="new@example.org", role=role)
    return secret_in(str(mail.outbox[-1].body))


def test_invitation_makes_a_member_once(
    asnaes: Organization, seller: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    secret = invite(seller, asnaes, django_capture_on_commit_callbacks)
    new = make_user("new@example.org")
    assert accept_invitation(actor=new, secret=secret).role == Role.TRADER
    with pytest.raises(NotFound):
        accept_invitation(actor=new, secret=secret)


def test_invitation_is_for_its_address_only(
    asnaes: Organization,
    seller: User,
    stranger: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    secret = invite(seller, asnaes, django_capture_on_commit_callbacks, Role.OWNER)
    with pytest.raises(Conflict):
        accept_invitation(actor=stranger, secret=secret)
    assert not Membership.objects.filter(user=stranger, organization=asnaes).exists()


def test_second_invitation_makes_the_first_letter_useless(
    asnaes: Organization, seller: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    first = invite(seller, asnaes, django_capture_on_commit_callbacks)
    second = invite(seller, asnaes, django_capture_on_commit_callbacks)
    with pytest.raises(NotFound):
        get_open_invitation(first)
    assert get_open_invitation(second).email == "new@example.org"


def test_invitation_opens_nothing_after_its_days(
    asnaes: Organization, seller: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    secret = invite(seller, asnaes, django_capture_on_commit_callbacks)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotFound):
        accept_invitation(actor=make_user("new@example.org"), secret=secret)


def test_member_can_not_be_invited_again(asnaes: Organization, seller: User, trader: User) -> None:
    with pytest.raises(Invalid) as refusal:
        invite_member(actor=seller, organization=asnaes, email="Trader@example.org", role=Role.OWNER)
    assert list(refusal.value.fields) == ["email"]


def test_invitation_does_not_change_the_role_of_somebody_who_joined_meanwhile(
    asnaes: Organization, seller: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    secret = invite(seller, asnaes, django_capture_on_commit_callbacks, Role.OWNER)
    new = join(make_user("new@example.org"), asnaes, Role.VIEWER)
    assert accept_invitation(actor=new, secret=secret).role == Role.VIEWER


# --- programmes ---------------------------------------------------------------------------------------------
def test_organization_takes_part_once(
    programme: Programme, facilitator: User, asnaes: Organization, elsewhere: Organization
) -> None:
    with pytest.raises(Conflict):
        add_to_programme(actor=facilitator, programme=programme, organization=asnaes)
    remove_from_programme(actor=facilitator, programme=programme, organization=asnaes)
    with pytest.raises(NotFound):
        remove_from_programme(actor=facilitator, programme=programme, organization=elsewhere)
    assert asnaes not in programme.organizations.all()


def test_programme_is_facilitated_by_those_named_else_by_its_maker(facilitator: User, buyer: User) -> None:
    own = create_programme(actor=facilitator, name="Own")
    given = create_programme(actor=facilitator, name="Given", facilitators=[buyer])
    assert list(own.facilitators.all()) == [facilitator]
    assert list(given.facilitators.all()) == [buyer]


# --- tokens -------------------------------------------------------------------------------------------------
def everything_stored() -> str:
    """Every row of every table that a person can write to, as text."""
    tables = [
        name for name in connection.introspection.django_table_names() if not name.startswith("accounts_town")
    ]
    rows = " UNION ALL ".join(f"SELECT t::text AS row FROM {table} t" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(row, '') FROM ({rows}) everything")
        return str(cursor.fetchone()[0])


def test_secret_of_a_token_is_nowhere_in_the_database(seller: User) -> None:
    token, secret = create_api_token(actor=seller, name="ERP")
    stored = everything_stored()
    assert token.digest in stored
    assert secret not in stored
    assert secret.removeprefix("ly_") not in stored


def test_token_works_until_it_is_revoked(seller: User) -> None:
    token, secret = create_api_token(actor=seller, name="ERP")
    assert find_api_token(secret) == token
    assert ApiToken.objects.get().last_used_at is not None
    revoke_api_token(actor=seller, token=token)
    assert find_api_token(secret) is None


def test_token_of_a_closed_account_does_not_work(seller: User) -> None:
    _token, secret = create_api_token(actor=seller, name="ERP")
    seller.is_active = False
    seller.save()
    assert find_api_token(secret) is None


def test_prefix_alone_opens_nothing(seller: User) -> None:
    token, _secret = create_api_token(actor=seller, name="ERP")
    assert find_api_token(token.prefix) is None
    assert find_api_token(token.digest) is None
    assert find_api_token("") is None


def test_programme_invitation_is_answered_once(
    programme: Programme, elsewhere: Organization, facilitator: User, stranger: User
) -> None:
    def ask() -> None:
        invite_to_programme(actor=facilitator, programme=programme, organization=elsewhere)

    def answer(*, accept: bool) -> None:
        answer_programme_invitation(
            actor=stranger, programme=programme, organization=elsewhere, accept=accept
        )

    ask()
    with pytest.raises(Conflict) as caught:
        ask()
    assert caught.value.code == "invited_already"
    answer(accept=False)
    assert elsewhere not in programme.organizations.all()
    with pytest.raises(NotFound):
        answer(accept=True)
    assert elsewhere not in programme.organizations.all()
    ask()
    answer(accept=True)
    with pytest.raises(Conflict) as caught:
        ask()
    assert caught.value.code == "member_already"
