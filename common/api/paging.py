"""Pages of results by a unique key."""

import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class UniqueCursorPagination(CursorPagination):
    """Newest first by primary key: a cursor on a key with ties would skip rows."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        """Return how many results a page has; raise for a number that is none or too large."""
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= self.max_page_size:
            raise exceptions.ValidationError(
                {"page_size": _("Choose 1 to %(most)s.") % {"most": self.max_page_size}}
            )
        return int(text)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return where to go on; raise for a cursor that we did not make."""
        refused = exceptions.ValidationError(
            {"cursor": _("This is not a cursor of ours: follow `next` and `previous` as they are given.")}
        )
        if not re.fullmatch(r"[A-Za-z0-9+/=]*", request.query_params.get(self.cursor_query_param, "")):
            raise refused
        try:
            cursor = super().decode_cursor(request)
        except exceptions.NotFound as error:
            raise refused from error
        # A position may be missing, but not be empty.
        if cursor and cursor.position is not None and not re.fullmatch(r"[0-9]{1,18}", str(cursor.position)):
            raise refused
        return cursor

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Return DRF's parameters with the bounds of a page."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == "page_size":
                parameter["schema"] |= {
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                }
        return parameters
