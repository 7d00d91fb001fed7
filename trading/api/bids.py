"""Bids, and how they are answered."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organization
from common.api import checked
from trading import access
from trading.api.base import TradingViewSet
from trading.api.read import AgreementSerializer, BidSerializer, just_signed
from trading.api.write import BidTermsSerializer, DeclineSerializer, acting_for, bid_terms_of
from trading.models import Bid
from trading.selectors.agreements import show_to_parties
from trading.selectors.bids import with_agreements
from trading.selectors.filters import BidFilter
from trading.services import bids


@extend_schema_view(list=extend_schema(summary="The bids that you may see"))
class BidViewSet(TradingViewSet):
    """Bids to and fro; they are placed in a synergy or in a tender."""

    queryset = Bid.objects.none()
    serializer_class = BidSerializer
    filterset_class = BidFilter

    def get_queryset(self) -> Any:
        """Sealed ones of others only after the deadline."""
        return with_agreements(access.with_terms(access.visible_bids(self.request.user)))

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(self.get_queryset(), self.bid_documents)

    @extend_schema(summary="One bid")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you may see."""
        access.get_bid(self.actor, pk)
        return self.bid_answer(pk)

    @extend_schema(
        operation_id="bids_accept",
        summary="Agree to a bid (owners, traders of the other party)",
        request=None,
        responses={201: AgreementSerializer},
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        """Its amount is taken off both listings; the agreement is returned."""
        bid = access.get_bid_to_answer(self.actor, pk)
        agreement = show_to_parties(bids.accept_bid(actor=self.actor, bid=bid), bid.synergy)
        return Response(just_signed().to_representation(agreement), status=201)

    @extend_schema(
        operation_id="bids_counter",
        summary="Answer a bid with another (owners, traders of the other party)",
        request=BidTermsSerializer,
        responses={201: BidSerializer},
    )
    @action(detail=True, methods=["post"])
    def counter(self, request: Request, pk: int) -> Response:
        """The new bid is returned."""
        bid = access.get_bid_to_answer(self.actor, pk)
        values = checked(BidTermsSerializer, request)
        party = Organization.objects.get(pk=bid.synergy.other_than(bid.organization_id))
        acting_for(party, values["organization"])
        counter = bids.counter_bid(actor=self.actor, bid=bid, terms=bid_terms_of(values))
        return self.bid_answer(counter.pk, status=201)

    @extend_schema(
        operation_id="bids_decline",
        summary="Say no to a bid (owners, traders of the other party)",
        request=DeclineSerializer,
        responses=BidSerializer,
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: int) -> Response:
        """The negotiation goes on."""
        bid = access.get_bid_to_answer(self.actor, pk)
        bids.decline_bid(actor=self.actor, bid=bid, **checked(DeclineSerializer, request))
        return self.bid_answer(pk)

    @extend_schema(
        operation_id="bids_withdraw",
        summary="Take a bid back (owners, traders of the bidder)",
        request=None,
        responses=BidSerializer,
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        """A sealed one only before the deadline."""
        bid = access.get_bid_to_withdraw(self.actor, pk)
        bids.withdraw_bid(actor=self.actor, bid=bid)
        return self.bid_answer(pk)
