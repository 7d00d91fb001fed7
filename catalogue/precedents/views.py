"""Pages of the precedents: the list, and the form for facilitators."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import is_facilitator, signed_in
from catalogue.models import Precedent, Resource
from catalogue.precedents import access
from catalogue.precedents.forms import PrecedentForm
from catalogue.precedents.picture import at_a_glance
from catalogue.precedents.selectors import PrecedentFilter, countries_of_precedents
from catalogue.precedents.services import add_precedent, edit_precedent, remove_precedent
from common.errors import Forbidden
from common.reading.text import clean_line
from common.web.pages import act, posted, submit

PER_PAGE = 24


@require_safe
def precedents(request: HttpRequest) -> HttpResponse:
    """Documented exchanges, narrowed by words, country and resource."""
    asked = {name: clean_line(request.GET[name]) for name in request.GET}
    filters = PrecedentFilter(asked, queryset=access.precedents())
    glance = at_a_glance(filters.qs.select_related("resource"))
    page = Paginator(filters.qs, PER_PAGE).get_page(asked.pop("page", ""))
    context = {
        "page": page,
        "query": f"{urlencode(asked)}&" if asked else "",
        "text": asked.get("q", ""),
        "country": asked.get("country", ""),
        "countries": countries_of_precedents(),
        "resource": Resource.objects.filter(slug=asked.get("resource", "")).first(),
        "filtered": any(asked.get(name) for name in filters.filters),
        "glance": glance,
        "map_data": {"points": list(glance.points)},
        "mine": set(access.facilitated_programmes(request.user).values_list("pk", flat=True)),
    }
    return render(request, "catalogue/precedents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def precedent_new(request: HttpRequest) -> HttpResponse:
    """Add a documented exchange; for facilitators."""
    if not is_facilitator(request.user):
        raise Forbidden(_("Only facilitators of a programme add precedents."))
    form = PrecedentForm(posted(request), user=signed_in(request))
    added = submit(
        request,
        form,
        lambda: add_precedent(
            actor=signed_in(request), programme=form.cleaned_data["programme"], details=form.details()
        ),
    )
    return _saved(request) if added else _shown(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def precedent_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a precedent of a programme that one facilitates."""
    found = access.get_precedent_to_change(request.user, pk)
    form = PrecedentForm(posted(request), user=signed_in(request), precedent=found)
    edited = submit(
        request,
        form,
        lambda: edit_precedent(
            actor=signed_in(request), precedent=found, details=form.details(), seen=form.seen_version
        ),
    )
    return _saved(request) if edited else _shown(request, form, found)


def _saved(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Saved. Everybody sees it where it fits."))
    return redirect("precedents")


def _shown(request: HttpRequest, form: PrecedentForm, found: Precedent | None) -> HttpResponse:
    return render(request, "catalogue/precedent_form.html", {"form": form, "precedent": found})


@require_POST
@login_required
def precedent_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out a precedent of a programme that one facilitates."""
    found = access.get_precedent_to_change(request.user, pk)
    return act(
        request,
        lambda: remove_precedent(actor=signed_in(request), precedent=found),
        _("Removed."),
        to=reverse("precedents"),
    )
