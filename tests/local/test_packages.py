"""What a program of the virtual environment finds in its environment."""

from pathlib import Path

import pytest

from local.packages import environment_for


def test_program_finds_its_own_packages_and_may_keep_what_it_compiles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.setenv("PIP_INDEX_URL", "kept")

    found = environment_for(Path("/venv"))

    assert not {"PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"} & set(found)
    assert (found["PATH"], found["VIRTUAL_ENV"]) == ("/venv/bin:/usr/bin", "/venv")
    assert found["PIP_INDEX_URL"] == "kept"
