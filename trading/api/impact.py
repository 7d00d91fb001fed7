"""The benefit ledger, line by line and summed."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import organizations_of
from accounts.models import Organization, Programme
from common.errors import NotFound
from listings.access import known_organizations
from trading import access, ledger
from trading.api.base import IdFilter, TradingViewSet, id_filter
from trading.api.read import ImpactEntrySerializer, SumsSerializer
from trading.models import ImpactEntry, ImpactStatus, Metric


class ImpactFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the ledger."""

    synergy = id_filter("synergy", "id of a synergy")
    agreement = id_filter("agreement", "id of an agreement")
    delivery = id_filter("delivery", "id of a delivery")
    year = id_filter("year", "a calendar year")
    metric = django_filters.ChoiceFilter(choices=Metric.choices)
    status = django_filters.ChoiceFilter(choices=ImpactStatus.choices)
    organization = extend_schema_field(
        {"type": "integer", "description": "id of a party that you know; do not add the sums of two parties"}
    )(IdFilter(method="of_organization"))
    programme = extend_schema_field(
        {"type": "string", "description": "slug of a programme that you facilitate or take part in"}
    )(django_filters.CharFilter(method="of_programme"))

    def of_organization(self, entries: Any, name: str, pk: int) -> Any:
        """Keep those of a party; to ask for one that is not known would tell who it is."""
        party = Organization.objects.filter(pk=pk).first()
        if party is None or party.pk not in known_organizations(self.request.user):
            return entries.none()
        return ledger.of_organization(entries, party)

    def of_programme(self, entries: Any, name: str, slug: str) -> Any:
        """Keep those of a programme's members, each once."""
        user = self.request.user
        open_to = Q(facilitators=user.pk) | Q(organizations__in=organizations_of(user))
        programme = Programme.objects.filter(open_to, slug=slug).first()
        return entries.none() if programme is None else ledger.of_programme(entries, programme)


class SumsFilter(ImpactFilter):
    """Narrows what is summed, and says by what."""

    by = django_filters.ChoiceFilter(
        choices=[("year", gettext_lazy("year"))], method="unfiltered", label="a sum for each year"
    )

    def unfiltered(self, entries: Any, name: str, value: str) -> Any:
        """How it is summed is the view's."""
        return entries


@extend_schema_view(list=extend_schema(summary="The ledger's lines that you may see"))
class ImpactViewSet(TradingViewSet):
    """The benefit ledger: lines are added by deliveries, declarations and verifications, and never changed."""

    queryset = ImpactEntry.objects.none()
    serializer_class = ImpactEntrySerializer
    filterset_class = ImpactFilter

    def get_queryset(self) -> Any:
        """Of the synergies that one takes part in or facilitates."""
        return access.visible_impact(self.request.user)

    def list(self, request: Request) -> Response:
        """A page, newest first."""
        return self.page_of(self.get_queryset(), lambda rows: ImpactEntrySerializer(rows, many=True).data)

    @extend_schema(summary="One line of the ledger")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One that you may see."""
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise NotFound
        return Response(ImpactEntrySerializer(found).data)

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
        found = ledger.totals_by(entries, by) if by else {None: ledger.totals(entries)}
        rows = [{"year": year, "totals": totals} for year, totals in found.items()]
        return Response(SumsSerializer(rows, many=True).data)
