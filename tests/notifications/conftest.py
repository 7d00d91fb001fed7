"""The cast of the trade, their facilitator, and three that it does not concern."""

import pytest

from accounts.models import Membership, Programme, Role, Site, User
from accounts.services.programmes import add_to_programme
from tests.conftest import join, make_user
from tests.notifications.deeds import World


@pytest.fixture
def outsider(programme: Programme, elsewhere_site: Site) -> User:
    """Facilitates another programme, in which only the stranger's organization takes part."""
    user = make_user("outsider@example.org", name="Outsider")
    other = Programme.objects.create(name="Other network", slug="other-network")
    other.facilitators.add(user)
    add_to_programme(actor=user, programme=other, organization=elsewhere_site.organization)
    return user


@pytest.fixture
def world(
    seller: User,
    trader: User,
    viewer: User,
    buyer: User,
    facilitator: User,
    stranger: User,
    outsider: User,
    asnaes_site: Site,
    cement_site: Site,
    elsewhere_site: Site,
    programme: Programme,
    settings: object,
    tmp_path: object,
) -> World:
    """Asnæs and the cement works, and who has nothing to do with them."""
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]  # the fixture has no type
    clerk = join(make_user("clerk@example.org", name="Clerk"), cement_site.organization, Role.TRADER)
    gone = make_user("gone@example.org", name="Gone", is_active=False)
    Membership.objects.create(user=gone, organization=asnaes_site.organization, role=Role.OWNER)
    people = {
        "seller": seller,
        "trader": trader,
        "viewer": viewer,
        "buyer": buyer,
        "clerk": clerk,
        "facilitator": facilitator,
        "stranger": stranger,
        "outsider": outsider,
        "gone": gone,
    }
    return World(people, asnaes_site, cement_site, elsewhere_site, programme)
