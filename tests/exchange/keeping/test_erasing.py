"""Erasing a person: nothing of them is found anywhere after, and what organizations agreed stands."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from redis import Redis

from accounts.models import Invitation, Membership, Organization, Programme, Role, Site, User
from accounts.services.members import invite_member, withdraw_invitation
from accounts.services.programmes import invite_person_to_programme
from accounts.services.tokens import create_api_token, find_api_token
from events.models import Event, IdempotentRequest
from exchange.keeping.erasing import data_of, erase_person
from exchange.keeping.personal import EXPORTED, PERSONAL, Fate
from exchange.keeping.tables import tables
from listings.models import Favourite, Listing, SavedSearch, State
from notifications.models import Channel, Kind, Notification, Preference, Reader, RefusedAddress
from notifications.services.outbox import queue_letter
from notifications.services.telling import tell
from tests.conftest import PASSWORD, join, list_it, make_terms, make_user
from trading.models import Agreement

MARK = "qzxmarker"
EMAIL, OLD_EMAIL = f"{MARK}@example.org", f"{MARK}.old@example.org"
NAME = f"{MARK.title()} O'Brien"
SignIn = Callable[[User | None], Client]


@pytest.fixture
def marked(asnaes: Organization, seller: User, programme: Programme) -> User:
    """A person with a mark in every column of their own, in letters and notifications of others, in sessions."""
    withdrawn = invite_member(actor=seller, organization=asnaes, email=EMAIL, role=Role.TRADER)
    withdraw_invitation(actor=seller, invitation=withdrawn)
    person = join(make_user(EMAIL, name=NAME, language="de"), asnaes, Role.TRADER)
    apps.get_model("account", "EmailAddress").objects.create(user=person, email=OLD_EMAIL)
    invite_person_to_programme(actor=programme.facilitators.get(), programme=programme, email=OLD_EMAIL)
    other = Organization.objects.create(name="Other", slug="other")
    invite_member(actor=person, organization=other, email="guest@example.org", role=Role.VIEWER)
    invite_member(actor=seller, organization=other, email=OLD_EMAIL, role=Role.VIEWER)
    create_api_token(actor=person, name=f"{MARK} laptop", secret=f"ly_{MARK}{MARK}")
    listing = Listing.objects.first()
    if listing is not None:
        Favourite.objects.create(person=person, listing=listing, side=listing.side, name=f"{MARK} ash")
    SavedSearch.objects.create(
        person=person, name=f"{MARK} search", address=f"q={MARK}", question={"q": MARK}
    )
    Preference.objects.create(person=person, kind=Kind.MATCH, channel=Channel.OFF)
    Reader.objects.create(person=person, timezone="Europe/Berlin")
    RefusedAddress.objects.create(email=EMAIL, said=f"550 {EMAIL}")
    IdempotentRequest.objects.create(
        key=MARK, user=person, method="POST", path=f"/x/{MARK}", body_sha256="0" * 64, body=MARK
    )
    queue_letter(to=EMAIL, subject=MARK, text=MARK, person=person)
    queue_letter(
        to=seller.email, subject=f"{NAME} wrote", text=NAME, html="Qzxmarker O&#x27;Brien", person=seller
    )
    Notification.objects.create(
        person=seller, told="organization.joined", kind=Kind.ORGANIZATION, channel=Channel.DAILY, key="k1",
        subject_type="accounts.organization", subject_id=asnaes.pk, address="/", words={"who": NAME},
    )  # fmt: skip
    LogEntry.objects.create(
        user=seller, action_flag=CHANGE, object_id=str(person.pk), object_repr=NAME, change_message=EMAIL,
        content_type=apps.get_model("contenttypes", "ContentType").objects.get_for_model(User),
    )  # fmt: skip
    programme.facilitators.add(person)
    return person


def holding(mark: str) -> dict[str, list[str]]:
    """Return the rows of every table, and keys of cache and queue, and files, in which the mark stands."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"SELECT t::text FROM {table.name} t WHERE t::text ILIKE %s", [f"%{mark}%"])
            found[table.name] = [row[0] for row in cursor.fetchall()]
    client = Redis.from_url(caches.settings["default"]["LOCATION"])
    for name, server in {"cache": client, "queue": queue_of(configured.REDIS_URL)}.items():
        found[name] = [
            repr(key) for key in server.scan_iter() if mark.encode() in key.lower() + held(server, key)
        ]
    root = Path(configured.MEDIA_ROOT)
    found["files"] = [
        str(path) for path in root.rglob("*") if path.is_file() and mark.encode() in path.read_bytes()
    ]
    return {place: rows for place, rows in found.items() if rows}


def queue_of(url: str) -> Any:
    return Redis(unix_socket_path=url.removeprefix("redis+socket://"))


def held(server: Any, key: bytes) -> bytes:
    return bytes(server.dump(key) or b"").lower()


def sessions_of(person: User, client_of: SignIn) -> list[Client]:
    """Sign in once, and let somebody sign up with an old address in another browser."""
    stranger = Client()
    session = stranger.session
    session["confirming"] = OLD_EMAIL
    session.save()
    return [client_of(person), stranger]


@pytest.mark.django_db
def test_nothing_is_left_of_a_person_anywhere(
    flow: Agreement, marked: User, client_of: SignIn, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    browser, _stranger = sessions_of(marked, client_of)
    assert browser.get(reverse("tokens")).status_code == 200
    before = set(holding(MARK))
    assert before >= {"accounts_user", "account_emailaddress", "notifications_letter", "accounts_apitoken"}
    assert "events_event" not in before, "the log names nobody from the beginning"
    agreed = Agreement.objects.values().get(pk=flow.pk)
    count = Event.objects.count()
    erase_person(actor=None, person=marked)
    assert holding(MARK) == {}
    assert Agreement.objects.values().get(pk=flow.pk) == agreed
    assert Event.objects.count() == count + 2, "left, and erased"
    assert browser.get(reverse("tokens")).status_code == 302
    assert find_api_token(f"ly_{MARK}{MARK}") is None
    assert not Client().login(username=EMAIL, password=PASSWORD)
    left = User.objects.get(pk=marked.pk)
    assert (left.email, left.is_active, left.has_usable_password()) == (
        f"{left.pk}@erased.invalid",
        False,
        False,
    )
    assert not Membership.objects.filter(user=marked).exists()
    assert Invitation.objects.get(email="guest@example.org").invited_by_id == marked.pk
    erase_person(actor=None, person=left)
    assert Event.objects.count() == count + 2, "once"


@pytest.mark.django_db
def test_the_control_finds_what_erasing_leaves_out(marked: User) -> None:
    SavedSearch.objects.create(person=User.objects.exclude(pk=marked.pk)[0], name=MARK, question={})
    erase_person(actor=None, person=marked)
    assert list(holding(MARK)) == ["listings_savedsearch"]


@pytest.mark.django_db
def test_an_invited_person_is_still_told_though_the_log_does_not_name_them(
    programme: Programme, facilitator: User, stranger: User
) -> None:
    invitation = invite_person_to_programme(actor=facilitator, programme=programme, email=stranger.email)
    event = Event.objects.get(kind="programme.person_invited")
    assert event.data == {"invitation": invitation.pk}
    assert [told.person for told in tell(event)] == [stranger]


@pytest.mark.django_db
def test_the_last_owner_among_others_names_another_first(
    seller: User,
    asnaes: Organization,
    trader: User,
    stranger: User,
    elsewhere: Organization,
    elsewhere_site: Site,
) -> None:
    with pytest.raises(
        CommandError, match="Asnæs power station needs an owner: make somebody else owner first"
    ):
        call_command("erase_person", seller.email, yes=True)
    assert User.objects.get(pk=seller.pk).email == seller.email
    listing = list_it(stranger, make_terms("offer", elsewhere_site))
    call_command("erase_person", stranger.email, yes=True, stdout=StringIO())
    assert not elsewhere.memberships.exists()
    listing.refresh_from_db()
    assert listing.state == State.WITHDRAWN, "nobody would answer for it"
    with pytest.raises(CommandError, match=r"Nobody has the address nobody@example\.org"):
        call_command("erase_person", "nobody@example.org", yes=True)
    with pytest.raises(CommandError, match="give --yes"):
        call_command("erase_person", trader.email)


@pytest.mark.django_db
def test_own_data_is_one_file_without_secrets(marked: User, client_of: SignIn, tmp_path: Path) -> None:
    answer = client_of(marked).get(reverse("own_data_file"))
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert "no-store" in answer["Cache-Control"]
    said = answer.json()
    assert set(said) == set(EXPORTED)
    assert (said["accounts.User"][0]["email"], said["accounts.User"][0]["name"]) == (EMAIL, NAME)
    assert [row["name"] for row in said["accounts.ApiToken"]] == [f"{MARK} laptop"]
    assert [row["name"] for row in said["listings.SavedSearch"]] == [f"{MARK} search"]
    assert not {"password", "digest"} & {key for rows in said.values() for row in rows for key in row}
    file = tmp_path / "data.json"
    call_command("erase_person", EMAIL, export=file, stdout=StringIO())
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["accounts.User"] == said["accounts.User"]
    assert User.objects.filter(email=EMAIL).exists()
    assert data_of(User.objects.exclude(pk=marked.pk)[0])["accounts.ApiToken"] == []


@pytest.mark.django_db
def test_page_erases_with_the_password_alone(buyer: User, client_of: SignIn) -> None:
    browser = client_of(buyer)
    address = reverse("own_data")
    page = browser.post(address, {"password": "another"})
    assert page.status_code == 200
    assert "This is not your password: nothing was erased." in page.content.decode()
    assert User.objects.filter(email=buyer.email).exists()
    sent = browser.post(address, {"password": PASSWORD}, follow=True)
    assert "You were erased" in sent.content.decode()
    assert not User.objects.filter(email=buyer.email).exists()
    assert browser.get(address).status_code == 302


def people_columns() -> dict[str, set[str]]:
    """Return each column that leads to a person, holds an address, or holds text beside such a one."""
    found = {}
    text = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)
    for model in apps.get_models(include_auto_created=True):
        fields = model._meta.local_fields
        leads = {f.name for f in fields if f.is_relation and f.related_model is User}
        if (
            leads
            or model in (User, apps.get_model("sessions", "Session"))
            or any(isinstance(f, models.EmailField) for f in fields)
        ):
            found[model._meta.label] = leads | {f.name for f in fields if isinstance(f, text)}
    return found


def test_every_column_with_personal_data_is_classified() -> None:
    assert {label: set(fates) for label, fates in PERSONAL.items()} == people_columns()
    for label, fates in PERSONAL.items():
        for name, fate in fates.items():
            field = apps.get_model(label)._meta.get_field(name)
            if isinstance(field, models.EmailField):
                assert fate in (Fate.GOES, Fate.REPLACED), f"{label}.{name}"
            if field.is_relation:
                assert fate in (Fate.GOES, Fate.REFERENCE), f"{label}.{name}"
