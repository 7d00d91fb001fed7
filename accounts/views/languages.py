"""Choosing a language: for oneself for good, or for this browser by the switch at the foot of each page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from accounts.forms.languages import LanguageForm
from accounts.services.languages import choose_language
from accounts.views.acting import form_page
from common.web.languages import known_language, page_before, remember_language, speaking
from common.web.pages import posted, submit


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
