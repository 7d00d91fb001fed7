from collections.abc import Callable, Iterator

import pytest

from tests.live.house import House, open_house


@pytest.fixture(scope="module")
def house(copy_of_ready: Callable[[str], str]) -> Iterator[House]:
    with open_house(copy_of_ready("test_lived_in")) as found:
        yield found
