"""Organizations and sites over REST: one's own only."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import access, services
from accounts.models import Membership, Organization, Role, Site
from common.api import Degrees, StrictSerializer, checked
from common.errors import Invalid, NotFound
from events.idempotency import IdempotentViewSet


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types
    """How the OpenAPI document names our token."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "bearerAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return an HTTP bearer scheme."""
        return {"type": "http", "scheme": "bearer", "description": "A token of your account, `ly_…`."}


# --- organizations ------------------------------------------------------------------------------------------
class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    """An organization of the reader."""

    website = serializers.CharField(read_only=True, help_text="an address, or empty")
    role = serializers.SerializerMethodField(help_text="what you may do for it")

    class Meta:
        model = Organization
        fields = [
            "id",
            "slug",
            "name",
            "nace_code",
            "description",
            "website",
            "currency",
            "findable",
            "role",
            "provenance",
            "source",
            "created_at",
        ]
        read_only_fields = fields

    def get_role(self, organization: Organization) -> Role:
        """The reader's role."""
        return self.context["roles"][organization.pk]  # type: ignore[no-any-return]


class OrganizationDetailsSerializer(StrictSerializer):
    """What an organization says of itself."""

    name = serializers.CharField(max_length=160)
    nace_code = serializers.CharField(max_length=6, allow_blank=True, default="")
    description = serializers.CharField(max_length=2000, allow_blank=True, default="")
    website = serializers.URLField(max_length=200, allow_blank=True, default="")
    currency = serializers.RegexField(r"^[A-Z]{3}$", default="EUR", help_text="ISO 4217")
    findable = serializers.BooleanField(
        default=False, help_text="others may find it by name and town among those who could use a by-product"
    )


_WRITE_ORGANIZATION = extend_schema(request=OrganizationDetailsSerializer, responses=OrganizationSerializer)


@extend_schema_view(
    list=extend_schema(summary="Your organizations"),
    retrieve=extend_schema(summary="One of your organizations"),
    update=extend_schema(summary="Say anew what an organization says of itself (owners)"),
    partial_update=extend_schema(summary="Change some of it (owners)"),
)
class OrganizationViewSet(mixins.ListModelMixin, IdempotentViewSet):
    """The organizations that you are a member of."""

    queryset = Organization.objects.none()
    serializer_class = OrganizationSerializer
    permission_classes = (IsAuthenticated,)

    def get_queryset(self) -> Any:
        """The reader's own."""
        return access.organizations_of(self.request.user)

    def get_serializer_context(self) -> dict[str, Any]:
        """Each organization's role, read once for the whole page."""
        memberships = Membership.objects.filter(user=self.actor)
        roles = dict(memberships.values_list("organization_id", "role"))
        return {**super().get_serializer_context(), "roles": roles}

    def retrieve(self, request: Request, pk: int) -> Response:
        """One organization."""
        return Response(self.get_serializer(access.get_own_organization(request.user, pk)).data)

    @_WRITE_ORGANIZATION
    def update(self, request: Request, pk: int) -> Response:
        """Everything that is left out takes its default."""
        return self._write(request, access.get_organization_to_manage(request.user, pk), {})

    @_WRITE_ORGANIZATION
    def partial_update(self, request: Request, pk: int) -> Response:
        """Everything that is left out stays."""
        organization = access.get_organization_to_manage(request.user, pk)
        return self._write(
            request, organization, services.current_details(organization, services.OrganizationDetails)
        )

    def _write(self, request: Request, organization: Organization, onto: dict[str, Any]) -> Response:
        values = checked(OrganizationDetailsSerializer, request)
        details = services.OrganizationDetails(**(onto | values))
        organization = services.update_organization(
            actor=self.actor, organization=organization, details=details
        )
        return Response(self.get_serializer(organization).data)


# --- sites --------------------------------------------------------------------------------------------------
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
            "hazardous_permit",
            "permit_reference",
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
class SiteViewSet(mixins.ListModelMixin, IdempotentViewSet):
    """The places that your organizations operate."""

    queryset = Site.objects.none()
    serializer_class = SiteSerializer
    permission_classes = (IsAuthenticated,)

    def get_queryset(self) -> Any:
        """Those of the reader's organizations."""
        return access.sites_of(self.request.user)

    def retrieve(self, request: Request, pk: int) -> Response:
        """One site."""
        return Response(SiteSerializer(access.get_own_site(request.user, pk)).data)

    @extend_schema(request=NewSiteSerializer, responses={201: SiteSerializer})
    def create(self, request: Request) -> Response:
        """A new place."""
        values = checked(NewSiteSerializer, request)
        try:
            organization = access.get_organization_to_manage(request.user, values.pop("organization"))
        except NotFound as error:
            raise Invalid({"organization": _("Choose one of your own organizations.")}) from error
        site = services.create_site(
            actor=self.actor, organization=organization, details=services.SiteDetails(**values)
        )
        return Response(SiteSerializer(site).data, status=201)

    @extend_schema(request=SiteDetailsSerializer, responses=SiteSerializer)
    def update(self, request: Request, pk: int) -> Response:
        """Everything that is left out takes its default."""
        return self._write(request, access.get_site_to_manage(request.user, pk), {})

    @extend_schema(request=SiteDetailsSerializer, responses=SiteSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Everything that is left out stays."""
        site = access.get_site_to_manage(request.user, pk)
        return self._write(request, site, services.current_details(site, services.SiteDetails))

    def _write(self, request: Request, site: Site, onto: dict[str, Any]) -> Response:
        details = services.SiteDetails(**(onto | checked(SiteDetailsSerializer, request)))
        site = services.update_site(actor=self.actor, site=site, details=details)
        return Response(SiteSerializer(site).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Gone, unless a listing stands there."""
        services.delete_site(actor=self.actor, site=access.get_site_to_manage(request.user, pk))
        return Response(status=204)
