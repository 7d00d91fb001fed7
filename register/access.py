"""Who may see and decide what of the register: plants are public, claims are for their two sides."""

from django.db.models import Q, QuerySet

from accounts.access import AnyUser, facilitated_organizations, organizations_of
from common.errors import NotFound
from register.models import ClaimState, PlantClaim, RegisterPlant


def get_plant(pk: int) -> RegisterPlant:
    """Return a plant; that it is in a public register is public."""
    plant = RegisterPlant.objects.filter(pk=pk).first()
    if plant is None:
        raise NotFound
    return plant


def visible_claims(user: AnyUser) -> QuerySet[PlantClaim]:
    """Return the claims of the user's organizations, and of those in programmes that the user facilitates."""
    if not user.is_authenticated:
        return PlantClaim.objects.none()
    claims = PlantClaim.objects.filter(
        Q(organization__in=organizations_of(user)) | Q(organization__in=facilitated_organizations(user))
    )
    return claims.select_related("plant", "organization", "user", "site")


def claims_to_decide(user: AnyUser) -> QuerySet[PlantClaim]:
    """Return the waiting claims of organizations in programmes that the user facilitates, the oldest first."""
    claims = PlantClaim.objects.filter(
        organization__in=facilitated_organizations(user), state=ClaimState.WAITING
    )
    return claims.select_related("plant", "organization", "user").order_by("pk")


def get_claim_to_decide(user: AnyUser, pk: int) -> PlantClaim:
    """Return a claim of an organization in a programme that the user facilitates; others are missing."""
    claims = PlantClaim.objects.filter(pk=pk, organization__in=facilitated_organizations(user))
    claim = claims.select_related("plant", "organization").first()
    if claim is None:
        raise NotFound
    return claim
