"""Pages of the catalogue: the tree, one resource, and suggestions while one types."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalogue.called import called
from catalogue.models import EwcCode, Kind, Resource
from catalogue.selectors.resources import suggest_resources
from catalogue.selectors.uses import all_uses_of
from common.errors import NotFound
from common.reading.text import clean_line
from common.templatetags.loopyard import KIND_ICONS
from common.units import unit_label

MOST_FOUND = 40
SEPARATOR = " › "


@require_safe
def resources(request: HttpRequest) -> HttpResponse:
    """The whole tree by kind, or what a search finds."""
    text = clean_line(request.GET.get("q", ""))[:120]
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
        "unit": unit_label(found.canonical_unit),
        "ancestors": Resource.objects.ancestors_of(found).filter(depth__gt=0).exclude(pk=found.pk),
        "children": found.children.all(),
        "codes": EwcCode.objects.filter(code__in=found.ewc_codes),
        "properties": found.quality_properties(),
        "prices": found.prices.select_related("stated_for"),
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
            "text": called(found.name),
            "slug": found.slug,
            "hint": " · ".join(part for part in (called(_above(found.breadcrumb)), found.why) if part),
            "kind": found.kind,
            "icon": KIND_ICONS[found.kind],
        }
        for found in suggest_resources(request.GET.get("q", ""))
    ]
    return JsonResponse({"results": results})
