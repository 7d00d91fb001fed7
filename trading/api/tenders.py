"""Sealed tenders."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_organization_to_trade
from common.api import checked
from common.errors import Invalid, NotFound
from listings.access import get_listing_to_trade, mark_identities
from trading import access
from trading.api.base import TradingViewSet
from trading.api.read import BidSerializer, TenderSerializer
from trading.api.synergies import NESTED
from trading.api.write import AwardsSerializer, NewTenderSerializer, SealedBidSerializer, bid_terms_of
from trading.models import Tender
from trading.selectors.bids import bids_of_tender, with_agreements
from trading.selectors.filters import TenderFilter
from trading.services import tenders


@extend_schema_view(list=extend_schema(summary="The tenders that you may see"))
class TenderViewSet(TradingViewSet):
    """Sealed bids on a listing; until the deadline nobody but its bidder learns of one, nor how many there are."""

    queryset = Tender.objects.none()
    serializer_class = TenderSerializer
    filterset_class = TenderFilter

    def get_queryset(self) -> Any:
        """Those for listings on the market, one's own, and those that one bid in."""
        over = ExpressionWrapper(Q(deadline__lte=Now()), output_field=BooleanField())
        return access.visible_tenders(self.request.user).annotate(over_now=over)

    def documents(self, found: Iterable[Tender]) -> Any:
        """Return the tenders as the reader may see them."""
        rows = list(found)
        mark_identities(self.actor, [tender.listing for tender in rows])
        return TenderSerializer(rows, many=True, context={"own": self.own_ids()}).data

    def answer(self, pk: int, status: int = 200) -> Response:
        """Return one tender as it is now."""
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise NotFound
        return Response(self.documents([found])[0], status=status)

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(self.get_queryset(), self.documents)

    @extend_schema(summary="One tender")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you may see."""
        return self.answer(pk)

    @extend_schema(
        summary="Ask for sealed bids on a listing (owners, traders)",
        request=NewTenderSerializer,
        responses={201: TenderSerializer},
    )
    def create(self, request: Request) -> Response:
        """While it is open, nothing is negotiated on the listing."""
        values = checked(NewTenderSerializer, request)
        listing = get_listing_to_trade(request.user, values.pop("listing").pk)
        return self.answer(tenders.open_tender(actor=self.actor, listing=listing, **values).pk, status=201)

    @extend_schema(
        operation_id="tenders_bids",
        summary="Its bids, the best first; before the deadline only your own",
        responses=BidSerializer(many=True),
    )
    @action(**NESTED, methods=["get"], pagination_class=None)
    def bids(self, request: Request, pk: int) -> Response:
        """To its bidders their own; after the deadline all of them to the owner of the listing."""
        tender = access.get_tender(self.actor, pk)
        return Response(self.bid_documents(with_agreements(bids_of_tender(self.actor, tender))))

    @extend_schema(
        operation_id="tenders_bids_create",
        summary="Place a sealed bid (owners, traders)",
        request=SealedBidSerializer,
        responses={201: BidSerializer},
    )
    @bids.mapping.post
    def place_bid(self, request: Request, pk: int) -> Response:
        """A second one of the same organization replaces the first."""
        tender = access.get_tender(self.actor, pk)
        values = checked(SealedBidSerializer, request)
        organization = get_organization_to_trade(request.user, values["organization"].pk)
        bid = tenders.place_sealed_bid(
            actor=self.actor, tender=tender, organization=organization, terms=bid_terms_of(values)
        )
        return self.bid_answer(bid.pk, status=201)

    @extend_schema(
        operation_id="tenders_award",
        summary="Decide it after the deadline (owners, traders)",
        request=AwardsSerializer,
        responses=TenderSerializer,
    )
    @action(detail=True, methods=["post"])
    def award(self, request: Request, pk: int) -> Response:
        """To one bid, or split over several; all others are declined."""
        tender = access.get_tender_to_decide(self.actor, pk)
        awards = checked(AwardsSerializer, request)["awards"]
        amounts = {award["bid"]: award["amount"] for award in awards}
        if len(amounts) != len(awards):
            raise Invalid({"awards": _("Name each bid once.")})
        tenders.award_tender(actor=self.actor, tender=tender, awards=amounts)
        return self.answer(pk)

    @extend_schema(
        operation_id="tenders_cancel",
        summary="Call it off (owners, traders)",
        request=None,
        responses=TenderSerializer,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Its bids are declined; before the deadline they stay sealed for good."""
        tenders.cancel_tender(actor=self.actor, tender=access.get_tender_to_decide(self.actor, pk))
        return self.answer(pk)
