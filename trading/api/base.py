"""What all endpoints of trading have in common."""

from collections.abc import Callable, Iterable
from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from accounts.access import facilitated_organizations, organizations_of
from events.idempotency import IdempotentViewSet
from trading import access
from trading.api.read import AgreementSerializer, BidSerializer, DeliverySerializer, SynergySerializer
from trading.models import Agreement, Bid, Synergy
from trading.selectors.agreements import show_to_parties
from trading.selectors.bids import with_agreements
from trading.selectors.deliveries import delivered_of


class TradingViewSet(IdempotentViewSet):
    """What the endpoints of this app share: signed-in people only, documents made for their reader."""

    permission_classes = (IsAuthenticated,)

    def page_of(self, rows: Any, documents: Callable[[Iterable[Any]], Any]) -> Response:
        """Answer with a page of rows, the newest first, as `documents` shows them."""
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(documents(list(page or ())))

    def own_ids(self) -> set[int]:
        """Keys of the reader's organizations."""
        return set(organizations_of(self.actor).values_list("pk", flat=True))

    def synergy_documents(self, found: Iterable[Synergy]) -> Any:
        """Show synergies."""
        facilitated = set(facilitated_organizations(self.actor).values_list("pk", flat=True))
        context = {"own": self.own_ids(), "facilitated": facilitated}
        marked = access.mark_parties(self.actor, found)
        return SynergySerializer(marked, many=True, context=context).data

    def bid_documents(self, found: Iterable[Bid]) -> Any:
        """Show bids."""
        rows = list(found)
        access.mark_parties(self.actor, [bid.synergy for bid in rows])
        return BidSerializer(rows, many=True).data

    def bid_answer(self, pk: int, status: int = 200) -> Response:
        """Answer with a bid as it is now."""
        found = with_agreements(access.with_terms(access.visible_bids(self.actor))).get(pk=pk)
        return Response(self.bid_documents([found])[0], status=status)

    def agreement_documents(self, found: Iterable[Agreement]) -> Any:
        """Show agreements."""
        rows = list(found)
        for agreement in rows:
            synergy = agreement.synergy
            synergy.supplier, synergy.receiver = agreement.supplier, agreement.receiver
            synergy.offer, synergy.request = agreement.offer, agreement.request
        access.mark_parties(self.actor, [agreement.synergy for agreement in rows])
        context = {"delivered": delivered_of(rows)}
        return AgreementSerializer(rows, many=True, context=context).data

    def agreement_answer(self, pk: int) -> Response:
        """Answer a party that has acted with the agreement as it is now."""
        parties = (f"synergy__{name}" for name in ("supplier", "receiver", "resource"))
        found = Agreement.objects.select_related("request", *parties).get(pk=pk)
        agreement = show_to_parties(found, found.synergy)
        context = {"delivered": delivered_of([agreement])}
        return Response(AgreementSerializer(agreement, context=context).data)

    def delivery_answer(self, pk: int, status: int = 200) -> Response:
        """Answer with a delivery as it is now."""
        found = access.visible_deliveries(self.actor).prefetch_related("files").get(pk=pk)
        return Response(DeliverySerializer(found).data, status=status)
