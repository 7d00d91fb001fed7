"""Sites as points of a map."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from accounts.models import Site
from accounts.selectors.towns import country_name


def map_of(sites: Iterable[Site], *, linked: bool) -> dict[str, Any]:
    """Return points for the map, in degrees; `linked`: with the sites' own names and pages, else their owners'."""
    return {
        "points": [
            {
                "lat": site.latitude,
                "lon": site.longitude,
                "kind": "site",
                "name": site.name if linked else site.organization.name,
                "text": f"{site.town}, {country_name(site.country)}",
                "url": reverse("site_edit", args=[site.pk]) if linked else "",
            }
            for site in sites
        ]
    }
