"""Writes: the pictures and data sheets of a listing.

A picture is made anew (`common.files.pictures`), and what was sent of it is thrown away; a data sheet is kept as it is,
and only ever handed out to be kept. Who may see them stands in `docs/disclosure.md`.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from common.errors import Conflict, Invalid, words_of
from common.files.pictures import Undrawable, drawn_anew
from common.files.strays import remove_strays as remove_strays_of
from common.files.uploads import Upload, read_upload
from common.reading.text import clean_line
from common.templatetags.loopyard import number
from events.services import record_event
from listings.models import LISTING_FILES, Listing, ListingFile
from listings.services.listings import check_editable, create_listing
from listings.services.terms import ListingTerms

MOST_PICTURES: Final = 8
MOST_DOCUMENTS: Final = 8
LONGEST_CAPTION: Final = 200


# --- adding -------------------------------------------------------------------------------------------------
def add_files(
    *, actor: User, listing: Listing, uploads: Sequence[UploadedFile]
) -> tuple[list[ListingFile], list[str]]:
    """Add what can be taken of several files, each in its own transaction; return it, and why not the others.

    Raises `Invalid` on `file` where nothing of it can be taken.
    """
    added, refused = [], []
    for upload in uploads:
        try:
            added.append(add_file(actor=actor, listing=listing, upload=upload))
        except (Invalid, Conflict) as refusal:
            refused.append(f"“{clean_line(upload.name or '')}”: {words_of(refusal)}")
    if not added:
        raise Invalid({"file": refused or _("Choose a file.")})
    return added, refused


def add_file(*, actor: User, listing: Listing, upload: UploadedFile, caption: str = "") -> ListingFile:
    """Add a picture or a data sheet at the end of its own; `Invalid` on `file` or `caption`, `Conflict` for one there.

    A picture is drawn before the listing is locked: that takes a second.
    """
    caption = checked_caption(caption)
    sent = read_upload(upload)
    fields = _picture_fields(sent) if sent.kind.is_picture else sent.fields()
    return _put_file(actor, listing, {**fields, "caption": caption, "is_picture": sent.kind.is_picture})


def checked_caption(caption: str) -> str:
    """Return a caption on one line; `Invalid` for one that is too long."""
    caption = clean_line(caption)
    if len(caption) > LONGEST_CAPTION:
        raise Invalid({"caption": _("At most %(most)s characters.") % {"most": LONGEST_CAPTION}})
    return caption


def _picture_fields(sent: Upload) -> dict[str, Any]:
    try:
        large, small = drawn_anew(sent.content, sent.kind)
    except Undrawable as refusal:
        raise Invalid({"file": _why(refusal)}) from None
    return {
        **sent.fields(),
        "name": f"{sent.name.rpartition('.')[0]}.jpg",
        "size": len(large.content),
        "content_type": "image/jpeg",
        "width_px": large.width_px,
        "height_px": large.height_px,
        "file": ContentFile(large.content, "large"),
        "small": ContentFile(small.content, "small"),
    }


def _why(refusal: Undrawable) -> str:
    if not refusal.width_px:
        return _("This picture is damaged. Open it, save it anew as JPEG or PNG, and send that.")
    return _(
        "This picture has %(width)s × %(height)s pixels. Save it smaller: at most %(most)s million pixels are taken, "
        "and 1,600 across are shown."
    ) % {
        "width": number(refusal.width_px),
        "height": number(refusal.height_px),
        "most": refusal.most_megapixels,
    }


@transaction.atomic
def _put_file(actor: User, listing: Listing, fields: dict[str, Any]) -> ListingFile:
    listing = _locked(listing)
    check_editable(listing)
    there = listing.files.filter(is_picture=fields["is_picture"])
    if listing.files.filter(sha256=fields["sha256"]).exists():
        raise Conflict(_("This file is there already."), code="file_there")
    if fields["is_picture"] and there.count() >= MOST_PICTURES:
        text = _("A listing has %(most)s pictures at most. Remove one first.") % {"most": MOST_PICTURES}
        raise Conflict(text, code="too_many_files")
    if not fields["is_picture"] and there.count() >= MOST_DOCUMENTS:
        text = _("A listing has %(most)s data sheets at most. Remove one first.") % {"most": MOST_DOCUMENTS}
        raise Conflict(text, code="too_many_files")
    file = ListingFile.objects.create(
        listing=listing, uploaded_by=actor, position=there.count() + 1, **fields
    )
    record_event(kind="listing.file_added", subject=listing, actor=actor, data={"file": file.pk})
    return file


def _locked(listing: Listing) -> Listing:
    return Listing.objects.select_for_update().get(pk=listing.pk)


# --- changing -----------------------------------------------------------------------------------------------
@transaction.atomic
def change_file(
    *, actor: User, file: ListingFile, caption: str | None = None, position: int | None = None
) -> ListingFile:
    """Say what is seen, or move it among its own; what is None stays. A position beyond the last means the last.

    Raises `Invalid` on `caption` or `position`.
    """
    listing = _locked(file.listing)
    check_editable(listing)
    file = _found(file)
    if caption is not None:
        file.caption = checked_caption(caption)
        file.save(update_fields=["caption"])
    if position is not None:
        if position < 1:
            raise Invalid({"position": _("Positions begin at 1.")})
        others = list(_alike(file).exclude(pk=file.pk))
        others.insert(position - 1, file)
        _number(others)
    record_event(kind="listing.file_changed", subject=listing, actor=actor, data={"file": file.pk})
    file.refresh_from_db()
    return file


@transaction.atomic
def remove_file(*, actor: User, file: ListingFile) -> None:
    """Remove a picture or a data sheet for good, with its content."""
    listing = _locked(file.listing)
    file = _found(file)
    pk, paths = file.pk, [file.file.name, file.small.name]
    file.delete()
    _number(_alike(file))
    record_event(kind="listing.file_removed", subject=listing, actor=actor, data={"file": pk})
    for path in paths:
        if path:
            transaction.on_commit(partial(default_storage.delete, path))


def _found(file: ListingFile) -> ListingFile:
    """The file as it is now that its listing is locked."""
    found = ListingFile.objects.select_related("listing").filter(pk=file.pk).first()
    if found is None:
        raise Conflict(_("This file was removed meanwhile."), code="file_gone")
    return found


def _alike(file: ListingFile) -> QuerySet[ListingFile]:
    return ListingFile.objects.filter(listing=file.listing_id, is_picture=file.is_picture)


def _number(files: Iterable[ListingFile]) -> None:
    for position, each in enumerate(files, 1):
        if each.position != position:
            ListingFile.objects.filter(pk=each.pk).update(position=position)


# --- copying, and what is left over -------------------------------------------------------------------------
@transaction.atomic
def create_copy(
    *, actor: User, organization: Organization, terms: ListingTerms, source: Listing, publish: bool = True
) -> Listing:
    """Create a listing as `create_listing`, with the pictures and data sheets of another; each has files of its own."""
    listing = create_listing(actor=actor, organization=organization, terms=terms, publish=publish)
    for file in source.files.all():
        kept = file.small.name
        file.pk = None
        file._state.adding = True
        file.listing, file.uploaded_by = listing, actor
        file.file = ContentFile(_content(file.file.name), "copy")
        file.small = ContentFile(_content(kept), "copy") if kept else ""
        file.save()
        record_event(kind="listing.file_added", subject=listing, actor=actor, data={"file": file.pk})
    return listing


def _content(path: str) -> bytes:
    with default_storage.open(path) as content:
        return bytes(content.read())


def remove_strays() -> int:
    """Remove the files to which no row leads: their transaction, or their organization, is gone; return how many."""

    def kept(start: str) -> set[str]:
        large = ListingFile.objects.filter(file__startswith=start).values_list("file", flat=True)
        small = ListingFile.objects.filter(small__startswith=start).values_list("small", flat=True)
        return {*large, *small}

    return remove_strays_of(LISTING_FILES, kept)
