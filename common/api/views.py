"""What the endpoints have in common."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django_filters import MultipleChoiceFilter
from rest_framework import exceptions, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.bodies import LONGEST_NAME, StrictJSONParser, packed
from common.api.limits import LimitedCalls
from common.api.paging import UniqueCursorPagination
from common.errors import NotFound, Outdated
from common.versions import version_of


class ApiViewSet(LimitedCalls, viewsets.GenericViewSet[Any]):
    """What our endpoints have in common."""

    parser_classes = (StrictJSONParser,)
    pagination_class = UniqueCursorPagination
    # The OpenAPI document says more than an answer to OPTIONS could.
    http_method_names = ("get", "head", "post", "put", "patch", "delete")
    lookup_value_converter = "int"

    @property
    def actor(self) -> Any:
        """The signed-in user, for endpoints whose permission class lets nobody else in."""
        return self.request.user

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what could be read in two ways or not at all, before anything is looked up."""
        super().initial(request, *args, **kwargs)
        if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise packed()
        self._refuse_repeated(request)

    def _refuse_repeated(self, request: Request) -> None:
        """Raise where a parameter stands twice, unless it chooses several: else the last would win unseen."""
        filters = getattr(self, "filterset_class", None)
        several = [
            name
            for name, each in (filters.base_filters if filters else {}).items()
            if isinstance(each, MultipleChoiceFilter)
        ]
        text = _("This parameter stands twice; send it once.")
        repeated = [name for name, values in request.query_params.lists() if len(values) > 1]
        if wrong := {name[:LONGEST_NAME]: text for name in repeated if name not in several}:
            raise exceptions.ValidationError(wrong)

    def filter_queryset(self, queryset: Any) -> Any:
        """Filter a list; raise for a parameter that nothing reads: a misspelt filter would let everything through."""
        filters = getattr(self, "filterset_class", None)
        known = ["cursor", "page_size", *(filters.base_filters if filters else ())]
        refuse_unknown_parameters(self.request, known)
        return super().filter_queryset(queryset)


def refuse_unknown_parameters(request: Request, known: Collection[str]) -> None:
    """Raise `ValidationError` naming each parameter of a list that is none of `known`."""
    text = _("Not a parameter of this list; these are: %(known)s.") % {"known": ", ".join(known)}
    if unknown := {name[:LONGEST_NAME]: text for name in request.query_params if name not in known}:
        raise exceptions.ValidationError(unknown)


class VersionedViewSet(ApiViewSet):
    """An endpoint whose objects say which state they are in: `ETag` goes out, `If-Match` comes in.

    The view set says by `version` what the state of an object is, by the same words as the pages' forms; it hands
    `seen` to the service that writes, which compares it under its lock (412 `outdated`, with what it says now).
    """

    versioned_actions: Collection[str] = ()
    """Calls beside PUT and PATCH that change what there is a version of."""

    def version(self, instance: Any) -> Mapping[str, Any]:
        """Return what can be edited of an object, as its service compares it."""
        raise NotImplementedError

    @property
    def seen(self) -> str:
        """The state that the caller means to change; empty where it did not say."""
        return str(self.request.headers.get("If-Match", ""))

    def handle_exception(self, exc: Exception) -> Any:
        """Tell whoever has seen an older state what a GET would say now; what they may not see any more is missing."""
        if isinstance(exc, Outdated):
            try:
                exc.shown = self.retrieve(self.request, **self.kwargs).data
            except NotFound as gone:
                exc = gone
        return super().handle_exception(exc)

    def retrieve(self, request: Request, pk: int) -> Response:
        """Return one object, in the state that it is in."""
        raise NotImplementedError

    def tagged(self, response: Response, instance: Any) -> Response:
        """Return the answer with the state of the object that it shows."""
        response["ETag"] = f'"{version_of(self.version(instance))}"'
        return response


class UnknownAddress(LimitedCalls):
    """Whatever lies below /api/ and is nothing: the same words as for what is not yours."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Answer any method alike."""
        self.perform_authentication(request)
        raise NotFound
