"""Choosing a language: for oneself for good, or for this browser by the switch at the foot of each page.

Whoever has chosen none, and whose browser asks for none that is spoken here, hears that of their programme.
"""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from accounts.forms.languages import LanguageForm
from accounts.selectors.languages import language_of_programme, language_of_programmes
from accounts.services.languages import choose_language
from accounts.views.acting import form_page
from common.web.languages import (
    is_api,
    known_language,
    page_before,
    remember_language,
    speaking,
    wished_language,
)
from common.web.pages import posted, submit

OF_A_PROGRAMME: Final = (
    "programme",
    "programme_add",
    "programme_answer",
    "programme_remove",
    "programme_weights",
    "programme_benefit",
)
"""Pages of one programme, by the names of their addresses."""


class ProgrammeLanguageMiddleware:
    """Speak the programme's language to whom nobody knows better: on its own pages, and to its members everywhere.

    Stands behind the `LanguageMiddleware`, which hears of what somebody chose or a browser asks for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: Any, kwargs: dict[str, Any]
    ) -> None:
        """The address is known only now."""
        if is_api(request) or wished_language(request):
            return
        name = request.resolver_match.url_name if request.resolver_match else ""
        spoken = language_of_programme(kwargs["slug"]) if name in OF_A_PROGRAMME else ""
        if not spoken and settings.SESSION_COOKIE_NAME in request.COOKIES:
            spoken = language_of_programmes(request.user)
        if known_language(spoken):
            translation.activate(spoken)
            request.LANGUAGE_CODE = spoken


@form_page
@login_required
def language(request: HttpRequest) -> HttpResponse:
    """My language."""
    user = signed_in(request)
    form = LanguageForm(posted(request), initial={"language": user.language})

    def chosen() -> bool:
        choose_language(actor=user, language=form.cleaned_data["language"])
        return True

    if submit(request, form, chosen):
        with speaking(user.language):
            messages.success(request, _("Saved."))
        return remember_language(request, redirect("language"), user.language)
    return render(request, "accounts/language.html", {"form": form})


# Without a token: the frame of a page must not differ from one address to another, nor from one answer to the next.
# Another site can send this form too, but not with the session (SameSite), so that it changes no more than how a
# browser that nobody signed in with is spoken to.
@csrf_exempt
@require_POST
def language_switch(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on, a signed-in person's in every browser; back to the page before."""
    code = known_language(request.POST.get("language", ""))
    response = redirect(page_before(request))
    if not code:
        return response
    if request.user.is_authenticated:
        choose_language(actor=signed_in(request), language=code)
    return remember_language(request, response, code)
