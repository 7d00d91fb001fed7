"""Writes: who is there first. By command, where nobody is yet who could do it on a page; each may be said again."""

import logging

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from accounts.models import Programme, User
from accounts.services.programmes import create_programme, update_programme
from common.errors import Invalid, NotFound
from common.reading.text import clean_code, clean_line

log = logging.getLogger(__name__)


@transaction.atomic
def ensure_person(email: str) -> User:
    """Return the person with this address, made without a password where there is none; `Invalid` for no address.

    The address counts as confirmed: whoever commands the machine vouches for it.
    """
    address = clean_code(email).lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid({"email": list(error.messages)}) from error
    person = User.objects.filter(email=address).first() or User.objects.create_user(address)
    EmailAddress.objects.update_or_create(
        user=person, email=address, defaults={"verified": True, "primary": True}
    )
    return person


@transaction.atomic
def ensure_admin(email: str) -> User:
    """Return the person with this address, who may use the administration from here on."""
    person = User.objects.select_for_update().get(pk=ensure_person(email).pk)
    if not (person.is_staff and person.is_superuser and person.is_active):
        person.is_staff = person.is_superuser = person.is_active = True
        person.save(update_fields=["is_staff", "is_superuser", "is_active"])
        log.warning("Person %s may use the administration, by command", person.pk)
    return person


@transaction.atomic
def ensure_programme(*, name: str, currency: str, language: str, facilitator: str) -> Programme:
    """Return the programme of this name, made where there is none, facilitated by the person with that address."""
    person = ensure_person(facilitator)
    found = Programme.objects.filter(name__iexact=clean_line(name)).order_by("pk").first()
    if found is None:
        return create_programme(
            actor=person, name=name, currency=currency, language=language, facilitators=[person]
        )
    return ensure_facilitator(programme=found.slug, email=facilitator)


@transaction.atomic
def ensure_facilitator(*, programme: str, email: str) -> Programme:
    """Let the person with this address facilitate the programme with that slug; `NotFound` where there is none."""
    found = Programme.objects.select_for_update().filter(slug=programme).first()
    if found is None:
        raise NotFound
    person = ensure_person(email)
    people = list(found.facilitators.all())
    if person in people:
        return found
    return update_programme(
        actor=person,
        programme=found,
        name=found.name,
        description=found.description,
        language=found.language,
        facilitators=[*people, person],
    )


def link_to_choose_a_password(person: User) -> str:
    """Return the address at which a person without a password chooses one; "" for whoever has one."""
    if person.has_usable_password():
        return ""
    words = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    return f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=words)}"
