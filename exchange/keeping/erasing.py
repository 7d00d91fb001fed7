"""Erasing a person, and what a person gets of their own data. What becomes of each column: `personal.PERSONAL`."""

import json
from html import escape
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Replace
from django.utils.translation import gettext as _

from accounts.models import Invitation, Membership, Organization, ProgrammeInvitation, Role, User
from common.errors import Conflict
from events.models import IdempotentRequest
from events.services import record_event
from exchange.keeping.personal import EXPORTED, SECRET
from listings.models import Listing, State
from listings.services.listings import withdraw_listing
from notifications.models import Letter, Notification, RefusedAddress

NOBODY: Final = "erased.invalid"
"""No address ends so (RFC 2606): no letter can leave for one."""
ERASED_NAME: Final = "—"
_LETTER_FILES: Final = "django.core.mail.backends.filebased.EmailBackend"


# --- erasing ------------------------------------------------------------------------------------------------
@transaction.atomic
def erase_person(*, actor: User | None, person: User) -> None:
    """Remove all that is known of a person, and end all that lets anybody act as them; what they did stays nobody's.

    Agreements, messages of deals and the log stand, since they are the organizations'. Raises `Conflict` for the last
    owner of an organization that has other members.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.email.endswith(f"@{NOBODY}"):
        return
    _leave(person)
    words = {person.email, *(row.email for row in _addresses(person))} | ({person.name} - {""})
    addresses = [word for word in words if "@" in word and word != person.name]
    _end_sessions(person, addresses)
    for address in addresses:
        Invitation.objects.filter(email__iexact=address).delete()
        ProgrammeInvitation.objects.filter(email__iexact=address).delete()
        RefusedAddress.objects.filter(email__iexact=address).delete()
        Letter.objects.filter(to__iexact=address).delete()
    for rows in (
        Letter.objects.filter(person=person),
        Notification.objects.filter(person=person),
        IdempotentRequest.objects.filter(user=person),
        _addresses(person),
        person.api_tokens.all(),
        person.saved_searches.all(),
        person.favourites.all(),
        person.preferences.all(),
        apps.get_model("notifications", "Reader").objects.filter(person=person),
        apps.get_model("mfa", "Authenticator").objects.filter(user=person),
        apps.get_model("usersessions", "UserSession").objects.filter(user=person),
    ):
        rows.delete()
    for many in (person.groups, person.user_permissions, person.facilitated_programmes):
        many.clear()
    for word in sorted(words, key=len, reverse=True):
        _replace(word)
    _forget_in_administration(person)
    _blank(person)
    record_event(
        kind="person.erased", subject=person, actor=actor if actor and actor.pk != person.pk else None
    )
    transaction.on_commit(lambda: _remove_letter_files(addresses))


def _addresses(person: User) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = apps.get_model("account", "EmailAddress").objects.filter(user=person)
    return rows


def _leave(person: User) -> None:
    """End the memberships. An organization without any other member stays, as what it agreed does; its listings leave
    the market, where nobody would answer for them."""
    held = Membership.objects.filter(user=person).select_related("organization").order_by("organization")
    keys = [membership.organization_id for membership in held]
    list(Organization.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    for membership in held:
        others = Membership.objects.filter(organization=membership.organization).exclude(user=person)
        if membership.role == Role.OWNER and others and not others.filter(role=Role.OWNER):
            raise Conflict(
                _("%(organization)s needs an owner: make somebody else owner first.")
                % {"organization": membership.organization},
                code="last_owner",
            )
        if not others:
            offered = Listing.objects.filter(
                organization=membership.organization, state__in=(State.PUBLISHED, State.PAUSED)
            )
            for listing in offered.order_by("pk"):
                withdraw_listing(actor=person, listing=listing)
        record_event(
            kind="organization.left",
            subject=membership.organization,
            actor=None,
            data={"user": person.pk},
        )
        membership.delete()


def _end_sessions(person: User, addresses: list[str]) -> None:
    """Their own, and those of a browser in which somebody signed up with an address of theirs."""
    ended = []
    for session in Session.objects.iterator():
        held = session.get_decoded()
        said = json.dumps(held, default=str).lower()
        if str(held.get("_auth_user_id")) == str(person.pk) or any(
            each.lower() in said for each in addresses
        ):
            ended.append(session.pk)
    Session.objects.filter(pk__in=ended).delete()


def _replace(word: str) -> None:
    """Take a name or an address out of what others were told and written."""
    for form in {word, escape(word)}:
        letters = Letter.objects.filter(
            Q(subject__contains=form) | Q(text__contains=form) | Q(html__contains=form)
        )
        letters.update(
            **{
                field: Replace(F(field), Value(form), Value(ERASED_NAME))
                for field in ("subject", "text", "html")
            }
        )
    for notification in Notification.objects.filter(words__who=word):
        notification.words["who"] = ERASED_NAME
        notification.save(update_fields=["words"])


def _forget_in_administration(person: User) -> None:
    about = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk))
    named = Q(object_repr__icontains=person.email) | Q(change_message__icontains=person.email)
    LogEntry.objects.filter(about | named).update(object_repr=ERASED_NAME, change_message="")


def _blank(person: User) -> None:
    person.email, person.name, person.language = f"{person.pk}@{NOBODY}", ERASED_NAME, ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.last_login = None
    person.set_unusable_password()
    person.save()


def _remove_letter_files(addresses: list[str]) -> None:
    """Where letters are files, on the machine of whoever tries the product."""
    if _LETTER_FILES != settings.LETTER_BACKEND:
        return
    for path in Path(settings.EMAIL_FILE_PATH).glob("*.log"):
        if any(address.encode() in path.read_bytes().lower() for address in addresses):
            path.unlink(missing_ok=True)


# --- one's own data -----------------------------------------------------------------------------------------
def data_of(person: User) -> dict[str, list[dict[str, Any]]]:
    """Return what is known of a person and what they wrote, by model; no secrets, and of deals what they did."""
    found = {}
    for label, column in EXPORTED.items():
        model = apps.get_model(label)
        fields = [
            field.attname
            for field in model._meta.local_concrete_fields
            if field.name not in SECRET and not isinstance(field, models.BinaryField)
        ]
        rows = model._base_manager.filter(**{column: person.pk}).order_by("pk").values(*fields)
        if label == "notifications.Letter":
            # A link that opens something is its letter's alone.
            rows = rows.filter(secret=False)
        found[label] = list(rows)
    return found


def as_json(person: User) -> str:
    """Return `data_of` as the file that is handed out."""
    return json.dumps(data_of(person), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
