"""Pictures and data sheets of listings over REST."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import renderers, serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import StrictJSONParser, StrictSerializer, checked, refuse_unknown_parameters
from common.api.files import FILE_ANSWERS, AnyRenderer
from common.files.serving import as_download, as_picture
from common.files.uploads import SUFFIXES
from events.idempotency import IdempotentViewSet
from listings import access
from listings.models import Listing, ListingFile
from listings.services.files import (
    LONGEST_CAPTION,
    MOST_DOCUMENTS,
    MOST_PICTURES,
    add_file,
    change_file,
    remove_file,
)


class ListingFileSerializer(serializers.Serializer[Any]):
    """A picture or a data sheet; its content is at `/listing-files/{id}/`."""

    id = serializers.IntegerField()
    listing = serializers.IntegerField(source="listing_id")
    is_picture = serializers.BooleanField(help_text="else a data sheet")
    position = serializers.IntegerField(min_value=1, help_text="among the pictures, or among the data sheets")
    caption = serializers.CharField(help_text="what is seen")
    name = serializers.CharField()
    size_bytes = serializers.IntegerField(source="size")
    content_type = serializers.CharField()
    width_px = serializers.IntegerField(allow_null=True, help_text="of a picture")
    height_px = serializers.IntegerField(allow_null=True, help_text="of a picture")
    at = serializers.DateTimeField(help_text="when it was added")


class NewListingFileSerializer(StrictSerializer):
    """A file, as `multipart/form-data`."""

    file = serializers.FileField(
        max_length=300,
        help_text=f"{', '.join(SUFFIXES)}, told by its content; at most 20 MB. Pictures are made anew as JPEG",
    )
    caption = serializers.CharField(max_length=LONGEST_CAPTION, allow_blank=True, default="")


class ListingFileChangeSerializer(StrictSerializer):
    """What is left out stays."""

    caption = serializers.CharField(max_length=LONGEST_CAPTION, allow_blank=True, required=False)
    position = serializers.IntegerField(
        min_value=1, max_value=100, required=False, help_text="beyond the last: the last"
    )


class FilesOfListingViewSet(IdempotentViewSet):
    """The pictures and data sheets of one listing; beside `/listings/` because they are asked of one."""

    queryset = Listing.objects.none()
    serializer_class = ListingFileSerializer
    # A few, in their order: neither pages nor filters.
    pagination_class = None  # type: ignore[assignment]  # as DRF allows
    filter_backends = ()

    @extend_schema(
        operation_id="listings_files_list",
        summary="A listing's pictures and data sheets, to who may know whose it is",
        responses=ListingFileSerializer(many=True),
    )
    @action(detail=True, methods=["get"], parser_classes=(MultiPartParser,))
    def files(self, request: Request, pk: int) -> Response:
        """Pictures first, each in their order. Of a party that you do not know none is told, nor that there are any."""
        listing = access.get_listing(request.user, pk)
        return Response(ListingFileSerializer(access.files_seen(request.user, listing), many=True).data)

    @extend_schema(
        operation_id="listings_files_create",
        summary="Add a picture or a data sheet (owners, traders)",
        description=f"At most {MOST_PICTURES} pictures, {MOST_DOCUMENTS} data sheets, and the same file once.",
        request={"multipart/form-data": NewListingFileSerializer},
        responses={201: ListingFileSerializer},
    )
    @files.mapping.post
    def add(self, request: Request, pk: int) -> Response:
        """At the end of its own."""
        listing = access.get_listing_to_trade(request.user, pk)
        values = checked(NewListingFileSerializer, request)
        file = add_file(actor=self.actor, listing=listing, upload=values["file"], caption=values["caption"])
        return Response(ListingFileSerializer(file).data, status=201)


class ListingFileViewSet(IdempotentViewSet):
    """One picture or data sheet."""

    queryset = ListingFile.objects.none()
    serializer_class = ListingFileSerializer
    parser_classes = (StrictJSONParser,)
    renderer_classes = (renderers.JSONRenderer, AnyRenderer)

    @extend_schema(
        summary="The content of a picture or a data sheet",
        parameters=[
            OpenApiParameter("size", str, enum=["small", "large"], description="of a picture; else large")
        ],
        responses=FILE_ANSWERS,
    )
    def retrieve(self, request: Request, pk: int) -> HttpResponseBase:
        """A picture to be shown, a data sheet as an attachment."""
        refuse_unknown_parameters(request, ["size"])
        file = access.get_listing_file(request.user, pk)
        if not file.is_picture:
            return as_download(file, file.file)
        return as_picture(file, file.small if request.query_params.get("size") == "small" else file.file)

    @extend_schema(
        summary="Say what is seen, or move it (owners, traders)",
        request=ListingFileChangeSerializer,
        responses=ListingFileSerializer,
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        """What is left out stays."""
        file = access.get_file_to_change(request.user, pk)
        changes = checked(ListingFileChangeSerializer, request)
        return Response(ListingFileSerializer(change_file(actor=self.actor, file=file, **changes)).data)

    @extend_schema(summary="Remove it for good (owners, traders)", responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """With its content."""
        remove_file(actor=self.actor, file=access.get_file_to_change(request.user, pk))
        return Response(status=204)
