"""Writes: members, their roles, and invitations to become one."""

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import digest_of, open_invitations
from accounts.models import Invitation, Membership, Organization, Role, User
from accounts.services.checks import check_instance
from accounts.services.languages import language_of_address
from accounts.services.letters import send_letter
from common.errors import Conflict, Invalid, NotFound, unique_or_invalid
from common.reading.text import clean_code
from common.versions import check_version
from common.web.languages import speaking
from events.services import record_event

INVITATION_DAYS = 14


@transaction.atomic
def invite_member(*, actor: User, organization: Organization, email: str, role: Role) -> Invitation:
    """Invite somebody by e-mail. The letter is queued in the same transaction; the invitation says if it was not."""
    email = clean_code(email).lower()
    if Membership.objects.filter(organization=organization, user__email=email).exists():
        raise Invalid({"email": _("This person is a member already.")})
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        organization=organization,
        email=email,
        role=role,
        digest=digest_of(secret),
        invited_by=actor,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    # A new invitation replaces one that is still open: its secret may have been lost with the letter.
    Invitation.objects.filter(
        organization=organization, email__iexact=email, accepted_at__isnull=True
    ).delete()
    check_instance(invitation)
    sent = _("An invitation to this address was sent a moment ago.")
    with unique_or_invalid({"invitation_open_once": ("email", sent)}):
        invitation.save()
    record_event(
        kind="organization.invited",
        subject=organization,
        actor=actor,
        data={"invitation": invitation.pk, "role": str(role)},
    )
    with speaking(language_of_address(email)):
        context = {
            "organization": organization,
            "role": invitation.get_role_display(),
            "inviter": actor,
            "address": f"{settings.SITE_URL}/invitations/{secret}/",
            "days": INVITATION_DAYS,
        }
        letter = render_to_string("accounts/email/invitation.txt", context)
        subject = _("Join %(organization)s on Loopyard") % {"organization": organization.name}
    send_letter(invitation, subject, letter)
    return invitation


@transaction.atomic
def accept_invitation(*, actor: User, secret: str) -> Membership:
    """Make the actor a member; the letter must have gone to the actor's own address."""
    invitation = open_invitations().select_for_update(of=("self",)).filter(digest=digest_of(secret)).first()
    if invitation is None:
        raise NotFound
    if invitation.email.lower() != actor.email.lower():
        raise Conflict(_("This invitation was sent to another e-mail address."), code="other_address")
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return add_member(
        actor=actor, organization=invitation.organization, user=actor, role=Role(invitation.role)
    )


@transaction.atomic
def add_member(*, actor: User | None, organization: Organization, user: User, role: Role) -> Membership:
    """Make a person a member; who is one already keeps the role."""
    membership, created = Membership.objects.get_or_create(
        user=user, organization=organization, defaults={"role": role}
    )
    if created:
        record_event(
            kind="organization.joined",
            subject=organization,
            actor=actor,
            data={"user": user.pk, "role": membership.role},
        )
    return membership


@transaction.atomic
def withdraw_invitation(*, actor: User, invitation: Invitation) -> None:
    """Make an open invitation useless."""
    record_event(
        kind="organization.uninvited",
        subject=invitation.organization,
        actor=actor,
        data={"invitation": invitation.pk},
    )
    invitation.delete()


def _locked(membership: Membership) -> Membership:
    """Return the membership as it is now; until the transaction ends nobody else changes roles in the organization.

    The organization's row is what gets less available: two owners' rows, locked one each, would let both leave.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=membership.organization_id)
    current = Membership.objects.filter(pk=membership.pk).select_related("organization", "user").first()
    if current is None:
        raise NotFound
    return current


def _keep_an_owner(membership: Membership) -> None:
    """Raise `Conflict` if this is the organization's last owner."""
    owners = Membership.objects.filter(organization_id=membership.organization_id, role=Role.OWNER)
    if membership.role == Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise Conflict(
            _("An organization needs an owner: make somebody else owner first."), code="last_owner"
        )


def current_role(membership: Membership) -> dict[str, Any]:
    """Return what can be edited of a membership, as `change_role` compares it."""
    return {"role": membership.role}


@transaction.atomic
def change_role(*, actor: User, membership: Membership, role: Role, seen: str = "") -> Membership:
    """Give a member another role; the last owner stays owner.

    Raises `Outdated` where the role is not what the caller has `seen`.
    """
    membership = _locked(membership)
    check_version(seen, current_role(membership))
    if role == membership.role:
        return membership
    _keep_an_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    record_event(
        kind="organization.role_changed",
        subject=membership.organization,
        actor=actor,
        data={"user": membership.user_id, "role": str(role)},
    )
    return membership


@transaction.atomic
def remove_member(*, actor: User, membership: Membership) -> None:
    """End a membership; the last owner stays."""
    membership = _locked(membership)
    _keep_an_owner(membership)
    record_event(
        kind="organization.left",
        subject=membership.organization,
        actor=actor,
        data={"user": membership.user_id},
    )
    membership.delete()
