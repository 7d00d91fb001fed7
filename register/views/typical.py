"""The newcomer's page: what a plant like this one usually lists."""

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import (
    can_manage,
    can_trade,
    current_membership,
    get_current_organization,
    get_organization_to_manage,
    get_organization_to_trade,
    signed_in,
)
from accounts.models import Organization, Site
from accounts.services.checks import current_details
from accounts.services.organizations import OrganizationDetails, update_organization
from accounts.views.acting import posted_pk
from catalogue.affinity.plants import find_activity
from catalogue.affinity.scoring import KnownActivity
from catalogue.called import called
from catalogue.selectors.knowledge import read_knowledge
from common.errors import NotFound
from common.reading.text import clean_line
from common.web.pages import act
from register.selectors.typical import activities_of, typical_rows
from register.services.typical import Pick, keep_typical


@require_safe
@login_required
def typical(request: HttpRequest) -> HttpResponse:
    """What plants of a kind usually list; ?activity= looks at another kind, ?site= from another site."""
    membership = current_membership(request)
    if membership is None:
        return redirect("organization_new")
    organization = membership.organization
    sites = list(organization.sites.order_by("pk"))
    if not sites and can_manage(request.user, organization.pk):
        messages.info(request, _("First add the site where it is."))
        return redirect("site_new")
    likely = activities_of(organization)
    asked = clean_line(request.GET.get("activity", ""))[:120]
    activity = _activity(asked) if asked else next(iter(likely), None)
    site = _site(sites, request.GET.get("site", ""))
    context: dict[str, Any] = {
        "organization": organization,
        "activity": activity,
        "asked": asked,
        "likely": [found for found in likely if found != activity],
        "sectors": _sectors(),
        "site": site,
        "sites": sites,
        "can_trade": can_trade(request.user, organization.pk),
        "nace_code": _nace_to_propose(request, organization, activity),
    }
    if activity:
        offers, requests = typical_rows(
            user=request.user, organization=organization, site=site, activity=activity.slug
        )
        context |= {"offers": offers, "requests": requests}
    return render(request, "register/typical.html", context)


def _activity(asked: str) -> KnownActivity | None:
    knowledge = read_knowledge()
    slug = find_activity(asked, knowledge)
    return knowledge.activities[slug] if slug else None


def _site(sites: list[Site], asked: str) -> Site | None:
    return next((site for site in sites if str(site.pk) == asked), sites[0] if sites else None)


def _sectors() -> list[tuple[str, list[KnownActivity]]]:
    """Return every kind of plant by its sector, for the choice."""
    known = sorted(read_knowledge().activities.values(), key=lambda found: (found.sector, called(found.name)))
    return [
        (_headline(called(sector)), list(group))
        for sector, group in groupby(known, lambda found: found.sector)
    ]


def _headline(words: str) -> str:
    return words[:1].upper() + words[1:]


def _nace_to_propose(request: HttpRequest, organization: Organization, activity: KnownActivity | None) -> str:
    """Return the code of the chosen activity where the organization has none and the user may set it."""
    if activity is None or organization.nace_code or not can_manage(request.user, organization.pk):
        return ""
    return activity.nace_codes[0]


@require_POST
@login_required
def typical_keep(request: HttpRequest) -> HttpResponse:
    """Keep one row, or all that are ticked, as drafts."""
    user = signed_in(request)
    organization = get_organization_to_trade(user, get_current_organization(request).pk)
    site = organization.sites.filter(pk=posted_pk(request, "site")).first()
    activity = read_knowledge().activities.get(request.POST.get("activity", ""))
    if site is None or activity is None:
        raise NotFound
    texts = [request.POST["one"]] if "one" in request.POST else request.POST.getlist("keep")
    outcome: list[int] = []

    def keep() -> None:
        picks = [_pick(text) for text in texts]
        outcome.append(len(keep_typical(actor=user, site=site, activity=activity.slug, picks=picks)))

    answer = act(request, keep, "", to=_back(activity, site, texts[0].replace(":", "-") if texts else ""))
    if outcome and outcome[0]:
        said = ngettext(
            "%(count)s draft kept. Only you see it until you publish it.",
            "%(count)s drafts kept. Only you see them until you publish them.",
            outcome[0],
        )
        messages.success(request, said % {"count": outcome[0]})
    elif outcome:
        messages.info(request, _("You have that already."))
    return answer


def _pick(text: str) -> Pick:
    side, _colon, slug = text.partition(":")
    return side, slug


def _back(activity: KnownActivity, site: Site, row: str) -> str:
    query = urlencode({"activity": activity.slug, "site": site.pk})
    return f"{reverse('typical')}?{query}{f'#{row}' if row else ''}"


@require_POST
@login_required
def typical_nace(request: HttpRequest) -> HttpResponse:
    """Take over the code of the chosen activity as the organization's own."""
    user = signed_in(request)
    organization = get_organization_to_manage(user, get_current_organization(request).pk)
    activity = read_knowledge().activities.get(request.POST.get("activity", ""))
    if activity is None:
        raise NotFound
    code = activity.nace_codes[0]
    values = current_details(organization, OrganizationDetails) | {"nace_code": code}
    return act(
        request,
        lambda: update_organization(
            actor=user, organization=organization, details=OrganizationDetails(**values)
        ),
        _("Your NACE activity is %(code)s now.") % {"code": code},
        to=f"{reverse('typical')}?{urlencode({'activity': activity.slug})}",
    )
