"""Organizations over REST: one's own only."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import access
from accounts.models import Membership, Organization, Role
from accounts.services.checks import current_details
from accounts.services.organizations import OrganizationDetails, update_organization
from common.api import StrictSerializer, VersionedViewSet, checked
from events.idempotency import IdempotentViewSet


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types
    """How the OpenAPI document names our token."""

    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "bearerAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return an HTTP bearer scheme."""
        return {"type": "http", "scheme": "bearer", "description": "A token of your account, `ly_…`."}


class OwnOrganizationField(serializers.PrimaryKeyRelatedField[Organization]):
    """An organization of the asking user, by its id; another's is refused like one that is missing."""

    default_error_messages = {"does_not_exist": "Choose one of your own organizations."}

    def get_queryset(self) -> Any:
        """Return the organizations to choose from."""
        return access.organizations_of(self.context["request"].user)


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
class OrganizationViewSet(mixins.ListModelMixin, VersionedViewSet, IdempotentViewSet):
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
        return self._shown(access.get_own_organization(request.user, pk))

    def version(self, instance: Organization) -> Mapping[str, Any]:
        """What it says of itself."""
        return current_details(instance, OrganizationDetails)

    def _shown(self, organization: Organization) -> Response:
        return self.tagged(Response(self.get_serializer(organization).data), organization)

    @_WRITE_ORGANIZATION
    def update(self, request: Request, pk: int) -> Response:
        """Everything that is left out takes its default."""
        return self._write(request, access.get_organization_to_manage(request.user, pk), {})

    @_WRITE_ORGANIZATION
    def partial_update(self, request: Request, pk: int) -> Response:
        """Everything that is left out stays."""
        organization = access.get_organization_to_manage(request.user, pk)
        return self._write(request, organization, current_details(organization, OrganizationDetails))

    def _write(self, request: Request, organization: Organization, onto: dict[str, Any]) -> Response:
        values = checked(OrganizationDetailsSerializer, request)
        details = OrganizationDetails(**(onto | values))
        organization = update_organization(
            actor=self.actor, organization=organization, details=details, seen=self.seen
        )
        return self._shown(organization)
