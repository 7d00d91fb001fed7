"""Files over REST: answered as what they are."""

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from rest_framework import renderers

from common.files.uploads import CONTENT_TYPES

FILE_ANSWERS: Final = {(200, content_type): OpenApiTypes.BINARY for content_type in sorted(CONTENT_TYPES)}


class AnyRenderer(renderers.BaseRenderer):
    """Lets a caller ask for whatever a document is; the view sends it as it is."""

    media_type = "*/*"
    format = ""

    def render(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        """Return what the view gave."""
        return data
