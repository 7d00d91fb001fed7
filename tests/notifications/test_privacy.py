"""Nobody is told of what they may not see: not that it is there, nor who stands behind it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Organization, Role, User
from accounts.services.members import remove_member
from accounts.services.programmes import add_to_programme, create_programme
from events.models import Event
from listings.models import Disclosure
from notifications.models import Kind, Letter, Notification, Preference
from notifications.services.letters import write_digests
from notifications.services.telling import tell
from tests.conftest import join, make_user
from tests.notifications.deeds import DEEDS, World, do
from tests.proof import one_in
from tests.trading.conftest import enquire, introduce, make_bid_terms, pass_deadline
from trading.services.bids import accept_bid, place_bid
from trading.services.messages import add_file, post_message
from trading.services.tenders import award_tender, open_tender, place_sealed_bid

pytestmark = pytest.mark.django_db


def tell_all() -> None:
    """Tell every event there is, in the order in which they happened."""
    for event in Event.objects.order_by("pk"):
        tell(event)


def at_once(kind: str, *people: User) -> None:
    for person in people:
        Preference.objects.update_or_create(person=person, kind=kind, defaults={"channel": "at_once"})


def everything_said_to(person: User) -> str:
    """All words of a person's inbox and letters."""
    told = [str(each.words) + each.address for each in Notification.objects.filter(person=person)]
    letters = [f"{each.subject} {each.text} {each.html}" for each in Letter.objects.filter(person=person)]
    return "\n".join(told + letters)


@pytest.mark.mass
def test_strangers_hear_of_no_deed_at_all(world: World) -> None:
    """The whole table once more, with everybody who has nothing to do with it wanting to hear everything."""
    reader = join(make_user("reader@example.org"), world.elsewhere_site.organization, Role.OWNER)
    for person in world.people.values():
        Preference.objects.bulk_create(
            Preference(person=person, kind=kind, channel="inbox") for kind in Kind.values
        )
    away = [world.people["stranger"], world.people["outsider"], world.people["gone"], reader]
    concerned = {"organization.programme_declined", "programme.person_invited", "bid.held", "bid.resumed"}
    heard = 0
    for line in one_in(5, sorted(set(DEEDS) - concerned)):
        if line.startswith(("organization.", "register_plant.")):
            continue  # those change who belongs where; the table says who hears of each
        with transaction.atomic():
            last = Event.objects.latest("pk").pk
            do(line, world)
            for event in Event.objects.filter(pk__gt=last).order_by("pk"):
                tell(event)
            assert not Notification.objects.filter(person__in=away).exists(), line
            heard += Notification.objects.count()
            transaction.set_rollback(True)
    assert heard > 30


# --- who they are -------------------------------------------------------------------------------------------
@pytest.fixture
def anonymous_enquiry(world: World) -> Any:
    """The cement works ask about what Asnæs offers without its name; neither has answered yet."""
    for kind in ("enquiry", "message", "interest", "bid", "document"):
        at_once(kind, *world.people.values())
    return enquire(world.offer(disclosure=Disclosure.ANONYMOUS), world.cement_works)


def test_name_of_an_anonymous_party_stands_in_no_letter_before_both_are_introduced(
    anonymous_enquiry: Any, world: World
) -> None:
    seller, buyer = world.people["seller"], world.people["buyer"]
    post_message(actor=buyer, synergy=anonymous_enquiry, organization=world.cement_works, text="Still there?")
    post_message(actor=seller, synergy=anonymous_enquiry, organization=world.asnaes, text="Yes.")
    tell_all()
    assert Letter.objects.filter(person=buyer).count() == 1
    assert Letter.objects.filter(person=seller).count() == 2
    for reader, hidden in ((buyer, "Asnæs"), (seller, "Cement works")):
        said = everything_said_to(reader)
        assert hidden not in said
        assert anonymous_enquiry.offer.site.name not in said
    buyer_reads = Letter.objects.get(person=buyer)
    assert anonymous_enquiry.offer.code_name in buyer_reads.text
    assert anonymous_enquiry.offer.code_name in buyer_reads.html


def test_control_once_introduced_the_letter_names_the_other(world: World) -> None:
    introduce(world.offer(disclosure=Disclosure.ANONYMOUS), world.cement_works)
    tell_all()
    assert "Asnæs power station" in everything_said_to(world.people["buyer"])


def test_facilitator_of_one_party_is_not_told_the_name_of_the_other(world: World) -> None:
    lone = make_user("lone@example.org", name="Lone")
    own = create_programme(actor=lone, name="Buyers", facilitators=[lone])
    add_to_programme(actor=lone, programme=own, organization=world.cement_works)
    for kind in ("enquiry", "message", "interest", "bid"):
        at_once(kind, lone)
    synergy = enquire(world.offer(disclosure=Disclosure.ANONYMOUS), world.cement_works)
    post_message(
        actor=world.people["buyer"], synergy=synergy, organization=world.cement_works, text="Still there?"
    )
    tell_all()
    assert Letter.objects.filter(person=lone).count() == 2
    said = everything_said_to(lone)
    assert "Cement works" in said
    assert "Asnæs" not in said


def test_document_of_the_other_party_is_told_once_both_are_introduced(
    anonymous_enquiry: Any, world: World
) -> None:
    upload = SimpleUploadedFile("Analysis of Asnæs.csv", b"loi;4.1")
    add_file(
        actor=world.people["seller"], synergy=anonymous_enquiry, organization=world.asnaes, upload=upload
    )
    event = Event.objects.get(kind="synergy.file")
    tell(event)
    told = {each.person.name for each in Notification.objects.filter(event=event)}
    assert told == {"Trader", "Viewer", "Facilitator"}


# --- what is sealed -----------------------------------------------------------------------------------------
@pytest.fixture
def sealed(world: World) -> Any:
    """The cement works bid under seal for what Asnæs tenders; everybody wants to hear of bids."""
    at_once("bid", *world.people.values())
    at_once("interest", *world.people.values())
    tender = open_tender(
        actor=world.people["seller"], listing=world.offer(), deadline=timezone.now() + timedelta(days=2)
    )
    return place_sealed_bid(
        actor=world.people["buyer"], tender=tender, organization=world.cement_works, terms=make_bid_terms()
    )


def test_sealed_bid_is_told_to_the_bidders_colleagues_alone(sealed: Any, world: World) -> None:
    tell_all()
    told = {(each.person.name, each.told, each.channel) for each in Notification.objects.filter(kind="bid")}
    assert told == {("Clerk", "bid.placed", "inbox")}
    assert not Notification.objects.filter(kind="interest").exists()
    assert Letter.objects.count() == 0


def test_award_is_told_to_both_sides_after_the_deadline(sealed: Any, world: World) -> None:
    pass_deadline(sealed.tender)
    award_tender(actor=world.people["seller"], tender=sealed.tender, awards={sealed.pk: sealed.amount})
    tell(Event.objects.get(kind="bid.accepted"))
    told = {each.person.name for each in Notification.objects.filter(told="bid.accepted")}
    assert told == {"Trader", "Viewer", "Buyer", "Clerk", "Facilitator"}


# --- who left -----------------------------------------------------------------------------------------------
def test_who_left_reads_no_more_of_it_in_a_digest(world: World) -> None:
    trader = world.people["trader"]
    for person in (trader, world.people["seller"]):
        Preference.objects.create(person=person, kind="message", channel="daily")
    do("synergy.message", world)
    tell_all()
    remove_member(actor=world.people["seller"], membership=Membership.objects.get(user=trader))
    assert write_digests(timezone.now() + timedelta(days=2)) >= 1
    digests = {
        letter.person.name for letter in Letter.objects.filter(key__startswith="digest") if letter.person
    }
    assert "Seller" in digests
    assert "Trader" not in digests


def test_who_is_no_longer_active_is_told_nothing(world: World) -> None:
    do("synergy.message", world)
    tell_all()
    assert not Notification.objects.filter(person=world.people["gone"]).exists()
    assert not Letter.objects.filter(to="gone@example.org").exists()


# --- other organizations of one person ---------------------------------------------------------------------
def test_member_of_both_parties_is_told_once(world: World) -> None:
    both: User = join(make_user("both@example.org", name="Both"), world.asnaes, Role.TRADER)
    join(both, world.cement_works, Role.TRADER)
    synergy = world.synergy()
    bid = place_bid(
        actor=world.people["buyer"], synergy=synergy, organization=world.cement_works, terms=make_bid_terms()
    )
    accept_bid(actor=world.people["seller"], bid=bid)
    event = Event.objects.get(kind="bid.accepted")
    tell(event)
    [notification] = Notification.objects.filter(person=both, event=event)
    assert notification.channel == "at_once"
    assert isinstance(world.asnaes, Organization)
