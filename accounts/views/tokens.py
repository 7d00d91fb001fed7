"""The page of one's API tokens."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import access
from accounts.access import signed_in, working_tokens
from accounts.forms.tokens import TokenForm
from accounts.models import ApiToken, User
from accounts.services.tokens import OVERLAP, create_api_token, revoke_api_token, rotate_api_token
from accounts.views.acting import form_page
from common.web.pages import act, posted, submit


@never_cache
@form_page
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens. A new one's secret is in this one answer only: not in the database, nor in the session."""
    user = signed_in(request)
    form = TokenForm(posted(request))
    created = submit(request, form, lambda: _created(user, form))
    context: dict[str, Any] = {"form": TokenForm() if created else form}
    if created:
        context["token"], context["secret"] = created
    return _page(request, user, context)


def _created(user: User, form: TokenForm) -> tuple[ApiToken, str]:
    typed = form.cleaned_data
    return create_api_token(actor=user, name=typed["name"], scope=typed["scope"], days=typed["days"] or None)


def _page(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    context["tokens"] = working_tokens().filter(user=user)
    return render(request, "accounts/tokens.html", context)


@never_cache
@require_POST
@login_required
def token_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A successor for a token, whose secret is in this one answer only; the old one works on for a while."""
    user = signed_in(request)
    old = access.get_own_api_token(user, pk)
    token, secret = rotate_api_token(actor=user, token=old)
    return _page(
        request, user, {"form": TokenForm(), "token": token, "secret": secret, "overlap_days": OVERLAP.days}
    )


@require_POST
@login_required
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a token useless at once."""
    user = signed_in(request)
    token = access.get_own_api_token(user, pk)
    said = _("The token “%(name)s” no longer works.") % {"name": token.name}
    return act(request, lambda: revoke_api_token(actor=user, token=token), said, to="tokens")
