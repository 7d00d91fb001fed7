"""Who may do what, and the only door through which a view gets an object of this app.

What you may not see answers as missing (`NotFound`); what you may see but not do is `Forbidden`.
"""

import hashlib

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import (
    ApiToken,
    Invitation,
    Membership,
    Organization,
    Programme,
    ProgrammeInvitation,
    Role,
    Site,
    User,
)
from common.errors import Forbidden, NotFound

AnyUser = User | AnonymousUser

TRADING_ROLES = (Role.OWNER, Role.TRADER)


# --- predicates ---------------------------------------------------------------------------------------------
def role_in(user: AnyUser, organization_id: int) -> Role | None:
    """Return the user's role in an organization, or None for a stranger."""
    if not user.is_authenticated:
        return None
    # In SQL, since whatever somebody does asks this first.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT role FROM accounts_membership WHERE user_id = %s AND organization_id = %s",
            [user.pk, organization_id],
        )
        found = cursor.fetchone()
    return Role(found[0]) if found else None


def is_member(user: AnyUser, organization_id: int) -> bool:
    """Whether the user has any role in the organization; False for who is not signed in."""
    return role_in(user, organization_id) is not None


def has_members(organization: Organization | int) -> bool:
    """Whether anybody can answer for an organization; who asks one without members waits in vain."""
    return Membership.objects.filter(organization=organization).exists()


def can_trade(user: AnyUser, organization_id: int) -> bool:
    """Whether the user may list, edit and answer for the organization: its owners and traders, not its viewers."""
    return role_in(user, organization_id) in TRADING_ROLES


def can_manage(user: AnyUser, organization_id: int) -> bool:
    """Owners alone change sites' and members' data."""
    return role_in(user, organization_id) == Role.OWNER


def can_facilitate(user: AnyUser, programme: Programme) -> bool:
    """A facilitator of this very programme."""
    return user.is_authenticated and programme.facilitators.filter(pk=user.pk).exists()


def needs_second_factor(user: User) -> bool:
    """Whether a person sees so much of others that a password alone should not open it."""
    return user.is_staff or is_facilitator(user)


def is_facilitator(user: AnyUser) -> bool:
    """Whether the user facilitates at least one programme."""
    return user.is_authenticated and Programme.objects.filter(facilitators=user.pk).exists()


def facilitates_organization(user: AnyUser, organization_id: int) -> bool:
    """A facilitator of a programme that the organization takes part in."""
    return (
        user.is_authenticated
        and Programme.objects.filter(facilitators=user.pk, organizations=organization_id).exists()
    )


# --- objects ------------------------------------------------------------------------------------------------
def organizations_of(user: AnyUser) -> QuerySet[Organization]:
    """Return the organizations that the user is a member of."""
    return (
        Organization.objects.filter(memberships__user_id=user.pk) if user.pk else Organization.objects.none()
    )


def sites_of(user: AnyUser) -> QuerySet[Site]:
    """Return the sites of the user's organizations."""
    return Site.objects.filter(organization__in=organizations_of(user)).select_related("organization")


def get_own_organization(user: AnyUser, pk: int) -> Organization:
    """Return an organization that the user belongs to."""
    organization = organizations_of(user).filter(pk=pk).first()
    if organization is None:
        raise NotFound
    return organization


def viewer_only() -> Forbidden:
    """Return what a viewer is answered who would change something."""
    return Forbidden(
        _("As a viewer you can read, not change. Ask an owner of your organization for the trader role.")
    )


def get_organization_to_trade(user: AnyUser, pk: int) -> Organization:
    """Return an organization for which the user may list and answer."""
    organization = get_own_organization(user, pk)
    if not can_trade(user, organization.pk):
        raise viewer_only()
    return organization


def get_organization_to_manage(user: AnyUser, pk: int) -> Organization:
    """Return an organization that the user owns."""
    organization = get_own_organization(user, pk)
    if not can_manage(user, organization.pk):
        raise Forbidden(_("Only an owner of the organization can change this."))
    return organization


def get_organization_to_open(user: AnyUser, pk: int) -> Organization:
    """Return an organization that the user facilitates and nobody acts for yet, to invite its first member."""
    organization = facilitated_organizations(user).filter(pk=pk).first()
    if organization is None:
        raise NotFound
    if has_members(organization):
        raise Forbidden(_("Somebody acts for this organization already: its owners invite their colleagues."))
    return organization


def get_own_site(user: AnyUser, pk: int) -> Site:
    """Return a site of one of the user's organizations."""
    site = sites_of(user).filter(pk=pk).first()
    if site is None:
        raise NotFound
    return site


def get_site_to_manage(user: AnyUser, pk: int) -> Site:
    """Return a site that the user may change."""
    site = get_own_site(user, pk)
    get_organization_to_manage(user, site.organization_id)
    return site


def get_membership_to_manage(user: AnyUser, pk: int) -> Membership:
    """Return a membership in an organization that the user owns."""
    membership = (
        Membership.objects.filter(pk=pk, organization__in=organizations_of(user))
        .select_related("user")
        .first()
    )
    if membership is None:
        raise NotFound
    get_organization_to_manage(user, membership.organization_id)
    return membership


def get_invitation_to_manage(user: AnyUser, pk: int) -> Invitation:
    """Return an open invitation of an organization that the user owns."""
    invitation = Invitation.objects.filter(
        pk=pk, organization__in=organizations_of(user), accepted_at__isnull=True
    ).first()
    if invitation is None:
        raise NotFound
    get_organization_to_manage(user, invitation.organization_id)
    return invitation


def get_programme(slug: str) -> Programme:
    """Return a programme; that it exists and who takes part is public."""
    programme = Programme.objects.filter(slug=slug).first()
    if programme is None:
        raise NotFound
    return programme


def get_programme_to_facilitate(user: AnyUser, slug: str) -> Programme:
    """Return a programme that the user facilitates; programmes are public, so others are refused, not misled."""
    programme = get_programme(slug)
    if not can_facilitate(user, programme):
        raise Forbidden(_("Only a facilitator of this programme can do this."))
    return programme


def sites_in(user: AnyUser, programme: Programme) -> QuerySet[Site]:
    """Return where a programme's members are, as far as the user may know.

    A map of all plants would tell whose the only one in an anonymous listing's cell is, so that only facilitators,
    who know the names behind those listings anyway, see them all; a member sees the own ones.
    """
    sites = Site.objects.filter(organization__programmes=programme).select_related("organization")
    return sites if can_facilitate(user, programme) else sites.filter(organization__in=organizations_of(user))


def facilitated_organizations(user: AnyUser) -> QuerySet[Organization]:
    """Return the organizations in a programme that the user facilitates."""
    if not user.is_authenticated:
        return Organization.objects.none()
    return Organization.objects.filter(programmes__facilitators=user.pk)


def facilitated_sites(user: AnyUser) -> QuerySet[Site]:
    """Return the sites of those organizations."""
    members = facilitated_organizations(user)
    return Site.objects.filter(organization__in=members).select_related("organization")


def working_tokens() -> QuerySet[ApiToken]:
    """Return the tokens that are neither revoked nor run out."""
    return ApiToken.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()), revoked_at__isnull=True
    )


def get_own_api_token(user: AnyUser, pk: int) -> ApiToken:
    """Return one of the user's own tokens that still works."""
    token = working_tokens().filter(pk=pk, user_id=user.pk or 0).first()
    if token is None:
        raise NotFound
    return token


def signed_in(request: HttpRequest) -> User:
    """Return the user of a page that only signed-in people reach."""
    if not request.user.is_authenticated:
        raise NotFound
    return request.user


def current_membership(request: HttpRequest) -> Membership | None:
    """Return the membership that the user acts in on the pages: the chosen one, else the oldest."""
    if not request.user.is_authenticated:
        return None
    cached: Membership | bool | None = getattr(request, "_current_membership", False)
    if isinstance(cached, bool):
        memberships = list(Membership.objects.filter(user_id=request.user.pk).select_related("organization"))
        chosen = request.session.get("organization_id")
        cached = next(
            (m for m in memberships if m.organization_id == chosen), memberships[0] if memberships else None
        )
        request._current_membership = cached  # type: ignore[attr-defined]  # kept for this request only
    return cached


def get_current_organization(request: HttpRequest) -> Organization:
    """Return the organization that the user acts for; `NotFound` for a user without one."""
    membership = current_membership(request)
    if membership is None:
        raise NotFound
    return membership.organization


def invitations_for(organization: Organization, user: User) -> QuerySet[ProgrammeInvitation]:
    """Return the programmes' invitations that an organization's owner answers: its own, and those to the owner."""
    asked = ProgrammeInvitation.objects.filter(Q(organization=organization) | Q(email=user.email.lower()))
    return asked.exclude(email=user.email.lower(), programme__organizations=organization)


def asked_in_person(user: User) -> QuerySet[ProgrammeInvitation]:
    """Return the programmes' invitations to a person, whose organization is not here yet."""
    return ProgrammeInvitation.objects.filter(email=user.email.lower()).select_related(
        "programme", "invited_by"
    )


# --- what a secret opens --------------------------------------------------------------------------------------
def digest_of(secret: str) -> str:
    """Return under what an invitation's or a token's secret is kept, in hexadecimal.

    The secrets are 256 random bits: a plain digest cannot be guessed back, and is quick to look up.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def open_invitations() -> QuerySet[Invitation]:
    """Return the invitations that can still be accepted."""
    found = Invitation.objects.filter(accepted_at__isnull=True, expires_at__gt=timezone.now())
    return found.select_related("organization", "invited_by")


def get_open_invitation(secret: str) -> Invitation:
    """Return the invitation that this secret opens; `NotFound` when used, expired or never made."""
    invitation = open_invitations().filter(digest=digest_of(secret)).first()
    if invitation is None:
        raise NotFound
    return invitation
