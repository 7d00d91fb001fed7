"""What terms would be as a listing: checked and reckoned as one, and written nowhere."""

from accounts.models import Organization, Site
from listings.disclosure.cells import ToldPlace, would_be_told
from listings.models import Listing, ListingQuality, State
from listings.selectors.knowledge import Knowledge
from listings.services.listings import put_terms, quality_rows
from listings.services.terms import ListingTerms


class _Supposed(Knowledge):
    """Chooses no cell for a site that has none."""

    def told_place(self, site: Site, disclosure: str) -> ToldPlace:
        """Return what would be told."""
        return would_be_told(site, disclosure)


def drafted(*, organization: Organization, terms: ListingTerms) -> Listing:
    """Return the listing that `create_listing` would publish, with its quality, in no table; raises `Invalid`.

    Its key is 0, which no listing has.
    """
    listing = Listing(pk=0, organization=organization)
    supposed = _Supposed()
    said = put_terms(listing, terms, supposed)
    listing.state = State.PUBLISHED
    quality = ListingQuality.objects.none()
    quality._result_cache = quality_rows(listing, said, supposed)
    listing._prefetched_objects_cache = {"quality": quality}  # type: ignore[attr-defined]  # where `with_cards` puts it
    return listing
