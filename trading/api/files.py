"""Documents and evidence, to be downloaded."""

from django.http import FileResponse
from drf_spectacular.utils import extend_schema
from rest_framework import renderers
from rest_framework.request import Request

from common.api.files import FILE_ANSWERS, AnyRenderer
from common.files.serving import as_download
from trading import access
from trading.api.base import TradingViewSet
from trading.models import DeliveryFile, SynergyFile


class _FileViewSet(TradingViewSet):
    renderer_classes = (renderers.JSONRenderer, AnyRenderer)
    http_method_names = ("get", "head")  # type: ignore[assignment]  # fewer than others


class SynergyFileViewSet(_FileViewSet):
    """Documents of synergies."""

    queryset = SynergyFile.objects.none()

    @extend_schema(summary="The content of a synergy's document", responses=FILE_ANSWERS)
    def retrieve(self, request: Request, pk: int) -> FileResponse:
        """As an attachment."""
        found = access.get_synergy_file(self.actor, pk)
        return as_download(found, found.file)


class DeliveryFileViewSet(_FileViewSet):
    """Evidence of deliveries."""

    queryset = DeliveryFile.objects.none()

    @extend_schema(summary="The content of a piece of evidence", responses=FILE_ANSWERS)
    def retrieve(self, request: Request, pk: int) -> FileResponse:
        """As an attachment."""
        found = access.get_delivery_file(self.actor, pk)
        return as_download(found, found.file)
