"""A stranger who asks all that can be asked, and puts the answers together.

What is known beforehand is the worst case: every organization, every plant, every site, the rule by which cells are
chosen. What is sought: where a listing is, and whose. Each answer is held against what the middle of the told cell
would have given; one that differs places the listing, and leaves those candidates whose own place would have given it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

import h3
from django.test import Client

from accounts.models import Site
from common.geo import Point, distance_km
from common.versions import version_of
from listings.disclosure.partition import told_cells
from listings.models import Listing
from listings.search.find import Found, find
from listings.search.memory import CurrentMarket
from listings.search.questions import Question
from listings.services.listings import terms_of
from listings.services.terms import said_by
from tests.listings.disclosure.world import World

FEWEST: Final = 5
RESOLUTIONS: Final = (5, 4, 3, 2, 1)
NEAR_IN_TIME: Final = timedelta(seconds=5)
NEAR_IN_KEYS: Final = 8
SAME_KM: Final = 0.05
EVERYWHERE_KM: Final = 20_100.0
ALL: Final = 1_000


@dataclass(frozen=True)
class Observation:
    """By one way of asking a listing is so far from a point."""

    way: str
    start: Point
    km: float
    tolerance_km: float

    def fits(self, place: Point) -> bool:
        """Whether a listing at a place would have given this answer."""
        return abs(distance_km(self.start, place) - self.km) <= self.tolerance_km


@dataclass
class Findings:
    """What the stranger found out."""

    asked: int = 0
    placed: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The ways by which a listing was placed finer than its cell."""
    candidates: dict[int, set[str]] = field(default_factory=dict)
    """Who may stand behind each."""
    seen: set[int] = field(default_factory=set)
    """Of the listings that nobody may learn of, those that were met."""

    def right(self, truth: dict[int, str]) -> float:
        """The share of listings that a guess among the candidates gets right."""
        chances = [
            1 / len(names) if truth[pk] in names else 0.0 for pk, names in self.candidates.items() if names
        ]
        return sum(chances) / len(chances)


class Stranger:
    """Asks by pages and API as signed in, and the market's own selector where a page would cost too long."""

    def __init__(self, world: World, targets: Iterable[int]) -> None:
        self.world, self.targets = world, list(targets)
        self.client = Client()
        self.client.force_login(world.stranger)
        self.found = Findings()
        self.observations: dict[int, list[Observation]] = defaultdict(list)
        self.documents: dict[int, dict[str, Any]] = {}
        self.open: dict[str, list[dict[str, Any]]] = defaultdict(list)

    # --- asking -------------------------------------------------------------------------------------------
    def get(self, address: str) -> Any:
        """Ask a page or an endpoint, and look for what must not be there."""
        self.found.asked += 1
        answer = self.client.get(address)
        text = answer.content.decode()
        for pk in self.world.unlisted:
            if str(pk) in text:
                self.found.seen.add(pk)
        return answer

    def inside(self, pk: int, start: Point, km: float) -> bool:
        """Ask whether a listing is in a circle, as the page and the API do."""
        return pk in self._near(start, km).keys

    def away_km(self, pk: int, start: Point) -> float | None:
        """Ask how far a listing is, by which the market is sorted."""
        return self._near(start, EVERYWHERE_KM).distances_km.get(pk)

    def _near(self, start: Point, km: float) -> Found:
        self.found.asked += 1
        return find(self.world.stranger, Question(near=start, within_km=km), most=ALL, counting=False)

    # --- what is read -------------------------------------------------------------------------------------
    def read_the_market(self) -> None:
        """Every listing from the list, page by page, and each by itself."""
        address = "/api/v1/listings/?page_size=50"
        while address:
            answer = self.get(address).json()
            for document in answer["results"]:
                if document["id"] in self.targets:
                    self.documents[document["id"]] = document
                elif document["identity_known"] and document["organization"] != self.world.prober.pk:
                    self.open[document["party_name"]].append(document)
            address = answer["next"]

    def read_each(self, most: int) -> None:
        """Each by itself: its page, its version, who could use it, and whether a search for a name finds it."""
        for pk in self.targets[:most]:
            answer = self.get(f"/api/v1/listings/{pk}/")
            if tag := answer.headers.get("ETag", "").strip('"'):
                self._guess_the_version(pk, tag)
            for address in (f"/listings/{pk}/", f"/api/v1/listings/{pk}/uses/", f"/listings/{pk}/uses/"):
                text = self.get(address).content.decode()
                self._names_in(pk, text)

    def _names_in(self, pk: int, text: str) -> None:
        named = {name for name in self.world.places if name in text}
        # Who could use it is told of everybody alike; a single name is not.
        if len(named) == 1:
            self._only(pk, named, "a name on its page")

    def _guess_the_version(self, pk: int, tag: str) -> None:
        said = dict(said_by(terms_of(Listing.objects.get(pk=pk))))
        for site in Site.objects.select_related("organization"):
            if version_of(said | {"site": site}) == tag:
                self._only(pk, {site.organization.name}, "its version")

    def search_by_names(self, names: Iterable[str]) -> None:
        """Search for each organization by name, and for each site."""
        for name in names:
            for document in self.get(f"/api/v1/listings/?q={name}&page_size=50").json()["results"]:
                if document["id"] in self.targets:
                    self._only(document["id"], {name}, "a search for its name")

    def read_the_matches(self) -> None:
        """The matches of the own probing listings, with the distance of each, and of some all that they rest on."""
        address = "/api/v1/matches/?page_size=200"
        while address:
            answer = self.get(address).json()
            for match in answer["results"]:
                start = Site.objects.get(listings=match["request"]["id"]).point
                seen = Observation("a match", start, match["distance_km"] / 1.3, SAME_KM)
                self.observations[match["offer"]["id"]].append(seen)
            address = answer["next"]
        for match in answer["results"][:1]:
            for page in (f"/api/v1/matches/{match['id']}/", f"/matches/{match['id']}/?disposal_low=1"):
                self.get(page)
            self.get(f"/api/v1/listings/{match['request']['id']}/near-misses/")

    def type_requests(self) -> None:
        """What stands beside the form of a request that is typed and never sent, from each of the own sites."""
        shown = 0
        for site in self.world.prober.sites.all():
            typed = {
                "side": "request",
                "resource": "Coal fly ash",
                "quantity": "1000",
                "unit": "t",
                "period": "year",
                "site": site.pk,
                "available_from": "2026-01-01",
                "price_way": "open",
                "disclosure": "open",
            }
            takers = self.get(f"/listings/preview/?{urlencode(typed)}").context["preview"].takers
            for taker in [*takers.fits, *takers.almost]:
                shown += 1
                if taker.listing.pk in self.targets:
                    seen = Observation("what is typed", site.point, float(taker.distance_km) / 1.3, SAME_KM)
                    self.observations[taker.listing.pk].append(seen)
        assert shown, "beside the form stands nobody: then it is not tried"

    def read_the_pages(self) -> None:
        """Pages that sort, count, map and complete."""
        for address in (
            "/browse/?near=55.5,11.2&within_km=500&sort=nearest",
            "/browse/?view=map",
            "/browse/?q=lot&page=2",
            "/",
            "/matches/",
            "/register/?near=55.5,11.2",
        ):
            self.get(address)

    def figure_of_organizations(self) -> int:
        """How many organizations the home page counts."""
        answer = self.get("/")
        found: int = answer.context["figures"]["organizations"]
        return found

    # --- measuring ----------------------------------------------------------------------------------------
    def measure(self, pick: Random, until: Callable[[], bool]) -> None:
        """From points anywhere, by circles that are halved and by distances, until it was asked enough."""
        # Nothing is listed meanwhile, so that the market is read once.
        with CurrentMarket():
            self._measure(pick, until)

    def _measure(self, pick: Random, until: Callable[[], bool]) -> None:
        while not until():
            pk = pick.choice(self.targets)
            start = Point(pick.uniform(53.5, 57.5), pick.uniform(8.5, 12.8))
            if pick.random() < 0.3:
                km = self.away_km(pk, start)
                if km is not None:
                    self.observations[pk].append(Observation("the order", start, km, SAME_KM))
                continue
            low, high = 0.0, 700.0
            while high - low > SAME_KM:
                half = (low + high) / 2
                low, high = (low, half) if self.inside(pk, start, half) else (half, high)
            self.observations[pk].append(Observation("a circle", start, (low + high) / 2, SAME_KM))

    # --- putting it together ------------------------------------------------------------------------------
    def conclude(self) -> Findings:
        """Narrow to who fits all that was seen."""
        for pk, document in self.documents.items():
            told = Point(document["latitude"], document["longitude"])
            country = re.search(r"\b(DK|DE)\b", document["party_place"])
            cell = cell_told(told, document["party_place"])
            if cell is None or country is None:
                self._placed(pk, "the told place", _is_at(told))
                continue
            names = self._sharing(cell, country[0])
            before = self.found.candidates.get(pk)
            self.found.candidates[pk] = names if before is None else before
            by_way: dict[str, list[Observation]] = defaultdict(list)
            for seen in self.observations[pk]:
                by_way[seen.way].append(seen)
            for way, observations in by_way.items():
                if not all(seen.fits(told) for seen in observations):
                    self._placed(pk, way, _fits_all(observations))
            self._join_by_time_and_key(pk, document)
        return self.found

    def _placed(self, pk: int, way: str, fits: Callable[[Point], bool]) -> None:
        self.found.placed[pk].add(way)
        names = {
            name
            for name, places in self.world.places.items()
            if any(fits(place) for place, _country in places)
        }
        self.found.candidates[pk] = names & self.found.candidates.get(pk, names)

    def _only(self, pk: int, names: set[str], way: str) -> None:
        self.found.placed[pk].add(way)
        self.found.candidates[pk] = names

    def _join_by_time_and_key(self, pk: int, document: dict[str, Any]) -> None:
        moments = {name: datetime.fromisoformat(document[name]) for name in ("published_at", "changed_at")}
        for owner, listings in self.open.items():
            for each in listings:
                told_to_the_second = any(
                    moment.time().isoformat() != "00:00:00" for moment in moments.values()
                )
                close = (
                    abs(datetime.fromisoformat(each["published_at"]) - moments["published_at"]) < NEAR_IN_TIME
                )
                if told_to_the_second and close and _written_alike(each, document):
                    self._only(pk, {owner}, "its time")
                if abs(each["id"] - pk) < NEAR_IN_KEYS:
                    self._only(pk, {owner}, "its key")

    def _sharing(self, cell: str, country: str) -> set[str]:
        """Who is told as a cell, by the rule that everybody may know; not the stranger themselves."""
        finest: dict[str, set[Hashable]] = defaultdict(set)
        for name, places in self._known().items():
            for place, where in places:
                if where == country:
                    finest[str(h3.latlng_to_cell(*_degrees(place), RESOLUTIONS[0]))].add(name)
        told = told_cells(finest, enough=FEWEST + 1, country=country)
        alike = [names for each, names in finest.items() if told[each] == cell] or [
            # Nobody should be told by it: whoever is must be in it.
            names
            for each, names in finest.items()
            if h3.cell_to_parent(each, h3.get_resolution(cell)) == cell
        ]
        return {str(name) for name in set().union(*alike)} - {self.world.prober.name}

    def _known(self) -> dict[str, list[tuple[Point, str]]]:
        own = [(site.point, site.country) for site in Site.objects.filter(organization=self.world.prober)]
        return {**self.world.places, self.world.prober.name: own}


def _written_alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """In the same sitting lots are numbered on: who looks at both sees it."""
    return str(one["title"]).split()[-1] == str(other["title"]).split()[-1]


def cell_told(told: Point, words: str) -> str | None:
    """Return the cell that has this middle and is as wide as the words say; None: there is none.

    The middle of a cell is that of one of its parts as well, so that it alone does not say how wide it is.
    """
    if somewhere := re.fullmatch(r"somewhere in (DK|DE)", words):
        return somewhere[1]
    radius = re.search(r"within about (\d+) km", words)
    for resolution in RESOLUTIONS if radius else RESOLUTIONS[:1]:
        cell = str(h3.latlng_to_cell(*_degrees(told), resolution))
        middle = Point(*h3.cell_to_latlng(cell))
        corner_km = max(distance_km(middle, Point(*corner)) for corner in h3.cell_to_boundary(cell))
        is_as_wide = radius is None or int(float(f"{corner_km:.2g}")) == int(radius[1])
        if is_as_wide and distance_km(middle, told) < SAME_KM:
            return cell
    return None


def _is_at(told: Point) -> Callable[[Point], bool]:
    return lambda place: distance_km(place, told) < SAME_KM


def _fits_all(observations: list[Observation]) -> Callable[[Point], bool]:
    return lambda place: all(seen.fits(place) for seen in observations)


def _degrees(place: Point) -> tuple[float, float]:
    return place.latitude, place.longitude
