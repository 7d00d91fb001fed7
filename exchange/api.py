"""The API's root: which endpoints there are."""

from rest_framework.routers import DefaultRouter

from accounts.api import OrganizationViewSet, SiteViewSet
from catalogue.api import ResourceViewSet
from listings.api import ListingViewSet
from matching.api import MatchViewSet


class Router(DefaultRouter):
    """DRF's router without the suffixes that choose a format: there is only JSON."""

    include_format_suffixes = False


router = Router(use_regex_path=False)
router.register("organizations", OrganizationViewSet, basename="api-organization")
router.register("sites", SiteViewSet, basename="api-site")
router.register("resources", ResourceViewSet, basename="api-resource")
router.register("listings", ListingViewSet, basename="api-listing")
router.register("matches", MatchViewSet, basename="api-match")
