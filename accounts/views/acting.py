"""What the pages of this app share."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import current_membership, get_organization_to_trade
from accounts.models import Organization
from common.reading.text import key_in

form_page = require_http_methods(["GET", "HEAD", "POST"])


def posted_pk(request: HttpRequest, name: str) -> int:
    """Return the key that was posted; 0, which nothing has, where it is none."""
    return key_in(request.POST.get(name, ""))


def organization_to_list_for(request: HttpRequest) -> Organization | HttpResponse:
    """Return the organization that the user lists for; else where they are led first, to set it up or its site."""
    membership = current_membership(request)
    if membership is None:
        messages.info(request, _("First tell us which organization you list for."))
        return redirect("organization_new")
    organization = get_organization_to_trade(request.user, membership.organization_id)
    if not organization.sites.exists():
        messages.info(request, _("First add the site where it is."))
        return redirect("site_new")
    return organization
