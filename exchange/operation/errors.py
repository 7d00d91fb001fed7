"""Errors are told to Sentry, or what speaks its protocol, where the operator names one; else this imports nothing."""

from importlib import import_module

from django.core.exceptions import ImproperlyConfigured


def report_errors(dsn: str, release: str) -> bool:
    """Tell errors from here on to `dsn`; return whether that was begun. Raises where the package is missing."""
    if not dsn:
        return False
    try:
        sentry_sdk = import_module("sentry_sdk")
    except ImportError:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set, and its package is not here: install sentry-sdk (the extra `sentry`), or unset it."
        ) from None
    # No addresses, cookies or bodies: what companies typed is theirs.
    sentry_sdk.init(dsn=dsn, release=release, send_default_pii=False, max_request_body_size="never")
    return True
