"""Waste codes for plain words over REST: public."""

from typing import Any

from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.models import (
    Resource,
)
from catalogue.selectors.codes import CodeSuggestions, suggest_codes
from common.api import ApiViewSet, refuse_unknown_parameters


class CodeSuggestionSerializer(serializers.Serializer[Any]):
    """A waste code, with why it is suggested."""

    code = serializers.CharField(help_text="six digits")
    display = serializers.CharField(help_text="as the law prints it, 10 01 04*")
    description = serializers.CharField()
    hazardous = serializers.BooleanField()
    score = serializers.FloatField(help_text="compares codes of one answer only")
    reason = serializers.CharField()
    warning = serializers.CharField(help_text="about the mirror entry, and what decides; empty without one")
    twins = serializers.ListField(child=serializers.CharField(), help_text="the mirror entries")


class CodeAnswerSerializer(serializers.Serializer[Any]):
    """A code, and the origin with which it is the right one."""

    code = serializers.CharField()
    origin = serializers.CharField()


class CodeQuestionSerializer(serializers.Serializer[Any]):
    """What decides between codes that differ by origin."""

    text = serializers.CharField()
    answers = CodeAnswerSerializer(many=True)


@extend_schema_serializer(many=False)
class CodeSuggestionsSerializer(serializers.Serializer[CodeSuggestions]):
    """What plain words may be by the European List of Waste."""

    codes = CodeSuggestionSerializer(many=True, help_text="the likeliest first, at most ten")
    resource = serializers.SlugField(allow_null=True, help_text="of the catalogue, if one is meant")
    question = CodeQuestionSerializer(allow_null=True)
    note = serializers.CharField(help_text="why there is no code, where that is known")


class CodeSuggestionViewSet(ApiViewSet):
    """Waste codes for plain words."""

    queryset = Resource.objects.none()
    serializer_class = CodeSuggestionsSerializer
    pagination_class = None  # type: ignore[assignment]  # DRF's own way to say: no pages
    permission_classes = (AllowAny,)

    @extend_schema(
        summary="Waste codes for plain words",
        parameters=[
            OpenApiParameter("q", str, description="what it is: English, German, an abbreviation or a code")
        ],
        responses=CodeSuggestionsSerializer,
    )
    def list(self, request: Request) -> Response:
        """The ten best codes, with the question that decides between them."""
        refuse_unknown_parameters(request, ["q"])
        found = suggest_codes(request.query_params.get("q", ""))
        answers = found.question.answers if found.question else ()
        return Response(
            {
                "codes": CodeSuggestionSerializer(found.codes, many=True).data,
                "resource": found.resource.slug if found.resource else None,
                "question": found.question
                and {
                    "text": found.question.text,
                    "answers": [{"code": code, "origin": origin} for code, origin in answers],
                },
                "note": found.note,
            }
        )
