"""Offers and requests over REST: the market is public, one's own can be written."""

from collections.abc import Callable, Mapping
from typing import Any

import django_filters
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.access import get_organization_to_trade
from catalogue.api.uses import UsesSerializer
from common.api import UniqueCursorPagination, VersionedViewSet, checked, refuse_unknown_parameters
from common.currencies import CURRENCIES
from common.web.filters import YesNoFilter
from events.idempotency import IdempotentViewSet
from listings import access
from listings.api.read import (
    FacetsSerializer,
    ListingSerializer,
    ListingUsesSerializer,
    NeighbourSerializer,
)
from listings.api.told import told, told_page
from listings.api.write import (
    ListingTermsSerializer,
    NewListingSerializer,
    fields_as_sent,
    to_terms,
)
from listings.disclosure.cells import mark_cells, preview_cell
from listings.disclosure.rules import Reader
from listings.models import Listing, State
from listings.search.find import find
from listings.search.rows import rows_asked
from listings.selectors.data_quality import mark_data_quality
from listings.selectors.filters import (
    UNSAID,
    BoxFilter,
    ListingFilter,
    PlaceFilter,
    ResourceTreeFilter,
    understood,
)
from listings.selectors.uses import uses_of_listing
from listings.services.listings import (
    amend_listing,
    create_listing,
    edit_listing,
    pause_listing,
    publish_listing,
    renew_listing,
    terms_of,
    withdraw_listing,
)
from listings.services.terms import ListingTerms, said_by

SORTS = ("relevance", "added", "newest", "largest", "cheapest", "nearest", "fit")


class ListingApiFilter(ListingFilter):
    """The market's filters, and one's own."""

    resource = extend_schema_field(
        {
            "type": "string",
            "description": "slug, name or waste code of a resource: it and everything below it",
        }
    )(ResourceTreeFilter(method="kept"))
    near = extend_schema_field(
        {"type": "string", "description": "a town, as `Halle, DE`, or `latitude,longitude`; with `within_km`"}
    )(PlaceFilter(method="kept"))
    box = extend_schema_field(
        {"type": "string", "description": "south,west,north,east in degrees, as `54.5,8.0,57.8,12.7`"}
    )(BoxFilter(method="kept"))
    free = extend_schema_field({"type": "boolean"})(
        YesNoFilter(method="kept", label="true: free, or the seller pays")
    )
    hazardous = extend_schema_field({"type": "boolean"})(
        YesNoFilter(method="kept", label="hazardous waste alone, or none of it")
    )
    currency = django_filters.ChoiceFilter(
        choices=[(code, code) for code in sorted(CURRENCIES)],
        method="kept",
        label="in which `price_max` counts; else your organization's, or EUR",
    )
    mine = extend_schema_field({"type": "boolean"})(
        YesNoFilter(method="kept", label="true: the listings of your organizations, in every state")
    )
    state = django_filters.ChoiceFilter(
        choices=State.choices, label="of use with `mine`: others are published", method="kept"
    )
    sort = django_filters.ChoiceFilter(
        choices=[(name, name) for name in SORTS],
        method="kept",
        label="the order; else `relevance` where there are words, and `added`, the newest first. `nearest` needs "
        "`near`, `relevance` needs `q`; `fit`: what fits your own listings. Of no use with `mine`",
    )

    def get_form_class(self) -> Any:
        """A radius round nothing is a mistake; the page's own list of radii always says one."""
        form_class = super().get_form_class()

        class StrictForm(form_class):  # type: ignore[misc,valid-type]  # made by django-filter
            def clean(self) -> Any:
                if self.data.get("within_km") and not self.data.get("near"):
                    self.add_error("within_km", _("Say by `near` what it is a circle round."))
                for order, field in (("nearest", "near"), ("relevance", "q")):
                    if self.data.get("sort") == order and not self.data.get(field):
                        text = _("Say by `%(field)s` by what to order.") % {"field": field}
                        self.add_error("sort", text)
                return super().clean()

        return StrictForm

    @property
    def order(self) -> str:
        """The order that is asked for, or the usual one."""
        asked = str(self.form.cleaned_data.get("sort") or "")
        return asked or ("relevance" if self.form.cleaned_data.get("q") else "added")


@extend_schema_view(list=extend_schema(summary="The market, or your own listings"))
class ListingViewSet(VersionedViewSet, IdempotentViewSet):
    """Offers and requests."""

    queryset = Listing.objects.none()
    serializer_class = ListingSerializer
    filterset_class = ListingApiFilter

    def filters(self) -> ListingApiFilter:
        """Return what is asked for; raises what is wrong with it."""
        known = ["cursor", "page_size", *ListingApiFilter.base_filters]
        refuse_unknown_parameters(self.request, known)
        query = understood(self.request.query_params, line_wins=False)
        filters = ListingApiFilter(query, queryset=Listing.objects.none(), request=self.request)
        if not filters.is_valid():
            raise translate_validation(filters.errors)
        return filters

    def answer(self, pk: int, status: int = 200) -> Response:
        """Return the listing as the reader may see it now; its own also learn as what cell it is told.

        The version is a digest of all that was typed, the site with it: only who may know that is given it.
        """
        [listing] = access.mark_identities(self.request.user, [access.get_listing(self.request.user, pk)])
        mark_data_quality([listing])
        own = Reader(self.request.user).own
        is_own = listing.organization_id in own
        if is_own:
            listing.cell = preview_cell(listing.site)
        response = Response(ListingSerializer(listing, context={"own": own}).data, status=status)
        return self.tagged(response, listing) if is_own else response

    def version(self, instance: Listing) -> Mapping[str, Any]:
        """What can be changed of it; not what is agreed on, nor its state."""
        return said_by(terms_of(instance))

    def list(self, request: Request) -> HttpResponseBase:
        """A page: of the words the best fit first, else the newest first, or as `sort` says.

        A line in `q` is understood: what it says counts as the filters of those names, where they are not given.
        """
        filters = self.filters()
        if filters.form.cleaned_data.get("mine"):
            return self._mine(filters)
        found = find(
            request.user,
            filters.question(filters.order),
            most=self.pages.get_page_size(request),
            cursor=request.query_params.get("cursor", ""),
            counting=False,
        )
        ends = {"next": self._page_address(found.next), "previous": self._page_address(found.previous)}
        return told_page(ends, told(request.user, found))

    @extend_schema(
        operation_id="listings_facets",
        summary="How many listings each value of a filter would find",
        responses=FacetsSerializer,
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def facets(self, request: Request) -> Response:
        """Counted over what all other filters leave; the same parameters as the list takes."""
        filters = self.filters()
        found = find(request.user, filters.question(filters.order), most=0)
        return Response(
            {
                "total": found.total,
                "over": found.over,
                "without_price": found.unpriced,
                "facets": {
                    "side": found.facets["side"],
                    "kind": found.facets["kind"],
                    "resource": found.facets["resource"],
                    "country": found.facets["country"],
                    "region": found.facets["region"],
                    "price_sign": found.facets["price"],
                    "period": found.facets["period"],
                    "legal_status": {name or UNSAID: count for name, count in found.facets["legal"].items()},
                    "hazardous": found.facets["hazardous"],
                    "data_quality": found.facets["quality"],
                },
            }
        )

    @property
    def pages(self) -> UniqueCursorPagination:
        """How many a page may have."""
        return UniqueCursorPagination()

    def _page_address(self, cursor: str) -> str | None:
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor) if cursor else None

    def _mine(self, filters: ListingApiFilter) -> Response:
        user = self.request.user
        if not user.is_authenticated:
            raise exceptions.NotAuthenticated
        rows = rows_asked(filters.question())
        listings = access.own_listings(user).filter(pk__in=rows.values("listing_id")).with_cards()
        if state := filters.form.cleaned_data.get("state"):
            listings = listings.filter(state=state)
        page = self.paginate_queryset(listings)
        marked = mark_data_quality(access.mark_identities(user, page or ()))
        mark_cells(marked)
        shown = ListingSerializer(marked, many=True, context={"own": Reader(self.request.user).own})
        return self.get_paginated_response(shown.data)

    @extend_schema(summary="One listing")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One of the market, or one's own in any state."""
        return self.answer(pk)

    @extend_schema(
        summary="List an offer or a request (owners, traders)",
        request=NewListingSerializer,
        responses={201: ListingSerializer},
    )
    def create(self, request: Request) -> Response:
        """On the market at once, or a draft."""
        values = to_terms(checked(NewListingSerializer, request))
        publish = values.pop("publish")
        terms = ListingTerms(**values)
        organization = get_organization_to_trade(request.user, terms.site.organization_id)
        with fields_as_sent():
            listing = create_listing(
                actor=self.actor, organization=organization, terms=terms, publish=publish
            )
        return self.answer(listing.pk, status=201)

    @extend_schema(
        summary="Say a listing anew (owners, traders)",
        request=ListingTermsSerializer,
        responses=ListingSerializer,
    )
    def update(self, request: Request, pk: int) -> Response:
        """Everything that is left out takes its default."""
        listing = access.get_listing_to_trade(request.user, pk)
        terms = ListingTerms(**to_terms(checked(ListingTermsSerializer, request)))
        with fields_as_sent():
            edit_listing(actor=self.actor, listing=listing, terms=terms, seen=self.seen)
        return self.answer(pk)

    @extend_schema(
        summary="Change some of a listing (owners, traders)",
        request=ListingTermsSerializer,
        responses=ListingSerializer,
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        """Everything that is left out stays."""
        listing = access.get_listing_to_trade(request.user, pk)
        changes = to_terms(checked(ListingTermsSerializer, request))
        with fields_as_sent():
            amend_listing(actor=self.actor, listing=listing, changes=changes, seen=self.seen)
        return self.answer(pk)

    @extend_schema(
        operation_id="listings_publish", summary="Put it on the market (owners, traders)", request=None
    )
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: int) -> Response:
        """A draft, a paused or an expired listing."""
        return self._move(publish_listing, pk)

    @extend_schema(
        operation_id="listings_renew",
        summary="Let one with an end stand as long again (owners, traders)",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, pk: int) -> Response:
        """From today where its window is over; it is on the market then."""
        return self._move(renew_listing, pk)

    @extend_schema(
        operation_id="listings_pause",
        summary="Take it off the market for a while (owners, traders)",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: int) -> Response:
        """Until it is published again."""
        return self._move(pause_listing, pk)

    @extend_schema(
        operation_id="listings_withdraw",
        summary="Take it off the market for good (owners, traders)",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        """It cannot be changed any more."""
        return self._move(withdraw_listing, pk)

    @extend_schema(
        operation_id="listings_uses",
        summary="Who could use an offer: kinds of plants, and organizations nearby",
        responses=ListingUsesSerializer,
    )
    @action(detail=True, methods=["get"])
    def uses(self, request: Request, pk: int) -> Response:
        """The same for everybody who sees the offer, but for its owner's own name."""
        listing = access.get_offer(request.user, pk)
        found = uses_of_listing(listing, identity_known=access.sees_identity(request.user, listing))
        known = UsesSerializer(found.known).data
        return Response({**known, "organizations": NeighbourSerializer(found.neighbours, many=True).data})

    def _move(self, service: Callable[..., Listing], pk: int) -> Response:
        service(actor=self.actor, listing=access.get_listing_to_trade(self.actor, pk))
        return self.answer(pk)
