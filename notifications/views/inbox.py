"""The inbox."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from common.web.pages import act, query_without
from notifications.access import get_notification, own_notifications
from notifications.models import Kind
from notifications.selectors.inbox import unread_count
from notifications.selectors.preferences import refusal_of, zone_of_reader
from notifications.services.inbox import mark_all_read, mark_read

PER_PAGE = 30


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """What I was told, the newest first; ?show=all with what I have read; ?kind= of one kind."""
    person = signed_in(request)
    kind = request.GET.get("kind", "")
    found = own_notifications(person)
    if kind in Kind.values:
        found = found.filter(kind=kind)
    everything = request.GET.get("show") == "all"
    shown = found if everything else found.filter(read_at__isnull=True)
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "everything": everything,
        "kind": Kind(kind).label if kind in Kind.values else "",
        "unread": unread_count(person),
        "refusal": refusal_of(person.email),
        "query": query_without(request, "page"),
    }
    with timezone.override(zone_of_reader(person)):
        return render(request, "notifications/inbox.html", context)


@require_safe
@login_required
def notification(request: HttpRequest, pk: int) -> HttpResponse:
    """One thing told, as letters lead to it: what it says, and the button that opens it and marks it as read.

    Looking changes nothing, since mail programs and browsers fetch links before somebody follows them; a script
    presses the button for whoever looks at the page.
    """
    person = signed_in(request)
    found = get_notification(person, pk)
    if found.read_at is not None:
        return redirect(found.address)
    with timezone.override(zone_of_reader(person)):
        return render(request, "notifications/notification.html", {"told": found})


@require_POST
@login_required
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one thing as read, and go where it leads."""
    notification = get_notification(request.user, pk)
    return act(request, lambda: mark_read(notification=notification), "", to=notification.address)


@require_POST
@login_required
def notification_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one thing as read, and stay."""
    notification = get_notification(request.user, pk)
    return act(request, lambda: mark_read(notification=notification), "", to="inbox")


@require_POST
@login_required
def notifications_read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    person = signed_in(request)
    return act(request, lambda: mark_all_read(person=person), _("Everything is marked as read."), to="inbox")
