"""Writes: organizations, sites, members, programmes, tokens."""

import hashlib
import logging
import re
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import IntegrityError, connection, models, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import (
    ApiToken,
    Invitation,
    Membership,
    Organization,
    Programme,
    ProgrammeInvitation,
    ProgrammeMembership,
    Provenance,
    Role,
    Site,
    User,
)
from accounts.weights import check_weights
from common.errors import Conflict, Invalid, NotFound
from common.rows import Columns, split
from events.services import record_event

log = logging.getLogger(__name__)
INVITATION_DAYS = 14
# What Unicode does not take apart into a plain letter and an accent.
_PLAIN_LETTERS = str.maketrans(
    {"æ": "ae", "ø": "o", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)


@dataclass(frozen=True)
class OrganizationDetails:
    """What an organization says of itself."""

    name: str
    nace_code: str = ""
    description: str = ""
    website: str = ""
    currency: str = "EUR"
    findable: bool = False


@dataclass(frozen=True)
class SiteDetails:
    """Where a site is (degrees, WGS 84) and what it may take."""

    name: str
    town: str
    country: str
    latitude: float
    longitude: float
    street: str = ""
    postal_code: str = ""
    hazardous_permit: bool = False
    permit_reference: str = ""


@dataclass(frozen=True)
class OrganizationEntry:
    """An organization with its sites, entered by somebody who is no member, and from what source."""

    details: OrganizationDetails
    sites: Sequence[SiteDetails]
    provenance: Provenance
    source: str


def _check_fields(instance: models.Model, but: str = "") -> None:
    """Raise `Invalid` for values that their fields refuse; asks the database nothing."""
    try:
        instance.clean_fields(exclude={but})
    except ValidationError as error:
        raise Invalid(error.message_dict) from error


def _check(instance: models.Model) -> None:
    """Raise `Invalid` with the fields of Django's own validation."""
    # What has not happened yet (`accepted_at`, `revoked_at`) is nobody's input.
    unset = [
        field.name
        for field in instance._meta.fields
        if field.null and field.value_from_object(instance) is None
    ]
    try:
        instance.full_clean(exclude=unset)
    except ValidationError as error:
        raise Invalid(error.message_dict) from error


def _check_organization(organization: Organization) -> None:
    if not re.fullmatch(r"[A-Z]{3}", organization.currency):
        raise Invalid({"currency": _("Three capital letters, as EUR.")})
    _check(organization)


def _check_site(site: Site) -> None:
    same_name = Site.objects.filter(organization_id=site.organization_id, name=site.name)
    if same_name.exclude(pk=site.pk).exists():
        raise Invalid({"name": _("Your organization has a site of this name already.")})
    _check(site)


def _free_slug(model: type[Organization] | type[Programme], name: str) -> str:
    slugs = model.objects.filter(slug__startswith=_slug_stem(name))
    return _slug_beside(set(slugs.values_list("slug", flat=True)), name)


def _slug_stem(name: str) -> str:
    return slugify(name.lower().translate(_PLAIN_LETTERS))[:70] or "organization"


def _slug_beside(taken: Collection[str], name: str) -> str:
    stem = _slug_stem(name)
    return next(
        slug for n in range(1, len(taken) + 2) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken
    )


def current_details(instance: Organization | Site, details: type[Any]) -> dict[str, Any]:
    """Return the values that a partial change is laid over: those of `details` as they stand now."""
    return {field.name: getattr(instance, field.name) for field in fields(details)}


def _set(instance: models.Model, details: Any) -> list[str]:
    """Put the details on the instance; return the names of the fields that changed."""
    changed = [name for name, value in asdict(details).items() if getattr(instance, name) != value]
    for name in changed:
        setattr(instance, name, getattr(details, name))
    return changed


@transaction.atomic
def create_organization(*, actor: User, details: OrganizationDetails) -> Organization:
    """Create an organization; the actor becomes its first owner."""
    organization = Organization(slug=_free_slug(Organization, details.name), **asdict(details))
    _check_organization(organization)
    organization.save()
    Membership.objects.create(user=actor, organization=organization, role=Role.OWNER)
    record_event(
        kind="organization.created", subject=organization, actor=actor, data={"name": organization.name}
    )
    return organization


@transaction.atomic
def enter_organizations(*, actor: User, entries: Sequence[OrganizationEntry]) -> list[Site]:
    """Create many organizations that have no members yet; return their sites, in the order of the entries."""
    slugs = set(Organization.objects.values_list("slug", flat=True))
    organizations, sites = [], []
    for entry in entries:
        slug = _slug_beside(slugs, entry.details.name)
        slugs.add(slug)
        organization = Organization(
            slug=slug, provenance=entry.provenance, source=entry.source, **asdict(entry.details)
        )
        _check_fields(organization)
        organizations.append(organization)
        for details in entry.sites:
            site = Site(organization=organization, **asdict(details))
            _check_fields(site, but="organization")
            sites.append(site)
    Organization.objects.bulk_create(organizations)
    Site.objects.bulk_create(sites)
    for organization in organizations:
        name = organization.name
        record_event(kind="organization.created", subject=organization, actor=actor, data={"name": name})
    for site in sites:
        owner_id = site.organization_id
        record_event(kind="site.created", subject=site, actor=actor, data={"organization": owner_id})
    return sites


@transaction.atomic
def update_organization(
    *, actor: User, organization: Organization, details: OrganizationDetails
) -> Organization:
    """Change what an organization says of itself."""
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    if changed := _set(organization, details):
        _check_organization(organization)
        organization.save(update_fields=changed)
        record_event(kind="organization.changed", subject=organization, actor=actor, data={"fields": changed})
    return organization


@transaction.atomic
def create_site(*, actor: User, organization: Organization, details: SiteDetails) -> Site:
    """Add a place to an organization."""
    site = Site(organization=organization, **asdict(details))
    _check_site(site)
    site.save()
    record_event(kind="site.created", subject=site, actor=actor, data={"organization": organization.pk})
    return site


@transaction.atomic
def update_site(*, actor: User, site: Site, details: SiteDetails) -> Site:
    """Change a place; listings there follow through the event `site.changed`."""
    site = Site.objects.select_for_update().get(pk=site.pk)
    if changed := _set(site, details):
        _check_site(site)
        site.save(update_fields=changed)
        record_event(kind="site.changed", subject=site, actor=actor, data={"fields": changed})
    return site


@transaction.atomic
def delete_site(*, actor: User, site: Site) -> None:
    """Remove a place that no listing stands at."""
    pk, organization = site.pk, site.organization
    try:
        with transaction.atomic():
            record_event(
                kind="site.deleted", subject=site, actor=actor, data={"organization": organization.pk}
            )
            Site.objects.filter(pk=pk).delete()
    except models.ProtectedError as error:
        raise Conflict(
            _("Listings stand at this site. Withdraw or move them first."), code="site_in_use"
        ) from error


def _digest(secret: str) -> str:
    # The secrets are 256 random bits: a plain digest can not be guessed back, and is quick to look up.
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def invite_member(*, actor: User, organization: Organization, email: str, role: Role) -> Invitation:
    """Invite somebody by e-mail; the letter leaves once the invitation is durable, which then says if it did not."""
    email = email.strip().lower()
    if Membership.objects.filter(organization=organization, user__email=email).exists():
        raise Invalid({"email": _("This person is a member already.")})
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        organization=organization,
        email=email,
        role=role,
        digest=_digest(secret),
        invited_by=actor,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    # A new invitation replaces one that is still open: its secret may have been lost with the letter.
    Invitation.objects.filter(
        organization=organization, email__iexact=email, accepted_at__isnull=True
    ).delete()
    _check(invitation)
    invitation.save()
    record_event(
        kind="organization.invited",
        subject=organization,
        actor=actor,
        data={"email": email, "role": str(role)},
    )
    context = {
        "organization": organization,
        "role": invitation.get_role_display(),
        "inviter": actor,
        "address": f"{settings.SITE_URL}/invitations/{secret}/",
        "days": INVITATION_DAYS,
    }
    letter = render_to_string("accounts/email/invitation.txt", context)
    # A name may hold line breaks, a header may not.
    subject = " ".join((_("Join %(organization)s on Loopyard") % {"organization": organization.name}).split())
    transaction.on_commit(lambda: _send_letter(invitation, subject, letter), robust=True)
    return invitation


def _send_letter(invitation: Invitation, subject: str, letter: str) -> None:
    """Send the letter of an invitation, which stands even if the mail server is away."""
    try:
        send_mail(subject, letter, None, [invitation.email])
    except (SMTPException, OSError) as error:
        log.warning("The letter of an invitation could not be sent: %r", error)
        invitation.letter_left = False


def open_invitations() -> models.QuerySet[Invitation]:
    """Return the invitations that can still be accepted."""
    found = Invitation.objects.filter(accepted_at__isnull=True, expires_at__gt=timezone.now())
    return found.select_related("organization", "invited_by")


def get_open_invitation(secret: str) -> Invitation:
    """Return the invitation that this secret opens; `NotFound` when used, expired or never made."""
    invitation = open_invitations().filter(digest=_digest(secret)).first()
    if invitation is None:
        raise NotFound
    return invitation


@transaction.atomic
def accept_invitation(*, actor: User, secret: str) -> Membership:
    """Make the actor a member; the letter must have gone to the actor's own address."""
    invitation = open_invitations().select_for_update(of=("self",)).filter(digest=_digest(secret)).first()
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
        data={"email": invitation.email},
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


@transaction.atomic
def change_role(*, actor: User, membership: Membership, role: Role) -> Membership:
    """Give a member another role; the last owner stays owner."""
    membership = _locked(membership)
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


@transaction.atomic
def create_programme(
    *,
    actor: User,
    name: str,
    description: str = "",
    currency: str = "EUR",
    facilitators: Iterable[User] = (),
) -> Programme:
    """Start a programme; its facilitators are those named, else the actor."""
    programme = Programme(
        name=name, slug=_free_slug(Programme, name), description=description, currency=currency
    )
    _check(programme)
    programme.save()
    programme.facilitators.set(list(facilitators) or [actor])
    record_event(kind="programme.created", subject=programme, actor=actor, data={"name": name})
    return programme


@transaction.atomic
def update_programme(
    *, actor: User, programme: Programme, name: str, description: str, facilitators: Iterable[User]
) -> Programme:
    """Change what a programme says of itself and who facilitates it."""
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    programme.name, programme.description = name, description
    _check(programme)
    programme.save(update_fields=["name", "description"])
    people = list(facilitators)
    programme.facilitators.set(people)
    data = {"name": name, "facilitators": sorted(user.pk for user in people)}
    record_event(kind="programme.edited", subject=programme, actor=actor, data=data)
    return programme


@transaction.atomic
def invite_to_programme(
    *, actor: User, programme: Programme, organization: Organization
) -> ProgrammeInvitation:
    """Ask an organization to take part; its owners answer."""
    if ProgrammeMembership.objects.filter(programme=programme, organization=organization).exists():
        raise Conflict(_("This organization takes part already."), code="member_already")
    invitation, created = ProgrammeInvitation.objects.get_or_create(
        programme=programme, organization=organization, defaults={"invited_by": actor}
    )
    if not created:
        raise Conflict(_("This organization is invited already."), code="invited_already")
    record_event(
        kind="organization.programme_invited",
        subject=organization,
        actor=actor,
        data={"programme": programme.pk},
    )
    return invitation


@transaction.atomic
def answer_programme_invitation(
    *, actor: User, programme: Programme, organization: Organization, accept: bool
) -> None:
    """Take part, or decline; raises `NotFound` where there is no invitation (any more)."""
    deleted, _per_model = ProgrammeInvitation.objects.filter(
        programme=programme, organization=organization
    ).delete()
    if not deleted:
        raise NotFound
    if accept:
        add_to_programme(actor=actor, programme=programme, organization=organization)
    else:
        record_event(
            kind="organization.programme_declined",
            subject=organization,
            actor=actor,
            data={"programme": programme.pk},
        )


@transaction.atomic
def add_to_programme(*, actor: User, programme: Programme, organization: Organization) -> ProgrammeMembership:
    """Let an organization take part; its listings are matched anew."""
    try:
        with transaction.atomic():
            membership = ProgrammeMembership.objects.create(programme=programme, organization=organization)
    except IntegrityError as error:
        raise Conflict(_("This organization takes part already."), code="member_already") from error
    record_event(
        kind="organization.programme_joined",
        subject=organization,
        actor=actor,
        data={"programme": programme.pk},
    )
    return membership


@transaction.atomic
def enter_in_programme(*, actor: User, programme: Programme, organizations: Sequence[Organization]) -> None:
    """Let many organizations take part that do not yet."""
    ProgrammeMembership.objects.bulk_create(
        ProgrammeMembership(programme=programme, organization=organization) for organization in organizations
    )
    for organization in organizations:
        record_event(
            kind="organization.programme_joined",
            subject=organization,
            actor=actor,
            data={"programme": programme.pk},
        )


@transaction.atomic
def remove_from_programme(*, actor: User, programme: Programme, organization: Organization) -> None:
    """End an organization's part in a programme."""
    deleted, _per_model = ProgrammeMembership.objects.filter(
        programme=programme, organization=organization
    ).delete()
    if not deleted:
        raise NotFound
    record_event(
        kind="organization.programme_left",
        subject=organization,
        actor=actor,
        data={"programme": programme.pk},
    )


@transaction.atomic
def set_programme_weights(*, actor: User, programme: Programme, weights: Mapping[str, float]) -> Programme:
    """Let the parts of the score weigh differently in a programme; an empty mapping takes the common weights."""
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    wanted = check_weights(weights) if weights else {}
    if wanted != programme.weights:
        programme.weights = wanted
        programme.save(update_fields=["weights"])
        record_event(kind="programme.changed", subject=programme, actor=actor, data={"weights": wanted})
    return programme


@transaction.atomic
def create_api_token(*, actor: User, name: str, secret: str = "") -> tuple[ApiToken, str]:
    """Return a new token and its secret, which can be shown this once only.

    A `secret` that this function made before lets a partner use one token with several databases.
    """
    secret = secret or f"ly_{secrets.token_urlsafe(32)}"
    token = ApiToken(user=actor, name=name.strip(), prefix=secret[:8], digest=_digest(secret))
    _check(token)
    token.save()
    record_event(kind="token.created", subject=token, actor=actor, data={"name": token.name})
    return token, secret


@transaction.atomic
def revoke_api_token(*, actor: User, token: ApiToken) -> None:
    """Make a token useless at once."""
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
    record_event(kind="token.revoked", subject=token, actor=actor)


_TOKEN, _ITS_USER = Columns(ApiToken, "t"), Columns(User, "u")


def find_api_token(secret: str) -> ApiToken | None:
    """Return the token with this secret if it still works, and note its use (to the minute)."""
    # In SQL, since every call of the API begins here.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_TOKEN}, {_ITS_USER} FROM accounts_apitoken t JOIN accounts_user u ON u.id = t.user_id "  # noqa: S608
            "WHERE t.digest = %s AND t.revoked_at IS NULL AND u.is_active",
            [_digest(secret)],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    token: ApiToken
    token, token.user = split(found, _TOKEN, _ITS_USER)
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
