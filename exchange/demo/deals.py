"""A few deals on published exchanges of Kalundborg, each at another stage, entered through the services, once.

That these flows exist is published; quantities per year where a source gives them stand in the listings. What the deals
say (prices, dates, single deliveries) is ours, and each of them says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Organization, Role, User
from accounts.services.members import add_member
from events.services import doing_work_of
from exchange.demo.cast import BUYER_PLANT, PARTNER_PLANT, SELLER_PLANT
from exchange.demo.loader import SPARED_TASKS
from listings.models import Listing, Side, State
from listings.services.listings import today
from matching.models import Match, MatchState
from matching.services.reviews import approve_match
from trading.models import Agreement, Carrier, Synergy, Tender, TransportPayer
from trading.services.agreements import complete_agreement, set_papers
from trading.services.bids import accept_bid, counter_bid, place_bid
from trading.services.deliveries import (
    Consignment,
    add_delivery_file,
    confirm_delivery,
    correct_delivery,
    plan_delivery,
    record_delivery,
)
from trading.services.impact import verify_year
from trading.services.messages import post_message
from trading.services.synergies import (
    open_synergy_by_enquiry,
    open_synergy_from_match,
    set_next_step,
    show_interest,
)
from trading.services.tenders import open_tender
from trading.services.terms import BidTerms, Papers

TAKER_PLANT: Final = "Gyproc plasterboard factory"
TAKER_EMAIL: Final = "plasterboard@example.org"
ILLUSTRATIVE: Final = "Illustrative: the exchange is published, prices, dates and single deliveries are not."
TENDER_OPEN_FOR: Final = timedelta(days=30)


@dataclass(frozen=True)
class Party:
    """An organization, and who acts for it."""

    user: User
    organization: Organization

    def listing(self, side: Side, resource: str) -> Listing | None:
        """Return what it offers or seeks of a resource, while it is on the market."""
        return (
            Listing.objects.filter(
                organization=self.organization, side=side, resource__slug=resource, state=State.PUBLISHED
            )
            .order_by("pk")
            .first()
        )


@transaction.atomic
def enter_deals(*, people: Mapping[str, User], organization_ids: Mapping[str, int]) -> int:
    """Enter the deals that are not there yet; return how many."""
    if not {SELLER_PLANT, BUYER_PLANT, PARTNER_PLANT, TAKER_PLANT} <= organization_ids.keys():
        return 0
    organizations = {
        name: Organization.objects.get(pk=organization_ids[name])
        for name in (SELLER_PLANT, BUYER_PLANT, PARTNER_PLANT, TAKER_PLANT)
    }
    station = Party(people["seller"], organizations[SELLER_PLANT])
    cement = Party(people["buyer"], organizations[BUYER_PLANT])
    brewery = Party(people["partner"], organizations[PARTNER_PLANT])
    plasterboard = Party(_taker(organizations[TAKER_PLANT]), organizations[TAKER_PLANT])
    # What is agreed here is free again at the end, so that no match changes.
    with doing_work_of(SPARED_TASKS):
        return sum(
            (
                _gypsum(station, plasterboard, people["facilitator"]),
                _fly_ash(station, cement),
                _steam(station, brewery),
                _yeast(brewery),
            )
        )


def _taker(organization: Organization) -> User:
    """Return somebody at the plasterboard factory; nobody signs in as them."""
    user = User.objects.filter(email=TAKER_EMAIL).first() or User.objects.create_user(
        TAKER_EMAIL, name="Plasterboard"
    )
    add_member(actor=None, organization=organization, user=user, role=Role.TRADER)
    return user


def _taken_up(offer: Listing | None, request: Listing | None) -> bool:
    """Whether there is nothing to take up, or it was taken up before."""
    return offer is None or request is None or Synergy.objects.filter(offer=offer, request=request).exists()


# --- the finished one ---------------------------------------------------------------------------------------
def _gypsum(station: Party, plasterboard: Party, facilitator: User) -> bool:
    """Gypsum of the power station for plasterboard: delivered, corrected once, confirmed, in part verified."""
    offer = station.listing(Side.OFFER, "fgd-gypsum")
    request = plasterboard.listing(Side.REQUEST, "gypsum")
    if offer is None or request is None or _taken_up(offer, request):
        return False
    match = Match.objects.filter(offer=offer, request=request, fits=True).first()
    if match is None:
        return False
    if match.state == MatchState.PROPOSED:
        match = approve_match(actor=facilitator, match=match)
    last_year = today().year - 1
    open_synergy_from_match(actor=station.user, match=match, organization=station.organization)
    synergy = open_synergy_from_match(
        actor=plasterboard.user, match=match, organization=plasterboard.organization
    )
    post_message(actor=facilitator, synergy=synergy, organization=None, text=ILLUSTRATIVE)
    _say(station, synergy, "We can load six days a week, 10 % moisture at most.")
    _say(plasterboard, synergy, "Fits our line. We send our own tippers.")
    terms = BidTerms(
        quantity=Decimal(150_000),
        unit="t",
        period="year",
        price=Decimal(3),
        currency="EUR",
        starts_on=date(last_year, 1, 1),
        carrier=Carrier.RECEIVER,
        transport_paid_by=TransportPayer.RECEIVER,
        conditions=f"Free moisture 10 % at most, chloride below 100 ppm. {ILLUSTRATIVE}",
    )
    bid = place_bid(
        actor=plasterboard.user, synergy=synergy, organization=plasterboard.organization, terms=terms
    )
    agreement = accept_bid(actor=station.user, bid=bid)
    papers = Papers(ewc_code="100105", treatment_operation="R5", container="Tipper lorry, covered")
    agreement = set_papers(actor=station.user, agreement=agreement, papers=papers)
    _deliver_gypsum(station, plasterboard, agreement, last_year)
    complete_agreement(actor=plasterboard.user, agreement=agreement)
    verify_year(
        actor=facilitator, synergy=synergy, year=last_year, remark="Weighbridge lists of both plants agree."
    )
    return True


def _deliver_gypsum(station: Party, plasterboard: Party, agreement: Agreement, year: int) -> None:
    ends = [date(year, 3, 31), date(year, 6, 30), date(year, 9, 30), date(year, 12, 31)]
    amounts = [36_500, 38_200, 37_900, 36_400]
    for number, (day, amount) in enumerate(zip(ends, amounts, strict=True), start=1):
        reference = f"{year}-Q{number}"
        consignment = Consignment(
            reference, day, Decimal(amount), "t", "All lorries of the quarter, weighed."
        )
        delivery = record_delivery(
            actor=station.user,
            agreement=agreement,
            organization=station.organization,
            consignment=consignment,
        )
        lines = f"reference;day;t\n{reference};{day.isoformat()};{amount}\n"
        ticket = SimpleUploadedFile(f"weighbridge-{reference}.csv", lines.encode())
        add_delivery_file(
            actor=station.user, delivery=delivery, organization=station.organization, upload=ticket
        )
        confirm_delivery(actor=plasterboard.user, delivery=delivery, organization=plasterboard.organization)
        if number == 3:
            correction = correct_delivery(
                actor=plasterboard.user,
                delivery=delivery,
                organization=plasterboard.organization,
                quantity=Decimal(37_650),
                unit="t",
                note="Two lorries were weighed twice.",
            )
            confirm_delivery(actor=station.user, delivery=correction, organization=station.organization)


# --- in negotiation -----------------------------------------------------------------------------------------
def _fly_ash(station: Party, cement: Party) -> bool:
    """Fly ash for cement: a bid, and a counter-bid that waits for the cement works."""
    offer = station.listing(Side.OFFER, "coal-fly-ash")
    request = cement.listing(Side.REQUEST, "fly-ash")
    if offer is None or _taken_up(offer, request):
        return False
    synergy = open_synergy_by_enquiry(
        actor=cement.user,
        listing=offer,
        organization=cement.organization,
        text=f"Could we take part of your dry ash all year? {ILLUSTRATIVE}",
        own_listing=request,
    )
    synergy = show_interest(actor=station.user, synergy=synergy, organization=station.organization)
    terms = BidTerms(
        quantity=Decimal(60_000),
        unit="t",
        period="year",
        price=Decimal(4),
        currency="EUR",
        starts_on=today(),
        conditions="Loss on ignition 5 % at most.",
    )
    bid = place_bid(actor=cement.user, synergy=synergy, organization=cement.organization, terms=terms)
    asked = BidTerms(
        quantity=Decimal(60_000),
        unit="t",
        period="year",
        price=Decimal(9),
        currency="EUR",
        starts_on=today(),
        carrier=Carrier.SUPPLIER,
        transport_paid_by=TransportPayer.SHARED,
        conditions="Loss on ignition 5 % at most; we bring it by silo lorry.",
    )
    counter_bid(actor=station.user, bid=bid, terms=asked)
    _say(station, synergy, "With our own silo lorries you get it within the hour; hence the price.")
    set_next_step(
        actor=cement.user,
        synergy=synergy,
        text="Laboratory result of the ash sample",
        on=today() + timedelta(days=10),
        by="receiver",
    )
    return True


# --- running ------------------------------------------------------------------------------------------------
def _steam(station: Party, brewery: Party) -> bool:
    """Steam for the enzyme works: an agreement that runs, with a delivery to confirm and one to come."""
    offer = station.listing(Side.OFFER, "process-steam")
    request = brewery.listing(Side.REQUEST, "steam")
    if offer is None or _taken_up(offer, request):
        return False
    synergy = open_synergy_by_enquiry(
        actor=brewery.user,
        listing=offer,
        organization=brewery.organization,
        text=f"We need process steam all year, through the pipe along the fjord. {ILLUSTRATIVE}",
        own_listing=request,
    )
    synergy = show_interest(actor=station.user, synergy=synergy, organization=station.organization)
    terms = BidTerms(
        quantity=Decimal(9_000),
        unit="MWh",
        period="month",
        price=Decimal(24),
        currency="EUR",
        starts_on=today().replace(day=1),
        carrier=Carrier.SUPPLIER,
        transport_paid_by=TransportPayer.SUPPLIER,
        conditions="By pipeline, metered where it leaves the station.",
    )
    bid = place_bid(actor=station.user, synergy=synergy, organization=station.organization, terms=terms)
    agreement = accept_bid(actor=brewery.user, bid=bid)
    month = today().replace(day=1)
    metered = Consignment(f"meter-{month:%Y-%m}", today(), Decimal(4_120), "MWh", "First half of the month.")
    record_delivery(
        actor=brewery.user, agreement=agreement, organization=brewery.organization, consignment=metered
    )
    coming = Consignment(f"meter-{month:%Y-%m}-2", today() + timedelta(days=14), Decimal(4_400), "MWh")
    plan_delivery(
        actor=station.user, agreement=agreement, organization=station.organization, consignment=coming
    )
    return True


# --- a tender -----------------------------------------------------------------------------------------------
def _yeast(brewery: Party) -> bool:
    """Surplus yeast for whoever bids best under seal."""
    offer = brewery.listing(Side.OFFER, "surplus-yeast")
    if offer is None or Tender.objects.filter(listing=offer).exists():
        return False
    open_tender(
        actor=brewery.user,
        listing=offer,
        deadline=(timezone.now() + TENDER_OPEN_FOR).replace(minute=0, second=0, microsecond=0),
        conditions=f"Collected twice a week, in tank lorries. Feed licence needed. {ILLUSTRATIVE}",
    )
    return True


def _say(party: Party, synergy: Synergy, text: str) -> None:
    post_message(actor=party.user, synergy=synergy, organization=party.organization, text=text)
