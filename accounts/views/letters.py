"""The letter that confirms an address: sent again, and, on a machine without a mail server, read here."""

from itertools import islice
from pathlib import Path
from typing import Final

from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.adapter import CONFIRMING, LETTER

MOST_LETTERS: Final = 50


@require_safe
@never_cache
def letters(request: HttpRequest) -> HttpResponse:
    """The letter to whoever signed up in this browser; for staff all that were written on this machine."""
    if not settings.SHOW_LETTERS:
        raise Http404
    context = {
        "letter": request.session.get(LETTER),
        "confirming": request.session.get(CONFIRMING),
        "all_letters": _all_letters() if request.user.is_authenticated and request.user.is_staff else (),
    }
    return render(request, "accounts/letters.html", context)


def _all_letters() -> list[str]:
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", "") or "nowhere")
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [file.read_text(errors="replace") for file in islice(files, MOST_LETTERS)]


@require_POST
def letter_again(request: HttpRequest) -> HttpResponse:
    """Send the letter again that confirms the address which this browser signed up with."""
    email = request.session.get(CONFIRMING)
    if not email:
        return redirect("account_login")
    # An address that is somebody's already gets the letter that says so, as at signing up: the page looks the same.
    address = EmailAddress.objects.filter(email=email, verified=False).first() or EmailAddress(email=email)
    if not send_verification_email_to_address(request, address, signup=True):
        messages.info(request, _("A letter left less than three minutes ago. Wait a little, then try again."))
    return redirect("account_email_verification_sent")
