"""How one wants to be told, over REST."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import StrictSerializer, checked, refuse_unknown_parameters
from common.errors import NotFound
from events.idempotency import IdempotentViewSet
from notifications.models import Channel, Kind, Preference
from notifications.selectors.preferences import Choice, choices_of
from notifications.services.preferences import choose


class ChoiceSerializer(serializers.Serializer[Any]):
    """How you are told of one kind."""

    kind = serializers.ChoiceField(Kind.choices)
    channel = serializers.ChoiceField(Channel.choices)
    is_usual = serializers.BooleanField(
        help_text="true: you have not chosen, it is so because nothing was chosen"
    )


class ChannelSerializer(StrictSerializer):
    """How you want to be told."""

    channel = serializers.ChoiceField(Channel.choices)


@extend_schema_view(
    list=extend_schema(
        summary="How you are told, by kind", responses=ChoiceSerializer(many=True), filters=False
    )
)
class PreferenceViewSet(IdempotentViewSet):
    """How you are told of each kind."""

    queryset = Preference.objects.none()
    serializer_class = ChoiceSerializer
    permission_classes = (IsAuthenticated,)
    pagination_class = None  # type: ignore[assignment]  # as many as there are kinds
    lookup_field = "kind"
    lookup_value_converter = "slug"

    def list(self, request: Request) -> Response:
        """Every kind."""
        refuse_unknown_parameters(request, ())
        return Response(ChoiceSerializer(choices_of(self.actor), many=True).data)

    @extend_schema(
        operation_id="notification_preferences_choose",
        summary="Choose how you are told of a kind",
        parameters=[OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=Kind.values)],
        request=ChannelSerializer,
        responses=ChoiceSerializer,
    )
    def update(self, request: Request, kind: str) -> Response:
        """It holds for what happens from now on."""
        if kind not in Kind.values:
            raise NotFound
        channel: Any = checked(ChannelSerializer, request)["channel"]
        choose(person=self.actor, kind=Kind(kind), channel=Channel(channel))
        return Response(ChoiceSerializer(Choice(Kind(kind), Channel(channel), False)).data)
