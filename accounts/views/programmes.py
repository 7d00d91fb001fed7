"""Pages about programmes."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.access import signed_in
from accounts.forms.programmes import PART_LABELS, ProgrammeMemberForm, WeightsForm
from accounts.models import Organization, Programme
from accounts.services.programmes import (
    answer_programme_invitation,
    invite_to_programme,
    remove_from_programme,
    set_programme_weights,
)
from accounts.services.weights import COMMON_WEIGHTS, SCORE_PARTS
from accounts.views.acting import attempted, form_page, posted_pk
from accounts.views.maps import map_of
from common.errors import NotFound
from common.pages import posted, submit


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
                lambda: invite_to_programme(actor=user, programme=found, organization=joined),
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
        remove_from_programme(actor=user, programme=found, organization=mine)
        done = _("%(organization)s no longer takes part.")
    else:
        accept = answer == "accept"
        answer_programme_invitation(actor=user, programme=found, organization=mine, accept=accept)
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
    remove_from_programme(actor=user, programme=found, organization=member)
    messages.success(request, _("%(organization)s no longer takes part.") % {"organization": member})
    return redirect("programme", slug=slug)


@form_page
@login_required
def programme_weights(request: HttpRequest, slug: str) -> HttpResponse:
    """How much each part of the score counts in this programme."""
    user = signed_in(request)
    found = access.get_programme_to_facilitate(user, slug)
    if request.method == "POST" and "common" in request.POST:
        set_programme_weights(actor=user, programme=found, weights={})
        messages.success(request, _("The common weights hold again. Scores follow in a moment."))
        return redirect("programme", slug=slug)
    form = WeightsForm(posted(request), programme=found)
    if submit(
        request,
        form,
        lambda: set_programme_weights(actor=user, programme=found, weights=form.cleaned_data),
    ):
        messages.success(request, _("Saved. Scores follow in a moment."))
        return redirect("programme", slug=slug)
    return render(request, "accounts/programme_weights.html", {"form": form, "programme": found})
