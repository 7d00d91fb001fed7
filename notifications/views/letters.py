"""A letter as its reader sees it, on a machine that shows letters on its pages."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.errors import NotFound
from notifications.access import get_letter


@require_safe
@never_cache
@login_required
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter to my address, as a mail program would show it."""
    found = get_letter(request.user, pk)
    if not found.html:
        raise NotFound
    return HttpResponse(found.html)
