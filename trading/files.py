"""Uploaded documents: what is taken, and what is kept beside them."""

import hashlib
from pathlib import PurePath
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from common.errors import Invalid

MOST_BYTES: Final = 20 * 1024 * 1024
CONTENT_TYPES: Final = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""By the ending of the name: what a browser claims of a file is not believed."""


def read_upload(upload: UploadedFile) -> dict[str, Any]:
    """Return the fields of a `StoredFile` for an upload; `Invalid` on `file` for one that is not taken."""
    path = PurePath(upload.name or "")
    content_type = CONTENT_TYPES.get(path.suffix.lower())
    if content_type is None:
        raise Invalid(
            {"file": _("Only these kinds of files: %(kinds)s.") % {"kinds": ", ".join(CONTENT_TYPES)}}
        )
    if not upload.size:
        raise Invalid({"file": _("This file is empty.")})
    if upload.size > MOST_BYTES:
        raise Invalid(
            {"file": _("This file is larger than %(most)s MB.") % {"most": MOST_BYTES // 1024 // 1024}}
        )
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    name = path.name if len(path.name) <= 200 else path.stem[: 200 - len(path.suffix)] + path.suffix
    return {
        "name": name,
        "size": upload.size,
        "sha256": digest.hexdigest(),
        "content_type": content_type,
        "file": upload,
    }
