"""A party says that it is interested in a match that waits for its review."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import current_membership, signed_in
from common.web.pages import act
from matching.access import get_match, party_to_trade_for
from matching.services.interests import note_interest, take_back_interest


@require_POST
@login_required
def match_note_interest(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the acting organization is interested in a match that is not reviewed yet."""
    match = get_match(request.user, pk)
    organization = party_to_trade_for(request.user, match, acting=current_membership(request))
    return act(
        request,
        lambda: note_interest(actor=signed_in(request), match=match, organization=organization),
        _("Noted: whoever reviews it sees that you are interested."),
        to=reverse("match", args=[pk]),
    )


@require_POST
@login_required
def match_take_back_interest(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back that the acting organization is interested."""
    match = get_match(request.user, pk)
    organization = party_to_trade_for(request.user, match, acting=current_membership(request))
    return act(
        request,
        lambda: take_back_interest(actor=signed_in(request), match=match, organization=organization),
        _("Taken back."),
        to=reverse("match", args=[pk]),
    )
