"""What one was told, over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import StrictSerializer, checked
from events.idempotency import IdempotentViewSet
from notifications.access import get_notification, own_notifications
from notifications.models import Kind, Notification
from notifications.selectors.inbox import NotificationFilter
from notifications.services.inbox import mark_all_read, mark_read
from notifications.words import parties_of, title_of

_LARGEST_KEY = 2**63 - 1


class NotificationSerializer(serializers.Serializer[Any]):
    """One thing that the reader was told."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Kind.choices)
    event = serializers.SerializerMethodField(help_text="what happened: a kind of event, as `bid.accepted`")
    title = serializers.SerializerMethodField(help_text="in words")
    parties = serializers.SerializerMethodField(
        help_text="with whom, as you may know them; empty: with nobody"
    )
    terms = serializers.CharField(source="words.terms", default="", help_text="the thing in a few words")
    quote = serializers.CharField(source="words.quote", default="", help_text="what was written")
    subject_type = serializers.CharField()
    subject_id = serializers.IntegerField()
    address = serializers.CharField(help_text="of the page that it leads to")
    told_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)

    def get_event(self, notification: Notification) -> str:
        """Without what tells the lines of one kind apart."""
        return notification.told.split(" ")[0]

    def get_title(self, notification: Notification) -> str:
        """As in the inbox."""
        return title_of(notification)

    def get_parties(self, notification: Notification) -> str:
        """As in the inbox."""
        return parties_of(notification)


class ReadUpToSerializer(StrictSerializer):
    """Up to where everything is read."""

    up_to = serializers.IntegerField(
        min_value=1,
        max_value=_LARGEST_KEY,
        allow_null=True,
        default=None,
        help_text="an id; null: everything",
    )


class ReadCountSerializer(serializers.Serializer[Any]):
    """What came of it."""

    read = serializers.IntegerField(help_text="how many were unread")


@extend_schema_view(list=extend_schema(summary="What you were told, the newest first"))
class NotificationViewSet(IdempotentViewSet):
    """The reader's inbox."""

    queryset = Notification.objects.none()
    serializer_class = NotificationSerializer
    permission_classes = (IsAuthenticated,)
    filterset_class = NotificationFilter

    def get_queryset(self) -> Any:
        """One's own alone."""
        return own_notifications(self.request.user)

    def list(self, request: Request) -> Response:
        """A page."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(NotificationSerializer(page or (), many=True).data)

    @extend_schema(summary="One thing that you were told")
    def retrieve(self, request: Request, pk: int) -> Response:
        """It stays as unread as it was."""
        return Response(NotificationSerializer(get_notification(request.user, pk)).data)

    @extend_schema(
        operation_id="notifications_read",
        summary="Mark it as read",
        request=None,
        responses=NotificationSerializer,
    )
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: int) -> Response:
        """Again it changes nothing."""
        notification = mark_read(notification=get_notification(request.user, pk))
        return Response(NotificationSerializer(notification).data)

    @extend_schema(
        operation_id="notifications_read_all",
        summary="Mark everything as read",
        request=ReadUpToSerializer,
        responses=ReadCountSerializer,
    )
    @action(detail=False, methods=["post"], url_path="read-all", url_name="read-all")
    def read_all(self, request: Request) -> Response:
        """What came after `up_to` stays unread: you have not seen it."""
        up_to = checked(ReadUpToSerializer, request)["up_to"]
        return Response({"read": mark_all_read(person=self.actor, up_to=up_to)})
