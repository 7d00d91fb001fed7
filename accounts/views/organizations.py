"""Pages about one's organization."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import access
from accounts.access import asked_in_person, invitations_for, open_invitations, signed_in
from accounts.forms.members import RoleForm
from accounts.forms.organizations import OrganizationForm
from accounts.models import Membership, Organization, ProgrammeInvitation, Role, User
from accounts.services.organizations import create_organization, update_organization
from accounts.views.acting import form_page, posted_pk
from accounts.views.maps import map_of
from common.web.pages import act, posted, submit


@require_safe
@login_required
def organization(request: HttpRequest) -> HttpResponse:
    """My organization: facts, sites, members, programmes; who has none is led to founding one."""
    membership = access.current_membership(request)
    if membership is None:
        return redirect("organization_new")
    current = membership.organization
    manages = membership.role == Role.OWNER
    sites = list(current.sites.all())
    invitations = open_invitations().filter(organization=current) if manages else []
    context = {
        "organization": current,
        "manages": manages,
        "trades": membership.role in access.TRADING_ROLES,
        "sites": sites,
        "map": map_of(sites, linked=manages),
        "members": _members(current),
        "invitations": invitations,
        "programmes": current.programmes.all(),
        "programme_invitations": _programme_invitations(current, signed_in(request), manages=manages),
        "several": Membership.objects.filter(user=signed_in(request)).count() > 1,
    }
    return render(request, "accounts/organization.html", context)


def _members(organization: Organization) -> list[tuple[Membership, RoleForm]]:
    members = organization.memberships.select_related("user")
    return [(member, RoleForm(membership=member)) for member in members]


def _programme_invitations(
    organization: Organization, user: User, *, manages: bool
) -> QuerySet[ProgrammeInvitation]:
    asked = invitations_for(organization, user) if manages else organization.programme_invitations.all()
    return asked.select_related("programme", "invited_by")


@form_page
@login_required
def organization_new(request: HttpRequest) -> HttpResponse:
    """Found an organization: the first step of the first morning."""
    user = signed_in(request)
    form = OrganizationForm(posted(request))
    created = submit(request, form, lambda: create_organization(actor=user, details=form.details()))
    if created:
        request.session["organization_id"] = created.pk
        return redirect("site_new")
    context = {
        "form": form,
        "first": access.current_membership(request) is None,
        "invitations": open_invitations().filter(email=user.email),
        "programme_invitations": asked_in_person(user),
    }
    return render(request, "accounts/organization_form.html", context)


@form_page
@login_required
def organization_edit(request: HttpRequest) -> HttpResponse:
    """Change what the organization says of itself."""
    user = signed_in(request)
    current = access.get_organization_to_manage(user, access.get_current_organization(request).pk)
    form = OrganizationForm(posted(request), organization=current)
    if submit(
        request,
        form,
        lambda: update_organization(
            actor=user, organization=current, details=form.details(), seen=form.seen_version
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("organization")
    return render(request, "accounts/organization_form.html", {"form": form, "organization": current})


@form_page
@login_required
def organization_choose(request: HttpRequest) -> HttpResponse:
    """Choose for which of several organizations one acts."""
    user = signed_in(request)
    if request.method == "POST":
        chosen = access.get_own_organization(user, posted_pk(request, "organization"))
        said = _("You now act for %(organization)s.") % {"organization": chosen}
        choose = partial(request.session.__setitem__, "organization_id", chosen.pk)
        return act(request, choose, said, to="organization")
    memberships = Membership.objects.filter(user=user).select_related("organization")
    return render(request, "accounts/organization_choose.html", {"memberships": memberships})
