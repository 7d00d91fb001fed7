"""Image and compose beside the settings: what is written at run time can be, and what must live on does."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from exchange.demo import cast

ROOT = Path(settings.ROOT)
IN_IMAGE = Path("/app")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "loopyard"}
WRITTEN = {
    "uploads": Path(settings.MEDIA_ROOT),
    "letters": settings.VAR / "mail",
    "schedule of beat": Path(settings.CELERY_BEAT_SCHEDULE_FILENAME).parent,
}


def words_after(command: str) -> set[str]:
    """The folders that one command of the image's RUN lines names, below the application's."""
    found = re.findall(rf"\b{command} ([^&\n]+)", DOCKERFILE.replace("\\\n", " "))
    return {word for words in found for word in words.split()}


@pytest.mark.parametrize("what", WRITTEN)
def test_folder_that_is_written_is_made_in_the_image_and_owned_by_its_user(what: str) -> None:
    folder = WRITTEN[what].relative_to(ROOT).as_posix()
    assert folder in words_after("mkdir -p")
    assert folder in words_after("chown -R loopyard")
    assert DOCKERFILE.index("chown") < DOCKERFILE.index("USER loopyard")


def test_secrets_of_the_demonstration_can_be_kept_beside_those_folders() -> None:
    assert cast.secrets_file().parent == settings.VAR
    assert "chown loopyard var " in DOCKERFILE


def test_compiled_engine_is_kept_where_it_can_be() -> None:
    found = re.search(r"NUMBA_CACHE_DIR=(\S+)", DOCKERFILE)
    assert found is not None
    assert Path(found[1]).relative_to(IN_IMAGE).as_posix() in words_after("chown -R loopyard")


def test_control_a_folder_that_nobody_writes_stays_that_of_root() -> None:
    assert "var/static" not in words_after("chown -R loopyard")


@pytest.mark.parametrize("service", ["web", "worker"])
def test_uploads_are_on_the_volume_that_web_and_worker_share(service: str) -> None:
    there = IN_IMAGE / Path(settings.MEDIA_ROOT).relative_to(ROOT)
    assert f"media:{there}" in OURS[service]["volumes"]
    assert "media" in COMPOSE["volumes"]


def test_all_that_holds_data_is_a_named_volume() -> None:
    mounted = {
        volume.partition(":")[0]
        for each in COMPOSE["services"].values()
        for volume in each.get("volumes", ())
    }
    assert mounted == set(COMPOSE["volumes"]) == {"media", "postgres", "valkey"}


def test_only_the_container_that_migrates_knows_the_owner_of_the_tables() -> None:
    knowing = {name for name, service in OURS.items() if "MIGRATION_DATABASE_URL" in service["environment"]}
    assert knowing == {"migrate"}


def test_variables_of_the_example_reach_every_container_of_ours() -> None:
    example = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    elsewhere = {"DATABASE_PASSWORD", "BIND", "MIGRATION_DATABASE_URL"}
    for service in OURS.values():
        assert set(example) - elsewhere <= set(service["environment"])
