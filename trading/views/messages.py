"""What is said and filed in the synergy room."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from common.files.serving import as_download
from common.web.pages import submit
from trading.access import (
    get_synergy_file,
    get_synergy_to_work_on,
)
from trading.forms.messages import FileForm, MessageForm
from trading.services.messages import add_file, post_message
from trading.views.room import show_room
from trading.views.shared import acts_for


@require_POST
@login_required
def synergy_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something."""
    found, party = get_synergy_to_work_on(request.user, pk, acts_for(request))
    form = MessageForm(request.POST)
    sent = submit(
        request,
        form,
        lambda: post_message(
            actor=signed_in(request), synergy=found, organization=party, text=form.cleaned_data["text"]
        ),
    )
    if sent:
        return redirect(f"{reverse('synergy', args=[pk])}#talk")
    return show_room(request, found, message_form=form)


@require_POST
@login_required
def synergy_file_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a document into the room."""
    found, party = get_synergy_to_work_on(request.user, pk, acts_for(request))
    form = FileForm(request.POST, request.FILES)
    added = submit(
        request,
        form,
        lambda: add_file(
            actor=signed_in(request), synergy=found, organization=party, upload=form.cleaned_data["file"]
        ),
    )
    if added:
        messages.success(request, _("%(name)s is in the room.") % {"name": added.name})
        return redirect("synergy", pk)
    return show_room(request, found, file_form=form)


@require_safe
@login_required
def synergy_file(request: HttpRequest, pk: int) -> FileResponse:
    """Hand a document out to who may see it."""
    found = get_synergy_file(request.user, pk)
    return as_download(found, found.file)
