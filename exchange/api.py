"""The API's root: which endpoints there are."""

from rest_framework.routers import DefaultRouter

from accounts.api.organizations import OrganizationViewSet
from accounts.api.sites import SiteViewSet
from catalogue.api.codes import CodeSuggestionViewSet
from catalogue.api.resources import ResourceViewSet
from catalogue.precedents.api import PrecedentViewSet
from listings.api.favourites import FavouriteViewSet
from listings.api.files import FilesOfListingViewSet, ListingFileViewSet
from listings.api.listings import ListingViewSet
from listings.api.saved_searches import SavedSearchViewSet
from listings.bulk.api import BulkListingViewSet
from matching.api.matches import MatchViewSet
from matching.api.near_misses import NearMissViewSet
from notifications.api.notifications import NotificationViewSet
from notifications.api.preferences import PreferenceViewSet
from planning.api.runs import PlanRunViewSet
from planning.api.scenarios import ScenarioViewSet
from register.api.claims import PlantClaimViewSet
from register.api.plants import RegisterPlantViewSet
from register.api.typical import UsualListingsViewSet
from trading.api import (
    AgreementViewSet,
    BidViewSet,
    DeliveryFileViewSet,
    DeliveryViewSet,
    ImpactViewSet,
    SynergyFileViewSet,
    SynergyViewSet,
    TenderViewSet,
)


class Router(DefaultRouter):
    """DRF's router without the suffixes that choose a format: there is only JSON."""

    include_format_suffixes = False


router = Router(use_regex_path=False)
router.register("organizations", OrganizationViewSet, basename="api-organization")
router.register("sites", SiteViewSet, basename="api-site")
router.register("code-suggestions", CodeSuggestionViewSet, basename="api-code-suggestion")
router.register("precedents", PrecedentViewSet, basename="api-precedent")
router.register("usual-listings", UsualListingsViewSet, basename="api-usual-listing")
router.register("resources", ResourceViewSet, basename="api-resource")
# What listings cannot know stands at their address; before them, because the root names the last of an address.
router.register("listings", NearMissViewSet, basename="api-listing-near")
router.register("listings", FilesOfListingViewSet, basename="api-listing-with")
router.register("listings", BulkListingViewSet, basename="api-listings")
router.register("listings", ListingViewSet, basename="api-listing")
router.register("listing-files", ListingFileViewSet, basename="api-listing-file")
router.register("register-plants", RegisterPlantViewSet, basename="api-register-plant")
router.register("plant-claims", PlantClaimViewSet, basename="api-plant-claim")
router.register("matches", MatchViewSet, basename="api-match")
router.register("synergies", SynergyViewSet, basename="api-synergy")
router.register("synergy-files", SynergyFileViewSet, basename="api-synergy-file")
router.register("bids", BidViewSet, basename="api-bid")
router.register("tenders", TenderViewSet, basename="api-tender")
router.register("agreements", AgreementViewSet, basename="api-agreement")
router.register("deliveries", DeliveryViewSet, basename="api-delivery")
router.register("delivery-files", DeliveryFileViewSet, basename="api-delivery-file")
router.register("impact", ImpactViewSet, basename="api-impact")
router.register("scenarios", ScenarioViewSet, basename="api-scenario")
router.register("plan-runs", PlanRunViewSet, basename="api-plan-run")
router.register("notifications", NotificationViewSet, basename="api-notification")
router.register("notification-preferences", PreferenceViewSet, basename="api-notification-preference")
router.register("saved-searches", SavedSearchViewSet, basename="api-saved-search")
router.register("favourites", FavouriteViewSet, basename="api-favourite")
