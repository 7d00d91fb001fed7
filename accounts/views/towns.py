"""Towns for the type-ahead."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.models import Town
from accounts.selectors.towns import country_name, suggest_towns


@require_safe
def town_suggest(request: HttpRequest) -> JsonResponse:
    """Towns of which any name starts with `q`, for the type-ahead: as København, and beside it what we call it."""
    results = [
        {
            "id": town.pk,
            "text": f"{town.called}, {town.country}",
            "hint": _hint(town),
            "name": town.called,
            "country": town.country,
            "latitude": town.latitude,
            "longitude": town.longitude,
        }
        for town in suggest_towns(request.GET.get("q", ""))
    ]
    return JsonResponse({"results": results})


def _hint(town: Town) -> str:
    country = country_name(town.country)
    return country if town.called == town.name else f"{town.name}, {country}"
