"""What every API endpoint shares: strict bodies, pages by a unique key, errors as problem+json (RFC 9457)."""

from common.api.bodies import StrictJSONParser, StrictSerializer, checked
from common.api.fields import UNIT_CHOICES, DecimalText, Degrees
from common.api.paging import UniqueCursorPagination
from common.api.problems import PROBLEM_JSON, logger, problem, problem_response
from common.api.views import ApiViewSet, UnknownAddress, VersionedViewSet, refuse_unknown_parameters

__all__ = [
    "PROBLEM_JSON",
    "UNIT_CHOICES",
    "ApiViewSet",
    "DecimalText",
    "Degrees",
    "StrictJSONParser",
    "StrictSerializer",
    "UniqueCursorPagination",
    "UnknownAddress",
    "VersionedViewSet",
    "checked",
    "logger",
    "problem",
    "problem_response",
    "refuse_unknown_parameters",
]
