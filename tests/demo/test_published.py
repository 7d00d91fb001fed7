"""What entering the published cases leaves in the database, and what entering changed ones does."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from pytest_django.fixtures import Settings

from accounts.models import Organization, Programme, Provenance, User
from events.models import Event, Job
from exchange.demo.loader import last_entered, load_network
from exchange.demo.pictures import SCENES, enter_pictures
from exchange.demo.rows import Ad, Network, documented_network
from listings.models import Listing, ListingFile, Side, State
from listings.services.files import remove_file
from listings.services.listings import create_listing
from listings.services.terms import ListingTerms
from matching.models import Match
from matching.services.refresh import refresh_matches


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
