"""The glossary: every word that pages explain, on one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from catalogue.called import called
from catalogue.selectors.glossary import PARTS, GlossaryTerm, glossary
from common.reading.names import name_key

_LABELS = {
    "market": _("The market"),
    "deal": _("Deals and what comes of them"),
    "law": _("Waste law"),
    "recovery": _("Recovery operations"),
    "disposal": _("Disposal operations"),
}
_NUMBERED = ("recovery", "disposal")


@require_safe
def glossary_page(request: HttpRequest) -> HttpResponse:
    """Terms by part, each part in the order of its words, the operations in that of the law."""
    parts = [(part, _LABELS[part], _terms_of(part)) for part in PARTS]
    return render(request, "catalogue/glossary.html", {"parts": parts})


def _terms_of(part: str) -> list[GlossaryTerm]:
    found = [each for each in glossary().values() if each.part == part]
    return found if part in _NUMBERED else sorted(found, key=lambda each: name_key(called(each.term)))
