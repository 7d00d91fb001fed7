"""Every address of the product, and which kind of object it names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ACTORS = ("anonymous", "stranger", "viewer", "trader", "owner", "facilitator")
MISSING = 999_999_999
CONVERTER = re.compile(r"<\w+:\w+>")


@dataclass(frozen=True)
class Route:
    """An address of the product, as the resolver knows it."""

    name: str
    pattern: str

    @property
    def has_object(self) -> bool:
        return "<" in self.pattern


def walk(resolver: URLResolver, prefix: str = "") -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from walk(entry, pattern)
        elif isinstance(entry, URLPattern):
            yield Route(entry.name or pattern, pattern)


# What a mailed key opens: allauth's own, its addresses are regular expressions.
WITH_A_KEY = ("account_confirm_email", "account_reset_password_from_key")
ALL = list(walk(get_resolver()))
ADMIN_ROUTES = [route for route in ALL if route.pattern.startswith("admin/")]
SIGN_IN_ROUTES = [
    route for route in ALL if route.pattern.startswith("accounts/") and route.name not in WITH_A_KEY
]
API_ROUTES = [route for route in ALL if route.pattern.startswith("api/")]
PAGE_ROUTES = [
    route for route in ALL if not route.pattern.startswith(("admin/", "accounts/", "api/", "^api/"))
]


# What the key in an address names, by a word in the name of its route; the first that fits.
KINDS = {
    "programme_plan": "programme",
    "plan_case": "published case",
    "scenario": "scenario",
    "plan_run": "plan run",
    "plan-run": "plan run",
    "webauthn": "passkey",
    "sitemap_part": "part of the sitemap",
    "notification-preference": "kind of notification",
    "notification": "notification",
    "letters_stop": "stop",
    "saved_search": "saved search",
    "saved-search": "saved search",
    "favourite": "favourite",
    "letter": "letter",
    "organization_suggest": "programme",
    "claim_": "claim",
    "plant-claim-": "claim",
    "register": "plant",
    "delivery_new": "agreement",
    "delivery_file": "delivery file",
    "delivery-files": "delivery",
    "delivery-file": "delivery file",
    "delivery": "delivery",
    "listing_import": "import",
    "listing_files": "offer",
    "listing_file": "listing file",
    "listing-file": "listing file",
    "listing_publish": "draft",
    "listing-publish": "draft",
    "site_delete": "empty site",
    "site-detail": "empty site",
    "listing": "offer",
    "synergy_file_add": "synergy",
    "synergy_file": "synergy file",
    "synergy-files": "synergy",
    "synergy-file": "synergy file",
    "synergy": "synergy",
    "tender": "tender",
    "bid": "bid",
    "agreement": "agreement",
    "impact": "impact",
    "match": "match",
    "site": "site",
    "member": "member",
    "invitation": "invitation",
    "organization": "organization",
    "token": "token",
    "programme": "programme",
    "precedent": "precedent",
    "resource": "resource",
}
KINDS_OF_A_DEAL = ("synergy", "synergy file", "bid", "agreement", "delivery", "delivery file", "impact")
KINDS_OF_AN_ORGANIZATION = ("site", "member", "invitation", "organization")


def kind_of(route: Route) -> str:
    return next(kind for word, kind in KINDS.items() if word in route.name)


def address(route: Route, key: object) -> str:
    """Return where the route leads for an object of this key."""
    return f"/{CONVERTER.sub(str(key), route.pattern)}"
