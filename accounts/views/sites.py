"""Pages about an organization's sites."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import access
from accounts.access import signed_in
from accounts.forms.sites import SiteForm
from accounts.services.sites import create_site, delete_site, update_site
from accounts.views.acting import form_page
from common.web.pages import act, posted, submit


@form_page
@login_required
def site_new(request: HttpRequest) -> HttpResponse:
    """Add a site; after the very first one, what a plant like this usually lists is next."""
    user = signed_in(request)
    if access.current_membership(request) is None:
        return redirect("organization_new")
    current = access.get_organization_to_manage(user, access.get_current_organization(request).pk)
    first = not current.sites.exists()
    form = SiteForm(posted(request))
    created = submit(
        request,
        form,
        lambda: create_site(actor=user, organization=current, details=form.details()),
    )
    if created:
        messages.success(request, _("%(site)s is on the map.") % {"site": created})
        return redirect("typical" if first else "organization")
    return render(request, "accounts/site_form.html", {"form": form, "first": first})


@form_page
@login_required
def site_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a site."""
    user = signed_in(request)
    site = access.get_site_to_manage(user, pk)
    form = SiteForm(posted(request), site=site)
    if submit(
        request,
        form,
        lambda: update_site(actor=user, site=site, details=form.details(), seen=form.seen_version),
    ):
        messages.success(request, _("Saved. Listings at this site follow."))
        return redirect("organization")
    return render(request, "accounts/site_form.html", {"form": form, "site": site})


@require_POST
@login_required
def site_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a site that no listing stands at."""
    user = signed_in(request)
    site = access.get_site_to_manage(user, pk)
    said = _("%(site)s is removed.") % {"site": site}
    return act(request, lambda: delete_site(actor=user, site=site), said, to="organization")
