"""Deliveries, their evidence, corrections and confirmation."""

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organization
from common.api import checked
from trading import access
from trading.api.base import TradingViewSet
from trading.api.read import DeliverySerializer
from trading.api.write import ActingSerializer, CorrectionSerializer, UploadSerializer, acting_for
from trading.models import Delivery, DeliveryFile
from trading.selectors.filters import DeliveryFilter
from trading.services.deliveries import add_delivery_file, confirm_delivery, correct_delivery


@extend_schema_view(list=extend_schema(summary="The deliveries that you may see"))
class DeliveryViewSet(TradingViewSet):
    """Consignments; they are planned and recorded at their agreement, and corrected, never edited."""

    queryset = Delivery.objects.none()
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter

    def get_queryset(self) -> Any:
        """Of the agreements that one may see."""
        files = Prefetch("files", queryset=DeliveryFile.objects.order_by("pk"))
        return access.visible_deliveries(self.request.user).prefetch_related(files)

    def _to_act(self, pk: int, body: type[ActingSerializer]) -> tuple[Delivery, Organization, dict[str, Any]]:
        delivery, _party = access.get_delivery_to_act(self.actor, pk)
        values = checked(body, self.request)
        chosen = values.pop("organization")
        party = access.acting_party(self.actor, delivery.agreement.synergy, chosen.pk if chosen else None)
        return delivery, acting_for(party, chosen), values

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(self.get_queryset(), lambda rows: DeliverySerializer(rows, many=True).data)

    @extend_schema(summary="One delivery")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you may see."""
        access.get_delivery(self.actor, pk)
        return self.delivery_answer(pk)

    @extend_schema(
        operation_id="deliveries_correct",
        summary="Say how much it really was (owners, traders)",
        request=CorrectionSerializer,
        responses={201: DeliverySerializer},
    )
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: int) -> Response:
        """The difference is posted as a counter-entry, which is returned."""
        delivery, party, values = self._to_act(pk, CorrectionSerializer)
        correction = correct_delivery(actor=self.actor, delivery=delivery, organization=party, **values)
        return self.delivery_answer(correction.pk, status=201)

    @extend_schema(
        operation_id="deliveries_confirm",
        summary="Confirm what the other party reported (owners, traders)",
        request=ActingSerializer,
        responses=DeliverySerializer,
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: int) -> Response:
        """A delivery or its correction."""
        delivery, party, _rest = self._to_act(pk, ActingSerializer)
        confirm_delivery(actor=self.actor, delivery=delivery, organization=party)
        return self.delivery_answer(pk)

    @extend_schema(
        operation_id="deliveries_files_create",
        summary="Add a piece of evidence (owners, traders)",
        request={"multipart/form-data": UploadSerializer},
        responses={201: DeliverySerializer},
    )
    @action(detail=True, methods=["post"], parser_classes=(MultiPartParser,))
    def files(self, request: Request, pk: int) -> Response:
        """The same file is kept once; the delivery is returned."""
        delivery, party, values = self._to_act(pk, UploadSerializer)
        add_delivery_file(actor=self.actor, delivery=delivery, organization=party, upload=values["file"])
        return self.delivery_answer(pk, status=201)
