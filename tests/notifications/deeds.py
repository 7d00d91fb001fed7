"""One deed for every line that somebody is told of, done by the cast; what it leaves is the event, or a job's work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Membership, Organization, Programme, Role, Site, User
from accounts.services.members import add_member, change_role
from accounts.services.programmes import (
    answer_programme_invitation,
    invite_person_to_programme,
    invite_to_programme,
)
from events.models import Event
from listings.models import Listing, Side
from listings.tasks import expire_listings
from matching.models import Match, MatchState
from matching.services.interests import note_interest
from matching.services.reviews import approve_match
from register.services.claims import claim_plant, confirm_claim, refuse_claim
from tests.conftest import list_it, make_plant, make_terms, make_user
from tests.trading.conftest import agree, bid_in, enquire, introduce, make_bid_terms, pass_expiry
from trading.models import Agreement, Bid, Delivery, Synergy
from trading.services.agreements import ask_cancel, complete_agreement, set_papers
from trading.services.bids import (
    accept_bid,
    counter_bid,
    decline_bid,
    expire_due,
    sweep_holds,
    withdraw_bid,
)
from trading.services.deliveries import (
    Consignment,
    add_delivery_file,
    confirm_delivery,
    correct_delivery,
    plan_delivery,
    record_delivery,
)
from trading.services.messages import add_file, post_message
from trading.services.synergies import (
    lose,
    open_synergy_by_facilitator,
    open_synergy_from_match,
    remind_stale,
    set_next_step,
    show_interest,
)
from trading.services.terms import Papers


@dataclass(frozen=True)
class World:
    """Asnæs (seller, trader, viewer) supplies, the cement works (buyer, clerk) take; one programme has both."""

    people: Mapping[str, User]
    asnaes_site: Site
    cement_site: Site
    elsewhere_site: Site
    programme: Programme

    @property
    def asnaes(self) -> Organization:
        return self.asnaes_site.organization

    @property
    def cement_works(self) -> Organization:
        return self.cement_site.organization

    def offer(self, **changes: Any) -> Listing:
        return list_it(self.people["seller"], make_terms(Side.OFFER, self.asnaes_site, **changes))

    def request(self, **changes: Any) -> Listing:
        return list_it(self.people["buyer"], make_terms(Side.REQUEST, self.cement_site, **changes))

    def match(self) -> Match:
        return Match.objects.create(
            offer=self.offer(),
            request=self.request(),
            state=MatchState.PROPOSED,
            score=0.8,
            part_resource=1,
            part_distance=0.9,
            part_season=1,
            distance_km=40.0,
            limited_by=0,
            treatment_steps=0,
        )

    def synergy(self) -> Synergy:
        return introduce(self.offer(), self.cement_works)

    def bid(self, **terms: Any) -> Bid:
        return bid_in(self.synergy(), **terms)

    def agreement(self) -> Agreement:
        return agree(self.synergy())

    def delivery(self) -> Delivery:
        consignment = Consignment("W-1", timezone.now().date(), Decimal(2), "t")
        return record_delivery(
            actor=self.people["seller"],
            agreement=self.agreement(),
            organization=self.asnaes,
            consignment=consignment,
        )


Deed = Callable[[World], object]
DEEDS: dict[str, Deed] = {}
"""By the line of `notifications.kinds.TOLD`."""


def deed(line: str) -> Callable[[Deed], Deed]:
    def keep(does: Deed) -> Deed:
        DEEDS[line] = does
        return does

    return keep


def do(line: str, world: World) -> Event:
    """Do the deed of a line; return the event of its kind that came last."""
    DEEDS[line](world)
    return Event.objects.filter(kind=line.split(" ")[0]).latest("pk")


# --- matches ------------------------------------------------------------------------------------------------
@deed("match.approved")
def approved(world: World) -> object:
    return approve_match(actor=world.people["facilitator"], match=world.match())


@deed("match.interest_noted")
def interest_noted(world: World) -> object:
    return note_interest(actor=world.people["buyer"], match=world.match(), organization=world.cement_works)


# --- deals --------------------------------------------------------------------------------------------------
@deed("synergy.opened match")
def opened_from_match(world: World) -> object:
    match = approve_match(actor=world.people["facilitator"], match=world.match())
    return open_synergy_from_match(actor=world.people["buyer"], match=match, organization=world.cement_works)


@deed("synergy.opened enquiry")
def opened_by_enquiry(world: World) -> object:
    return enquire(world.offer(), world.cement_works)


@deed("synergy.opened facilitator")
def opened_by_facilitator(world: World) -> object:
    offer = world.offer()
    return open_synergy_by_facilitator(
        actor=world.people["facilitator"],
        supplier_site=world.asnaes_site,
        receiver_site=world.cement_site,
        resource=offer.resource,
    )


@deed("synergy.interested")
def interested(world: World) -> object:
    opened = opened_by_facilitator(world)
    assert isinstance(opened, Synergy)
    return show_interest(actor=world.people["buyer"], synergy=opened, organization=world.cement_works)


@deed("synergy.introduced")
def introduced(world: World) -> object:
    return world.synergy()


@deed("synergy.message")
def message(world: World) -> object:
    synergy = world.synergy()
    return post_message(
        actor=world.people["buyer"],
        synergy=synergy,
        organization=world.cement_works,
        text="When could we fetch it?",
    )


@deed("synergy.file")
def file(world: World) -> object:
    upload = SimpleUploadedFile("analysis.csv", b"loi;4.1")
    return add_file(
        actor=world.people["buyer"], synergy=world.synergy(), organization=world.cement_works, upload=upload
    )


@deed("synergy.next_step")
def next_step(world: World) -> object:
    return set_next_step(
        actor=world.people["buyer"], synergy=world.synergy(), text="Send a sample", on=None, by="supplier"
    )


@deed("synergy.lost")
def lost(world: World) -> object:
    return lose(actor=world.people["buyer"], synergy=world.synergy(), reason="quality")


@deed("synergy.reminded")
def reminded(world: World) -> object:
    bid = world.bid()
    Synergy.objects.filter(pk=bid.synergy_id).update(acted_at=timezone.now() - timedelta(days=30))
    return remind_stale(after=timedelta(days=14))


@deed("bid.placed")
def placed(world: World) -> object:
    return world.bid()


@deed("bid.countered")
def countered(world: World) -> object:
    return counter_bid(actor=world.people["seller"], bid=world.bid(), terms=make_bid_terms(price=Decimal(7)))


@deed("bid.accepted")
def accepted(world: World) -> object:
    return accept_bid(actor=world.people["seller"], bid=world.bid())


@deed("bid.declined")
def declined(world: World) -> object:
    return decline_bid(actor=world.people["seller"], bid=world.bid(), reason="Too little")


@deed("bid.withdrawn")
def withdrawn(world: World) -> object:
    return withdraw_bid(actor=world.people["buyer"], bid=world.bid())


@deed("bid.expired")
def expired(world: World) -> object:
    pass_expiry(world.bid(expires_at=timezone.now() + timedelta(hours=1)))
    return expire_due()


@deed("bid.held")
def held(world: World) -> object:
    offer = world.offer()
    bid_in(introduce(offer, world.cement_works), quantity=Decimal(10_000))
    other = introduce(offer, world.elsewhere_site.organization)
    return agree(other, quantity=Decimal(9_000))


@deed("bid.resumed")
def resumed(world: World) -> object:
    agreement = held(world)
    assert isinstance(agreement, Agreement)
    for actor, party in (("seller", agreement.supplier), ("stranger", agreement.receiver)):
        ask_cancel(actor=world.people[actor], agreement=agreement, organization=party)
    return sweep_holds()


# --- what was agreed, and what moved ------------------------------------------------------------------------
@deed("agreement.papers")
def papers(world: World) -> object:
    return set_papers(
        actor=world.people["buyer"], agreement=world.agreement(), papers=Papers(container="silo lorry")
    )


@deed("agreement.cancel_asked")
def cancel_asked(world: World) -> object:
    return ask_cancel(
        actor=world.people["buyer"], agreement=world.agreement(), organization=world.cement_works
    )


@deed("agreement.cancelled")
def cancelled(world: World) -> object:
    agreement = cancel_asked(world)
    assert isinstance(agreement, Agreement)
    return ask_cancel(actor=world.people["seller"], agreement=agreement, organization=world.asnaes)


@deed("agreement.completed")
def completed(world: World) -> object:
    return complete_agreement(actor=world.people["buyer"], agreement=world.delivery().agreement)


@deed("delivery.planned")
def planned(world: World) -> object:
    consignment = Consignment("W-2", timezone.now().date() + timedelta(days=9), Decimal(2), "t")
    return plan_delivery(
        actor=world.people["seller"],
        agreement=world.agreement(),
        organization=world.asnaes,
        consignment=consignment,
    )


@deed("delivery.recorded")
def recorded(world: World) -> object:
    return world.delivery()


@deed("delivery.corrected")
def corrected(world: World) -> object:
    return correct_delivery(
        actor=world.people["seller"],
        delivery=world.delivery(),
        organization=world.asnaes,
        quantity=Decimal(1),
        unit="t",
        note="Weighed again",
    )


@deed("delivery.confirmed")
def confirmed(world: World) -> object:
    return confirm_delivery(
        actor=world.people["buyer"], delivery=world.delivery(), organization=world.cement_works
    )


@deed("delivery.file")
def evidence(world: World) -> object:
    upload = SimpleUploadedFile("ticket.csv", b"t;2")
    return add_delivery_file(
        actor=world.people["seller"], delivery=world.delivery(), organization=world.asnaes, upload=upload
    )


# --- listings -----------------------------------------------------------------------------------------------
@deed("listing.expired")
def listing_expired(world: World) -> object:
    today = timezone.now().date()
    listing = world.offer(available_from=today - timedelta(days=9), available_until=today + timedelta(days=1))
    Listing.objects.filter(pk=listing.pk).update(available_until=today - timedelta(days=3))
    return expire_listings()


# --- organizations, programmes, people ----------------------------------------------------------------------
@deed("organization.joined")
def joined(world: World) -> object:
    newcomer = make_user("newcomer@example.org", name="Newcomer")
    return add_member(actor=newcomer, organization=world.asnaes, user=newcomer, role=Role.VIEWER)


@deed("organization.role_changed")
def role_changed(world: World) -> object:
    membership = Membership.objects.get(user=world.people["viewer"])
    return change_role(actor=world.people["seller"], membership=membership, role=Role.TRADER)


def _invited(world: World) -> Programme:
    other = Programme.objects.get(slug="other-network")
    invite_to_programme(actor=world.people["outsider"], programme=other, organization=world.asnaes)
    return other


@deed("organization.programme_invited")
def programme_invited(world: World) -> object:
    return _invited(world)


@deed("organization.programme_declined")
def programme_declined(world: World) -> object:
    return answer_programme_invitation(
        actor=world.people["seller"], programme=_invited(world), organization=world.asnaes, accept=False
    )


@deed("programme.person_invited")
def person_invited(world: World) -> object:
    return invite_person_to_programme(
        actor=world.people["facilitator"], programme=world.programme, email="Stranger@example.org"
    )


@deed("register_plant.claimed")
def claimed(world: World) -> object:
    return claim_plant(actor=world.people["seller"], organization=world.asnaes, plant=make_plant())


@deed("register_plant.claim_confirmed")
def claim_confirmed(world: World) -> object:
    claim = claim_plant(actor=world.people["seller"], organization=world.asnaes, plant=make_plant())
    return confirm_claim(actor=world.people["facilitator"], claim=claim)


@deed("register_plant.claim_refused")
def claim_refused(world: World) -> object:
    claim = claim_plant(actor=world.people["seller"], organization=world.asnaes, plant=make_plant())
    return refuse_claim(actor=world.people["facilitator"], claim=claim, reason="Another works stands there")
