"""Send a table of listings as its page does, and ask what came of it; run in a process of its own."""

from accounts.models import User
from accounts.services.organizations import OrganizationDetails, create_organization
from accounts.services.sites import SiteDetails, create_site
from listings.bulk.services import start_import, take_import
from listings.models import ListingImport
from tests.listings.bulk.files import HEAD, as_csv, row, upload


def send(rows: int) -> None:
    """Send a table of so many rows, every hundredth of them wrong."""
    user = User.objects.create_user("importer@example.org")
    organization = create_organization(actor=user, details=OrganizationDetails(name="Importer"))
    place = SiteDetails("Asnæsværket", "Kalundborg", "DK", 55.66167, 11.08056)
    create_site(actor=user, organization=organization, details=place)
    table = [
        row(
            our_number=f"N-{n}",
            quantity="-1" if n % 100 == 0 else str(n),
            side="request" if n % 2 else "offer",
        )
        for n in range(1, rows + 1)
    ]
    start_import(actor=user, organization=organization, upload=upload(as_csv([HEAD, *table])))


def take() -> None:
    """Let it be listed."""
    found = ListingImport.objects.get()
    take_import(actor=found.created_by, listing_import=found, publish=True, only_whole=False)
