"""The page of one's API tokens."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import access
from accounts.access import signed_in
from accounts.forms.tokens import TokenForm
from accounts.services.tokens import create_api_token, revoke_api_token
from accounts.views.acting import form_page
from common.web.pages import act, posted, submit


@never_cache
@form_page
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens. A new one's secret is in this one answer only: not in the database, nor in the session."""
    user = signed_in(request)
    form = TokenForm(posted(request))
    created = submit(request, form, lambda: create_api_token(actor=user, name=form.cleaned_data["name"]))
    context: dict[str, Any] = {"form": TokenForm() if created else form}
    if created:
        context["token"], context["secret"] = created
    context["tokens"] = user.api_tokens.filter(revoked_at__isnull=True)
    return render(request, "accounts/tokens.html", context)


@require_POST
@login_required
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a token useless at once."""
    user = signed_in(request)
    token = access.get_own_api_token(user, pk)
    said = _("The token “%(name)s” no longer works.") % {"name": token.name}
    return act(request, lambda: revoke_api_token(actor=user, token=token), said, to="tokens")
