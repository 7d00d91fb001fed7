"""What a program of the virtual environment finds in its environment."""

from pathlib import Path

import pytest

from local.packages import environment_for, halves
from local.stack import ROOT


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


def test_halves_of_a_lock_hold_each_requirement_once_with_its_hashes() -> None:
    lock = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    one, other = halves(lock)

    def pinned(text: str) -> list[str]:
        return [line.split("==")[0] for line in text.splitlines() if "==" in line.split(";")[0]]

    assert sorted(pinned(one) + pinned(other)) == sorted(pinned(lock))
    assert len(pinned(lock)) > 100
    assert abs(len(pinned(one)) - len(pinned(other))) <= 1
    assert sorted(one.splitlines() + other.splitlines()) == sorted(lock.splitlines())
    for half in (one, other):
        for line, following in zip(half.splitlines(), half.splitlines()[1:], strict=False):
            if "==" in line.split(";")[0]:
                assert following.startswith("    --hash=sha256:")
