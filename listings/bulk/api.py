"""Many listings in one call: created, changed, or found to say so already, each with its own answer."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_organization_to_trade
from accounts.models import Organization
from common.api import StrictSerializer, checked
from common.api.problems import flattened
from common.errors import Invalid, NotFound
from events.idempotency import IdempotentViewSet
from events.services import told_together
from listings.api.write import NewListingSerializer, name_as_sent, to_terms
from listings.models import Listing
from listings.selectors.knowledge import RememberedKnowledge
from listings.services.bulk import Became, BulkWriter, Line, Outcome

MOST_LISTINGS: Final = 1000
_STATUS: Final = {Became.CREATED: 201, Became.UPDATED: 200, Became.UNCHANGED: 200, Became.REFUSED: 400}
_NOT_CARRIED_OUT: Final = 424


class KnownResourceField(serializers.CharField):
    """A resource by its slug, among those that were read before."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the resource."""
        found = self.context["resources"].get(super().to_internal_value(data))
        if found is None:
            raise exceptions.ValidationError(_("There is no resource of this slug."))
        return found


class KnownSiteField(serializers.IntegerField):
    """A site of the organization by its id, among those that were read before."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the site."""
        found = self.context["sites"].get(super().to_internal_value(data))
        if found is None:
            raise exceptions.ValidationError(_("Choose one of your own sites."))
        return found


class BulkListingSerializer(NewListingSerializer):
    """One listing of many. What is left out stays as it is; of a new one it takes its default."""

    id = serializers.IntegerField(
        required=False, help_text="of one of your listings, to change it; or name it by `external_id`"
    )
    resource = KnownResourceField(help_text="a resource's slug")  # type: ignore[assignment]
    site = KnownSiteField(help_text="one of the organization's sites")  # type: ignore[assignment]


class BulkSerializer(StrictSerializer):
    """Listings of one organization."""

    organization = serializers.IntegerField(help_text="one of your organizations")
    only_whole = serializers.BooleanField(
        default=False, help_text="true: where one of them is refused, nothing is carried out"
    )
    listings = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=MOST_LISTINGS, help_text="up to 1,000"
    )


class BulkBodySerializer(BulkSerializer):
    """The same, as the document tells of it."""

    listings = BulkListingSerializer(many=True)  # type: ignore[assignment]  # in the words of its items


class BulkAnswerSerializer(serializers.Serializer[Any]):
    """What came of one listing."""

    index = serializers.IntegerField(help_text="its place in the call, from 0")
    status = serializers.IntegerField(
        help_text="201 created, 200 updated or unchanged, 400 refused, 424 right but not carried out"
    )
    result = serializers.ChoiceField([*Became, "not_carried_out"])
    id = serializers.IntegerField(allow_null=True)
    external_id = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # declared fields leave the class
        child=serializers.ListField(child=serializers.CharField())
    )


class BulkAnswersSerializer(serializers.Serializer[Any]):
    """What came of them all."""

    counts = serializers.DictField(child=serializers.IntegerField(), help_text="by result")
    listings = BulkAnswerSerializer(many=True)


class BulkListingViewSet(IdempotentViewSet):
    """Many listings at once; beside `/listings/`, whose rules they follow."""

    queryset = Listing.objects.none()
    serializer_class = BulkAnswersSerializer
    permission_classes = (IsAuthenticated,)
    pagination_class = None  # type: ignore[assignment]  # as DRF allows
    filter_backends = ()

    @extend_schema(
        operation_id="listings_bulk",
        summary="Create and change many listings, each with its own answer (owners, traders)",
        request=BulkBodySerializer,
        responses={207: BulkAnswersSerializer},
    )
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Sent again, it changes nothing: a listing is found by its `id`, by `external_id`, or by what it says."""
        body = checked(BulkSerializer, request)
        try:
            organization = get_organization_to_trade(request.user, body["organization"])
        except NotFound as error:
            raise Invalid({"organization": _("Choose one of your own organizations.")}) from error
        answers = self._carry_out(organization, body["listings"], only_whole=body["only_whole"])
        counts: dict[str, int] = {}
        for answer in answers:
            counts[answer["result"]] = counts.get(answer["result"], 0) + 1
        return Response({"counts": counts, "listings": answers}, status=207)

    def _carry_out(
        self, organization: Organization, items: Sequence[Mapping[str, Any]], *, only_whole: bool
    ) -> list[dict[str, Any]]:
        knowledge = RememberedKnowledge()
        lines, refused = _lines(organization, items, knowledge)
        with transaction.atomic():
            with told_together():
                writer = BulkWriter(actor=self.actor, organization=organization, knowledge=knowledge)
                outcomes = {each.number: each for each in (*refused, *writer.put(lines))}
            held = only_whole and any(each.became == Became.REFUSED for each in outcomes.values())
            if held:
                transaction.set_rollback(True)
        return [_answer(outcomes[place], item, held=held) for place, item in enumerate(items)]


def _lines(
    organization: Organization, items: Sequence[Mapping[str, Any]], knowledge: RememberedKnowledge
) -> tuple[list[Line], list[Outcome]]:
    """Return what the items say, and of those that cannot be read what is wrong."""
    context = {
        "resources": {resource.slug: resource for resource in knowledge.resources.values()},
        "sites": {site.pk: site for site in organization.sites.all()},
    }
    reader = BulkListingSerializer(partial=True, context=context)
    lines, refused = [], []
    for place, item in enumerate(items):
        try:
            said = to_terms(dict(reader.run_validation(dict(item))))
        except exceptions.ValidationError as error:
            refused.append(Outcome(place, Became.REFUSED, errors=flattened(error.detail)))
            continue
        pk, publish = said.pop("id", None), said.pop("publish", None)
        otherwise = {"quantity": None, "currency": organization.currency}
        lines.append(Line(place, said, otherwise, pk, publish))
    return lines, refused


def _answer(outcome: Outcome, item: Mapping[str, Any], *, held: bool) -> dict[str, Any]:
    result, status = str(outcome.became), _STATUS[outcome.became]
    pk = outcome.listing_id
    if held and outcome.became in (Became.CREATED, Became.UPDATED):
        result, status = "not_carried_out", _NOT_CARRIED_OUT
        pk = None if outcome.became == Became.CREATED else pk
    return {
        "index": outcome.number,
        "status": status,
        "result": result,
        "id": pk,
        "external_id": str(item.get("external_id", ""))[:80],
        "errors": {name_as_sent(name): list(texts) for name, texts in outcome.errors.items()},
    }
