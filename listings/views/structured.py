"""A listing in the words of schema.org, for search engines: what everybody may know of it, whoever asks."""

import json
from decimal import Decimal
from typing import Any, Final

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalogue.called import called
from catalogue.models import Kind
from common.templatetags.loopyard import price_words
from common.units import CANONICAL_UNIT, unit_label
from listings.disclosure.cells import hides_place, told_radius_km
from listings.disclosure.rules import UNLISTED
from listings.models import Listing, Side, State

_TYPES: Final = {Side.OFFER: "Offer", Side.REQUEST: "Demand"}
# UN/CEFACT Recommendation 20, as `unitCode` of schema.org asks.
_UNIT_CODES: Final = {
    "t": "TNE", "kg": "KGM", "lb": "LBR", "short_ton": "STN", "long_ton": "LTN",
    "MWh": "MWH", "kWh": "KWH", "GWh": "GWH", "GJ": "GV", "MJ": "3B", "TJ": "D30", "MMBtu": "BZ",
    "m3": "MTQ", "l": "LTR", "us_gal": "GLL", "ft3": "FTQ", "m2": "MTK", "ft2": "FTK", "h": "HUR", "day": "DAY",
}  # fmt: skip
# What a reader of HTML could take for the end of the script, or for the begin of a comment.
_ESCAPED: Final = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def structured(listing: Listing, url: str) -> SafeString | None:
    """Return a listing as JSON-LD to stand in a script element; None for what is not everybody's.

    What a reader knows beyond that (a name, a site) is not in it: browsers and mail programs hand it on.
    """
    if listing.state != State.PUBLISHED or listing.disclosure in UNLISTED:
        return None
    text = json.dumps({"@context": "https://schema.org", **_offer(listing, url)}, separators=(",", ":"))
    return mark_safe(text.translate(_ESCAPED))  # noqa: S308 - JSON without <, > and &: nothing ends the element


def _offer(listing: Listing, url: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@type": _TYPES[Side(listing.side)],
        "@id": url,
        "url": url,
        "name": listing.name,
        "description": listing.description,
        "itemOffered": _item(listing),
        "availability": "https://schema.org/InStock",
        "availabilityStarts": listing.available_from.isoformat(),
        "availabilityEnds": listing.available_until.isoformat() if listing.available_until else None,
        "inventoryLevel": _quantity(listing.left, CANONICAL_UNIT[listing.resource.dimension]),
        "priceSpecification": _price(listing),
        "availableAtOrFrom": _place(listing),
    }
    if not hides_place(listing.disclosure):
        who = {"@type": "Organization", "name": listing.organization.name}
        # A demand has no word for whose it is, an organization has one for what it seeks.
        told |= {"offeredBy": who} if listing.side == Side.OFFER else {"@reverse": {"seeks": who}}
    return _stated(told)


def _item(listing: Listing) -> dict[str, Any]:
    resource = listing.resource
    properties = [
        {
            "@type": "PropertyValue",
            "name": called(row.property.name),
            "unitText": called(row.property.unit),
            "minValue": _plain(row.low),
            "maxValue": _plain(row.high),
        }
        for row in listing.quality.all()
    ]
    if listing.ewc_code:
        properties.append({"@type": "PropertyValue", "name": _("Waste code"), "value": listing.ewc_code})
    return _stated(
        {
            "@type": "Service" if resource.kind == Kind.SERVICE else "Product",
            "name": called(resource.name),
            "category": called(resource.breadcrumb),
            # A service has no properties of its own in schema.org.
            "additionalProperty": [_stated(each) for each in properties]
            if resource.kind != Kind.SERVICE
            else [],
        }
    )


def _quantity(amount: Decimal | None, unit: str) -> dict[str, Any] | None:
    if amount is None:
        return None
    code = _UNIT_CODES.get(unit)
    named = {"unitCode": code} if code else {"unitText": unit_label(unit)}
    return {"@type": "QuantitativeValue", "value": _plain(amount), **named}


def _price(listing: Listing) -> dict[str, Any] | None:
    if listing.price is None:
        return None
    if listing.price < 0:
        # Shops know no price below nothing, and who reads the bare number would take it for what the buyer pays.
        words = price_words(listing.price, listing.currency, listing.unit, listing.side)
        return {"@type": "PriceSpecification", "description": words}
    return {
        "@type": "UnitPriceSpecification",
        "price": _plain(listing.price),
        "priceCurrency": listing.currency,
        "referenceQuantity": _quantity(Decimal(1), listing.unit),
    }


def _place(listing: Listing) -> dict[str, Any]:
    """Return the place that everybody may know: the site, or its cell as a circle; of a country its name alone."""
    country, point = listing.site.country, listing.public_point
    middle = {"@type": "GeoCoordinates", "latitude": point.latitude, "longitude": point.longitude}
    if not hides_place(listing.disclosure):
        address = {"@type": "PostalAddress", "addressLocality": listing.site.town, "addressCountry": country}
        return {"@type": "Place", "name": listing.place_words, "address": address, "geo": middle}
    radius_km = told_radius_km(listing.site_id)
    circle = radius_km and {"@type": "GeoCircle", "geoMidpoint": middle, "geoRadius": round(radius_km * 1000)}
    address = {"@type": "PostalAddress", "addressCountry": country}
    return _stated({"@type": "Place", "name": listing.place_words, "address": address, "geo": circle})


def _plain(value: Decimal | None) -> str | None:
    """Write a number to its last decimal, as text: JSON's own numbers would round it."""
    return None if value is None else f"{value.normalize():f}"


def _stated(told: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of what could be said."""
    return {name: value for name, value in told.items() if value not in (None, "", [])}
