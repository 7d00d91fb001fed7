import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import short_folder


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose name leaves room for a socket, as pytest's own may not."""
    folder = short_folder()
    yield folder
    shutil.rmtree(folder)
