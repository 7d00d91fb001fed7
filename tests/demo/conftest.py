"""The demonstration in a database; what it keeps on the machine goes to a temporary folder."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from exchange.demo.loader import load_network
from exchange.demo.rows import Network, documented_network


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.VAR = tmp_path


@pytest.fixture
def published(facilitator: User) -> Network:
    """The published cases without their background, entered and matched."""
    network = documented_network()
    load_network(network=network, facilitator=facilitator)
    return network
