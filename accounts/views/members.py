"""Pages about members and invitations."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import access
from accounts.access import get_open_invitation, signed_in
from accounts.forms.members import InvitationForm, RoleForm
from accounts.models import Invitation, Organization, Role
from accounts.services.members import (
    INVITATION_DAYS,
    accept_invitation,
    change_role,
    invite_member,
    remove_member,
    withdraw_invitation,
)
from accounts.views.acting import form_page
from common.web.middleware import error_page
from common.web.pages import act, posted, submit


@form_page
@login_required
def member_invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    user = signed_in(request)
    current = access.get_organization_to_manage(user, access.get_current_organization(request).pk)
    return _invite(
        request, current, InvitationForm(posted(request)), back=(reverse("organization"), str(current))
    )


@form_page
@login_required
def organization_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite, as a facilitator, the first member of an organization that nobody acts for: its owner."""
    user = signed_in(request)
    found = access.get_organization_to_open(user, pk)
    programme = found.programmes.filter(facilitators=user.pk).first()
    back = (
        (reverse("programme", args=[programme.slug]), str(programme))
        if programme
        else (reverse("programmes"), _("Programmes"))
    )
    form = InvitationForm(posted(request), initial={"role": Role.OWNER})
    return _invite(request, found, form, back=back, first=True)


def _invite(
    request: HttpRequest,
    current: Organization,
    form: InvitationForm,
    *,
    back: tuple[str, str],
    first: bool = False,
) -> HttpResponse:
    """The form; `back` is where its page was reached from, as address and name."""
    user = signed_in(request)
    invited = submit(
        request,
        form,
        lambda: invite_member(actor=user, organization=current, **form.cleaned_data),
    )
    if invited:
        # After the commit, like the letter itself: only then is it known whether it left.
        transaction.on_commit(lambda: _say_whether_it_left(request, invited))
        return redirect(back[0])
    context = {
        "form": form,
        "organization": current,
        "days": INVITATION_DAYS,
        "back": back[0],
        "back_label": back[1],
        "first": first,
    }
    return render(request, "accounts/member_invite.html", context)


@require_POST
@login_required
def member_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a member another role."""
    user = signed_in(request)
    membership = access.get_membership_to_manage(user, pk)
    form = RoleForm(posted(request), membership=membership)
    changed = submit(
        request,
        form,
        lambda: change_role(
            actor=user, membership=membership, role=form.cleaned_data["role"], seen=form.seen_version
        ),
    )
    if changed:
        named = {"member": membership.user, "role": changed.get_role_display()}
        messages.success(request, _("%(member)s: %(role)s.") % named)
        return redirect("organization")
    return render(request, "accounts/member_role.html", {"form": form, "member": membership})


@require_POST
@login_required
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """End a membership."""
    user = signed_in(request)
    membership = access.get_membership_to_manage(user, pk)
    said = _("%(member)s is no longer a member.") % {"member": membership.user}
    return act(request, lambda: remove_member(actor=user, membership=membership), said, to="organization")


def _say_whether_it_left(request: HttpRequest, invitation: Invitation) -> None:
    named = {"email": invitation.email}
    if invitation.letter_left:
        messages.success(request, _("The invitation is on its way to %(email)s.") % named)
    else:
        stayed = _("The letter to %(email)s could not be sent. Invite them again in a few minutes.")
        messages.error(request, stayed % named)


@require_POST
@login_required
def invitation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an open invitation useless."""
    user = signed_in(request)
    found = access.get_invitation_to_manage(user, pk)
    said = _("The invitation of %(email)s is withdrawn.") % {"email": found.email}
    return act(request, lambda: withdraw_invitation(actor=user, invitation=found), said, to="organization")


@never_cache
@form_page
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """What the letter's link opens: join, or sign in with the right address first."""
    found = get_open_invitation(secret)
    user = request.user
    if request.method == "POST" and user.is_authenticated:

        def join() -> None:
            membership = accept_invitation(actor=user, secret=secret)
            request.session["organization_id"] = membership.organization_id

        said = _("Welcome. You now act for %(organization)s.") % {"organization": found.organization}
        return act(
            request, join, said, to="organization", refused=lambda refusal: error_page(request, refusal)
        )
    same_address = user.is_authenticated and user.email.lower() == found.email.lower()
    context = {"invitation": found, "same_address": same_address, "here": request.path}
    return render(request, "accounts/invitation.html", context)
