"""How one wants to be told; and the one click that ends letters, for whoever is not signed in too."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import signed_in
from common.web.pages import act, posted, submit
from notifications.forms import PreferencesForm
from notifications.models import Channel, Kind
from notifications.selectors.preferences import refusal_of, zone_of_reader
from notifications.services.preferences import choose_all, try_address_again
from notifications.services.stopping import Stop, read_token, stop_letters


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """How I want to be told of each kind, and in which time zone."""
    person = signed_in(request)
    form = PreferencesForm(posted(request), person=person)
    done = submit(request, form, lambda: _choose(request, form))
    if done:
        messages.success(request, _("Saved. It holds for what happens from now on."))
        return redirect("preferences")
    context = {"form": form, "refusal": refusal_of(person.email), "zone": zone_of_reader(person).key}
    return render(request, "notifications/preferences.html", context)


def _choose(request: HttpRequest, form: PreferencesForm) -> bool:
    choose_all(person=signed_in(request), channels=form.channels(), timezone=form.cleaned_data["timezone"])
    return True


@require_POST
@login_required
def address_again(request: HttpRequest) -> HttpResponse:
    """Write to my address again, although the mail server refused it."""
    person = signed_in(request)
    said = _("We write to %(email)s again.") % {"email": person.email}
    return act(request, lambda: try_address_again(person=person), said, to="preferences")


@csrf_exempt  # a mail program sends it, which has no cookie; the signed token says whose letters end
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letters_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button that ends letters of a kind; pressed, or sent by a mail program (RFC 8058), it does so."""
    if request.method == "POST":
        stop, done = stop_letters(token=token), True
    else:
        stop, done = read_token(token), False
    return render(request, "notifications/stop.html", {"what": _what(stop), "done": done})


def _what(stop: Stop) -> str:
    if stop.what in Kind.values:
        return str(Kind(stop.what).label)
    return _("the weekly letter") if stop.what == Channel.WEEKLY else _("the daily letter")
