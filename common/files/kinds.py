"""What a file is, told by its content: a name and a browser say what they like. No Django."""

import struct
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Final

_HEAD: Final = 64 * 1024
_MOST_DIRECTORY: Final = 1024 * 1024
"""Bytes of an archive's list of contents: some ten thousand entries, where an office file has some hundred."""
_END_OF_DIRECTORY: Final = 22 + 0xFFFF
_PLAIN: Final = frozenset(range(0x20, 0x100)) - {0x7F} | set(b"\t\n\r\f\x1b")
_BOMS_OF_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class FileKind:
    """A kind of file that is taken."""

    content_type: str
    suffixes: tuple[str, ...]
    is_picture: bool = False

    def named(self, name: str, most: int) -> str:
        """Return a name with an ending of this kind, its own where it has one, of at most so many characters."""
        path = PurePath(name)
        suffix = path.suffix if path.suffix.lower() in self.suffixes else self.suffixes[0]
        return f"{path.stem[: most - len(suffix)]}{suffix}"


JPEG: Final = FileKind("image/jpeg", (".jpg", ".jpeg"), is_picture=True)
PNG: Final = FileKind("image/png", (".png",), is_picture=True)
WEBP: Final = FileKind("image/webp", (".webp",), is_picture=True)
PDF: Final = FileKind("application/pdf", (".pdf",))
XLSX: Final = FileKind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",))
DOCX: Final = FileKind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",))
ODS: Final = FileKind("application/vnd.oasis.opendocument.spreadsheet", (".ods",))
ODT: Final = FileKind("application/vnd.oasis.opendocument.text", (".odt",))
CSV: Final = FileKind("text/csv", (".csv",))
TEXT: Final = FileKind("text/plain", (".txt",))

PICTURES: Final = (JPEG, PNG, WEBP)
KINDS: Final = (PDF, *PICTURES, XLSX, DOCX, ODS, ODT, CSV, TEXT)


class NotTaken(Exception):
    """What a file is, where that is known and not taken: `code` is one of the class's names."""

    MARKUP, HEIC, ARCHIVE, MACROS, OTHER = "markup", "heic", "archive", "macros", "other"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def kind_of(file: IO[bytes], name: str) -> FileKind:
    """Return what a file is; raises `NotTaken` for all that is none of `KINDS`. Leaves the file at its beginning.

    Plain text has no marks of its own, so there the name's ending decides between text and CSV, and without one of the
    two it is not taken.
    """
    file.seek(0)
    head = file.read(_HEAD)
    try:
        return _marked(head) or _archived(file, head) or _worded(head, name)
    finally:
        file.seek(0)


def _marked(head: bytes) -> FileKind | None:
    """What begins with its kind's mark."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"%PDF-"):
        return PDF
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim"):
        raise NotTaken(NotTaken.HEIC)
    return None


def _archived(file: IO[bytes], head: bytes) -> FileKind | None:
    """What office programs write: an archive, of which the list of contents says more."""
    if not head.startswith(b"PK\x03\x04"):
        return None
    try:
        _check_directory(file)
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if any(name.endswith("vbaProject.bin") for name in names):
                raise NotTaken(NotTaken.MACROS)
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    said = member.read(100).decode("ascii", "replace").strip()
                return next((kind for kind in (ODS, ODT) if kind.content_type == said), None) or _refuse()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, struct.error):
        raise NotTaken(NotTaken.ARCHIVE) from None
    if "xl/workbook.xml" in names:
        return XLSX
    return DOCX if "word/document.xml" in names else _refuse()


def _refuse() -> FileKind:
    raise NotTaken(NotTaken.ARCHIVE)


def _check_directory(file: IO[bytes]) -> None:
    """Refuse an archive whose list of contents alone would fill the memory, before it is read."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_OF_DIRECTORY))
    end = file.read()
    at = end.rfind(b"PK\x05\x06")
    # Beyond 4 GB an archive says its sizes elsewhere: none of that kind is an office file.
    if at < 0 or not 0 < struct.unpack_from("<L", end, at + 12)[0] <= _MOST_DIRECTORY:
        raise NotTaken(NotTaken.ARCHIVE)


def _worded(head: bytes, name: str) -> FileKind:
    """Plain text, by its name's ending, if it shows characters alone and no markup."""
    text = head.decode("utf-16", "replace").encode() if head.startswith(_BOMS_OF_UTF_16) else head
    if text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise NotTaken(NotTaken.MARKUP)
    suffix = PurePath(name).suffix.lower()
    for kind in (CSV, TEXT):
        if suffix in kind.suffixes and _PLAIN.issuperset(text):
            return kind
    raise NotTaken(NotTaken.OTHER)
