"""Up to four listings beside each other."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.reading.text import key_in
from listings.access import own_favourites
from listings.models import Listing
from listings.selectors.comparison import MOST_COMPARED, compare, listings_to_compare
from listings.selectors.favourites import starred_by

MOST_TO_ADD = 12


@require_safe
def comparison(request: HttpRequest) -> HttpResponse:
    """The listings that the address names (`?listing=1&listing=2`); ?only=differences leaves out what they share."""
    asked = list(dict.fromkeys(filter(None, (key_in(text) for text in request.GET.getlist("listing")))))
    keys = asked[:MOST_COMPARED]
    listings = listings_to_compare(request.user, keys)
    rows = compare(request.user, listings)
    only = request.GET.get("only") == "differences" and len(listings) > 1
    alike = sum(not row.differs for row in rows)
    shown = [each.pk for each in listings]
    context: dict[str, Any] = {
        "listings": [
            (each, _address([key for key in shown if key != each.pk], only=only)) for each in listings
        ],
        "keys": shown,
        "rows": [row for row in rows if row.differs] if only else rows,
        "several": len(listings) > 1,
        "only": only,
        "alike": alike,
        "everything": _address(shown, only=False),
        "differences": _address(shown, only=True),
        "said": _said(len(asked) - len(keys), len(keys) - len(listings)),
        "to_add": _to_add(request, shown),
        "room": MOST_COMPARED - len(shown),
    }
    return render(request, "listings/comparison.html", context)


def _address(keys: list[int], *, only: bool) -> str:
    query = QueryDict(mutable=True)
    query.setlist("listing", [str(key) for key in keys])
    if only:
        query["only"] = "differences"
    return f"?{query.urlencode()}"


def _said(beyond: int, unseen: int) -> list[str]:
    """Return what is not shown, and why; of what cannot be seen no more than that."""
    said = []
    if beyond:
        text = _("Four at most stand beside each other: the first four are shown, %(beyond)s left out.")
        said.append(text % {"beyond": beyond})
    if unseen:
        said.append(_("Not shown, since not on the market: %(unseen)s.") % {"unseen": unseen})
    return said


def _to_add(request: HttpRequest, shown: list[int]) -> list[Listing]:
    """Return favourites of mine that could stand beside them."""
    if len(shown) >= MOST_COMPARED:
        return []
    others = own_favourites(request.user).exclude(listing__in=shown)[:MOST_TO_ADD]
    return [each.listing for each in starred_by(request.user, list(others)) if each.listing]
