"""Precedents over REST: public; facilitators can also write them."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import (
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_programme_to_facilitate
from catalogue.models import (
    Precedent,
    Resource,
)
from catalogue.precedents import access
from catalogue.precedents.selectors import PrecedentFilter, PrecedentFound
from catalogue.precedents.services import (
    PrecedentDetails,
    add_precedent,
    details_of,
    edit_precedent,
    remove_precedent,
)
from common.api import DecimalText, StrictSerializer, VersionedViewSet, checked
from common.units import CANONICAL_UNIT, UNIT_LABEL
from events.idempotency import IdempotentViewSet

CANONICAL_UNITS = [(unit, UNIT_LABEL[unit]) for unit in CANONICAL_UNIT.values()]


class PrecedentSerializer(serializers.ModelSerializer[Precedent]):
    """A documented exchange; null or empty: not published."""

    slug = serializers.SlugField(allow_null=True, help_text="of a published one; null: added by a programme")
    resource = serializers.SlugField(source="resource.slug", help_text="what is given")
    resource_name = serializers.CharField(source="resource.name")
    serves_as = serializers.SlugField(source="serves.slug", help_text="what it is taken as")
    quantity = DecimalText(max_digits=20, decimal_places=6, allow_null=True, help_text="in `unit`")
    unit = serializers.ChoiceField(CANONICAL_UNITS, allow_blank=True)
    per_year = serializers.BooleanField(help_text="false: once, in all")
    programme = serializers.SlugField(
        source="programme.slug", allow_null=True, default=None, help_text="that added it; null: published"
    )

    class Meta:
        model = Precedent
        fields = [
            "id",
            "slug",
            "place",
            "country",
            "giver",
            "giver_activity",
            "receiver",
            "receiver_activity",
            "resource",
            "resource_name",
            "serves_as",
            "since",
            "quantity",
            "unit",
            "per_year",
            "quantity_year",
            "note",
            "source",
            "programme",
        ]
        read_only_fields = fields


class NearPrecedentSerializer(serializers.Serializer[Any]):
    """A precedent, and how near it is to what one asked about."""

    nearness = serializers.SerializerMethodField(
        help_text="`same` by-product, a `kind` of it, or `related`: what it is one of"
    )
    words = serializers.CharField(source="nearness.words")
    precedent = PrecedentSerializer()

    @extend_schema_field(serializers.ChoiceField(["same", "kind", "related"]))
    def get_nearness(self, found: PrecedentFound) -> str:
        """As a word."""
        return found.nearness.name.lower()


def _resource_field(**options: Any) -> Any:
    return serializers.SlugRelatedField(
        slug_field="slug", queryset=Resource.objects.listable(), help_text="a resource's slug", **options
    )


class PrecedentDetailsSerializer(StrictSerializer):
    """What is known of an exchange; null or empty: not published. What can be so is decided by the service."""

    place = serializers.CharField(max_length=160, help_text="network, park or town")
    country = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166-1 alpha-2")
    giver = serializers.CharField(max_length=160)
    giver_activity = serializers.CharField(
        max_length=80, allow_blank=True, default="", help_text="a NACE code, or the slug of a kind of plant"
    )
    receiver = serializers.CharField(max_length=160)
    receiver_activity = serializers.CharField(max_length=80, allow_blank=True, default="")
    resource = _resource_field()
    serves_as = _resource_field(allow_null=True, default=None)
    since = serializers.IntegerField(allow_null=True, default=None, min_value=1800, max_value=2100)
    quantity = DecimalText(max_digits=20, decimal_places=6, allow_null=True, default=None)
    unit = serializers.ChoiceField(CANONICAL_UNITS, allow_blank=True, default="")
    per_year = serializers.BooleanField(default=True, help_text="false: once, in all")
    quantity_year = serializers.IntegerField(allow_null=True, default=None, min_value=1800, max_value=2100)
    note = serializers.CharField(max_length=300, allow_blank=True, default="")
    source = serializers.CharField(max_length=500)  # type: ignore[assignment]  # declared fields leave the class


class NewPrecedentSerializer(PrecedentDetailsSerializer):
    """An exchange, and the programme for which it is added."""

    programme = serializers.SlugField(help_text="one that you facilitate")


@extend_schema_view(list=extend_schema(summary="Documented exchanges"))
class PrecedentViewSet(mixins.ListModelMixin, VersionedViewSet, IdempotentViewSet):
    """Exchanges that are documented as done, each with its source."""

    queryset = Precedent.objects.none()
    serializer_class = PrecedentSerializer
    filterset_class = PrecedentFilter
    permission_classes = (IsAuthenticatedOrReadOnly,)

    def get_queryset(self) -> Any:
        """All of them; they are public."""
        return access.precedents()

    def version(self, instance: Precedent) -> Mapping[str, Any]:
        """What facilitators can edit of it."""
        return details_of(instance)

    def answer(self, pk: int, status: int = 200) -> Response:
        """Return the exchange as it is now."""
        found = access.get_precedent(pk)
        return self.tagged(Response(PrecedentSerializer(found).data, status=status), found)

    @extend_schema(summary="One documented exchange")
    def retrieve(self, request: Request, pk: int) -> Response:
        """One exchange."""
        return self.answer(pk)

    @extend_schema(
        summary="Add a documented exchange (facilitators)",
        request=NewPrecedentSerializer,
        responses={201: PrecedentSerializer},
    )
    def create(self, request: Request) -> Response:
        """For a programme; everybody sees it."""
        values = checked(NewPrecedentSerializer, request)
        programme = get_programme_to_facilitate(request.user, values.pop("programme"))
        added = add_precedent(actor=self.actor, programme=programme, details=PrecedentDetails(**values))
        return self.answer(added.pk, status=201)

    @extend_schema(
        summary="Change some of a documented exchange (facilitators of its programme)",
        request=PrecedentDetailsSerializer,
        responses=PrecedentSerializer,
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        """Everything that is left out stays; the published ones cannot be changed."""
        found = access.get_precedent_to_change(request.user, pk)
        changes = checked(PrecedentDetailsSerializer, request)
        edit_precedent(
            actor=self.actor,
            precedent=found,
            details=PrecedentDetails(**(details_of(found) | changes)),
            seen=self.seen,
        )
        return self.answer(pk)

    @extend_schema(
        summary="Remove a documented exchange (facilitators of its programme)", responses={204: None}
    )
    def destroy(self, request: Request, pk: int) -> Response:
        """The published ones stay."""
        found = access.get_precedent_to_change(request.user, pk)
        remove_precedent(actor=self.actor, precedent=found)
        return Response(status=204)
