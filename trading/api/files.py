"""Documents and evidence, to be downloaded."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.utils import extend_schema
from rest_framework import renderers
from rest_framework.request import Request

from trading import access
from trading.api.base import TradingViewSet
from trading.api.shared import FILE_ANSWERS
from trading.models import DeliveryFile, StoredFile, SynergyFile


class AnyRenderer(renderers.BaseRenderer):
    """Lets a caller ask for whatever a document is; the view sends it as it is."""

    media_type = "*/*"
    format = ""

    def render(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        """Return what the view gave."""
        return data


def download(file: StoredFile) -> FileResponse:
    content = file.file  # type: ignore[attr-defined]  # each kind of document has one
    return FileResponse(
        content.open("rb"), as_attachment=True, filename=file.name, content_type=file.content_type
    )


class _FileViewSet(TradingViewSet):
    renderer_classes = (renderers.JSONRenderer, AnyRenderer)
    http_method_names = ("get", "head")  # type: ignore[assignment]  # fewer than others


class SynergyFileViewSet(_FileViewSet):
    """Documents of synergies."""

    queryset = SynergyFile.objects.none()

    @extend_schema(summary="The content of a synergy's document", responses=FILE_ANSWERS)
    def retrieve(self, request: Request, pk: int) -> FileResponse:
        """As an attachment."""
        return download(access.get_synergy_file(self.actor, pk))


class DeliveryFileViewSet(_FileViewSet):
    """Evidence of deliveries."""

    queryset = DeliveryFile.objects.none()

    @extend_schema(summary="The content of a piece of evidence", responses=FILE_ANSWERS)
    def retrieve(self, request: Request, pk: int) -> FileResponse:
        """As an attachment."""
        return download(access.get_delivery_file(self.actor, pk))
