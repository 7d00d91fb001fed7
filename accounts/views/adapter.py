"""Where allauth leads people."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from accounts.access import current_membership, is_facilitator


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Leads a person who belongs nowhere yet to the first thing to do."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the form for one's own organization on the first morning, else the usual page."""
        if current_membership(request) is None and not is_facilitator(request.user):
            return reverse("organization_new")
        url: str = super().get_login_redirect_url(request)
        return url
