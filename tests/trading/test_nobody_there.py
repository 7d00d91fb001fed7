"""Nobody waits for an organization that has nobody here."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Invitation, Membership, Organization, Programme, Role, Site, User
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


def test_facilitator_is_led_to_the_invitation_and_nobody_to_an_enquiry(
    offer: Listing,
    programme: Programme,
    cement_works: Organization,
    facilitator: User,
    buyer: User,
    client_of: Callable[[User | None], Client],
) -> None:
    owner = offer.organization
    at, invite = reverse("listing", args=[offer.pk]), reverse("organization_invite", args=[owner.pk])
    assert client_of(facilitator).get(invite).status_code == 403
    Membership.objects.filter(organization=owner).delete()
    theirs, ours = client_of(facilitator), client_of(buyer)
    for page in (at, reverse("programme", args=[programme.slug])):
        assert f'href="{invite}"' in theirs.get(page).content.decode()
    assert "can invite it" in ours.get(at).content.decode()
    assert invite not in ours.get(at).content.decode()
    assert ours.get(invite).status_code == 404
    answer = ours.get(reverse("listing_enquire", args=[offer.pk]), follow=True)
    assert answer.redirect_chain == [(at, 302)]
    assert "nobody could answer" in answer.content.decode()
    form = theirs.get(invite)
    assert f"Invite the first member of {owner}" in form.content.decode()
    assert f'<a href="{reverse("programme", args=[programme.slug])}">{programme}</a>' in form.content.decode()
    assert form.context["form"]["role"].value() == Role.OWNER
    assert theirs.post(invite, {"email": "first@example.org", "role": "owner"}).status_code == 302
    invited = Invitation.objects.get()
    assert (invited.organization, invited.email, invited.role) == (owner, "first@example.org", Role.OWNER)
