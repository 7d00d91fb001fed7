"""What an app puts on the page of one below it: the place's name, and the templates that fill it, in order."""

from collections.abc import Mapping, Sequence

SLOTS: Mapping[str, Sequence[str]] = {
    "programme.figures": ("trading/slots/on_programme.html", "matching/slots/on_programme.html"),
    "programmes.figures": ("matching/slots/on_programmes.html",),
    "market.results": ("register/slots/market_hint.html",),
    "organization.start": ("register/slots/typical_start.html",),
    "my_listings.start": ("register/slots/typical_start_of_mine.html",),
    "listing.preview": ("matching/slots/listing_preview.html",),
    "listing.deals": ("trading/slots/on_listing.html",),
    "letters.mine": ("notifications/slots/letters.html",),
    "help.ask": ("accounts/slots/who_to_ask.html",),
    "match.deal": ("trading/slots/on_match.html",),
}
