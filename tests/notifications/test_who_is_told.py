"""Every kind of event × who hears of it × how they want to be told, as one table."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from events.kinds import Audience, declared
from events.models import Event
from notifications.kinds import TOLD, WITHOUT_EVENT, Told, Untold, audience_of, events_told
from notifications.models import Channel, Kind, Letter, Notification, Preference
from notifications.services.telling import tell
from tests.notifications.deeds import DEEDS, World, do
from tests.proof import PROVING, in_tens, taken_back
from tests.trading.conftest import enquire, make_bid_terms
from trading.services.bids import accept_bid, counter_bid

pytestmark = pytest.mark.django_db

P, R, C, F = "may act", "reads", "colleague", "facilitates"

# Who hears of the deed that tests/notifications/deeds.py does, and as what; nobody else does. The actor never.
HEARD = """
                                 kind          seller trader viewer buyer  clerk  facil. stranger outsider
match.approved                   match         P      P      R      P      P      .      .        .
match.interest_noted             interest      .      .      .      .      .      F      .        .
synergy.opened match             interest      P      P      R      .      C      F      .        .
synergy.opened enquiry           enquiry       P      P      R      .      C      F      .        .
synergy.opened facilitator       interest      P      P      R      P      P      .      .        .
synergy.interested               interest      P      P      R      .      C      F      .        .
synergy.introduced               interest      .      C      C      P      P      F      .        .
synergy.message                  message       P      P      R      .      C      F      .        .
synergy.file                     document      P      P      R      .      C      F      .        .
synergy.next_step                deal          P      P      R      .      C      F      .        .
synergy.lost                     deal          P      P      R      .      C      F      .        .
synergy.reminded                 stale         P      P      .      .      .      .      .        .
bid.placed                       bid           P      P      R      .      C      F      .        .
bid.countered                    counter       .      C      C      P      P      F      .        .
bid.accepted                     acceptance    .      C      C      P      P      F      .        .
bid.declined                     bid           .      C      C      P      P      F      .        .
bid.withdrawn                    bid           P      P      R      .      C      F      .        .
bid.expired                      expiry        P      P      R      P      P      F      .        .
bid.held                         bid           .      C      C      P      P      F      .        .
bid.resumed                      bid           P      P      R      P      P      F      .        .
agreement.papers                 document      P      P      R      .      C      F      .        .
agreement.cancel_asked           deal          P      P      R      .      C      F      .        .
agreement.cancelled              deal          .      C      C      P      P      F      .        .
agreement.completed              deal          P      P      R      .      C      F      .        .
delivery.planned                 delivery      .      C      C      P      P      F      .        .
delivery.recorded                delivery      .      C      C      P      P      F      .        .
delivery.corrected               delivery      .      C      C      P      P      F      .        .
delivery.confirmed               delivery      P      P      R      .      C      F      .        .
delivery.file                    document      .      C      C      P      P      F      .        .
listing.expired                  expiry        P      P      R      .      .      .      .        .
organization.joined              organization  C      C      C      .      .      .      .        .
organization.role_changed        organization  .      C      C      .      .      .      .        .
organization.programme_invited   invitation    P      .      .      .      .      .      .        .
organization.programme_declined  invitation    .      .      .      .      .      .      .        F
programme.person_invited         invitation    .      .      .      .      .      .      P        .
register_plant.claimed           organization  .      .      .      .      .      F      .        .
register_plant.claim_confirmed   organization  P      P      R      .      .      .      .        .
register_plant.claim_refused     organization  P      P      R      .      .      .      .        .
"""
NAMES = ("seller", "trader", "viewer", "buyer", "clerk", "facilitator", "stranger", "outsider")

# How somebody is told who has not chosen: by kind, as who may act and as who facilitates. Others: in the inbox.
USUAL = """
match         daily    off
interest      at_once  daily
enquiry       at_once  off
bid           at_once  off
counter       at_once  off
acceptance    at_once  daily
message       at_once  off
document      daily    off
delivery      daily    off
deadline      at_once  off
expiry        daily    off
search        at_once  off
stale         at_once  at_once
deal          daily    daily
invitation    at_once  at_once
organization  inbox    daily
address       inbox    off
"""
USUAL_OF = {line.split()[0]: line.split()[1:] for line in USUAL.strip().splitlines()}


def rows() -> dict[str, tuple[str, dict[str, str]]]:
    """The kind of each line of the table, and its hearers by name."""
    found = {}
    for line in HEARD.strip("\n").splitlines()[1:]:
        *words, kind, _1, _2, _3, _4, _5, _6, _7, _8 = line.split()
        cells = line.split()[-8:]
        heard = {name: cell for name, cell in zip(NAMES, cells, strict=True) if cell != "."}
        found[" ".join(words)] = (kind, heard)
    return found


def told_by(kind: str, cell: str, chosen: str | None) -> str:
    """How a cell of the table is told, in plain words of the rules."""
    acting, facilitating = USUAL_OF[kind]
    channel = chosen or {"P": acting, "F": facilitating}.get(cell, "inbox")
    return "inbox" if cell == "C" and channel != "off" else channel


def told(event: Event, world: World, kind: str, chosen: str | None) -> tuple[dict[str, str], list[str]]:
    """Who is told how, and who gets a letter at once, when everybody has chosen the same."""
    with taken_back():
        if chosen:
            for person in world.people.values():
                Preference.objects.create(person=person, kind=kind, channel=chosen)
        before = set(Letter.objects.values_list("pk", flat=True))
        tell(event)
        if not chosen:
            assert tell(event) == [], "a job runs at least once"
        names = {person.pk: name for name, person in world.people.items()}
        found = {
            names.get(person, "somebody else"): channel
            for person, channel in Notification.objects.values_list("person", "channel")
        }
        assert Notification.objects.count() == len(found)
        letters = Letter.objects.exclude(pk__in=before).values_list("to", flat=True)
        by_address = {person.email: name for name, person in world.people.items()}
        return found, sorted(by_address[to] for to in letters)


@pytest.mark.mass
@pytest.mark.parametrize("lines", in_tens(list(rows())), ids=lambda lines: lines[0])
def test_event_is_told_to_its_audience_as_each_has_chosen(lines: list[str], world: World) -> None:
    """Within the suite one choice of each line, all of them by turns, beside none."""
    for place, line in enumerate(lines):
        kind, heard = rows()[line]
        choices = Channel.values if PROVING else [Channel.values[place % len(Channel.values)]]
        with taken_back():
            event = do(line, world)
            for chosen in (None, *choices):
                expected = {name: told_by(kind, cell, chosen) for name, cell in heard.items()}
                shown = {name: channel for name, channel in expected.items() if channel != "off"}
                at_once = sorted(name for name, channel in shown.items() if channel == "at_once")
                assert told(event, world, kind, chosen) == (shown, at_once), (line, chosen)


def test_table_has_a_row_for_every_event_that_is_told() -> None:
    lines = {line for line, told in TOLD.items() if isinstance(told, Told)}
    assert set(rows()) == lines - set(WITHOUT_EVENT)
    assert set(DEEDS) == set(rows())
    assert {line: TOLD[line].kind.value for line in rows()} == {  # type: ignore[union-attr]  # they are told
        line: kind for line, (kind, _heard) in rows().items()
    }
    assert set(USUAL_OF) == set(Kind.values)


def test_every_declared_event_is_told_or_it_is_said_why_not() -> None:
    # Other tests of the same process declare kinds of their own.
    ours = {kind for kind in declared() if not kind.startswith(("test.", "note."))}
    assert {line.split(" ")[0] for line in TOLD} - set(WITHOUT_EVENT) == ours
    assert [line for line, told in TOLD.items() if isinstance(told, Untold) and not told.why] == []


def test_what_nobody_or_everybody_may_hear_is_told_to_nobody() -> None:
    wide = {Audience.NOBODY, Audience.EVERYBODY, Audience.PROGRAMME}
    assert [name for name in events_told() if audience_of(name) in wide] == []


def countering(world: World) -> Callable[[], object]:
    bid = world.bid()
    return lambda: counter_bid(actor=world.people["seller"], bid=bid, terms=make_bid_terms(price=Decimal(7)))


def enquiring(world: World) -> Callable[[], object]:
    offer = world.offer()
    return lambda: enquire(offer, world.cement_works)


def accepting(world: World) -> Callable[[], object]:
    bid = world.bid()
    return lambda: accept_bid(actor=world.people["seller"], bid=bid)


@pytest.mark.parametrize(
    ("prepare", "line"),
    [(countering, "bid.countered"), (enquiring, "synergy.opened enquiry"), (accepting, "bid.accepted")],
)
def test_one_deed_of_several_events_is_told_once(
    prepare: Callable[[World], Callable[[], object]], line: str, world: World
) -> None:
    does = prepare(world)
    last = Event.objects.latest("pk").pk
    does()
    events = Event.objects.filter(pk__gt=last)
    assert events.count() > 1
    for event in events.order_by("pk"):
        tell(event)
    told = list(Notification.objects.values_list("person", "told"))
    assert {each for _person, each in told} == {line}
    assert len(told) == len({person for person, _line in told}) > 0
