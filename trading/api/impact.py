"""The benefit ledger, line by line and summed."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.errors import NotFound
from trading.api.base import TradingViewSet
from trading.api.read import ImpactEntrySerializer, SumsSerializer
from trading.models import ImpactEntry
from trading.selectors import impact
from trading.selectors.filters import ImpactFilter, SumsFilter
from trading.selectors.impact import totals_by


@extend_schema_view(list=extend_schema(summary="The ledger's lines that you may see"))
class ImpactViewSet(TradingViewSet):
    """The benefit ledger: lines are added by deliveries, declarations and verifications, and never changed."""

    queryset = ImpactEntry.objects.none()
    serializer_class = ImpactEntrySerializer
    filterset_class = ImpactFilter

    def get_queryset(self) -> Any:
        """Of the synergies that one takes part in or facilitates."""
        return impact.ledger_for(self.request.user)

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(
            self.get_queryset(), lambda rows: ImpactEntrySerializer(impact.told(rows), many=True).data
        )

    @extend_schema(summary="One line of the ledger")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you may see."""
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise NotFound
        return Response(ImpactEntrySerializer(impact.told([found])[0]).data)

    @extend_schema(
        operation_id="impact_sums",
        summary="What the ledger adds up to, by metric: expected, and beside it the benefit",
        responses=SumsSerializer(many=True),
    )
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=SumsFilter)
    def sums(self, request: Request) -> Response:
        """Of the lines that you may see and the filters leave; each tonne once, whoever reports it."""
        entries = self.filter_queryset(self.get_queryset())
        by = request.query_params.get("by")
        found = totals_by(entries, by) if by else {None: impact.totals(entries)}
        rows = [{"year": year, "totals": totals} for year, totals in found.items()]
        return Response(SumsSerializer(rows, many=True).data)
