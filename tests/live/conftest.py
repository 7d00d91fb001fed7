from collections.abc import Iterator

import pytest

from tests.live.house import House, open_house


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with open_house() as found:
        yield found
