"""Entering the demonstration: once, through the services, again without a change."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import ApiToken, Provenance, Role, User
from accounts.services.tokens import find_api_token, revoke_api_token
from events.models import Event
from exchange.demo import cast
from exchange.demo.illustrative import illustrative_network
from exchange.demo.loader import last_entered, load_network
from exchange.demo.rows import Network, documented_network
from exchange.management.commands import load_demo as command
from listings.models import Listing
from matching.models import Match
from tests.proof import PROVING


def load_demo(**options: bool) -> dict[str, str]:
    out = StringIO()
    call_command("load_demo", stdout=out, **options)
    signed_in: dict[str, str] = json.loads(out.getvalue().splitlines()[-1])
    return signed_in


@pytest.mark.mass
@pytest.mark.django_db
def test_command_enters_everything_and_repeats_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    published, background = documented_network(), illustrative_network()
    plants = background.plants if PROVING else background.plants[::10]
    names = {plant.name for plant in plants}
    background = Network(plants, tuple(ad for ad in background.ads if ad.plant in names))
    assert len(background.ads) > 20
    rows = Network(published.plants + plants, published.ads + background.ads)
    monkeypatch.setattr(command, "demonstration_network", lambda: rows)
    signed_in = load_demo()

    listed = Listing.objects.filter(provenance=Provenance.ILLUSTRATIVE)
    assert listed.count() == len(background.ads)
    assert set(signed_in) == {"password", "seller", "viewer", "buyer", "facilitator", "partner_token"}
    for name in ("seller", "viewer", "buyer", "facilitator"):
        assert signed_in[name] == f"{name}@example.org"
        assert Client().login(username=signed_in[name], password=signed_in["password"])
    token = find_api_token(signed_in["partner_token"])
    assert token is not None
    assert token.user.email == "partner@example.org"
    assert cast.secrets_file().stat().st_mode & 0o777 == 0o600

    within_one_company = Match.objects.filter(offer__organization=F("request__organization"))
    assert not within_one_company.exists()

    events = Event.objects.count()
    assert load_demo() == signed_in
    assert Event.objects.count() == events


def people_of(network: Network) -> dict[str, User]:
    kept = cast.read_or_make_secrets()
    people = cast.enter_people(kept)
    load_network(network=network, facilitator=people["facilitator"])
    cast.enter_members(people, last_entered().organizations)
    return people


@pytest.fixture
def kalundborg() -> Network:
    """The three plants of which the cast has members."""
    names = (cast.SELLER_PLANT, cast.BUYER_PLANT, cast.PARTNER_PLANT)
    background = illustrative_network()
    plants = tuple(
        replace(plant, name=name, organization=name)
        for plant, name in zip(background.plants, names, strict=False)
    )
    return Network(plants, ())


@pytest.mark.django_db
def test_cast_has_its_roles_and_verified_addresses(kalundborg: Network) -> None:
    people = people_of(kalundborg)

    roles = {
        (membership.user.email, membership.organization.name): membership.role
        for person in people.values()
        for membership in person.memberships.all()
    }
    assert roles == {
        ("seller@example.org", "Asnæs power station"): Role.OWNER,
        ("viewer@example.org", "Asnæs power station"): Role.VIEWER,
        ("buyer@example.org", "Local cement company"): Role.OWNER,
        ("partner@example.org", "Novo Nordisk / Novozymes"): Role.TRADER,
    }
    assert all(person.emailaddress_set.get().verified for person in people.values())  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_password_that_was_changed_is_again_what_is_printed(kalundborg: Network) -> None:
    seller = people_of(kalundborg)["seller"]
    seller.set_password("another-long-password")
    seller.save()

    kept = cast.read_or_make_secrets()
    cast.enter_people(kept)

    assert Client().login(username=seller.email, password=kept.password)


@pytest.mark.django_db
def test_unreadable_secrets_are_made_anew(kalundborg: Network) -> None:
    cast.read_or_make_secrets()
    cast.secrets_file().write_text("{", encoding="utf-8")

    people_of(kalundborg)

    kept = json.loads(cast.secrets_file().read_text(encoding="utf-8"))
    assert Client().login(username="buyer@example.org", password=kept["password"])


@pytest.mark.django_db
def test_token_of_another_database_works_in_this_one(kalundborg: Network) -> None:
    partner = people_of(kalundborg)["partner"]
    kept = cast.enter_token(partner, cast.read_or_make_secrets())
    ApiToken.objects.all().delete()

    assert cast.enter_token(partner, kept) == kept
    assert find_api_token(kept.partner_token) is not None


@pytest.mark.django_db
def test_revoked_token_is_replaced(kalundborg: Network) -> None:
    partner = people_of(kalundborg)["partner"]
    kept = cast.enter_token(partner, cast.read_or_make_secrets())
    revoke_api_token(actor=partner, token=partner.api_tokens.get())

    renewed = cast.enter_token(partner, kept)

    assert renewed.partner_token != kept.partner_token
    assert find_api_token(kept.partner_token) is None
    assert find_api_token(renewed.partner_token) is not None
    assert cast.read_or_make_secrets() == renewed


@pytest.mark.django_db
def test_public_site_is_spared(settings: Settings) -> None:
    settings.SITE_URL, settings.HTTPS = "https://exchange.example.org", True

    with pytest.raises(CommandError, match="looks like a public site"):
        load_demo()

    assert not User.objects.exists()
    assert not cast.secrets_file().exists()


@pytest.mark.django_db
def test_without_a_demonstration_its_report_fails() -> None:
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("demo_report", stdout=out)

    assert ended.value.code == 1
    assert "0 of 35 published exchanges (0%)" in out.getvalue()
