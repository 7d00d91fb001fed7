"""Writes: programmes, who takes part in them, and how they weigh scores."""

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import invitations_for
from accounts.models import Organization, Programme, ProgrammeInvitation, ProgrammeMembership, User
from accounts.services.checks import check_fields, check_instance
from accounts.services.languages import language_of_address
from accounts.services.letters import send_letter
from accounts.services.slugs import save_with_slug
from accounts.services.weights import check_weights
from common.errors import Conflict, NotFound
from common.reading.text import clean_code, clean_line, clean_text
from common.versions import check_version
from common.web.languages import speaking
from events.services import record_event


@transaction.atomic
def create_programme(
    *,
    actor: User,
    name: str,
    description: str = "",
    currency: str = "EUR",
    language: str = "",
    facilitators: Iterable[User] = (),
) -> Programme:
    """Start a programme; its facilitators are those named, else the actor."""
    programme = Programme(
        name=clean_line(name), description=clean_text(description), currency=currency, language=language
    )
    save_with_slug(programme, lambda: check_instance(programme, but=("slug",)))
    programme.facilitators.set(list(facilitators) or [actor])
    record_event(kind="programme.created", subject=programme, actor=actor, data={"name": name})
    return programme


@transaction.atomic
def update_programme(
    *,
    actor: User,
    programme: Programme,
    name: str,
    description: str,
    language: str = "",
    facilitators: Iterable[User],
) -> Programme:
    """Change what a programme says of itself and who facilitates it."""
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    programme.name, programme.description = clean_line(name), clean_text(description)
    programme.language = language
    check_instance(programme)
    programme.save(update_fields=["name", "description", "language"])
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
def invite_person_to_programme(*, actor: User, programme: Programme, email: str) -> ProgrammeInvitation:
    """Ask somebody whose organization is not here yet to found it and take part; a letter is queued with it.

    Raises `Invalid` for what is no address, and `Conflict` where the address was invited before.
    """
    invitation = ProgrammeInvitation(programme=programme, email=clean_code(email).lower(), invited_by=actor)
    check_fields(invitation, but="organization")
    found, created = ProgrammeInvitation.objects.get_or_create(
        programme=programme, email=invitation.email, defaults={"invited_by": actor}
    )
    if not created:
        raise Conflict(_("This address is invited already."), code="invited_already")
    record_event(
        kind="programme.person_invited", subject=programme, actor=actor, data={"invitation": found.pk}
    )
    context = {
        "programme": programme,
        "inviter": actor,
        "address": f"{settings.SITE_URL}{reverse('organization')}",
        "about": f"{settings.SITE_URL}{reverse('programme', args=[programme.slug])}",
    }
    with speaking(language_of_address(found.email), programme.language):
        letter = render_to_string("accounts/email/programme_invitation.txt", context)
        subject = _("Take part in %(programme)s on Loopyard") % {"programme": programme.name}
    send_letter(found, subject, letter)
    return found


@transaction.atomic
def answer_programme_invitation(
    *, actor: User, programme: Programme, organization: Organization, accept: bool
) -> None:
    """Take part, or decline, also what the actor was asked in person; `NotFound` without an invitation (any more)."""
    deleted, _per_model = invitations_for(organization, actor).filter(programme=programme).delete()
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
def set_programme_weights(
    *, actor: User, programme: Programme, weights: Mapping[str, float], seen: str = ""
) -> Programme:
    """Let the parts of the score weigh differently in a programme; an empty mapping takes the common weights.

    Raises `Outdated` where the weights are not what the caller has `seen`.
    """
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    check_version(seen, programme.weights)
    wanted = check_weights(weights) if weights else {}
    if wanted != programme.weights:
        programme.weights = wanted
        programme.save(update_fields=["weights"])
        record_event(kind="programme.changed", subject=programme, actor=actor, data={"weights": wanted})
    return programme
