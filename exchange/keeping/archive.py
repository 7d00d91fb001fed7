"""The file of a backup: a ZIP of members, and last a manifest that names each with its size and SHA-256. No Django.

The digest of a backup is the SHA-256 of its manifest, so it stands for every byte that is restored.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

PRODUCT: Final = "loopyard"
FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
CHUNK_BYTES: Final = 1024 * 1024
_MOST_MANIFEST_BYTES: Final = 512 * 1024 * 1024


class Refused(Exception):
    """A backup that is not restored, or not made, with what to do instead; nothing was touched."""


class _Hashing:
    """A file to write into that keeps count, or counts alone."""

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._file, self._sha256, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self._sha256.update(data)
        self.size += len(data)
        return self._file.write(data) if self._file else len(data)

    def facts(self) -> dict[str, Any]:
        return {"bytes": self.size, "sha256": self._sha256.hexdigest()}


class Writer:
    """Takes the members of a new backup one after the other."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, write: Callable[[Any], None], *, packed: bool) -> None:
        """Add what `write` writes into the file that it is given."""
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o600 << 16
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        # Fast beats small: most of the time of a backup is spent here.
        info._compresslevel = 1  # type: ignore[attr-defined]  # what `writestr(compresslevel=)` sets too
        with self._archive.open(info, "w", force_zip64=True) as file:
            hashing = _Hashing(file)
            write(hashing)
        self._members[name] = hashing.facts()

    def finish(self, facts: dict[str, Any]) -> str:
        """Add the manifest; return the digest of the backup."""
        manifest = {"product": PRODUCT, "format": FORMAT, **facts, "members": self._members}
        text = json.dumps(manifest, indent=1, sort_keys=True).encode()
        self._archive.writestr(MANIFEST, text, zipfile.ZIP_DEFLATED)
        return hashlib.sha256(text).hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Make a file readable by its owner alone, under its name only once it is whole and on the disk.

    Raises `Refused` where the name is taken.
    """
    if path.exists():
        raise Refused(f"{path} is there already: name another file, or remove it.")
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


class Archive:
    """A backup that was read from end to end and is what its manifest says."""

    def __init__(self, archive: zipfile.ZipFile, manifest: dict[str, Any], digest: str) -> None:
        self._archive, self.manifest, self.digest = archive, manifest, digest

    def open(self, name: str) -> IO[bytes]:
        """Open a member to read it."""
        return self._archive.open(name)


@contextmanager
def reading(path: Path, *, digest: str = "") -> Iterator[Archive]:
    """Open a backup after checking each of its bytes. Raises `Refused` for whatever is not whole, not ours, of another
    format, or not the one with the `digest`."""
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    except zipfile.BadZipFile:
        raise Refused(f"{path} is no backup, or its end is missing: it was cut short.") from None
    with archive:
        manifest, found = _manifest(path, archive)
        if digest and found != digest.lower():
            raise Refused(f"{path} has the digest {found}, not the one that was asked for.")
        _check_members(path, archive, manifest)
        yield Archive(archive, manifest, found)


def _manifest(path: Path, archive: zipfile.ZipFile) -> tuple[dict[str, Any], str]:
    try:
        if archive.getinfo(MANIFEST).file_size > _MOST_MANIFEST_BYTES:
            raise Refused(f"{path} is no backup: its manifest is too large.")
        text = archive.read(MANIFEST)
        manifest = json.loads(text)
    except KeyError:
        raise Refused(f"{path} is no backup: it has no manifest.") from None
    except (ValueError, zipfile.BadZipFile, OSError, EOFError):
        raise Refused(f"{path} is damaged: its manifest cannot be read.") from None
    if not isinstance(manifest, dict) or manifest.get("product") != PRODUCT:
        raise Refused(f"{path} is no backup of {PRODUCT}.")
    if manifest.get("format") != FORMAT:
        raise Refused(
            f"{path} has format {manifest.get('format')}, this release reads {FORMAT}: restore it with the release "
            "that made it."
        )
    return manifest, hashlib.sha256(text).hexdigest()


def _check_members(path: Path, archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    there, said = archive.namelist(), manifest.get("members")
    if not isinstance(said, dict) or sorted(there) != sorted([*said, MANIFEST]):
        raise Refused(f"{path} was changed: its members are not those that its manifest names.")
    for name, facts in said.items():
        hashing = _Hashing()
        try:
            with archive.open(name) as file:
                while chunk := file.read(CHUNK_BYTES):
                    hashing.write(chunk)
        except (zipfile.BadZipFile, OSError, EOFError, zlib.error, RuntimeError):
            raise Refused(f"{path} is damaged: {name} cannot be read.") from None
        if hashing.facts() != facts:
            raise Refused(f"{path} was changed or is damaged: {name} is not what its manifest says.")
