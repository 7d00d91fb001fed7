"""Pages of a listing's pictures and data sheets."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import signed_in
from common.files.serving import as_download, as_picture
from common.web.pages import act, posted, submit
from listings.access import get_file_to_change, get_listing_file, get_listing_to_trade
from listings.forms.files import CaptionForm, FilesForm
from listings.models import Listing, ListingFile
from listings.services.files import MOST_DOCUMENTS, MOST_PICTURES, add_files, change_file, remove_file


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def listing_files(request: HttpRequest, pk: int) -> HttpResponse:
    """The pictures and data sheets of a listing of mine: add some, order them, say what is seen, remove them."""
    found = get_listing_to_trade(request.user, pk)
    form = FilesForm(posted(request), request.FILES or None)
    done = submit(
        request,
        form,
        lambda: add_files(actor=signed_in(request), listing=found, uploads=form.cleaned_data["file"]),
    )
    if done:
        added, refused = done
        said = ngettext("%(count)d file added.", "%(count)d files added.", len(added))
        messages.success(request, said % {"count": len(added)})
        for text in refused:
            messages.error(request, text)
        return redirect("listing_files", pk)
    return _shown(request, found, form)


def _shown(
    request: HttpRequest, found: Listing, form: FilesForm, *, wrong: CaptionForm | None = None, of: int = 0
) -> HttpResponse:
    files = list(found.files.all())
    pictures = [_with_form(each, wrong if each.pk == of else None) for each in files if each.is_picture]
    documents = [_with_form(each, wrong if each.pk == of else None) for each in files if not each.is_picture]
    context = {
        "listing": found,
        "form": form,
        "groups": [
            (_("Pictures"), "picture", pictures, MOST_PICTURES),
            (_("Data sheets"), "document", documents, MOST_DOCUMENTS),
        ],
    }
    return render(request, "listings/files.html", context)


def _with_form(file: ListingFile, wrong: CaptionForm | None) -> dict[str, Any]:
    return {"file": file, "form": wrong or CaptionForm(file=file)}


@require_safe
def listing_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A picture, large, or a data sheet to be kept, to who may see it."""
    found = get_listing_file(request.user, pk)
    return _picture(request, found, small=False) if found.is_picture else as_download(found, found.file)


@require_safe
def listing_file_small(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A picture, small; a data sheet has none."""
    found = get_listing_file(request.user, pk)
    return _picture(request, found, small=True) if found.is_picture else as_download(found, found.file)


def _picture(
    request: HttpRequest, found: ListingFile, *, small: bool
) -> FileResponse | HttpResponseNotModified:
    """Send a picture, or say that what the browser has is still it: only who may see it is told even that."""
    content = found.small if small else found.file
    tag = quote_etag(str(content.name).rpartition("/")[2])
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag, "Cache-Control": "private, no-cache"})
    response = as_picture(found, content)
    response["ETag"] = tag
    return response


@require_POST
@login_required
def listing_file_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is seen in one of mine, or move it one place."""
    found = get_file_to_change(request.user, pk)
    if step := {"earlier": -1, "later": 1}.get(request.POST.get("move", "")):
        to = max(1, found.position + step)
        return act(
            request,
            lambda: change_file(actor=signed_in(request), file=found, position=to),
            "",
            to=reverse("listing_files", args=[found.listing_id]),
        )
    form = CaptionForm(request.POST, file=found)
    saved = submit(
        request,
        form,
        lambda: change_file(actor=signed_in(request), file=found, caption=form.cleaned_data["caption"]),
    )
    if saved:
        messages.success(request, _("Saved."))
        return redirect("listing_files", found.listing_id)
    return _shown(request, found.listing, FilesForm(), wrong=form, of=found.pk)


@require_POST
@login_required
def listing_file_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one of mine for good."""
    found = get_file_to_change(request.user, pk)
    return act(
        request,
        lambda: remove_file(actor=signed_in(request), file=found),
        _("%(name)s is removed.") % {"name": found.name},
        to=reverse("listing_files", args=[found.listing_id]),
    )
