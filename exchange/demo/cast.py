"""The people of the demonstration. Their one password and the partner's token are made once per machine, and kept."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import Organization, Role, User
from accounts.services.members import add_member
from accounts.services.tokens import create_api_token

SELLER_PLANT = "Asnæs power station"
BUYER_PLANT = "Local cement company"
PARTNER_PLANT = "Novo Nordisk / Novozymes"
NAMES = ("seller", "viewer", "buyer", "facilitator", "partner")
TOKEN_NAME = "Demonstration"  # noqa: S105 — a name


@dataclass(frozen=True)
class Secrets:
    """What the cast signs in with; `encoded` is the password as the database keeps it."""

    password: str
    encoded: str
    partner_token: str = ""


def secrets_file() -> Path:
    """Where the secrets are kept, readable by the owner alone."""
    return Path(settings.VAR) / "demo_cast.json"


def read_or_make_secrets() -> Secrets:
    """Return the secrets that this machine keeps, made now if there are none."""
    try:
        return Secrets(**json.loads(secrets_file().read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        password = secrets.token_urlsafe(12)
        made = Secrets(password, make_password(password))
        keep_secrets(made)
        return made


def keep_secrets(kept: Secrets) -> None:
    """Write the file whole or not at all."""
    path = secrets_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(asdict(kept)), encoding="utf-8")
    unfinished.replace(path)


def enter_people(kept: Secrets) -> dict[str, User]:
    """Return the cast by name, each with a verified address and the password that is kept."""
    return {name: _enter_person(name, kept.encoded) for name in NAMES}


def _enter_person(name: str, encoded: str) -> User:
    email = f"{name}@example.org"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name.capitalize())
    if user.password != encoded:
        # The same encoded password for all: encoding takes a quarter of a second each time.
        user.password = encoded
        user.save(update_fields=["password"])
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def enter_members(people: Mapping[str, User], organization_ids: Mapping[str, int]) -> None:
    """Give the cast their roles in the plants, where they have none yet."""
    for name, plant, role in (
        ("seller", SELLER_PLANT, Role.OWNER),
        ("viewer", SELLER_PLANT, Role.VIEWER),
        ("buyer", BUYER_PLANT, Role.OWNER),
        ("partner", PARTNER_PLANT, Role.TRADER),
    ):
        organization = Organization.objects.get(pk=organization_ids[plant])
        add_member(actor=None, organization=organization, user=people[name], role=role)


def enter_token(partner: User, kept: Secrets) -> Secrets:
    """Return the secrets with a token that works in this database."""
    token = partner.api_tokens.filter(name=TOKEN_NAME, prefix=kept.partner_token[:8]).first()
    if token is not None and token.revoked_at is None:
        return kept
    # One that was revoked is not brought back; one of another database on this machine is taken over.
    secret = kept.partner_token if token is None else ""
    _token, secret = create_api_token(actor=partner, name=TOKEN_NAME, secret=secret)
    renewed = Secrets(kept.password, kept.encoded, secret)
    keep_secrets(renewed)
    return renewed


def sign_ins(people: Mapping[str, User], kept: Secrets) -> dict[str, str]:
    """Return what somebody needs to try the demonstration."""
    emails = {name: people[name].email for name in ("seller", "viewer", "buyer", "facilitator")}
    return {"password": kept.password, **emails, "partner_token": kept.partner_token}
