"""What the matching service makes of the published exchanges."""

import json
import random
from dataclasses import replace
from io import StringIO

from django.core.management import call_command

from accounts.models import User
from catalogue.models import Resource
from exchange.demo.illustrative import illustrative_network
from exchange.demo.loader import last_entered, load_network
from exchange.demo.report import published_pairs, report_on
from exchange.demo.rows import Network
from listings.models import Listing, Side
from listings.services.listings import withdraw_listing
from matching.services.runs import refresh_all_matches


def shuffle_requests() -> None:
    """Let the published plants ask for what others of them ask for."""
    requests = list(Listing.objects.filter(side=Side.REQUEST).order_by("pk"))
    resources = [listing.resource_id for listing in requests]
    random.Random(3).shuffle(resources)
    for listing, resource_id in zip(requests, resources, strict=True):
        Listing.objects.filter(pk=listing.pk).update(resource=resource_id)


def crowd_round_kalundborg(published: Network) -> Network:
    """The background's offers of anything that a published request takes, all within about 25 km of Kalundborg."""
    dice = random.Random(5)
    by_slug = {resource.slug: resource for resource in Resource.objects.all()}
    wanted = [by_slug[slug] for slug in {ad.resource for ad in published.ads if ad.side == Side.REQUEST}]
    background = illustrative_network()
    ads = [
        ad
        for ad in background.ads
        if ad.side == Side.OFFER and any(resource.covers(by_slug[ad.resource]) for resource in wanted)
    ]
    names = {ad.plant for ad in ads}
    plants = [
        replace(plant, latitude=55.68 + dice.gauss(0, 0.1), longitude=11.09 + dice.gauss(0, 0.15))
        for plant in background.plants
        if plant.name in names
    ]
    return Network((*published.plants, *plants), (*published.ads, *ads))


def test_all_published_exchanges_are_found_near_the_top(published: Network) -> None:
    report = report_on(published_pairs())

    assert (len(report.findings), report.good_for_buyer, report.good_for_both) == (35, 35, 35)
    assert report.passes
    assert max(finding.buyer_rank or 99 for finding in report.findings) == 2


def test_few_other_pairs_of_published_listings_are_proposed(published: Network) -> None:
    report = report_on(published_pairs())

    assert report.possible_pairs == 35 * 33
    assert report.proposed_pairs == 42


def test_crowd_of_neighbours_does_not_push_published_exchanges_back(
    published: Network, facilitator: User
) -> None:
    load_network(network=crowd_round_kalundborg(published), facilitator=facilitator)

    report = report_on(published_pairs())

    kalundborg = [f for f in report.findings if f.exchange.network.startswith("Kalundborg")]
    assert sum(finding.buyer_matches for finding in kalundborg) > 80
    assert all(finding.buyer_rank and finding.buyer_rank <= 3 for finding in kalundborg)


def test_shuffled_requests_fail_the_report(published: Network) -> None:
    pairs = published_pairs()
    shuffle_requests()
    refresh_all_matches()

    report = report_on(pairs)

    assert not report.passes
    assert report.share < 0.5


def test_listing_off_the_market_is_not_found(published: Network) -> None:
    gypsum = Listing.objects.get(resource__slug="fgd-gypsum")
    withdraw_listing(actor=None, listing=gypsum)

    finding = report_on(published_pairs()).findings[0]

    assert finding.exchange.offered == "fgd-gypsum"
    assert (finding.score, finding.buyer_rank, finding.seller_rank, finding.worse_rank) == (None,) * 4


def test_command_prints_the_table_and_what_was_left_out(published: Network) -> None:
    out = StringIO()
    call_command("demo_report", stdout=out)

    assert "Asnæs power station: coal-fly-ash → Local cement company: fly-ash" in out.getvalue()
    assert "35 of 35 published exchanges (100%) stand at rank 3 or better" in out.getvalue()
    assert "a planned design study" in out.getvalue()


def test_command_speaks_json(published: Network) -> None:
    out = StringIO()
    call_command("demo_report", "--json", stdout=out)

    report = json.loads(out.getvalue())
    (ash,) = [row for row in report["exchanges"] if row["to"] == "Local cement company"]
    assert (round(report["share"], 4), report["passes"], len(report["exchanges"])) == (1.0, True, 35)
    assert (ash["proposed"], ash["rank_for_buyer"], ash["worse_rank"]) == (True, 1, 1)
    assert last_entered().organizations["Local cement company"]
