"""`Authorization: Bearer ly_…` for the API."""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.models import ApiToken, Scope, User
from accounts.services.tokens import find_api_token


class TokenAuthentication(BaseAuthentication):
    """Signs a request in by the digest of its bearer token."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's user; None without a bearer token; raise for one that does not work, or not for this."""
        scheme, _space, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = find_api_token(secret.strip())
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, expired or revoked."))
        if token.scope == Scope.READ and request.method not in SAFE_METHODS:
            raise PermissionDenied(_("This token reads only."), code="read_only_token")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return the scheme for `WWW-Authenticate`; without one DRF would answer 403 instead of 401."""
        return "Bearer"
