"""Who sends a request, where proxies stand between."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the IP address of whoever sent a request, as the outermost of our own proxies saw it.

    Each proxy adds whom it heard to the right of `X-Forwarded-For`; what stands further left than
    `settings.TRUSTED_PROXIES` entries was written by the sender, and may be anything. Where no address stands there,
    the request did not come through our proxies, and its connection's own address counts.
    """
    connected = str(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    heard = request.headers.get("X-Forwarded-For", "").split(",")
    if not 0 < proxies <= len(heard):
        return connected
    return _address(heard[-proxies]) or connected


def _address(text: str) -> str:
    """Return an address without the port that some proxies add, in one way of writing; empty where there is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
