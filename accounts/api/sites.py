"""Sites over REST: those of one's own organizations only."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import access
from accounts.models import OPERATIONS, Site
from accounts.services.checks import current_details
from accounts.services.sites import SiteDetails, create_site, delete_site, update_site
from common.api import Degrees, StrictSerializer, VersionedViewSet, checked
from common.errors import Invalid, NotFound
from events.idempotency import IdempotentViewSet


class SiteSerializer(serializers.ModelSerializer[Site]):
    """A place of one of the reader's organizations."""

    class Meta:
        model = Site
        fields = [
            "id",
            "organization",
            "name",
            "street",
            "postal_code",
            "town",
            "country",
            "latitude",
            "longitude",
            "timezone",
            "hazardous_permit",
            "permit_reference",
            "permit_codes",
            "permit_operations",
            "created_at",
        ]
        read_only_fields = fields


class SiteDetailsSerializer(StrictSerializer):
    """Where a site is (degrees, WGS 84) and what it may take."""

    name = serializers.CharField(max_length=120)
    street = serializers.CharField(max_length=200, allow_blank=True, default="")
    postal_code = serializers.CharField(max_length=20, allow_blank=True, default="")
    town = serializers.CharField(max_length=120)
    country = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166-1 alpha-2")
    latitude = Degrees(min_value=-90, max_value=90)
    longitude = Degrees(min_value=-180, max_value=180)
    hazardous_permit = serializers.BooleanField(default=False)
    permit_reference = serializers.CharField(max_length=120, allow_blank=True, default="")
    permit_codes = serializers.ListField(
        child=serializers.RegexField(r"^([0-9]{2}){1,3}$"),
        max_length=900,
        default=list,
        help_text="waste codes, sub-chapters or chapters that the permit names; empty: not said",
    )
    permit_operations = serializers.ListField(
        child=serializers.ChoiceField(OPERATIONS),
        max_length=28,
        default=list,
        help_text="R1 to R13, D1 to D15; empty: not said",
    )


class OwnSiteField(serializers.PrimaryKeyRelatedField[Site]):
    """A site of one of the asking user's organizations, by its id; another's is refused like one that is missing."""

    default_error_messages = {"does_not_exist": "Choose one of your own sites."}

    def get_queryset(self) -> Any:
        """Return the sites to choose from."""
        return access.sites_of(self.context["request"].user)


class NewSiteSerializer(SiteDetailsSerializer):
    """A site and whose it is."""

    organization = serializers.IntegerField(help_text="one of your organizations")


@extend_schema_view(
    list=extend_schema(summary="Your sites"),
    retrieve=extend_schema(summary="One of your sites"),
    create=extend_schema(summary="Add a site (owners)"),
    update=extend_schema(summary="Say a site anew (owners)"),
    partial_update=extend_schema(summary="Change some of a site (owners)"),
    destroy=extend_schema(summary="Remove a site at which no listing stands (owners)"),
)
class SiteViewSet(mixins.ListModelMixin, VersionedViewSet, IdempotentViewSet):
    """The places that your organizations operate."""

    queryset = Site.objects.none()
    serializer_class = SiteSerializer
    permission_classes = (IsAuthenticated,)

    def get_queryset(self) -> Any:
        """Those of the reader's organizations."""
        return access.sites_of(self.request.user)

    def retrieve(self, request: Request, pk: int) -> Response:
        """One site."""
        return self._shown(access.get_own_site(request.user, pk))

    def version(self, instance: Site) -> Mapping[str, Any]:
        """Where it is and what it may take."""
        return current_details(instance, SiteDetails)

    def _shown(self, site: Site, status: int = 200) -> Response:
        return self.tagged(Response(SiteSerializer(site).data, status=status), site)

    @extend_schema(request=NewSiteSerializer, responses={201: SiteSerializer})
    def create(self, request: Request) -> Response:
        """A new place."""
        values = checked(NewSiteSerializer, request)
        try:
            organization = access.get_organization_to_manage(request.user, values.pop("organization"))
        except NotFound as error:
            raise Invalid({"organization": _("Choose one of your own organizations.")}) from error
        site = create_site(actor=self.actor, organization=organization, details=SiteDetails(**values))
        return self._shown(site, status=201)

    @extend_schema(request=SiteDetailsSerializer, responses=SiteSerializer)
    def update(self, request: Request, pk: int) -> Response:
        """Everything that is left out takes its default."""
        return self._write(request, access.get_site_to_manage(request.user, pk), {})

    @extend_schema(request=SiteDetailsSerializer, responses=SiteSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Everything that is left out stays."""
        site = access.get_site_to_manage(request.user, pk)
        return self._write(request, site, current_details(site, SiteDetails))

    def _write(self, request: Request, site: Site, onto: dict[str, Any]) -> Response:
        details = SiteDetails(**(onto | checked(SiteDetailsSerializer, request)))
        return self._shown(update_site(actor=self.actor, site=site, details=details, seen=self.seen))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Gone, unless a listing stands there that is not withdrawn."""
        delete_site(actor=self.actor, site=access.get_site_to_manage(request.user, pk))
        return Response(status=204)
