"""Pages about programmes."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.access import has_members, signed_in
from accounts.forms.programmes import PART_LABELS, ProgrammeMemberForm, WeightsForm
from accounts.models import Membership, Programme, ProgrammeInvitation, User
from accounts.selectors.organizations import organizations_named, suggest_organizations
from accounts.services.programmes import (
    answer_programme_invitation,
    invite_person_to_programme,
    invite_to_programme,
    remove_from_programme,
    set_programme_weights,
)
from accounts.services.weights import COMMON_WEIGHTS, SCORE_PARTS
from accounts.views.acting import form_page, posted_pk
from accounts.views.maps import map_of
from common.errors import Invalid, NotFound
from common.web.pages import act, posted, submit


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
        "members": found.organizations.annotate(
            site_count=Count("sites"),
            has_members=Exists(Membership.objects.filter(organization=OuterRef("pk"))),
        ),
        "facilitators": [user.name for user in found.facilitators.all() if user.name],
        "sites": sites,
        "map": map_of(sites, linked=False),
        "shares": (
            [(PART_LABELS[part], round(100 * weights.get(part, 0) / total)) for part in SCORE_PARTS]
            if facilitated
            else []
        ),
        "form": ProgrammeMemberForm(programme=found),
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
    form = ProgrammeMemberForm(posted(request), programme=found)
    asked = submit(request, form, lambda: _invite(user, found, form.cleaned_data["organization"]))
    if asked:
        # After the commit, like the letter to a person: only then is it known whether it left.
        transaction.on_commit(lambda: _say_what_comes(request, asked))
        return redirect("programme", slug=slug)
    named = organizations_named(form.cleaned_data.get("organization", "")) if form.is_bound else []
    members = set(found.organizations.values_list("pk", flat=True))
    candidates = [each for each in named if each.pk not in members]
    return _programme_page(request, found, form=form, candidates=candidates)


def _invite(user: User, programme: Programme, name: str) -> ProgrammeInvitation:
    """Invite the organization of exactly this name or short name, or the person of this address."""
    if "@" in name:
        return invite_person_to_programme(actor=user, programme=programme, email=name)
    found = organizations_named(name)
    exact = [each for each in found if name.casefold() in (each.name.casefold(), each.slug)]
    if len(exact) == 1:
        return invite_to_programme(actor=user, programme=programme, organization=exact[0])
    if found:
        raise Invalid({"organization": _("Which one?")})
    raise Invalid(
        {
            "organization": _(
                "No organization has this name or one like it. If it is not here yet, type the e-mail address of "
                "somebody who works there: they are asked to add it and take part."
            )
        }
    )


def _say_what_comes(request: HttpRequest, asked: ProgrammeInvitation) -> None:
    if asked.organization:
        said = _("%(organization)s is invited. It takes part once one of its owners accepts.")
        messages.success(request, said % {"organization": asked.organization})
    elif asked.letter_left:
        said = _("The invitation is on its way to %(email)s.")
        messages.success(request, said % {"email": asked.email})
    else:
        said = _(
            "%(email)s is invited, but the letter could not be sent: tell them to sign up with this address."
        )
        messages.error(request, said % {"email": asked.email})


@require_safe
@login_required
def organization_suggest(request: HttpRequest, slug: str) -> JsonResponse:
    """Organizations whose name holds `q`, for a facilitator's type-ahead."""
    access.get_programme_to_facilitate(signed_in(request), slug)
    found = suggest_organizations(request.GET.get("q", ""))
    results = [
        {
            "id": each.pk,
            "text": each.name,
            "hint": each.slug,
            "warning": "" if has_members(each.pk) else nobody(),
        }
        for each in found
    ]
    return JsonResponse({"results": results})


def nobody() -> str:
    """Say of an organization without members that nobody can accept for it."""
    return _("Nobody is signed up for it yet: invite somebody who works there by e-mail.")


@require_POST
@login_required
def programme_answer(request: HttpRequest, slug: str) -> HttpResponse:
    """An owner accepts or declines for the organization, or ends its part."""
    user = signed_in(request)
    found = access.get_programme(slug)
    mine = access.get_organization_to_manage(user, access.get_current_organization(request).pk)
    answer = request.POST.get("answer")
    accept = answer == "accept"
    if answer == "leave":
        effect = partial(remove_from_programme, actor=user, programme=found, organization=mine)
        said = _("%(organization)s no longer takes part.")
    else:
        effect = partial(
            answer_programme_invitation, actor=user, programme=found, organization=mine, accept=accept
        )
        said = _("%(organization)s takes part now.") if accept else _("Declined.")
    return act(request, effect, said % {"organization": mine}, to="organization")


@require_POST
@login_required
def programme_remove(request: HttpRequest, slug: str) -> HttpResponse:
    """End an organization's part."""
    user = signed_in(request)
    found = access.get_programme_to_facilitate(user, slug)
    member = found.organizations.filter(pk=posted_pk(request, "organization")).first()
    if member is None:
        raise NotFound
    return act(
        request,
        lambda: remove_from_programme(actor=user, programme=found, organization=member),
        _("%(organization)s no longer takes part.") % {"organization": member},
        to=reverse("programme", args=[slug]),
    )


@form_page
@login_required
def programme_weights(request: HttpRequest, slug: str) -> HttpResponse:
    """How much each part of the score counts in this programme."""
    user = signed_in(request)
    found = access.get_programme_to_facilitate(user, slug)
    if request.method == "POST" and "common" in request.POST:
        return act(
            request,
            lambda: set_programme_weights(actor=user, programme=found, weights={}),
            _("The common weights hold again. Scores follow in a moment."),
            to=reverse("programme", args=[slug]),
        )
    form = WeightsForm(posted(request), programme=found)
    if submit(
        request,
        form,
        lambda: set_programme_weights(
            actor=user, programme=found, weights=form.weights(), seen=form.seen_version
        ),
    ):
        messages.success(request, _("Saved. Scores follow in a moment."))
        return redirect("programme", slug=slug)
    return render(request, "accounts/programme_weights.html", {"form": form, "programme": found})
