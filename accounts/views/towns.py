"""Towns for the type-ahead."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.selectors.towns import country_name, suggest_towns


@require_safe
def town_suggest(request: HttpRequest) -> JsonResponse:
    """Towns whose name starts with `q`, for the type-ahead."""
    found = suggest_towns(request.GET.get("q", ""))
    results = [
        {
            "id": town.pk,
            "text": str(town),
            "hint": country_name(town.country),
            "name": town.name,
            "country": town.country,
            "latitude": town.latitude,
            "longitude": town.longitude,
        }
        for town in found
    ]
    return JsonResponse({"results": results})
