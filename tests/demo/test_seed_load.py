"""A market of any size to try the load on."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command

from accounts.models import Organization, Provenance
from listings.models import Disclosure, Listing, ListingSearch, Side
from listings.search.find import find
from listings.search.questions import Question


@pytest.mark.django_db
def test_load_puts_so_many_illustrative_listings_on_the_market() -> None:
    call_command("seed_load", 400, verbosity=0)
    listings = Listing.objects.all()
    assert (listings.count(), Organization.objects.filter(slug__startswith="load-").count()) == (400, 100)
    assert set(listings.values_list("provenance", flat=True)) == {Provenance.ILLUSTRATIVE}
    assert set(listings.values_list("side", flat=True)) == set(Side.values)
    assert set(listings.values_list("disclosure", flat=True)) == set(Disclosure.values) - {"private"}
    assert ListingSearch.objects.filter(on_market=True).count() == 400
    shown = listings.exclude(disclosure=Disclosure.PROGRAMME).count()
    assert find(AnonymousUser(), Question(), most=5).total == shown
    with pytest.raises(CommandError, match="filled by seed_load before"):
        call_command("seed_load", 1)


@pytest.mark.django_db
def test_load_of_nothing_is_refused() -> None:
    with pytest.raises(CommandError, match="1 or more"):
        call_command("seed_load", 0)
