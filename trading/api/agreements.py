"""Agreements, their papers and their consignments."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import renderers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organization
from common.api import VersionedViewSet, checked
from common.api.files import AnyRenderer
from trading import access
from trading.api.base import TradingViewSet
from trading.api.read import AgreementSerializer, DeliverySerializer
from trading.api.write import ActingSerializer, ConsignmentSerializer, PapersSerializer, acting_for
from trading.models import Agreement, Delivery
from trading.selectors.filters import AgreementFilter
from trading.selectors.papers.agreement import agreement_pdf
from trading.services import agreements
from trading.services.deliveries import Consignment, plan_delivery, record_delivery
from trading.services.terms import Papers, papers_of


@extend_schema_view(list=extend_schema(summary="The agreements that you may see"))
class AgreementViewSet(TradingViewSet, VersionedViewSet):
    """What was agreed; its terms stand."""

    queryset = Agreement.objects.none()
    serializer_class = AgreementSerializer
    filterset_class = AgreementFilter

    def get_queryset(self) -> Any:
        """Of the synergies that one takes part in or facilitates."""
        return access.visible_agreements(self.request.user)

    def _to_act(
        self, pk: int, body: type[ActingSerializer]
    ) -> tuple[Agreement, Organization, dict[str, Any]]:
        agreement, _party = access.get_agreement_to_act(self.actor, pk)
        values = checked(body, self.request)
        chosen = values.pop("organization")
        party = access.acting_party(self.actor, agreement.synergy, chosen.pk if chosen else None)
        return agreement, acting_for(party, chosen), values

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(self.get_queryset(), self.agreement_documents)

    @extend_schema(summary="One agreement")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you may see."""
        agreement = access.get_agreement(self.actor, pk)
        return self.tagged(Response(self.agreement_documents([agreement])[0]), agreement)

    def version(self, instance: Agreement) -> Mapping[str, Any]:
        """Its terms stand; what can be edited are its papers."""
        return asdict(papers_of(instance))

    @extend_schema(
        operation_id="agreements_ask_cancel",
        summary="Ask to cancel it (owners, traders)",
        request=ActingSerializer,
        responses=AgreementSerializer,
    )
    @action(detail=True, methods=["post"])
    def ask_cancel(self, request: Request, pk: int) -> Response:
        """Once both have asked it is cancelled, and its quantities are free again."""
        agreement, party, _rest = self._to_act(pk, ActingSerializer)
        agreements.ask_cancel(actor=self.actor, agreement=agreement, organization=party)
        return self.agreement_answer(pk)

    @extend_schema(
        operation_id="agreements_complete",
        summary="Say that it is fulfilled (owners, traders)",
        request=None,
        responses=AgreementSerializer,
    )
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: int) -> Response:
        """Once its end is reached or something was delivered."""
        agreement, _party = access.get_agreement_to_act(self.actor, pk)
        agreements.complete_agreement(actor=self.actor, agreement=agreement)
        return self.agreement_answer(pk)

    @extend_schema(
        operation_id="agreements_papers",
        summary="Fill in what the transport paper needs (owners, traders)",
        request=PapersSerializer,
        responses=AgreementSerializer,
    )
    @action(detail=True, methods=["patch"])
    def papers(self, request: Request, pk: int) -> Response:
        """What is left out stays; `If-Match` takes the `ETag` of the agreement that the caller has read."""
        agreement, _party = access.get_agreement_to_act(self.actor, pk)
        papers: Papers = replace(papers_of(agreement), **checked(PapersSerializer, request))
        agreement = agreements.set_papers(
            actor=self.actor, agreement=agreement, papers=papers, seen=self.seen
        )
        return self.tagged(self.agreement_answer(pk), agreement)

    @extend_schema(
        operation_id="agreements_plan",
        summary="Announce a consignment (owners, traders)",
        request=ConsignmentSerializer,
        responses={201: DeliverySerializer},
    )
    @action(detail=True, methods=["post"])
    def plan(self, request: Request, pk: int) -> Response:
        """Nothing is counted before it is delivered."""
        return self._consign(plan_delivery, pk)

    @extend_schema(
        operation_id="agreements_deliver",
        summary="Record what was delivered (owners, traders)",
        request=ConsignmentSerializer,
        responses={201: DeliverySerializer},
    )
    @action(detail=True, methods=["post"])
    def deliver(self, request: Request, pk: int) -> Response:
        """Whoever reports it, a reference counts once; its lines are posted to the ledger."""
        return self._consign(record_delivery, pk)

    @extend_schema(
        operation_id="agreements_summary",
        summary="Its printable summary, with what the transport paper needs",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    @action(detail=True, methods=["get"], renderer_classes=(renderers.JSONRenderer, AnyRenderer))
    def summary(self, request: Request, pk: int) -> HttpResponse:
        """A PDF; it names both parties, so only for those who know both."""
        agreement, synergy = access.get_agreement_to_print(self.actor, pk)
        headers = {"Content-Disposition": f'attachment; filename="loopyard-agreement-{pk}.pdf"'}
        return HttpResponse(
            agreement_pdf(agreement, synergy), content_type="application/pdf", headers=headers
        )

    def _consign(self, service: Callable[..., Delivery], pk: int) -> Response:
        agreement, party, values = self._to_act(pk, ConsignmentSerializer)
        consignment = Consignment(**values)
        delivery = service(actor=self.actor, agreement=agreement, organization=party, consignment=consignment)
        return self.delivery_answer(delivery.pk, status=201)
