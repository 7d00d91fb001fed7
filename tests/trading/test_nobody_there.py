"""Nobody waits for an organization that has nobody here."""

import pytest

from accounts.models import Membership, Organization, Site, User
from common.errors import Conflict
from listings.models import Listing
from tests.trading.conftest import enquire
from trading.models import Synergy
from trading.selectors.turns import turn_of, with_turns
from trading.services.synergies import open_synergy_by_facilitator

pytestmark = pytest.mark.django_db


def turn(synergy: Synergy) -> tuple[str, str]:
    found = turn_of(with_turns(Synergy.objects.filter(pk=synergy.pk)).get())
    return found.who, found.why


def test_whose_party_has_left_is_not_asked(offer: Listing, cement_works: Organization) -> None:
    synergy = enquire(offer, cement_works)
    assert turn(synergy) == ("supplier", "interest")
    Membership.objects.filter(organization=synergy.supplier).delete()
    assert turn(synergy) == ("facilitator", "invite")


def test_facilitators_pair_asks_who_is_there(offer: Listing, cement_site: Site, facilitator: User) -> None:
    synergy = open_synergy_by_facilitator(
        actor=facilitator,
        supplier_site=offer.site,
        receiver_site=cement_site,
        resource=offer.resource,
        offer=offer,
    )
    assert turn(synergy) == ("both", "interest")
    Membership.objects.filter(organization=synergy.supplier).delete()
    assert turn(synergy) == ("receiver", "interest")


def test_enquiry_at_nobody_is_refused(offer: Listing, cement_works: Organization, buyer: User) -> None:
    Membership.objects.filter(organization=offer.organization).delete()
    with pytest.raises(Conflict) as refused:
        enquire(offer, cement_works)
    assert refused.value.code == "nobody_there"
