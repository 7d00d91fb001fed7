"""What is taken of what people send, each file by its content."""

import hashlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any, Final, cast

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from common.errors import Invalid
from common.files.kinds import KINDS, FileKind, NotTaken, kind_of
from common.reading.text import clean_line

MOST_BYTES: Final = 20 * 1024 * 1024
LONGEST_NAME: Final = 200
SUFFIXES: Final = tuple(suffix for kind in KINDS for suffix in kind.suffixes)
CONTENT_TYPES: Final = tuple(kind.content_type for kind in KINDS)


@dataclass(frozen=True)
class Upload:
    """A file that is taken."""

    kind: FileKind
    name: str
    """As it was given, without folders, with the ending of what it is."""
    size: int
    sha256: str
    content: IO[bytes]

    def fields(self) -> dict[str, Any]:
        """Return the fields of a `StoredFile` that keeps it as it is."""
        return {
            "name": self.name,
            "size": self.size,
            "sha256": self.sha256,
            "content_type": self.kind.content_type,
            "file": File(self.content, self.name),
        }


def read_upload(upload: UploadedFile) -> Upload:
    """Return what is sent, where it is taken; `Invalid` on `file` with what would be right."""
    if not upload.size:
        raise _refused(_("This file is empty."))
    if upload.size > MOST_BYTES:
        raise _refused(_("This file is larger than %(most)s MB.") % {"most": MOST_BYTES // 1024 // 1024})
    name = PurePath(clean_line(upload.name or "").replace("\\", "/")).name
    content = cast("IO[bytes]", upload.file)
    try:
        kind = kind_of(content, name)
    except NotTaken as refusal:
        raise _refused(_why(refusal.code)) from None
    return Upload(kind, kind.named(name, LONGEST_NAME), upload.size, digest_of_upload(upload), content)


def _refused(text: str) -> Invalid:
    return Invalid({"file": text})


def _why(code: str) -> str:
    kinds = {"kinds": ", ".join(SUFFIXES)}
    return {
        NotTaken.MARKUP: _(
            "Whatever its name says, this is a web page or an SVG, which can carry programs. Send a picture as JPEG or "
            "PNG, a document as PDF."
        ),
        NotTaken.HEIC: _("This is a HEIC picture, which few browsers show. Send it as JPEG."),
        NotTaken.ARCHIVE: _("This is an archive, or a damaged office file. Send each file by itself."),
        NotTaken.MACROS: _("This file carries macros. Save it without them, as XLSX or DOCX, or as PDF."),
    }.get(code, _("Only these kinds of files: %(kinds)s.") % kinds)


def digest_of_upload(upload: UploadedFile) -> str:
    """Return the SHA-256 (hex) of an upload's content, read once however often it is asked for."""
    known: str | None = getattr(upload, "content_sha256", None)
    if known is None:
        content = hashlib.sha256()
        for chunk in upload.chunks():
            content.update(chunk)
        upload.seek(0)
        known = content.hexdigest()
        upload.content_sha256 = known  # type: ignore[attr-defined]  # a place of our own on it
    return known
