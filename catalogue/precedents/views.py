"""Pages of the precedents: the list, and the form for facilitators."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import is_facilitator, signed_in
from catalogue.models import Precedent, Resource
from catalogue.precedents import access
from catalogue.precedents.forms import PrecedentForm
from catalogue.precedents.selectors import PrecedentFilter, countries_of_precedents
from catalogue.precedents.services import add_precedent, edit_precedent, remove_precedent
from common.errors import Forbidden, Invalid

PER_PAGE = 24


@require_safe
def precedents(request: HttpRequest) -> HttpResponse:
    """Documented exchanges, narrowed by words, country and resource."""
    asked = {name: request.GET[name].replace("\0", "") for name in request.GET}
    filters = PrecedentFilter(asked, queryset=access.precedents())
    page = Paginator(filters.qs, PER_PAGE).get_page(asked.pop("page", ""))
    context = {
        "page": page,
        "query": f"{urlencode(asked)}&" if asked else "",
        "text": asked.get("q", ""),
        "country": asked.get("country", ""),
        "countries": countries_of_precedents(),
        "resource": Resource.objects.filter(slug=asked.get("resource", "")).first(),
        "filtered": any(asked.get(name) for name in filters.filters),
        "mine": set(access.facilitated_programmes(request.user).values_list("pk", flat=True)),
    }
    return render(request, "catalogue/precedents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def precedent_new(request: HttpRequest) -> HttpResponse:
    """Add a documented exchange; for facilitators."""
    if not is_facilitator(request.user):
        raise Forbidden(_("Only facilitators of a programme add precedents."))
    return _precedent_form(request, PrecedentForm(request.POST or None, user=signed_in(request)), None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def precedent_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a precedent of a programme that one facilitates."""
    found = access.get_precedent_to_change(request.user, pk)
    form = PrecedentForm(request.POST or None, user=signed_in(request), precedent=found)
    return _precedent_form(request, form, found)


def _precedent_form(request: HttpRequest, form: PrecedentForm, found: Precedent | None) -> HttpResponse:
    """Save what was sent and is right, else show the form with what is wrong."""
    if request.method == "POST" and form.is_valid():
        actor = signed_in(request)
        try:
            if found is None:
                programme = form.cleaned_data["programme"]
                add_precedent(actor=actor, programme=programme, details=form.details())
            else:
                edit_precedent(actor=actor, precedent=found, details=form.details())
        except Invalid as refusal:
            form.show_refusal(refusal)
        else:
            messages.success(request, _("Saved. Everybody sees it where it fits."))
            return redirect("precedents")
    return render(request, "catalogue/precedent_form.html", {"form": form, "precedent": found})


@require_POST
@login_required
def precedent_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out a precedent of a programme that one facilitates."""
    found = access.get_precedent_to_change(request.user, pk)
    remove_precedent(actor=signed_in(request), precedent=found)
    messages.success(request, _("Removed."))
    return redirect("precedents")
