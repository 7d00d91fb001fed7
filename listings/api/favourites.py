"""Listings that one has starred, over REST."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import StrictSerializer, checked
from events.idempotency import IdempotentViewSet
from listings.access import get_favourite, get_listing, own_favourites
from listings.api.read import ListingSerializer
from listings.disclosure.rules import Reader
from listings.models import Favourite, Side
from listings.selectors.favourites import Starred, starred_by
from listings.services.favourites import star, unstar

_LARGEST_KEY = 2**63 - 1


class FavouriteSerializer(serializers.Serializer[Any]):
    """A listing that you starred."""

    id = serializers.IntegerField(source="favourite.listing_id", help_text="of the listing")
    name = serializers.CharField(source="favourite.name", help_text="what it was called when you starred it")
    side = serializers.ChoiceField(Side.choices, source="favourite.side")
    starred_at = serializers.DateTimeField(source="favourite.starred_at")
    listing = serializers.SerializerMethodField(
        help_text="null: no longer on the market, or not shown to you any more"
    )

    @extend_schema_field(ListingSerializer(allow_null=True))
    def get_listing(self, starred: Starred) -> Any:
        """As in the list of listings."""
        return (
            None if starred.listing is None else ListingSerializer(starred.listing, context=self.context).data
        )


class NewFavouriteSerializer(StrictSerializer):
    """What to star."""

    listing = serializers.IntegerField(min_value=1, max_value=_LARGEST_KEY)


@extend_schema_view(list=extend_schema(summary="What you starred", filters=False))
class FavouriteViewSet(IdempotentViewSet):
    """Listings with a star; a favourite has the key of its listing."""

    queryset = Favourite.objects.none()
    serializer_class = FavouriteSerializer
    permission_classes = (IsAuthenticated,)

    def list(self, request: Request) -> Response:
        """The newest first."""
        page = self.paginate_queryset(self.filter_queryset(own_favourites(request.user)))
        return self.get_paginated_response(self._said(list(page or ())))

    @extend_schema(
        summary="Star a listing", request=NewFavouriteSerializer, responses={201: FavouriteSerializer}
    )
    def create(self, request: Request) -> Response:
        """Again it changes nothing."""
        said: Any = checked(NewFavouriteSerializer, request)
        found = star(actor=self.actor, listing=get_listing(request.user, said["listing"]))
        return Response(self._said([get_favourite(request.user, found.listing_id)])[0], status=201)

    @extend_schema(
        summary="Take the star off",
        parameters=[
            OpenApiParameter("id", OpenApiTypes.INT64, OpenApiParameter.PATH, description="of the listing")
        ],
    )
    def destroy(self, request: Request, pk: int) -> Response:
        """Also of what you no longer see."""
        get_favourite(request.user, pk)
        unstar(actor=self.actor, listing_id=pk)
        return Response(status=204)

    def _said(self, favourites: Sequence[Favourite]) -> Any:
        context = {"own": Reader(self.actor).own}
        return FavouriteSerializer(starred_by(self.actor, favourites), many=True, context=context).data
