"""Searches that one keeps, over REST."""

from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import StrictSerializer, checked
from events.idempotency import IdempotentViewSet
from listings.access import get_search, own_searches
from listings.models import Alert, SavedSearch
from listings.selectors.saved_searches import mark_counts
from listings.services.saved_searches import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    change_search,
    delete_search,
    save_search,
)


class SavedSearchSerializer(serializers.Serializer[Any]):
    """A search that you keep."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    query = serializers.CharField(
        source="address", help_text="as after `/browse/?`; the filters are those of the list of listings"
    )
    alert = serializers.ChoiceField(Alert.choices, help_text="how you are told of what it finds new")
    count = serializers.IntegerField(help_text="how many listings it finds now")
    created_at = serializers.DateTimeField()


class NewSavedSearchSerializer(StrictSerializer):
    """A search to keep."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    query = serializers.CharField(
        max_length=LONGEST_ADDRESS,
        allow_blank=True,
        default="",
        help_text="as `q=fly+ash&country=DK`: filters of the list of listings, `sort` and `view`; others are left out",
    )
    alert = serializers.ChoiceField(Alert.choices, default=Alert.DAILY)


class SavedSearchChangesSerializer(StrictSerializer):
    """What to change of it; what is left out stays."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    alert = serializers.ChoiceField(Alert.choices, required=False)


@extend_schema_view(list=extend_schema(summary="The searches that you keep", filters=False))
class SavedSearchViewSet(IdempotentViewSet):
    """Searches under a name, with alerts of what they find new."""

    queryset = SavedSearch.objects.none()
    serializer_class = SavedSearchSerializer
    permission_classes = (IsAuthenticated,)

    def list(self, request: Request) -> Response:
        """The newest first."""
        page = self.paginate_queryset(self.filter_queryset(own_searches(request.user)))
        return self.get_paginated_response(
            SavedSearchSerializer(mark_counts(self.actor, page or ()), many=True).data
        )

    @extend_schema(summary="One search that you keep")
    def retrieve(self, request: Request, pk: int) -> Response:
        """With how many listings it finds now."""
        return self._answer(get_search(request.user, pk))

    @extend_schema(
        summary="Keep a search", request=NewSavedSearchSerializer, responses={201: SavedSearchSerializer}
    )
    def create(self, request: Request) -> Response:
        """You are told of what comes from now on."""
        said: Any = checked(NewSavedSearchSerializer, request)
        search = save_search(
            actor=self.actor, name=said["name"], query=QueryDict(said["query"]), alert=Alert(said["alert"])
        )
        return self._answer(search, status=201)

    @extend_schema(
        summary="Call it otherwise, or be told otherwise",
        request=SavedSearchChangesSerializer,
        responses=SavedSearchSerializer,
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        """What it asks stays: keep another search for another question."""
        search = get_search(request.user, pk)
        said: Any = checked(SavedSearchChangesSerializer, request)
        alert = Alert(said["alert"]) if "alert" in said else None
        return self._answer(change_search(search=search, name=said.get("name"), alert=alert))

    @extend_schema(summary="Keep it no longer")
    def destroy(self, request: Request, pk: int) -> Response:
        """What you were told of it stays in the inbox."""
        delete_search(search=get_search(request.user, pk))
        return Response(status=204)

    def _answer(self, search: SavedSearch, status: int = 200) -> Response:
        # What the database fills in is read again.
        search.refresh_from_db()
        [marked] = mark_counts(self.actor, [search])
        return Response(SavedSearchSerializer(marked).data, status=status)
