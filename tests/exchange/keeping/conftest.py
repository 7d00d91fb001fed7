"""Other databases of the same server, and roles in it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import connection

from tests.conftest import READY
from tests.trading.conftest import flow  # noqa: F401 - a fixture

Elsewhere = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def elsewhere_database(transactional_db: None) -> Elsewhere:
    """`with elsewhere_database(template)`: all that is done happens in a new database, which is then removed."""

    @contextmanager
    def use(template: str = READY) -> Iterator[None]:
        here = connection.settings_dict["NAME"]
        name = f"{here}_other"
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = here
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name}")

    return use
