"""What `migrate` says of a server whose indexes of places do not outlive a pg_restore."""

import pytest
from django.core.checks import run_checks

from exchange.keeping.checks import earthdistance_messages


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_old_earthdistance_is_named_with_the_version_that_works(version: str) -> None:
    (message,) = earthdistance_messages(version, "15.14")
    assert message.id == "exchange.W001"
    assert f"earthdistance {version} of PostgreSQL 15.14" in message.msg
    assert message.hint is not None
    assert "PostgreSQL 18 brings earthdistance 1.2" in message.hint


@pytest.mark.parametrize("version", ["1.2", "1.10", "2.0"])
def test_newer_earthdistance_is_fine(version: str) -> None:
    assert earthdistance_messages(version, "18.0") == []


@pytest.mark.django_db
def test_the_server_of_the_tests_passes_and_is_asked_only_where_a_database_may_be() -> None:
    assert [message.id for message in run_checks(databases=["default"])] == []
    assert run_checks() == []
