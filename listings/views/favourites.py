"""Listings that one has starred."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from common.errors import Forbidden
from common.web.kept import is_ours, kept_elsewhere
from common.web.pages import act, query_without
from listings.access import get_favourite, get_listing, own_favourites
from listings.selectors.favourites import mark_stars, starred_by
from listings.services.favourites import star, unstar
from listings.views.wishes import wish_for_star

PER_PAGE = 24


@require_safe
@login_required
def favourites(request: HttpRequest) -> HttpResponse:
    """What I have starred, the newest first; what can no longer be seen says so."""
    page = Paginator(own_favourites(request.user), PER_PAGE).get_page(request.GET.get("page"))
    shown = starred_by(request.user, list(page.object_list))
    context = {"page": page, "shown": shown, "query": query_without(request, "page")}
    return render(request, "listings/favourites.html", context)


@require_POST
@login_required
def listing_star(request: HttpRequest, pk: int) -> HttpResponse:
    """Star a listing that I see; for htmx its star alone."""
    found = get_listing(request.user, pk)
    return _done(request, pk, lambda: star(actor=signed_in(request), listing=found), _("Starred."))


# Without a token, so that a public page is the same for every visitor: the browser says from where the form comes.
@csrf_exempt
@require_POST
def listing_star_wish(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep in mind which listing a visitor wants to star, and lead through signing in, which stars it, and back."""
    found = get_listing(request.user, pk)
    if request.user.is_authenticated:
        return redirect("listing", pk=pk)
    if not is_ours(request):
        raise Forbidden(_("Press the star on a page of this site."))
    wish_for_star(request, found)
    kept_elsewhere(request)
    messages.info(request, _("Sign in, and “%(name)s” is among your favourites.") % {"name": found.name})
    return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _back(request)})}")


@require_POST
@login_required
def listing_unstar(request: HttpRequest, pk: int) -> HttpResponse:
    """Take my star off a listing, also off one that I no longer see."""
    get_favourite(request.user, pk)
    return _done(
        request, pk, lambda: unstar(actor=signed_in(request), listing_id=pk), _("The star is taken off.")
    )


def _done(request: HttpRequest, pk: int, effect: Callable[[], object], said: str) -> HttpResponse:
    """Do it, and lead back to the page on which the star was; for htmx answer with the star as it is now."""
    part = request.htmx  # type: ignore[attr-defined]  # by middleware
    response = act(request, effect, "" if part else said, to=_back(request))
    if not part:
        return response
    [found] = mark_stars(request.user, [get_listing(request.user, pk)])
    return render(request, "listings/_star.html", {"listing": found})


def _back(request: HttpRequest) -> str:
    """Return the page on which the star was."""
    back = request.POST.get("back", "")
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else reverse("favourites")
