"""Uploaded documents: what is taken, and what is kept beside them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePath
from typing import Any, Final

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import Invalid
from events.claims import digest_of_upload
from trading.models import DELIVERY_FILES, SYNERGY_FILES, DeliveryFile, SynergyFile

STRAY_AFTER: Final = timedelta(days=2)
"""Longer than any transaction lasts that has written a file and not yet its row."""
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
    name = path.name if len(path.name) <= 200 else path.stem[: 200 - len(path.suffix)] + path.suffix
    return {
        "name": name,
        "size": upload.size,
        "sha256": digest_of_upload(upload),
        "content_type": content_type,
        "file": upload,
    }


def remove_strays() -> int:
    """Remove the files to which no row leads, since their transaction came to nothing; return how many."""
    removed = 0
    for folder, model in ((SYNERGY_FILES, SynergyFile), (DELIVERY_FILES, DeliveryFile)):
        for owner in _folders(folder):
            kept = set(model.objects.filter(file__startswith=f"{owner}/").values_list("file", flat=True))
            for name in default_storage.listdir(owner)[1]:
                path = f"{owner}/{name}"
                age = timezone.now() - default_storage.get_modified_time(path)
                if path not in kept and age > STRAY_AFTER:
                    default_storage.delete(path)
                    removed += 1
    return removed


def _folders(folder: str) -> Iterator[str]:
    """The folders of single synergies or deliveries."""
    if default_storage.exists(folder):
        yield from (f"{folder}/{name}" for name in default_storage.listdir(folder)[0])
