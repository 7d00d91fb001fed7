"""The demonstration in a database; what it keeps on the machine goes to a temporary folder."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from exchange.demo.loader import load_network
from exchange.demo.rows import Network, documented_network
from tests.conftest import make_user


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.VAR = tmp_path


@pytest.fixture(scope="module")
def _entered(one_world: None) -> Network:
    network = documented_network()
    load_network(network=network, facilitator=make_user("facilitator@example.org", name="Facilitator"))
    return network


@pytest.fixture
def published(_entered: Network, db: None) -> Network:
    """The published cases without their background, entered and matched once for all tests of a module."""
    return _entered


@pytest.fixture
def facilitator(published: Network) -> User:
    """Who entered them."""
    return User.objects.get(email="facilitator@example.org")
