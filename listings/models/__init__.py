"""Listings, how their places are told, the rows by which they are found, files of them, and what people keep."""

from listings.models.disclosure import (
    Introduction,
    SiteCell,
)
from listings.models.files import LISTING_FILES, ListingFile, listing_file_path
from listings.models.imports import (
    ImportProblem,
    ImportState,
    ListingImport,
)
from listings.models.listings import (
    GAS_BRANCHES,
    LEFT,
    NEAR_TOWN,
    PERIODS_PER_YEAR,
    REACH_NUMBER,
    SOMEWHERE_IN,
    WITHIN_OF,
    AbpCategory,
    Disclosure,
    GasOrigin,
    Listing,
    ListingQuality,
    ListingQuerySet,
    Period,
    SafetyProperty,
    Side,
    State,
    place_in_words,
)
from listings.models.saved import (
    Alert,
    Favourite,
    SavedSearch,
    SavedSearchFind,
)
from listings.models.search import (
    ListingSearch,
)

__all__ = [
    "GAS_BRANCHES",
    "LEFT",
    "LISTING_FILES",
    "NEAR_TOWN",
    "PERIODS_PER_YEAR",
    "REACH_NUMBER",
    "SOMEWHERE_IN",
    "WITHIN_OF",
    "AbpCategory",
    "Alert",
    "Disclosure",
    "Favourite",
    "GasOrigin",
    "ImportProblem",
    "ImportState",
    "Introduction",
    "Listing",
    "ListingFile",
    "ListingImport",
    "ListingQuality",
    "ListingQuerySet",
    "ListingSearch",
    "Period",
    "SafetyProperty",
    "SavedSearch",
    "SavedSearchFind",
    "Side",
    "SiteCell",
    "State",
    "listing_file_path",
    "place_in_words",
]
