"""One change at a time, and the stored matches are those of a full run: pairs, figures, bars."""

import ast
import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Organization, Site, User
from accounts.services.sites import SiteDetails, create_site
from catalogue.models import Resource
from listings.models import Disclosure, Listing, Side, State
from listings.services.listings import create_listing, edit_listing, pause_listing, publish_listing
from listings.services.terms import ListingTerms
from matching.market import rules
from matching.market.assumptions import MOST_MATCHES
from matching.market.rules import rules_of_release
from matching.market.store import FIGURE_TYPES
from matching.models import MarketRow, Match, MatchPartition, MatchRun, MatchState
from matching.services import runs
from matching.services.partitions import PartitionWork, code_sources
from matching.services.refresh import refresh_matches
from matching.services.reviews import approve_match
from matching.services.runs import refresh_all_matches
from tests.conftest import make_crowds
from tests.proof import one_in

MARKET = [field.name for field in MarketRow._meta.concrete_fields]
RESOURCES = (
    "fly-ash",
    "coal-fly-ash",
    "lignite-fly-ash",
    "bottom-ash-and-boiler-slag",
    "fgd-gypsum",
    "cement",
)
MOST = 3


@pytest.fixture(autouse=True)
def _few_matches(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let listings keep so few that pushing out and moving up happen all the time."""
    monkeypatch.setattr(rules, "MOST_MATCHES", dict.fromkeys(MOST_MATCHES, MOST))
    rules_of_release.cache_clear()
    yield
    rules_of_release.cache_clear()


def stored() -> list[tuple[Any, ...]]:
    """What is stored of the matches that stand."""
    columns = ["offer_id", "request_id", "state", "fits", *FIGURE_TYPES]
    return list(Match.objects.filter(fits=True).order_by("offer_id", "request_id").values_list(*columns))


def market() -> list[tuple[str, ...]]:
    """Every row of the market, NaN comparable."""
    return [tuple(map(str, row)) for row in MarketRow.objects.order_by("pk").values_list(*MARKET)]


def assert_as_after_a_full_run() -> None:
    """The control is in the counts: a run that finds something to write has found a difference."""
    before = stored(), market()
    refresh_all_matches()
    assert stored() == before[0]
    assert market() == before[1]
    written = MatchPartition.objects.filter(run=MatchRun.objects.latest("pk")).values_list(
        "written", flat=True
    )
    assert set(written) == {0}


class World:
    """Sites of two organizations, and listings that change at random."""

    def __init__(self, pick: random.Random, owners: list[tuple[User, Organization]]) -> None:
        self.pick = pick
        self.sites: list[tuple[User, Site]] = []
        for owner, organization in owners:
            for number in range(8):
                latitude, longitude = 55.0 + pick.uniform(-1.2, 1.2), 10.0 + pick.uniform(-1.8, 1.8)
                details = SiteDetails(f"Site {number}", "Odense", "DK", latitude, longitude)
                self.sites.append(
                    (owner, create_site(actor=owner, organization=organization, details=details))
                )
        make_crowds()
        self.listings: list[tuple[User, Listing]] = []
        self.resources = {slug: Resource.objects.get(slug=slug) for slug in RESOURCES}

    def terms(self, site: Site, side: str) -> ListingTerms:
        """Plain terms within a few steps of each other, so that ties are common."""
        pick = self.pick
        start = date(2026, 1, 1) + timedelta(days=pick.choice((0, 0, 40)))
        return ListingTerms(
            side=side,
            resource=self.resources[pick.choice(RESOURCES)],
            site=site,
            quantity=pick.choice((None, Decimal(100), Decimal(1000), Decimal(2500))),
            unit="t",
            period=pick.choice(("year", "year", "once")),
            available_from=start,
            available_until=pick.choice(
                (None, timezone.now().date() + timedelta(days=pick.choice((200, 500))))
            ),
            months=pick.choice(((), (), (5, 6, 7, 8))),
            price=pick.choice((None, Decimal(-5), Decimal(10))),
            disclosure=pick.choice((Disclosure.OPEN, Disclosure.ANONYMOUS)),
        )

    def publish(self) -> Listing:
        """Somebody lists something."""
        owner, site = self.pick.choice(self.sites)
        terms = self.terms(site, self.pick.choice(Side.values))
        listing = create_listing(actor=owner, organization=site.organization, terms=terms)
        self.listings.append((owner, listing))
        return listing

    def change(self) -> Listing:
        """Somebody edits, pauses or takes up a listing again, or lists a new one."""
        if self.pick.random() < 0.2:
            return self.publish()
        owner, listing = self.pick.choice(self.listings)
        listing.refresh_from_db()
        if listing.state == State.PAUSED:
            return publish_listing(actor=owner, listing=listing)
        if self.pick.random() < 0.3:
            return pause_listing(actor=owner, listing=listing)
        site = self.pick.choice([site for other, site in self.sites if other == owner])
        return edit_listing(actor=owner, listing=listing, terms=self.terms(site, listing.side))


@pytest.mark.mass
@pytest.mark.parametrize("seed", one_in(2, range(4)))
def test_random_changes_leave_what_a_full_run_would(
    seed: int, seller: User, asnaes: Organization, buyer: User, cement_works: Organization
) -> None:
    world = World(random.Random(seed), [(seller, asnaes), (buyer, cement_works)])
    for _ in range(40):
        world.publish()
    refresh_all_matches()
    assert len(stored()) > 15
    for step in range(60):
        refresh_matches(listing_id=world.change().pk)
        if step % 15 == 14:
            assert_as_after_a_full_run()


def test_empty_market_filled_one_by_one_is_as_after_a_full_run(
    seller: User, asnaes: Organization, buyer: User, cement_works: Organization
) -> None:
    world = World(random.Random(99), [(seller, asnaes), (buyer, cement_works)])
    for _ in range(60):
        refresh_matches(listing_id=world.publish().pk)
    assert Match.objects.filter(state=MatchState.RETIRED, stale_reason="outranked").exists()
    assert_as_after_a_full_run()


def test_control_a_change_that_is_not_refreshed_is_noticed(
    seller: User, asnaes: Organization, buyer: User, cement_works: Organization
) -> None:
    world = World(random.Random(5), [(seller, asnaes), (buyer, cement_works)])
    for _ in range(40):
        world.publish()
    refresh_all_matches()
    owner, listing = world.listings[0]
    edit_listing(actor=owner, listing=listing, terms=world.terms(listing.site, listing.side))
    with pytest.raises(AssertionError):
        assert_as_after_a_full_run()


def test_partitions_by_place_find_what_one_partition_finds(
    seller: User,
    asnaes: Organization,
    buyer: User,
    cement_works: Organization,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(random.Random(7), [(seller, asnaes), (buyer, cement_works)])
    for _ in range(90):
        world.publish()
    refresh_all_matches()
    whole = stored(), market()
    monkeypatch.setattr(runs, "ROWS_PER_PARTITION", 20)
    assert_as_after_a_full_run()
    assert MatchPartition.objects.filter(run__finished_at__isnull=False, box__isnull=False).count() > 3
    Match.objects.all().delete()
    MarketRow.objects.all().delete()
    refresh_all_matches()
    assert (stored(), market()) == whole


def test_approved_match_stays_while_it_fits_and_says_why_when_it_does_not(
    seller: User,
    asnaes: Organization,
    buyer: User,
    cement_works: Organization,
    facilitator: User,
) -> None:
    world = World(random.Random(3), [(seller, asnaes), (buyer, cement_works)])
    for _ in range(50):
        refresh_matches(listing_id=world.publish().pk)
    match = Match.objects.filter(fits=True).order_by("score")[0]
    approve_match(actor=facilitator, match=match)
    for _ in range(30):
        listing = world.publish()
        refresh_matches(listing_id=listing.pk)
    match.refresh_from_db()
    assert (match.state, match.fits) == ("approved", True)
    assert_as_after_a_full_run()
    owner = {listing.pk: owner for owner, listing in world.listings}[match.offer_id]
    pause_listing(actor=owner, listing=match.offer)
    refresh_matches(listing_id=match.offer_id)
    match.refresh_from_db()
    assert (match.state, match.fits, match.stale_reason) == ("approved", False, "listing")
    assert_as_after_a_full_run()


def test_second_run_with_nothing_changed_writes_nothing(
    seller: User, asnaes: Organization, buyer: User, cement_works: Organization
) -> None:
    world = World(random.Random(11), [(seller, asnaes), (buyer, cement_works)])
    for _ in range(40):
        world.publish()
    assert refresh_all_matches() > 0
    versions = list(Match.objects.order_by("pk").extra(select={"x": "xmin::text"}).values_list("pk", "x"))
    refresh_all_matches()
    assert (
        list(Match.objects.order_by("pk").extra(select={"x": "xmin::text"}).values_list("pk", "x"))
        == versions
    )


def test_second_run_does_not_search_again_but_mends_what_was_lost_behind_its_back(
    seller: User,
    asnaes: Organization,
    buyer: User,
    cement_works: Organization,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(random.Random(12), [(seller, asnaes), (buyer, cement_works)])
    for _ in range(40):
        world.publish()
    refresh_all_matches()
    before = stored(), market()
    searched: list[int] = []
    bring = PartitionWork._bring

    def counted(*arguments: Any) -> Any:
        searched.append(1)
        return bring(*arguments)

    monkeypatch.setattr(PartitionWork, "_bring", counted)
    refresh_all_matches()
    assert not searched
    lost = Match.objects.filter(fits=True).order_by("pk").first()
    assert lost is not None
    lost.delete()
    refresh_all_matches()
    assert searched
    assert (stored(), market()) == before


def test_run_of_another_day_searches_again(
    seller: User,
    asnaes: Organization,
    buyer: User,
    cement_works: Organization,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(random.Random(13), [(seller, asnaes), (buyer, cement_works)])
    for _ in range(20):
        world.publish()
    refresh_all_matches()
    digests = set(MatchPartition.objects.values_list("read_digest", flat=True))
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    refresh_all_matches()
    assert digests.isdisjoint(
        MatchPartition.objects.filter(run__today=tomorrow.date()).values_list("read_digest", flat=True)
    )


def test_digest_of_the_code_covers_every_module_that_a_partition_runs() -> None:
    root, waiting, seen = Path(settings.ROOT), {"matching.services.partitions"}, set()
    while waiting:
        name = waiting.pop()
        base = root.joinpath(*name.split("."))
        path = base.with_suffix(".py") if base.with_suffix(".py").exists() else base / "__init__.py"
        # Tables, and what they are called: the rows that are read stand in the digest themselves.
        if path in seen or name.startswith("matching.models") or not path.exists():
            continue
        seen.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("matching"):
                waiting |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    assert root / "matching/engine/kernel.py" in seen
    assert seen - set(code_sources()) <= {root / "matching/__init__.py"}
