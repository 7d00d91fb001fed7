"""Where allauth leads people, whom it takes them for, and what becomes of its letters."""

import logging
from smtplib import SMTPException
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import current_membership, is_facilitator, needs_second_factor
from common.web.clients import client_address

log = logging.getLogger(__name__)

_TO_RESET: Final = ("account/email/password_reset_key", "account/email/unknown_account")
"""Letters that somebody asked for who forgot a password, or never had one."""
_TO_CONFIRM: Final = ("account/email/email_confirmation_signup", "account/email/email_confirmation")
_AT_SIGN_UP: Final = (*_TO_CONFIRM, "account/email/account_already_exists")
CONFIRMING: Final = "confirming"
"""Where the session notes which address a letter to confirm it went to."""
LETTER: Final = "letter"
"""Where it keeps that letter, on a machine without a mail server."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Leads a person who belongs nowhere yet to the first thing to do."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the form for one's own organization on the first morning, else the usual page."""
        if current_membership(request) is None and not is_facilitator(request.user):
            return reverse("organization_new")
        url: str = super().get_login_redirect_url(request)
        return url

    def post_login(self, request: HttpRequest, user: Any, **words: Any) -> Any:
        """Ask whoever sees much of others for a second factor, each time until there is one."""
        if settings.SECOND_FACTOR == "asked" and needs_second_factor(user) and not is_mfa_enabled(user):
            messages.info(
                request,
                _(
                    "You see much of what others entrust to us. Protect it by a second factor, "
                    "under “Account and sign-in”."
                ),
            )
        return super().post_login(request, user, **words)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Lead whoever confirmed the address of a new account to the same; an invitation's link goes before."""
        return self.get_login_redirect_url(request)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address by which guessing is counted."""
        return client_address(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter; where it cannot leave, raise the answer that says so and how it is sent again."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError) as error:
            request = current.request
            if request is None:
                raise
            log.warning("A letter could not be sent: %r", error)
            # Else the next one would be held back as if this had left.
            ratelimit.clear(request, action="confirm_email", key=email.lower())
            raise ImmediateHttpResponse(_letter_stayed(request, template_prefix, email)) from error
        if template_prefix in _AT_SIGN_UP and (request := current.request) is not None:
            request.session[CONFIRMING] = email
            request.session.pop(LETTER, None)
            # Never a letter to an account that is somebody's already, nor one that resets a password.
            if settings.SHOW_LETTERS and template_prefix in _TO_CONFIRM:
                request.session[LETTER] = {"to": email, "link": context["activate_url"]}


def _letter_stayed(request: HttpRequest, template_prefix: str, email: str) -> HttpResponseRedirect:
    """Lead to where the letter can be sent again. The same is said whether an account exists or not."""
    if template_prefix in _TO_RESET:
        where = "account_reset_password"
        advice = _("Send this form again in a few minutes.")
    elif request.user.is_authenticated:
        where = "account_email"
        advice = _("Let it be sent again from here in a few minutes.")
    else:
        where = "account_login"
        advice = _("What you entered is kept: sign in here in a few minutes, and the letter is sent again.")
    said = _("The letter to %(email)s could not be sent.") % {"email": email}
    messages.error(request, f"{said} {advice}")
    return HttpResponseRedirect(reverse(where))
