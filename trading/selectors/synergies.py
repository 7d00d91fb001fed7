"""Reads: what a synergy is bid in, and which match is behind it."""

from matching.models import Match
from trading.models import Synergy


def currency_of(synergy: Synergy) -> str:
    """Return the currency in which a synergy is bid: its listings', else the supplier's."""
    listing = synergy.offer or synergy.request
    return listing.currency if listing else synergy.supplier.currency


def match_of(found: Synergy) -> Match | None:
    """Return the match that it began with, or that there is between its listings."""
    matches = Match.objects.filter(offer=found.offer_id, request=found.request_id)
    if found.offer_id is None or found.request_id is None:
        return None
    return matches.select_related("offer__resource", "request__resource").first()
