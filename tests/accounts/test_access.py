from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import access
from accounts.models import ApiToken, Invitation, Membership, Organization, Programme, Role, Site, User
from accounts.selectors.organizations import organizations_named
from accounts.services.members import invite_member
from accounts.services.tokens import create_api_token, revoke_api_token
from common.errors import Forbidden, NotFound

Person = User | AnonymousUser

CAST = ("anonymous", "stranger", "viewer", "trader", "owner", "buyer", "facilitator")
PREDICATES: dict[str, tuple[Callable[[Person, Organization, Programme], bool], set[str]]] = {
    "is_member": (lambda p, o, _: access.is_member(p, o.pk), {"viewer", "trader", "owner"}),
    "can_trade": (lambda p, o, _: access.can_trade(p, o.pk), {"trader", "owner"}),
    "can_manage": (lambda p, o, _: access.can_manage(p, o.pk), {"owner"}),
    "can_facilitate": (lambda p, _, g: access.can_facilitate(p, g), {"facilitator"}),
    "is_facilitator": (lambda p, _, __: access.is_facilitator(p), {"facilitator"}),
    "facilitates_organization": (
        lambda p, o, _: access.facilitates_organization(p, o.pk),
        {"facilitator"},
    ),
}


@pytest.fixture
def cast(
    stranger: User,
    elsewhere: Organization,
    viewer: User,
    trader: User,
    seller: User,
    buyer: User,
    facilitator: User,
    programme: Programme,
) -> dict[str, Person]:
    people = (AnonymousUser(), stranger, viewer, trader, seller, buyer, facilitator)
    return dict(zip(CAST, people, strict=True))


@pytest.mark.parametrize("predicate", PREDICATES)
def test_predicate_holds_for_exactly_these(
    predicate: str, cast: dict[str, Person], asnaes: Organization, programme: Programme
) -> None:
    holds, expected = PREDICATES[predicate]
    assert {name for name, person in cast.items() if holds(person, asnaes, programme)} == expected


def outcome(get: Callable[[], object]) -> str:
    try:
        get()
    except NotFound:
        return "missing"
    except Forbidden:
        return "forbidden"
    return "found"


#         anonymous, stranger, viewer, trader, owner, buyer, facilitator
OWNERS = ["missing", "missing", "forbidden", "forbidden", "found", "missing", "missing"]
TRADERS = ["missing", "missing", "forbidden", "found", "found", "missing", "missing"]
MEMBERS = ["missing", "missing", "found", "found", "found", "missing", "missing"]
FACILITATORS = ["forbidden", "forbidden", "forbidden", "forbidden", "forbidden", "forbidden", "found"]
NOBODY = ["missing"] * len(CAST)
ITSELF = ["missing", "missing", "missing", "found", "missing", "missing", "missing"]

OBJECTS: dict[str, tuple[Callable[[Person, dict[str, int]], object], list[str]]] = {
    "own organization": (lambda p, k: access.get_own_organization(p, k["organization"]), MEMBERS),
    "organization to trade": (lambda p, k: access.get_organization_to_trade(p, k["organization"]), TRADERS),
    "organization to manage": (lambda p, k: access.get_organization_to_manage(p, k["organization"]), OWNERS),
    "own site": (lambda p, k: access.get_own_site(p, k["site"]), MEMBERS),
    "site to manage": (lambda p, k: access.get_site_to_manage(p, k["site"]), OWNERS),
    "membership": (lambda p, k: access.get_membership_to_manage(p, k["membership"]), OWNERS),
    "invitation": (lambda p, k: access.get_invitation_to_manage(p, k["invitation"]), OWNERS),
    "programme": (lambda p, _: access.get_programme_to_facilitate(p, "zealand-network"), FACILITATORS),
    "no programme": (lambda p, _: access.get_programme_to_facilitate(p, "none"), NOBODY),
    "token": (lambda p, k: access.get_own_api_token(p, k["token"]), ITSELF),
    "no site": (lambda p, _: access.get_site_to_manage(p, 0), NOBODY),
    "no such number": (lambda p, _: access.get_own_site(p, 10**30), NOBODY),
}


@pytest.fixture
def keys(asnaes: Organization, asnaes_site: Site, seller: User, trader: User) -> dict[str, int]:
    invite_member(actor=seller, organization=asnaes, email="new@example.org", role=Role.TRADER)
    create_api_token(actor=trader, name="ERP")
    return {
        "organization": asnaes.pk,
        "site": asnaes_site.pk,
        "membership": Membership.objects.get(user=trader).pk,
        "invitation": Invitation.objects.get().pk,
        "token": ApiToken.objects.get().pk,
    }


@pytest.mark.parametrize("name", OBJECTS)
def test_object_is_found_forbidden_or_missing(
    name: str, cast: dict[str, Person], keys: dict[str, int]
) -> None:
    get, expected = OBJECTS[name]
    found = [outcome(lambda person=person: get(person, keys)) for person in cast.values()]  # type: ignore[misc]  # mypy can not infer a bound default
    assert dict(zip(CAST, found, strict=True)) == dict(zip(CAST, expected, strict=True))


def test_sites_of_a_programme_are_all_known_to_its_facilitators_alone(
    cast: dict[str, Person], programme: Programme, asnaes_site: Site, cement_site: Site, elsewhere_site: Site
) -> None:
    known = {name: set(access.sites_in(person, programme)) for name, person in cast.items()}
    assert known == {
        "anonymous": set(),
        "stranger": set(),
        "viewer": {asnaes_site},
        "trader": {asnaes_site},
        "owner": {asnaes_site},
        "buyer": {cement_site},
        "facilitator": {asnaes_site, cement_site},
    }


def test_revoked_token_and_accepted_invitation_are_missing(
    keys: dict[str, int], trader: User, seller: User
) -> None:
    revoke_api_token(actor=trader, token=access.get_own_api_token(trader, keys["token"]))
    assert outcome(lambda: access.get_own_api_token(trader, keys["token"])) == "missing"
    Invitation.objects.update(accepted_at="2026-01-01T00:00Z")
    assert outcome(lambda: access.get_invitation_to_manage(seller, keys["invitation"])) == "missing"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("cement works", ["Cement works"]),
        ("asnaes-power-station", ["Asnæs power station"]),
        ("WORKS", ["Cement works"]),
        ("nothing like it", []),
        ("%", []),
    ],
)
def test_organizations_are_found_by_name(
    text: str, names: list[str], asnaes: Organization, cement_works: Organization
) -> None:
    assert [found.name for found in organizations_named(text)] == names
