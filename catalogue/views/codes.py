"""Waste codes, suggested while one types."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from catalogue.selectors.codes import suggest_codes


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
