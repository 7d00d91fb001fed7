"""Entering the demonstration: once, through the services, again without a change."""

import json
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import ApiToken, Organization, Programme, Provenance, Role, User
from accounts.services.tokens import find_api_token, revoke_api_token
from events.models import Event, Job
from exchange.demo import cast
from exchange.demo.illustrative import illustrative_network
from exchange.demo.loader import last_entered, load_network
from exchange.demo.pictures import SCENES, enter_pictures
from exchange.demo.rows import Ad, Network, documented_network
from listings.models import Listing, ListingFile, Side, State
from listings.services.files import remove_file
from listings.services.listings import create_listing
from listings.services.terms import ListingTerms
from matching.models import Match
from matching.services.refresh import refresh_matches


def load_demo(**options: bool) -> dict[str, str]:
    out = StringIO()
    call_command("load_demo", stdout=out, **options)
    signed_in: dict[str, str] = json.loads(out.getvalue().splitlines()[-1])
    return signed_in


def published_listing(plant: str, side: Side, resource: str) -> Listing:
    return Listing.objects.get(organization__name=plant, side=side, resource__slug=resource)


def test_published_cases_are_entered_as_such(published: Network) -> None:
    listings = Listing.objects.filter(provenance=Provenance.DOCUMENTED, state=State.PUBLISHED)

    assert listings.count() == 68
    assert Organization.objects.filter(provenance=Provenance.DOCUMENTED).count() == 41
    assert not listings.filter(source="").exists()
    ash = published_listing("Asnæs power station", Side.OFFER, "coal-fly-ash")
    assert (ash.amount, ash.ewc_code, ash.title) == (Decimal(135_000), "100102", "Fly ash")
    assert "Fiksel" in ash.source


def test_steam_in_tonnes_becomes_energy_by_its_enthalpy(published: Network) -> None:
    steam = published_listing("Korea Zinc, Onsan smelter", Side.OFFER, "steam")

    assert steam.quantity == 537_600
    assert steam.resource.energy_mwh_per_t == Decimal("0.65")
    assert steam.amount == Decimal("349440")


def test_water_in_gallons_per_day_becomes_cubic_metres_per_year(published: Network) -> None:
    water = published_listing("Water sources near Guayama", Side.OFFER, "process-water")

    assert round(water.amount or 0) == 6_912_966  # 5,000,000 × 0.003785411784 m³ × 365.2425 days


def test_every_listing_was_created_and_published_in_the_log(published: Network) -> None:
    for kind in ("listing.created", "listing.published"):
        assert Event.objects.filter(kind=kind).count() == 68


def test_members_of_both_programmes(published: Network) -> None:
    members = {
        programme.name: programme.organizations.count()
        for programme in Programme.objects.filter(facilitators__email="facilitator@example.org")
    }

    assert members == {"Loopyard open network": 41, "Kalundborg Symbiosis": 11}


def test_network_is_matched_at_once_and_no_job_but_telling_is_left(published: Network) -> None:
    assert Match.objects.filter(fits=True).exists()
    assert not Job.objects.exclude(task="notifications.tasks.tell").exists()


def test_a_job_would_find_nothing_to_change(published: Network) -> None:
    before = list(Match.objects.order_by("pk").values())

    for listing in Listing.objects.filter(organization__name="Asnæs power station"):
        refresh_matches(listing_id=listing.pk)

    assert list(Match.objects.order_by("pk").values()) == before


def test_cement_works_also_match_what_the_seller_lists_later(published: Network) -> None:
    documented = published_listing("Asnæs power station", Side.OFFER, "coal-fly-ash")
    request = published_listing("Local cement company", Side.REQUEST, "fly-ash")
    later = create_listing(
        actor=None,
        organization=documented.organization,
        terms=ListingTerms(
            side=Side.OFFER,
            resource=request.resource,
            site=documented.site,
            quantity=Decimal(12_000),
            unit="t",
            period="year",
            available_from=documented.available_from,
        ),
    )

    refresh_matches(listing_id=later.pk)

    offers = Match.objects.filter(request=request, fits=True).values_list("offer", flat=True)
    assert set(offers) == {documented.pk, later.pk}


def test_same_rows_again_change_nothing(published: Network, facilitator: User) -> None:
    events = Event.objects.count()

    assert not load_network(network=published, facilitator=facilitator)
    assert Event.objects.count() == events


def test_changed_row_replaces_its_listing_and_spares_the_others(
    published: Network, facilitator: User
) -> None:
    gypsum, *others = published.ads
    changed = replace(gypsum, quantity=Decimal(110_000))
    old = published_listing(gypsum.plant, gypsum.side, gypsum.resource)
    ash = published_listing("Asnæs power station", Side.OFFER, "coal-fly-ash")
    Listing.objects.filter(pk=ash.pk).update(description="As its owner put it.")

    assert load_network(network=Network(published.plants, (changed, *others)), facilitator=facilitator)

    old.refresh_from_db()
    ash.refresh_from_db()
    assert old.state == State.WITHDRAWN
    assert Listing.objects.get(pk=last_entered().listings[changed.digest]).amount == 110_000
    assert (ash.state, ash.description) == (State.PUBLISHED, "As its owner put it.")
    assert not Match.objects.filter(offer=old, fits=True).exists()


def test_changed_place_moves_the_plant(published: Network, facilitator: User) -> None:
    works, *others = published.plants
    moved = replace(works, latitude=55.66167, longitude=11.08056)

    load_network(network=Network((moved, *others), published.ads), facilitator=facilitator)

    site = Organization.objects.get(name=works.name).sites.get()
    assert (site.latitude, site.longitude) == (55.66167, 11.08056)
    assert Organization.objects.filter(name=works.name).count() == 1
    assert Job.objects.filter(event__subject_id=site.pk, task="listings.tasks.follow_site").exists()


def test_new_plant_of_a_known_organization_is_its_second_site(published: Network, facilitator: User) -> None:
    works = published.plants[0]
    second = replace(works, name="Asnæs harbour", site="Harbour")

    load_network(network=Network((*published.plants, second), published.ads), facilitator=facilitator)

    organization = Organization.objects.get(name=works.organization)
    assert set(organization.sites.values_list("name", flat=True)) == {"Kalundborg", "Harbour"}


def test_row_that_is_gone_is_withdrawn_unless_its_owner_did(published: Network, facilitator: User) -> None:
    def is_kept(ad: Ad) -> bool:
        return ad.resource not in ("fgd-gypsum", "surplus-yeast")

    by_owner = published_listing("Novo Nordisk / Novozymes", Side.OFFER, "surplus-yeast")
    Listing.objects.filter(pk=by_owner.pk).update(state=State.WITHDRAWN)

    load_network(
        network=Network(published.plants, tuple(filter(is_kept, published.ads))), facilitator=facilitator
    )

    gone = Listing.objects.filter(state=State.WITHDRAWN).values_list("resource__slug", flat=True)
    assert set(gone) == {"fgd-gypsum", "surplus-yeast"}


@pytest.mark.django_db
def test_command_enters_everything_and_repeats_quietly() -> None:
    signed_in = load_demo()

    background = illustrative_network()
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


def test_published_cases_have_drawings_that_say_so_once(
    published: Network, facilitator: User, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    keys = list(last_entered().listings.values())
    added = enter_pictures(actor=facilitator, listing_ids=keys)
    files = ListingFile.objects.filter(listing__in=keys)
    assert added == files.count() == files.values("listing").distinct().count() > 10
    gypsum = files.get(
        listing__organization__name="Asnæs power station", listing__resource__slug="fgd-gypsum"
    )
    assert gypsum.caption == "Drawing for the demonstration: gypsum in a hall"
    assert (gypsum.width_px, gypsum.height_px) == (640, 480)
    assert not files.exclude(listing__provenance=Provenance.DOCUMENTED).exists()
    remove_file(actor=facilitator, file=gypsum)
    assert enter_pictures(actor=facilitator, listing_ids=keys) == 0, "what was taken off stays off"


def test_scene_of_each_picture_is_of_a_resource_that_is_listed() -> None:
    listed = {ad.resource for ad in documented_network().ads}
    assert set(SCENES) <= listed
