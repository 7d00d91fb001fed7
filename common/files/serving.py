"""How a file is handed out, to pages and over the API alike: what may be seen is asked before."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse

from common.files.stored import StoredFile


def as_download(stored: StoredFile, content: FieldFile) -> FileResponse:
    """Send a file under the name that it was given, to be kept and not shown: whatever is in it does nothing here."""
    return _sent(stored, content, as_attachment=True)


def as_picture(stored: StoredFile, content: FieldFile) -> FileResponse:
    """Send a picture that was made here, to be shown. A browser asks again each time: what may be seen can change."""
    response = _sent(stored, content, as_attachment=False)
    response["Cache-Control"] = "private, no-cache"
    return response


def _sent(stored: StoredFile, content: FieldFile, *, as_attachment: bool) -> FileResponse:
    response = FileResponse(
        content.open("rb"),
        as_attachment=as_attachment,
        filename=stored.name,
        content_type=stored.content_type,
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
