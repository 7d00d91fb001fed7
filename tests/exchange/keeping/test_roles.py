"""The role that runs the site: it does all that the product does, and none of what would rewrite the past."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from pytest_django import Settings

from accounts.models import Membership, User
from events.models import Event, Job
from events.relay import run_job
from exchange.addresses import is_owners_work, timeout_options
from exchange.keeping.roles import Unfit, grant
from listings.models import Listing
from matching.models import Match
from matching.services.refresh import refresh_matches
from notifications.models import Letter, Notification
from notifications.services.telling import tell
from tests.conftest import PASSWORD
from tests.exchange.keeping.conftest import Elsewhere
from tests.trading.deals import deliver
from trading.models import Agreement, ImpactEntry
from trading.services.deliveries import confirm_delivery

ROLE = "site_runner"
REFUSED = (
    # the log
    "UPDATE events_event SET kind = 'x'",
    "UPDATE events_event SET actor_id = NULL WHERE id = 1",
    "DELETE FROM events_event",
    "DELETE FROM events_event WHERE id = 1",
    "TRUNCATE events_event",
    "TRUNCATE events_event CASCADE",
    "MERGE INTO events_event e USING events_event o ON e.id = o.id WHEN MATCHED THEN DELETE",
    "INSERT INTO events_event SELECT * FROM events_event ON CONFLICT (id) DO UPDATE SET kind = 'x'",
    "SELECT * FROM events_event FOR UPDATE",
    "COPY events_event FROM PROGRAM 'true'",
    "DROP TABLE events_event",
    "ALTER TABLE events_event RENAME TO events_other",
    "ALTER TABLE events_event ADD COLUMN other text",
    "ALTER TABLE events_event DROP CONSTRAINT event_sequence",
    "ALTER TABLE events_event OWNER TO site_runner",
    "CREATE RULE quiet AS ON INSERT TO events_event DO INSTEAD NOTHING",
    "CREATE INDEX ON events_event (kind)",
    # triggers
    "ALTER TABLE events_event DISABLE TRIGGER ALL",
    "ALTER TABLE events_event DISABLE TRIGGER events_event_append_only",
    "DROP TRIGGER events_event_append_only ON events_event",
    "CREATE TRIGGER mine BEFORE INSERT ON events_event FOR EACH ROW EXECUTE FUNCTION trading_refuse_change()",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP FUNCTION events_refuse_change() CASCADE",
    "ALTER FUNCTION events_refuse_change() RENAME TO other",
    # deals
    "UPDATE trading_impactentry SET gross = 0",
    "DELETE FROM trading_synergymessage",
    "TRUNCATE trading_agreement CASCADE",
    "ALTER TABLE trading_agreement DISABLE TRIGGER USER",
    "ALTER TABLE trading_allocation DROP CONSTRAINT trading_allocation_pkey CASCADE",
    # the house
    "CREATE TABLE mine (id int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "DROP SCHEMA public CASCADE",
    "CREATE EXTENSION dblink",
    "CREATE ROLE mine SUPERUSER",
    "ALTER ROLE site_runner SUPERUSER",
    "SET ROLE loopyard",
    "DELETE FROM django_migrations",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
)


@contextmanager
def signed_in(role: str) -> Iterator[None]:
    owner = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = role
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = owner


@contextmanager
def made(role: str, rights: str = "") -> Iterator[None]:
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP ROLE IF EXISTS {role}")
        cursor.execute(f"CREATE ROLE {role} LOGIN {rights}")
    try:
        yield
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP ROLE {role}")


def tell_all() -> None:
    """Do what workers do of all that happened."""

    def handle(event: Event) -> None:
        tell(event)

    for job in Job.objects.filter(task="notifications.tasks.tell").order_by("pk"):
        assert run_job(job.pk, handle)


def test_the_running_role_does_all_and_rewrites_nothing(
    elsewhere_database: Elsewhere, request: pytest.FixtureRequest, client: Client
) -> None:
    with made(ROLE), elsewhere_database():
        assert grant(ROLE)["added to"] >= 6
        with signed_in(ROLE):
            agreement: Agreement = request.getfixturevalue("flow")
            offer: Listing = request.getfixturevalue("make_offer")()
            wanted: Listing = request.getfixturevalue("make_request")()
            for listing in (offer, wanted):
                refresh_matches(listing_id=listing.pk)
            assert Match.objects.filter(offer=offer, request=wanted).exists()
            run_the_site(agreement, client)
            count = Event.objects.count()
            assert [statement for statement in REFUSED if went_through(statement)] == []
            # Of this PostgreSQL only warns that nothing was granted.
            assert went_through(f"GRANT DELETE ON events_event TO {ROLE}")
            assert went_through("DELETE FROM events_event WHERE false") is False
            assert Event.objects.count() == count > 10


def went_through(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError:
        return False
    return True


def run_the_site(agreement: Agreement, client: Client) -> None:
    """Deliver, count, tell, sign in, look, leave: with nothing but the rights of the site."""
    seller = User.objects.get(email="seller@example.org")
    delivery = deliver(agreement)
    confirm_delivery(
        actor=User.objects.get(email="buyer@example.org"),
        delivery=delivery,
        organization=agreement.synergy.receiver,
    )
    assert ImpactEntry.objects.exists()
    tell_all()
    assert Notification.objects.exists()
    sent = client.post("/accounts/login/", {"login": seller.email, "password": PASSWORD})
    assert sent.status_code == 302
    for address in (
        "/",
        "/browse/",
        "/inbox/",
        "/organization/",
        f"/agreements/{agreement.pk}/",
        "/tokens/",
    ):
        assert client.get(address).status_code == 200, address
    assert client.post("/accounts/password/reset/", {"email": seller.email}).status_code == 302
    assert Letter.objects.filter(to=seller.email).exists()
    client.post("/accounts/logout/")
    call_command("load_catalogue", verbosity=0)
    Membership.objects.filter(user=seller).delete()


def test_a_role_that_could_do_more_is_refused_and_told_why(
    elsewhere_database: Elsewhere, settings: Settings
) -> None:
    with elsewhere_database("template0"):
        with pytest.raises(Unfit, match="There is no role nobody_here: CREATE ROLE"):
            grant("nobody_here")
        with pytest.raises(Unfit, match="SUPERUSER"):
            grant("loopyard")
        with made(ROLE, "CREATEROLE"), pytest.raises(Unfit, match="CREATEROLE"):
            grant(ROLE)
        with (
            made(ROLE, "IN ROLE loopyard"),
            pytest.raises(Unfit, match="is the owner of the tables, or a member"),
        ):
            grant(ROLE)
        with made(ROLE):
            with connection.cursor() as cursor:
                cursor.execute(f"GRANT CREATE ON SCHEMA public TO {ROLE}")
            with pytest.raises(Unfit, match="may make tables: REVOKE CREATE"):
                grant(ROLE)
            with connection.cursor() as cursor:
                cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM {ROLE}")
    with pytest.raises(CommandError, match="name the same role"):
        call_command("grant_roles")


@pytest.mark.parametrize(
    ("line", "is_owners"),
    [
        (["manage.py", "migrate"], True),
        (["/app/manage.py", "restore", "FILE"], True),
        (["manage.py", "grant_roles"], True),
        (["manage.py", "backup", "restore"], False),
        (["celery", "migrate"], False),
        (["manage.py"], False),
        ([], False),
    ],
)
def test_only_what_changes_tables_signs_in_as_their_owner(line: list[str], is_owners: bool) -> None:
    assert is_owners_work(line) is is_owners


def test_limits_of_a_connection_are_in_milliseconds_and_zero_sets_none() -> None:
    assert timeout_options(30, 0, 60) == (
        "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000"
    )
    assert timeout_options(0, 0, 0) == timeout_options() == ""
