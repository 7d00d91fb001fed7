"""Pages of listings: detail, form, mine."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import (
    can_trade,
    current_membership,
    facilitates_organization,
    is_member,
    signed_in,
)
from accounts.models import Organization
from accounts.views.acting import organization_to_list_for
from catalogue.law.verdict import Code
from catalogue.models import EwcCode
from catalogue.selectors.law import code_of
from common.reading.text import clean_line, key_in
from common.web.pages import act, posted, query_without, submit
from listings.access import (
    files_seen,
    get_listing,
    get_listing_to_trade,
    get_offer,
    mark_identities,
    own_listings,
)
from listings.disclosure.cells import hides_place, preview_cell
from listings.forms.listings import ListingForm, copied_values
from listings.models import Listing, State
from listings.selectors.data_quality import mark_data_quality
from listings.selectors.favourites import mark_stars
from listings.selectors.files import mark_pictures
from listings.selectors.uses import uses_of_listing
from listings.services.files import create_copy
from listings.services.listings import (
    create_listing,
    edit_listing,
    pause_listing,
    publish_listing,
    renew_listing,
    withdraw_listing,
)
from listings.views.maps import point_of
from listings.views.structured import structured

PER_PAGE = 24


@require_safe
def listing(request: HttpRequest, pk: int) -> HttpResponse:
    """One listing: what it says, and for its own and their facilitators what fits it."""
    found = get_listing(request.user, pk)
    mark_stars(request.user, mark_data_quality(mark_identities(request.user, [found])))
    own = is_member(request.user, found.organization_id)
    files = files_seen(request.user, found)
    return render(
        request,
        "listings/listing.html",
        {
            "listing": found,
            "ewc": EwcCode.objects.filter(code=found.ewc_code).first() if found.ewc_code else None,
            "ending": _ending_code(found),
            "pictures": [each for each in files if each.is_picture],
            "documents": [each for each in files if not each.is_picture],
            "own": own,
            "cell": preview_cell(found.site) if own and hides_place(found.disclosure) else None,
            "can_trade": can_trade(request.user, found.organization_id),
            "sees_matches": own or facilitates_organization(request.user, found.organization_id),
            "map_data": {"points": [point_of(found)]},
            "structured": structured(found, request.build_absolute_uri()),
        },
    )


def _ending_code(found: Listing) -> Code | None:
    code = code_of(found.ewc_code)
    return code if code and code.ends_on else None


@require_safe
@vary_on_headers("HX-Request")
def listing_uses(request: HttpRequest, pk: int) -> HttpResponse:
    """Who could use an offer, for everybody who sees it: a page, and the part of it that htmx loads."""
    [found] = mark_identities(request.user, [get_offer(request.user, pk)])
    found_uses = uses_of_listing(found, identity_known=found.identity_known)
    part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]  # by middleware
    template = "catalogue/_uses.html" if part else "listings/uses.html"
    context = {
        "listing": found,
        "resource": found.resource,
        "uses": found_uses.known,
        "neighbours": found_uses.neighbours,
    }
    return render(request, template, context)


@require_safe
@login_required
def my_listings(request: HttpRequest) -> HttpResponse:
    """What my organization has listed, in every state."""
    membership = current_membership(request)
    if membership is None:
        return redirect("organization_new")
    listings = own_listings(request.user).filter(organization=membership.organization_id)
    state = request.GET.get("state", "")
    shown = listings.filter(state=state) if state in State.values else listings.exclude(state=State.WITHDRAWN)
    page = Paginator(shown.with_cards().order_by("-created_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    page.object_list = mark_data_quality(mark_pictures(mark_identities(request.user, page.object_list)))
    return render(
        request,
        "listings/my_listings.html",
        {
            "page": page,
            "query": query_without(request, "page"),
            "states": [(code, label, code == state) for code, label in State.choices],
            "state": state if state in State.values else "",
            "can_trade": can_trade(request.user, membership.organization_id),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def listing_new(request: HttpRequest) -> HttpResponse:
    """List a by-product or a need; ?side= and ?resource= fill the form in, or ?copy= with what a listing says."""
    organization = organization_to_list_for(request)
    if isinstance(organization, HttpResponse):
        return organization
    initial = _initial(request)
    form = ListingForm(posted(request), organization=organization, initial=initial)
    publish = request.POST.get("then") != "draft"
    saved = _submit(request, form, lambda: _create(request, organization, form, publish=publish))
    if saved:
        done = _("Published. Partners that fit are shown below.") if publish else _("Kept as a draft.")
        messages.success(request, done)
        return redirect("listing", saved.pk)
    return render(
        request, "listings/form.html", {"form": form, "listing": None, "previewed": _previewed(request)}
    )


def _create(request: HttpRequest, organization: Organization, form: ListingForm, *, publish: bool) -> Listing:
    told: dict[str, Any] = {"actor": signed_in(request), "organization": organization, "publish": publish}
    data = form.cleaned_data
    if data["copy_of"] and data["with_files"]:
        source = get_listing_to_trade(request.user, data["copy_of"])
        return create_copy(terms=form.terms(), source=source, **told)
    return create_listing(terms=form.terms(), **told)


def _initial(request: HttpRequest) -> dict[str, Any]:
    if copied := key_in(request.GET.get("copy", "")):
        return copied_values(get_listing_to_trade(request.user, copied))
    return {name: request.GET[name] for name in ("side", "resource") if name in request.GET}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def listing_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a listing of mine says."""
    found = get_listing_to_trade(request.user, pk)
    form = ListingForm(posted(request), organization=found.organization, listing=found)
    saved = _submit(
        request,
        form,
        lambda: edit_listing(
            actor=signed_in(request), listing=found, terms=form.terms(), seen=form.seen_version
        ),
    )
    if saved:
        [saved] = mark_data_quality([get_listing(request.user, pk)])
        level = _("Saved: %(percent)d %% is described.") % {"percent": saved.data_quality.level_percent}
        messages.success(
            request, f"{level} {saved.data_quality.next.advice}" if saved.data_quality.next else level
        )
        return redirect("listing", pk)
    return render(
        request, "listings/form.html", {"form": form, "listing": found, "previewed": _previewed(request)}
    )


def _previewed(request: HttpRequest) -> bool:
    return request.POST.get("then") == "preview"


def _submit(request: HttpRequest, form: ListingForm, effect: Callable[[], Listing]) -> Listing | None:
    # Without scripts a button asks for the fields that fit the resource, another to look at it; nothing is saved then.
    return None if request.POST.get("then") in ("fields", "preview") else submit(request, form, effect)


@require_safe
@login_required
def listing_fields(request: HttpRequest) -> HttpResponse:
    """The part of the form that follows the resource, with what was typed so far; for htmx."""
    membership = current_membership(request)
    organization = membership.organization if membership else None
    form = ListingForm(organization=organization, initial=_typed_so_far(request.GET))
    return render(request, "listings/_resource_fields.html", {"form": form})


@require_safe
@login_required
def listing_echo(request: HttpRequest) -> HttpResponse:
    """What is understood of the amount and the price typed so far; for htmx."""
    membership = current_membership(request)
    organization = membership.organization if membership else None
    typed = {**_typed(request.GET), "months": request.GET.getlist("months")}
    form = ListingForm(organization=organization, initial=typed)
    return render(request, "listings/_echoes.html", {"echo": form.echo()})


def _typed(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: clean_line(str(value)) for name, value in query.items()}


def _typed_so_far(query: Mapping[str, str]) -> dict[str, Any]:
    typed = _typed(query)
    if not typed.get("quantity"):
        # The unit beside a number must not change under it; beside none, the resource's own unit is the likeliest.
        typed.pop("unit", None)
    return typed


@require_POST
@login_required
def listing_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a listing of mine on the market."""
    found = get_listing_to_trade(request.user, pk)
    return act(
        request,
        lambda: publish_listing(actor=signed_in(request), listing=found),
        _("Published. Partners that fit are shown below."),
        to=reverse("listing", args=[pk]),
    )


@require_POST
@login_required
def listing_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a listing of mine that ends, or has ended, stand as long again."""
    found = get_listing_to_trade(request.user, pk)
    return act(
        request,
        lambda: renew_listing(actor=signed_in(request), listing=found),
        _("Renewed for as long again."),
        to=reverse("listing", args=[pk]),
    )


@require_POST
@login_required
def listing_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a listing of mine off the market for a while."""
    found = get_listing_to_trade(request.user, pk)
    return act(
        request,
        lambda: pause_listing(actor=signed_in(request), listing=found),
        _("Paused: nobody else sees it until you publish it again."),
        to=reverse("listing", args=[pk]),
    )


@require_POST
@login_required
def listing_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a listing of mine off the market for good."""
    found = get_listing_to_trade(request.user, pk)
    return act(
        request,
        lambda: withdraw_listing(actor=signed_in(request), listing=found),
        _("Withdrawn for good."),
        to=reverse("listing", args=[pk]),
    )
