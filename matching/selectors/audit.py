"""Stored matches looked through for what an expert would strike out, from the rows alone and without the engine.

What each match is worth is worked out again in Decimal by `matching.economics`, from the catalogue's rows and the
prices that the listings name; a class that is an error must be empty.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization
from catalogue.law.terms import Status, Topic
from catalogue.loading.prices import DEFAULT_COUNTRY
from catalogue.models import LegalStatus, PriceKind, Resource, ResourcePrice, TransportMode
from catalogue.selectors.law import codes_of
from listings.models import GasOrigin, Listing
from listings.selectors.law import verdict_of
from matching.access import with_sides
from matching.economics import (
    LEAST_COVERED,
    Alternative,
    Costs,
    Interval,
    Worth,
    buyer_alternative,
    is_suspicious,
    seller_alternative,
    worth,
)
from matching.engine.pathways import Pathway
from matching.market.tables.conversions import ELECTRICITY, load_pathways, loads_by_resource
from matching.market.tables.levels import FLOW_TEMPERATURE, PRESSURE, TEMPERATURE
from matching.market.tables.transport import Load
from matching.market.tables.variants import LIFTED
from matching.models import Match, MatchState

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CURRENCY: Final = "EUR"
TURNOVER_EUR: Final = Decimal(200_000_000)
"""A large process plant turns over about that a year (order of magnitude, general knowledge): a benefit of over a
hundredth of it, with nothing said by either side, deserves a second look."""
MOST_OF_TURNOVER: Final = Decimal("0.01")
LOOKED_THROUGH: Final = 2000
"""So many of a facilitator's matches, the best first, are looked through while a page waits."""
TOLERANCE: Final = Decimal("0.001")
"""The engine counts in floating point and the stored distance is rounded: so much may the figures differ, of 1."""


class AuditClass(NamedTuple):
    """One kind of finding."""

    key: str
    words: "_StrPromise"
    is_error: bool


CLASSES: Final = (
    AuditClass(
        "signs_opposed", _("the seller wants money, the buyer wants money, and a gain is shown"), True
    ),
    AuditClass("ask_over_bid", _("more is asked than is bid, and the low figure is a gain"), True),
    AuditClass("no_gain_possible", _("both name a price at which nobody could gain"), True),
    AuditClass("product_disposal", _("disposal is credited for a product"), True),
    AuditClass("worth_differs", _("the figures are not those of the rows"), True),
    AuditClass("residue_unpaid", _("a residue of a treatment has no cost, and a gain is shown"), True),
    AuditClass("covers_too_little", _("a treatment covers under a tenth of what is sought"), True),
    AuditClass("heat_below_level", _("colder than what is sought, without a heat pump"), True),
    AuditClass("forbidden_use", _("the law forbids the use"), True),
    AuditClass("hazard_contradicts_code", _("a starred code, and not said to be hazardous"), True),
    AuditClass("beyond_reach", _("farther than its reach"), True),
    AuditClass("co2e_lost", _("money gained at the best, CO2e lost"), False),
    AuditClass("suspicious_price", _("prices that part suspiciously far in favour of both"), False),
    AuditClass("large_benefit", _("over a hundredth of what a large plant turns over"), False),
    AuditClass("approval_needed", _("the use needs an approval, or the permit is to be checked"), False),
    AuditClass("over_water", _("over open water: by ship, or the long way round"), False),
    AuditClass("related_parties", _("the two parties may be one group"), False),
)
ERRORS: Final = frozenset(each.key for each in CLASSES if each.is_error)


@dataclass(frozen=True)
class _Book:
    """What the catalogue says, read once."""

    pathways: Mapping[tuple[int, int], Pathway]
    loads: Mapping[int, Load | None]
    resources: Mapping[int, Resource]
    power_eur: Mapping[str, Decimal]
    """Of one MWh of electricity, by country."""

    @classmethod
    def read(cls) -> "_Book":
        resources = list(Resource.objects.all())
        power = ResourcePrice.objects.filter(resource__slug=ELECTRICITY, kind=PriceKind.PURCHASE)
        return cls(
            {(path.offer_resource, path.request_resource): path for path in load_pathways()},
            loads_by_resource(resources),
            {resource.pk: resource for resource in resources},
            dict(power.values_list("country", "value_eur_per_unit")),
        )

    def treatment(self, path: Pathway, country: str) -> Decimal:
        """Of a pathway per unit offered: a heat pump buys its power at the country's price."""
        cost = Decimal(str(path.cost_per_unit))
        usual, here = self.power_eur.get(DEFAULT_COUNTRY), self.power_eur.get(country)
        lifted = next((each for each in self.resources.values() if each.slug == LIFTED), None)
        is_lifted = lifted is not None and lifted.covers(self.resources[path.steps[0].input])
        if not is_lifted or usual is None or here is None:
            return cost
        return cost + Decimal(str(path.electricity_mwh_per_unit)) * (here - usual)


def audited(matches: Iterable[Match]) -> dict[str, list[int]]:
    """Return by the key of each class the matches that it holds, in the order given; empty classes with them.

    The matches must be loaded by `access.with_sides`; those that no longer fit say nothing.
    """
    found: dict[str, list[int]] = defaultdict(list, {each.key: [] for each in CLASSES})
    shown = [match for match in matches if match.fits]
    book = _Book.read()
    codes = codes_of({match.offer.ewc_code for match in shown})
    levels = _levels(shown)
    members = _members(shown)
    for match in shown:
        if _are_related(match.offer.organization, match.request.organization, members):
            found["related_parties"].append(match.pk)
        for key in _classes_of(match, book, levels):
            found[key].append(match.pk)
        code = codes.get(match.offer.ewc_code)
        if code is not None and code.starred and not match.offer.hazardous:
            found["hazard_contradicts_code"].append(match.pk)
    return dict(found)


def with_finding(matches: QuerySet[Match], key: str) -> QuerySet[Match]:
    """Return those of one class among the best `LOOKED_THROUGH` of the matches."""
    best = matches.order_by("-score", "distance_km", "pk")[:LOOKED_THROUGH]
    return matches.filter(pk__in=audited(with_sides(Match.objects.filter(pk__in=best.values("pk"))))[key])


def stored_matches() -> Iterator[Match]:
    """Yield all matches that fit, as they are stored."""
    return (
        with_sides(Match.objects.filter(fits=True).exclude(state=MatchState.RETIRED))
        .order_by("pk")
        .iterator(2000)
    )


def _classes_of(match: Match, book: _Book, levels: "_Levels") -> Iterator[str]:
    offer, request = match.offer, match.request
    path = book.pathways.get((offer.resource_id, request.resource_id)) if match.treatment_steps else None
    yield from _of_prices(match, path)
    yield from _of_worth(match, book, path, _price(offer), _price(request))
    yield from _of_law(match, book.resources[path.steps[-1].output].slug if path else "")
    if path is None and _is_colder(levels.get(offer.pk, {}), levels.get(request.pk, {})):
        yield "heat_below_level"
    if match.distance_km > offer.resource.reach_km:
        yield "beyond_reach"
    if match.open_water_km is not None:
        yield "over_water"
    if match.gains_money_and_loses_co2e:
        yield "co2e_lost"
    covered = match.covered_share
    if match.treatment_steps and covered is not None and covered < LEAST_COVERED - float(TOLERANCE):
        yield "covers_too_little"


def _of_prices(match: Match, path: Pathway | None) -> Iterator[str]:
    ask, bid, low = _price(match.offer), _price(match.request), match.benefit_low_eur_per_year
    if low is not None and low > TURNOVER_EUR * MOST_OF_TURNOVER:
        yield "large_benefit"
    if ask is None or bid is None:
        return
    at_gate = bid * Decimal(str(path.yield_per_unit)) if path else bid
    gains = low is not None and low > 0
    if gains and ask > 0 > at_gate:
        yield "signs_opposed"
    if gains and ask > at_gate:
        yield "ask_over_bid"
    if is_suspicious(ask, at_gate, Decimal(0)):
        yield "suspicious_price"


def _of_law(match: Match, delivered: str) -> Iterator[str]:
    verdict = verdict_of(match.offer, match.request, delivered=delivered)
    if any(each.status == Status.FORBIDDEN for each in verdict.of(Topic.USE)):
        yield "forbidden_use"
    elif verdict.status == Status.CHECK:
        yield "approval_needed"


def _of_worth(
    match: Match, book: _Book, path: Pathway | None, ask: Decimal | None, bid: Decimal | None
) -> Iterator[str]:
    resource = match.offer.resource
    if resource.usual_status == LegalStatus.PRODUCT and resource.disposal_low_eur_per_unit is not None:
        yield "product_disposal"
    found = _worth(match, book, path, ask, bid)
    if ask is not None and bid is not None and found.high is not None and found.high < -TOLERANCE:
        yield "no_gain_possible"
    if path is not None and path.residues_high != path.residues_high and match.benefit_low_eur_per_year:
        yield "residue_unpaid"
    amount = match.amount_per_year
    for expected, stored in (
        (found.low, match.benefit_low_eur_per_year),
        (found.high, match.benefit_high_eur_per_year),
    ):
        if expected is None or amount is None:
            wrong = stored is not None
        else:
            whole = expected * amount
            # The stored amount has three decimals and the distance is travelled to the millimetre.
            allowed = max(Decimal(1), abs(whole) * TOLERANCE, abs(expected) * TOLERANCE)
            wrong = stored is None or abs(whole - stored) > allowed
        if wrong:
            yield "worth_differs"
            return


def _worth(
    match: Match, book: _Book, path: Pathway | None, ask: Decimal | None, bid: Decimal | None
) -> Worth[Decimal]:
    offered, sought = match.offer.resource, match.request.resource
    load = book.loads.get(offered.pk)
    travels = offered.transport_mode != TransportMode.NONE
    zero = Decimal(0)
    seller: Alternative[Decimal] | None = None
    buyer: Alternative[Decimal] | None = None
    if not _is_foreign(match.offer):
        seller = seller_alternative(ask, _disposal(match.offer), _market(match.offer), zero)
    if not _is_foreign(match.request):
        purchase = _purchase(sought)
        if purchase is None and path is None:
            purchase = _purchase(offered)
        buyer = buyer_alternative(bid, purchase)
    residues: Interval[Decimal] | None = Interval(zero, zero)
    if path is not None:
        known = path.residues_high == path.residues_high
        ends = (Decimal(str(path.residues_low)), Decimal(str(path.residues_high))) if known else None
        residues = Interval(*ends) if ends else None
    costs = Costs(
        treatment=book.treatment(path, match.offer.site.country) if path else zero,
        residues=residues,
        load=(load.eur_per_unit if load else None) if travels else zero,
        per_km=(load.eur_per_unit_km if load else None) if travels else zero,
        loss_per_km=load.loss_per_km if load and travels else zero,
    )
    yielded = Decimal(str(path.yield_per_unit)) if path else Decimal(1)
    return worth(seller, buyer, yielded, costs, Decimal(str(match.distance_km)))


def _price(listing: Listing) -> Decimal | None:
    return None if _is_foreign(listing) else listing.unit_price


def _is_foreign(listing: Listing) -> bool:
    return listing.unit_price is not None and listing.currency != CURRENCY


def _market(offer: Listing) -> Interval[Decimal] | None:
    """What a product sells for elsewhere; a gas that was made on purpose is one, one that is let go is none."""
    if offer.origin_of_gas:
        is_product = offer.origin_of_gas == GasOrigin.ON_PURPOSE
    else:
        is_product = offer.resource.usual_status == LegalStatus.PRODUCT
    return _purchase(offer.resource) if is_product else None


def _disposal(offer: Listing) -> Interval[Decimal] | None:
    resource = offer.resource
    if offer.origin_of_gas == GasOrigin.ON_PURPOSE:
        return None
    low, high = resource.disposal_low_eur_per_unit, resource.disposal_high_eur_per_unit
    if offer.origin_of_gas and low is None:
        return Interval(Decimal(0), Decimal(0))
    return None if low is None or high is None else Interval(low, high)


def _purchase(resource: Resource) -> Interval[Decimal] | None:
    low, high = resource.purchase_low_eur_per_unit, resource.purchase_high_eur_per_unit
    return None if low is None or high is None else Interval(low, high)


_Levels = Mapping[int, Mapping[str, tuple[Decimal | None, Decimal | None]]]
_LEVELS: Final = (TEMPERATURE, FLOW_TEMPERATURE, PRESSURE)


def _levels(
    matches: list[Match],
) -> dict[int, dict[str, tuple[Decimal | None, Decimal | None]]]:
    """What listings of heat state of their level: by listing and property."""
    pks = {
        listing.pk
        for match in matches
        for listing in (match.offer, match.request)
        if listing.resource.kind == "heat"
    }
    found: dict[int, dict[str, tuple[Decimal | None, Decimal | None]]] = defaultdict(dict)
    rows = Listing.objects.filter(pk__in=pks, quality__property__slug__in=_LEVELS)
    for pk, slug, low, high in rows.values_list(
        "pk", "quality__property__slug", "quality__low", "quality__high"
    ):
        found[pk][slug] = low, high
    return found


def _is_colder(
    offered: Mapping[str, tuple[Decimal | None, Decimal | None]],
    sought: Mapping[str, tuple[Decimal | None, Decimal | None]],
) -> bool:
    """Whether the most that is offered lies below the least that is sought."""
    for slug, (least, _most) in sought.items():
        most = offered.get(slug, (None, None))[1]
        if least is not None and most is not None and most < least:
            return True
    return False


def _members(matches: Iterable[Match]) -> Mapping[int, Set[int]]:
    """Return the people of each organization that is a party."""
    parties = {
        party for match in matches for party in (match.offer.organization_id, match.request.organization_id)
    }
    found: dict[int, set[int]] = defaultdict(set)
    rows = Membership.objects.filter(organization__in=parties)
    for organization, user in rows.values_list("organization_id", "user_id"):
        found[organization].add(user)
    return found


def _are_related(one: Organization, other: Organization, members: Mapping[int, Set[int]]) -> bool:
    """Whether two parties look like one group: a person of both, one website, or names that begin with the same two
    words. What is saved between them is theirs, but no exchange of two firms."""
    if members.get(one.pk, set()) & members.get(other.pk, set()):
        return True
    hosts = [urlsplit(each.website).hostname for each in (one, other)]
    begins = [each.name.casefold().split()[:2] for each in (one, other)]
    is_named_alike = begins[0] == begins[1] and len(begins[0]) == 2
    return is_named_alike or (hosts[0] is not None and hosts[0] == hosts[1])
