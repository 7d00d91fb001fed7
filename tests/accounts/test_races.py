"""What two people do at the same moment, in real threads on the real database."""

import threading
import time
from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from django.db import connection, connections, transaction
from django.db.models import Model, QuerySet

from accounts.models import ApiToken, Membership, Organization, Role, User
from accounts.services.members import accept_invitation, change_role, invite_member, remove_member
from accounts.services.tokens import create_api_token, find_api_token
from common.errors import AppError, Conflict, NotFound
from events.models import Stream
from tests.conftest import join, make_user

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_S = 20.0


def in_thread(act: Callable[[], object], outcomes: list[object]) -> threading.Thread:
    """Start `act` in a thread with a connection of its own; what it returns or raises lands in `outcomes`."""

    def run() -> None:
        try:
            outcomes.append(act())
        except AppError as error:
            outcomes.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until_locked(count: int) -> None:
    """Return once `count` other connections wait for a lock."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            # Within a transaction PostgreSQL shows the activity as it first saw it, unless told to look again.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= count:
                return
        time.sleep(0.01)
    pytest.fail(f"{count} connections should wait for a lock by now")


def at_once(organization: Organization, acts: list[Callable[[], object]]) -> list[object]:
    """Run the acts so that each has read and checked before any writes; return their outcomes.

    The row that numbers the organization's events is held until all of them wait for it, or for each other.
    """
    outcomes: list[object] = []
    with transaction.atomic():
        Stream.objects.select_for_update().get(
            subject_type="accounts.organization", subject_id=organization.pk
        )
        threads = [in_thread(act, outcomes) for act in acts]
        wait_until_locked(len(acts))
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(outcomes) == len(acts)
    return outcomes


@pytest.fixture
def two_owners(asnaes: Organization, seller: User) -> tuple[Membership, Membership]:
    join(make_user("partner@example.org"), asnaes, Role.OWNER)
    first, second = Membership.objects.filter(organization=asnaes).order_by("pk")
    return first, second


def remove_each_other(asnaes: Organization, owners: tuple[Membership, Membership]) -> list[object]:
    first, second = owners

    def remove_first() -> None:
        remove_member(actor=second.user, membership=first)

    def remove_second() -> None:
        remove_member(actor=first.user, membership=second)

    return at_once(asnaes, [remove_first, remove_second])


def owners_left(organization: Organization) -> int:
    return Membership.objects.filter(organization=organization, role=Role.OWNER).count()


def test_two_owners_who_remove_each_other_leave_one(
    asnaes: Organization, two_owners: tuple[Membership, Membership]
) -> None:
    outcomes = remove_each_other(asnaes, two_owners)
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert refusal.code == "last_owner"
    assert owners_left(asnaes) == 1


def test_control_without_the_lock_no_owner_is_left(
    asnaes: Organization,
    two_owners: tuple[Membership, Membership],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unlocked(self: QuerySet[Model], **_options: object) -> QuerySet[Model]:
        return self if self.model is not Stream else locked(self)

    locked = QuerySet.select_for_update
    monkeypatch.setattr(QuerySet, "select_for_update", unlocked)
    outcomes = remove_each_other(asnaes, two_owners)
    assert outcomes == [None, None]
    assert owners_left(asnaes) == 0


def test_owners_who_step_down_at_once_leave_one(
    asnaes: Organization, two_owners: tuple[Membership, Membership]
) -> None:
    first, second = two_owners

    def step_down(membership: Membership) -> Callable[[], object]:
        return lambda: change_role(actor=membership.user, membership=membership, role=Role.VIEWER)

    outcomes = at_once(asnaes, [step_down(first), step_down(second)])
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
    assert owners_left(asnaes) == 1


def test_member_removed_twice_at_once_is_removed_once(
    asnaes: Organization, seller: User, trader: User
) -> None:
    membership = Membership.objects.get(user=trader)

    def remove() -> None:
        remove_member(actor=seller, membership=membership)

    outcomes = at_once(asnaes, [remove, remove])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "NotFound"]


def test_invitation_opened_twice_at_once_makes_one_member(
    asnaes: Organization, seller: User, mailoutbox: list[EmailMessage]
) -> None:
    invite_member(actor=seller, organization=asnaes, email="new@example.org", role=Role.TRADER)
    [letter] = mailoutbox
    secret = str(letter.body).split("/invitations/")[1].split("/")[0]
    new = make_user("new@example.org")

    def accept() -> Membership:
        return accept_invitation(actor=new, secret=secret)

    outcomes = at_once(asnaes, [accept, accept])
    assert sum(isinstance(outcome, NotFound) for outcome in outcomes) == 1
    assert Membership.objects.filter(user=new).count() == 1


def test_token_used_by_many_at_once_is_noted_without_harm(seller: User) -> None:
    token, secret = create_api_token(actor=seller, name="ERP")
    outcomes: list[object] = []
    threads = [in_thread(lambda: find_api_token(secret), outcomes) for _caller in range(4)]
    for thread in threads:
        thread.join(PATIENCE_S)
    assert outcomes == [token] * 4
    assert ApiToken.objects.get().last_used_at is not None
