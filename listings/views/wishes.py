"""Stars that a visitor pressed: kept in the session through signing in or up, and then set.

The session of a visitor is carried over by `login()`, which only a form that somebody sent brings about.
"""

import time
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import Conflict, NotFound, words_of
from listings.access import get_listing
from listings.models import Listing
from listings.services.favourites import star

_SESSION_KEY: Final = "stars_wished_for"
_KEPT_S: Final = 30 * 60
MOST_WISHES: Final = 20


def wish_for_star(request: HttpRequest, listing: Listing) -> None:
    """Keep a listing in mind, the latest `MOST_WISHES` of them."""
    wishes = [wish for wish in request.session.get(_SESSION_KEY, []) if wish["listing"] != listing.pk]
    request.session[_SESSION_KEY] = [*wishes, {"listing": listing.pk, "at": time.time()}][-MOST_WISHES:]


def grant_wishes(*, request: HttpRequest, user: User, **_signal: Any) -> None:
    """Star what was wished for within the last half hour, as far as whoever signed in may see it."""
    for wish in request.session.pop(_SESSION_KEY, []):
        if wish["at"] < time.time() - _KEPT_S:
            continue
        try:
            found = get_listing(user, wish["listing"])
            star(actor=user, listing=found)
        except NotFound:
            continue
        except Conflict as refusal:
            messages.error(request, words_of(refusal), fail_silently=True)
        else:
            said = _("“%(name)s” is among your favourites.") % {"name": found.name}
            messages.success(request, said, fail_silently=True)
