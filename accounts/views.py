"""Pages about who: organization, sites, members, programmes, tokens. Thin: access, form, service, answer."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access, services
from accounts.access import signed_in
from accounts.forms import (
    PART_LABELS,
    InvitationForm,
    OrganizationForm,
    ProgrammeMemberForm,
    RoleForm,
    SiteForm,
    TokenForm,
    WeightsForm,
)
from accounts.models import Membership, Organization, Programme, Role, Site
from accounts.places import country_name, suggest_towns
from accounts.weights import COMMON_WEIGHTS, SCORE_PARTS
from common.errors import Conflict, NotFound
from common.pages import posted, submit

LONGEST_KEY = 18  # digits that surely fit a bigint
T = TypeVar("T")
form_page = require_http_methods(["GET", "HEAD", "POST"])


def attempted(request: HttpRequest, act: Callable[[], Any], done: str) -> None:
    """Run a service that may find the state against it, and say what came of it on the next page."""
    try:
        act()
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)


def posted_pk(request: HttpRequest, name: str) -> int:
    """Return the key that was posted; 0, which nothing has, where it is none."""
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST_KEY else 0


def map_of(sites: Iterable[Site], *, linked: bool) -> dict[str, Any]:
    """Return what the map draws."""
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


# --- organization -------------------------------------------------------------------------------------------
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
    invitations = services.open_invitations().filter(organization=current) if manages else []
    context = {
        "organization": current,
        "manages": manages,
        "trades": membership.role in access.TRADING_ROLES,
        "sites": sites,
        "map": map_of(sites, linked=manages),
        "members": current.memberships.select_related("user"),
        "roles": Role.choices,
        "invitations": invitations,
        "programmes": current.programmes.all(),
        "programme_invitations": current.programme_invitations.select_related("programme", "invited_by"),
        "several": Membership.objects.filter(user=signed_in(request)).count() > 1,
    }
    return render(request, "accounts/organization.html", context)


@form_page
@login_required
def organization_new(request: HttpRequest) -> HttpResponse:
    """Found an organization: the first step of the first morning."""
    user = signed_in(request)
    form = OrganizationForm(posted(request))
    created = submit(request, form, lambda: services.create_organization(actor=user, details=form.details()))
    if created:
        request.session["organization_id"] = created.pk
        return redirect("site_new")
    invitations = services.open_invitations().filter(email=user.email)
    first = access.current_membership(request) is None
    context = {"form": form, "first": first, "invitations": invitations}
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
        lambda: services.update_organization(actor=user, organization=current, details=form.details()),
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
        request.session["organization_id"] = chosen.pk
        messages.success(request, _("You now act for %(organization)s.") % {"organization": chosen})
        return redirect("organization")
    memberships = Membership.objects.filter(user=user).select_related("organization")
    return render(request, "accounts/organization_choose.html", {"memberships": memberships})


# --- sites --------------------------------------------------------------------------------------------------
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
        lambda: services.create_site(actor=user, organization=current, details=form.details()),
    )
    if created:
        messages.success(request, _("%(site)s is on the map.") % {"site": created})
        return redirect("usual" if first else "organization")
    return render(request, "accounts/site_form.html", {"form": form, "first": first})


@form_page
@login_required
def site_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a site."""
    user = signed_in(request)
    site = access.get_site_to_manage(user, pk)
    form = SiteForm(posted(request), site=site)
    if submit(request, form, lambda: services.update_site(actor=user, site=site, details=form.details())):
        messages.success(request, _("Saved. Listings at this site follow."))
        return redirect("organization")
    return render(request, "accounts/site_form.html", {"form": form, "site": site})


@require_POST
@login_required
def site_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a site that no listing stands at."""
    user = signed_in(request)
    site = access.get_site_to_manage(user, pk)
    done = _("%(site)s is removed.") % {"site": site}
    attempted(request, lambda: services.delete_site(actor=user, site=site), done)
    return redirect("organization")


# --- members ------------------------------------------------------------------------------------------------
@form_page
@login_required
def member_invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    user = signed_in(request)
    current = access.get_organization_to_manage(user, access.get_current_organization(request).pk)
    form = InvitationForm(posted(request))
    invited = submit(
        request,
        form,
        lambda: services.invite_member(actor=user, organization=current, **form.cleaned_data),
    )
    if invited:
        if invited.letter_left:
            messages.success(
                request, _("The invitation is on its way to %(email)s.") % {"email": invited.email}
            )
        else:
            stayed = _("The letter to %(email)s could not be sent. Invite them again in a few minutes.")
            messages.error(request, stayed % {"email": invited.email})
        return redirect("organization")
    context = {"form": form, "organization": current, "days": services.INVITATION_DAYS}
    return render(request, "accounts/member_invite.html", context)


@require_POST
@login_required
def member_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a member another role."""
    user = signed_in(request)
    membership = access.get_membership_to_manage(user, pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        role = form.cleaned_data["role"]
        done = _("%(member)s: %(role)s.") % {"member": membership.user, "role": role.label}
        attempted(request, lambda: services.change_role(actor=user, membership=membership, role=role), done)
    else:
        messages.error(request, _("Choose one of the roles."))
    return redirect("organization")


@require_POST
@login_required
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """End a membership."""
    user = signed_in(request)
    membership = access.get_membership_to_manage(user, pk)
    done = _("%(member)s is no longer a member.") % {"member": membership.user}
    attempted(request, lambda: services.remove_member(actor=user, membership=membership), done)
    return redirect("organization")


@require_POST
@login_required
def invitation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an open invitation useless."""
    user = signed_in(request)
    found = access.get_invitation_to_manage(user, pk)
    services.withdraw_invitation(actor=user, invitation=found)
    messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": found.email})
    return redirect("organization")


@never_cache
@form_page
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """What the letter's link opens: join, or sign in with the right address first."""
    found = services.get_open_invitation(secret)
    user = request.user
    if request.method == "POST" and user.is_authenticated:
        membership = services.accept_invitation(actor=user, secret=secret)
        request.session["organization_id"] = membership.organization_id
        joined = _("Welcome. You now act for %(organization)s.")
        messages.success(request, joined % {"organization": membership.organization})
        return redirect("organization")
    same_address = user.is_authenticated and user.email.lower() == found.email.lower()
    context = {"invitation": found, "same_address": same_address, "here": request.path}
    return render(request, "accounts/invitation.html", context)


# --- programmes ---------------------------------------------------------------------------------------------
@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """All programmes; they are public."""
    found = Programme.objects.annotate(size=Count("organizations"))
    return render(request, "accounts/programmes.html", {"programmes": found})


def _programme_page(request: HttpRequest, found: Programme, **extra: Any) -> HttpResponse:
    facilitated = access.can_facilitate(request.user, found)
    sites = list(access.sites_in(request.user, found))
    weights = found.weights or COMMON_WEIGHTS
    total = sum(weights.values())
    context = {
        "programme": found,
        "facilitated": facilitated,
        "members": found.organizations.annotate(site_count=Count("sites")),
        "facilitators": [user.name for user in found.facilitators.all() if user.name],
        "sites": sites,
        "map": map_of(sites, linked=False),
        "shares": (
            [(PART_LABELS[part], round(100 * weights.get(part, 0) / total)) for part in SCORE_PARTS]
            if facilitated
            else []
        ),
        "form": ProgrammeMemberForm(),
        "invited": found.invitations.select_related("organization") if facilitated else (),
    }
    return render(request, "accounts/programme.html", context | extra)


@require_safe
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """A programme: who takes part; for its facilitators also where, and how scores are weighed."""
    return _programme_page(request, access.get_programme(slug))


@require_POST
@login_required
def programme_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite an organization, named exactly; where that fails, those that were perhaps meant are shown."""
    user = signed_in(request)
    found = access.get_programme_to_facilitate(user, slug)
    form = ProgrammeMemberForm(request.POST)
    candidates: list[Organization] = []
    if form.is_valid():
        name = form.cleaned_data["organization"]
        candidates = access.organizations_named(name)
        if len(candidates) == 1 and name.lower() in (candidates[0].name.lower(), candidates[0].slug):
            joined = candidates[0]
            done = _("%(organization)s is invited. It takes part once one of its owners accepts.") % {
                "organization": joined
            }
            attempted(
                request,
                lambda: services.invite_to_programme(actor=user, programme=found, organization=joined),
                done,
            )
            return redirect("programme", slug=slug)
        members = set(found.organizations.values_list("pk", flat=True))
        candidates = [candidate for candidate in candidates if candidate.pk not in members]
        said = _("Which one?") if candidates else _("No organization has this name or one like it.")
        form.add_error("organization", said)
    return _programme_page(request, found, form=form, candidates=candidates)


@require_POST
@login_required
def programme_answer(request: HttpRequest, slug: str) -> HttpResponse:
    """An owner accepts or declines for the organization, or ends its part."""
    user = signed_in(request)
    found = access.get_programme(slug)
    mine = access.get_organization_to_manage(user, access.get_current_organization(request).pk)
    answer = request.POST.get("answer")
    if answer == "leave":
        services.remove_from_programme(actor=user, programme=found, organization=mine)
        done = _("%(organization)s no longer takes part.")
    else:
        accept = answer == "accept"
        services.answer_programme_invitation(actor=user, programme=found, organization=mine, accept=accept)
        done = _("%(organization)s takes part now.") if accept else _("Declined.")
    messages.success(request, done % {"organization": mine})
    return redirect("organization")


@require_POST
@login_required
def programme_remove(request: HttpRequest, slug: str) -> HttpResponse:
    """End an organization's part."""
    user = signed_in(request)
    found = access.get_programme_to_facilitate(user, slug)
    member = found.organizations.filter(pk=posted_pk(request, "organization")).first()
    if member is None:
        raise NotFound
    services.remove_from_programme(actor=user, programme=found, organization=member)
    messages.success(request, _("%(organization)s no longer takes part.") % {"organization": member})
    return redirect("programme", slug=slug)


@form_page
@login_required
def programme_weights(request: HttpRequest, slug: str) -> HttpResponse:
    """How much each part of the score counts in this programme."""
    user = signed_in(request)
    found = access.get_programme_to_facilitate(user, slug)
    if request.method == "POST" and "common" in request.POST:
        services.set_programme_weights(actor=user, programme=found, weights={})
        messages.success(request, _("The common weights hold again. Scores follow in a moment."))
        return redirect("programme", slug=slug)
    form = WeightsForm(posted(request), programme=found)
    if submit(
        request,
        form,
        lambda: services.set_programme_weights(actor=user, programme=found, weights=form.cleaned_data),
    ):
        messages.success(request, _("Saved. Scores follow in a moment."))
        return redirect("programme", slug=slug)
    return render(request, "accounts/programme_weights.html", {"form": form, "programme": found})


# --- API tokens ---------------------------------------------------------------------------------------------
@never_cache
@form_page
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens. A new one's secret is in this one answer only: not in the database, nor in the session."""
    user = signed_in(request)
    form = TokenForm(posted(request))
    created = submit(
        request, form, lambda: services.create_api_token(actor=user, name=form.cleaned_data["name"])
    )
    context: dict[str, Any] = {"form": TokenForm() if created else form}
    if created:
        context["token"], context["secret"] = created
    context["tokens"] = user.api_tokens.filter(revoked_at__isnull=True)
    return render(request, "accounts/tokens.html", context)


@require_POST
@login_required
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a token useless at once."""
    user = signed_in(request)
    token = access.get_own_api_token(user, pk)
    services.revoke_api_token(actor=user, token=token)
    messages.success(request, _("The token “%(name)s” no longer works.") % {"name": token.name})
    return redirect("tokens")


# --- towns --------------------------------------------------------------------------------------------------
@require_safe
def town_suggest(request: HttpRequest) -> JsonResponse:
    """Towns whose name starts with `q`, for the type-ahead."""
    found = suggest_towns(request.GET.get("q", ""))
    results = [
        {
            "id": town.pk,
            "text": str(town),
            "hint": country_name(town.country),
            "name": town.name,
            "country": town.country,
            "latitude": town.latitude,
            "longitude": town.longitude,
        }
        for town in found
    ]
    return JsonResponse({"results": results})
