"""Writes: programmes, who takes part in them, and how they weigh scores."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Organization, Programme, ProgrammeInvitation, ProgrammeMembership, User
from accounts.services.checks import check_instance
from accounts.services.slugs import free_slug
from accounts.services.weights import check_weights
from common.errors import Conflict, NotFound
from events.services import record_event


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
        name=name, slug=free_slug(Programme, name), description=description, currency=currency
    )
    check_instance(programme)
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
    check_instance(programme)
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
