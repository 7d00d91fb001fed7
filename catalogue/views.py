"""Pages of the catalogue: the tree, one resource, precedents, and suggestions while one types."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import is_facilitator, signed_in
from catalogue import access
from catalogue import precedents as writes
from catalogue.codes import suggest_codes
from catalogue.filters import PrecedentFilter
from catalogue.forms import PrecedentForm, countries_of_precedents
from catalogue.models import EwcCode, Kind, Precedent, Resource
from catalogue.resource_uses import all_uses_of
from catalogue.search import suggest_resources
from common.errors import Forbidden, Invalid, NotFound
from common.templatetags.loopyard import KIND_ICONS
from common.units import UNIT_LABEL

MOST_FOUND = 40
PER_PAGE = 24
SEPARATOR = " › "


@require_safe
def resources(request: HttpRequest) -> HttpResponse:
    """The whole tree by kind, or what a search finds."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:120]
    context: dict[str, Any] = {"text": text}
    if text:
        context["found"] = suggest_resources(text, limit=MOST_FOUND)
    else:
        context["kinds"] = _tree()
    return render(request, "catalogue/resources.html", context)


def _tree() -> list[dict[str, Any]]:
    """Return the five kinds, each with its branches: a resource one level below the root and all below it."""
    kinds: list[dict[str, Any]] = []
    for resource in Resource.objects.only("slug", "name", "kind", "depth", "tree_left", "tree_right"):
        if resource.depth == 0:
            kinds.append({"kind": resource.kind, "name": Kind(resource.kind).label, "branches": []})
        elif resource.depth == 1:
            kinds[-1]["branches"].append({"resource": resource, "below": []})
        else:
            kinds[-1]["branches"][-1]["below"].append(resource)
    return kinds


@require_safe
def resource(request: HttpRequest, slug: str) -> HttpResponse:
    """What is known of one resource."""
    found = Resource.objects.listable().filter(slug=slug).first()
    if found is None:
        raise NotFound
    context = {
        "resource": found,
        "unit": UNIT_LABEL[found.canonical_unit],
        "ancestors": Resource.objects.ancestors_of(found).filter(depth__gt=0).exclude(pk=found.pk),
        "children": found.children.all(),
        "codes": EwcCode.objects.filter(code__in=found.ewc_codes),
        "properties": found.quality_properties(),
        "uses": all_uses_of(found),
    }
    return render(request, "catalogue/resource.html", context)


def _above(breadcrumb: str) -> str:
    """Return the way down to a resource without its own name, which stands beside it already."""
    return breadcrumb.rpartition(SEPARATOR)[0]


@require_safe
def resource_suggest(request: HttpRequest) -> JsonResponse:
    """Resources that ?q= may mean, as static/js/typeahead.js takes them."""
    results = [
        {
            "text": found.name,
            "slug": found.slug,
            "hint": " · ".join(part for part in (_above(found.breadcrumb), found.why) if part),
            "kind": found.kind,
            "icon": KIND_ICONS[found.kind],
        }
        for found in suggest_resources(request.GET.get("q", ""))
    ]
    return JsonResponse({"results": results})


@require_safe
def code_suggest(request: HttpRequest) -> JsonResponse:
    """Waste codes that ?q= may mean, as static/js/typeahead.js takes them; `note` stands below the list."""
    found = suggest_codes(request.GET.get("q", ""))
    results = [
        {
            "text": code.display,
            "hint": " · ".join(part for part in (code.description, code.reason, code.warning) if part),
            "warning": code.warning,
        }
        for code in found.codes
    ]
    note = found.question.text if found.question else found.note
    return JsonResponse({"results": results, "note": note})


# --- precedents ---------------------------------------------------------------------------------------------
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
                writes.add_precedent(actor=actor, programme=programme, details=form.details())
            else:
                writes.edit_precedent(actor=actor, precedent=found, details=form.details())
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
    writes.remove_precedent(actor=signed_in(request), precedent=found)
    messages.success(request, _("Removed."))
    return redirect("precedents")
