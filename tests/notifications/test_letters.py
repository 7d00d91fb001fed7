"""What letters say and carry; digests where the reader's day begins; the one click that ends them."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parseaddr
from html.parser import HTMLParser
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Organization, Site, User
from accounts.services.sites import SiteDetails, create_site
from events.models import Event
from notifications.models import Channel, Letter, Notification, Preference, Reader
from notifications.selectors.preferences import choices_of, zone_of_reader
from notifications.services.letters import begin_of, write_digests
from notifications.services.stopping import stop_token
from notifications.services.telling import tell
from tests.conftest import make_user
from tests.notifications.deeds import World, do
from trading.services.messages import post_message

pytestmark = pytest.mark.django_db


def letter_to(person: User) -> Letter:
    return Letter.objects.filter(person=person).latest("pk")


# --- what they say ------------------------------------------------------------------------------------------
def test_letter_says_what_happened_with_whom_and_where_to_answer(world: World) -> None:
    event = do("bid.placed", world)
    tell(event)
    letter = letter_to(world.people["seller"])
    told = Notification.objects.get(event=event, person=world.people["seller"])
    assert letter.subject == "Bid: Coal fly ash (with Cement works)"
    for text in (letter.text, letter.html):
        assert "1,000 t per year, the receiver pays 5\u00a0EUR/t" in text
        assert f"http://127.0.0.1:8000/inbox/{told.pk}/" in text
    assert parseaddr(letter.to)[1] == "seller@example.org"


def test_words_of_others_stay_words(world: World) -> None:
    text = "<script>alert(1)</script> & Söhne\nsecond line"
    post_message(
        actor=world.people["buyer"], synergy=world.synergy(), organization=world.cement_works, text=text
    )
    tell(Event.objects.filter(kind="synergy.message").latest("pk"))
    letter = letter_to(world.people["seller"])
    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert text in letter.text
    HTMLParser().feed(letter.html)


def test_line_breaks_of_a_name_break_no_header(world: World) -> None:
    organization = world.cement_works
    organization.name = "Works\r\nBcc: everybody@example.org"
    organization.save()
    tell(do("bid.placed", world))
    letter = letter_to(world.people["seller"])
    assert "\n" not in letter.subject
    assert letter.subject.startswith("Bid: Coal fly ash (with Works Bcc: everybody")


# --- digests ------------------------------------------------------------------------------------------------
def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("channel", "zone", "now", "begin"),
    [
        # Copenhagen is an hour ahead in winter, two in summer: 7:00 there is 6:00 or 5:00 UTC.
        ("daily", "Europe/Copenhagen", "2026-01-14 05:59", "2026-01-13 06:00"),
        ("daily", "Europe/Copenhagen", "2026-01-14 06:00", "2026-01-14 06:00"),
        ("daily", "Europe/Copenhagen", "2026-07-14 05:30", "2026-07-14 05:00"),
        ("daily", "America/New_York", "2026-01-14 11:59", "2026-01-13 12:00"),
        ("daily", "Pacific/Auckland", "2026-01-14 18:30", "2026-01-14 18:00"),
        ("weekly", "Europe/Copenhagen", "2026-01-14 09:00", "2026-01-12 06:00"),
        ("weekly", "Europe/Copenhagen", "2026-01-12 05:59", "2026-01-05 06:00"),
        # The night in which the clocks go forward.
        ("daily", "Europe/Copenhagen", "2026-03-29 05:00", "2026-03-29 05:00"),
        ("daily", "Europe/Copenhagen", "2026-03-29 04:59", "2026-03-28 06:00"),
    ],
)
def test_digest_begins_at_seven_on_the_readers_clock(channel: str, zone: str, now: str, begin: str) -> None:
    assert begin_of(Channel(channel), at(now), ZoneInfo(zone)) == at(begin)


def test_reader_is_where_their_site_is_unless_they_say_otherwise(seller: User, asnaes_site: Site) -> None:
    assert zone_of_reader(seller).key == "Europe/Copenhagen"
    Reader.objects.create(person=seller, timezone="America/New_York")
    assert zone_of_reader(seller).key == "America/New_York"
    assert zone_of_reader(make_user("nobody@example.org")).key == "UTC"


@pytest.fixture
def daily(world: World) -> World:
    """A message and a document, of which the seller hears once a day."""
    for kind in ("message", "document"):
        Preference.objects.create(person=world.people["seller"], kind=kind, channel="daily")
    do("synergy.message", world)
    do("synergy.file", world)
    for event in Event.objects.filter(kind__in=["synergy.message", "synergy.file"]).order_by("pk"):
        tell(event)
    Notification.objects.update(told_at=at("2026-01-13 20:00"))
    return world


def test_daily_letter_gathers_what_was_told_before_seven_and_comes_once(daily: World) -> None:
    seller = daily.people["seller"]
    Letter.objects.all().delete()
    write_digests(at("2026-01-14 05:59"))
    assert not Letter.objects.filter(person=seller).exists()
    write_digests(at("2026-01-14 06:00"))
    letter = Letter.objects.get(person=seller)
    assert letter.subject == "2 things new for you: Message: Coal fly ash …"
    for text in (letter.text, letter.html):
        assert "Message: Coal fly ash" in text
        assert "When could we fetch it?" in text
        assert "Document added: Coal fly ash" in text
        assert "analysis.csv" in text
        assert "13 Jan 2026, 21:00" in text, "on the reader's clock"
    write_digests(at("2026-01-14 07:00"))
    write_digests(at("2026-01-15 07:00"))
    assert Letter.objects.filter(person=seller).count() == 1


def test_what_was_read_in_the_inbox_is_not_sent_after(daily: World) -> None:
    seller = daily.people["seller"]
    Notification.objects.filter(person=seller, kind="document").update(read_at=timezone.now())
    write_digests(at("2026-01-14 06:00"))
    assert Letter.objects.get(person=seller, key__startswith="digest").subject == "Message: Coal fly ash"


def test_choice_of_another_way_holds_for_what_waits(
    daily: World, client_of: Callable[[User], Client]
) -> None:
    seller = daily.people["seller"]
    form = _form_of(seller) | {"message": "inbox"}
    client_of(seller).post(reverse("preferences"), form)
    write_digests(at("2026-01-14 06:00"))
    letter = Letter.objects.get(person=seller, key__startswith="digest")
    assert letter.subject == "Document added: Coal fly ash"


def _form_of(person: User) -> dict[str, str]:
    return {choice.kind.value: choice.channel.value for choice in choices_of(person)} | {"timezone": ""}


def test_long_digest_lists_fifty_and_counts_the_rest(seller: User, asnaes_site: Site) -> None:
    Notification.objects.bulk_create(
        Notification(
            person=seller,
            told="listing.runs_out",
            kind="expiry",
            channel="weekly",
            key=f"test {number}",
            subject_type="accounts.user",
            subject_id=seller.pk,
            address="/inbox/",
            words={"resource": f"Ash {number}", "day": "2026-01-20"},
            told_at=at("2026-01-10 09:00"),
        )
        for number in range(63)
    )
    assert write_digests(at("2026-01-12 06:00")) == 1
    letter = letter_to(seller)
    assert letter.subject == "63 things new for you: Listing ends 20 Jan 2026: Ash 0 …"
    assert letter.text.count("Listing ends") == 50
    assert "and 13 more" in letter.text


# --- one click ----------------------------------------------------------------------------------------------
def stop_address(letter: Letter) -> str:
    header = str(letter.headers["List-Unsubscribe"])
    assert header[0] + header[-1] == "<>"
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert header[1:-1] in letter.text
    assert header[1:-1] in letter.html
    return urlsplit(header[1:-1]).path


def test_one_click_of_a_mail_program_ends_letters_of_that_kind_signed_out(world: World) -> None:
    seller = world.people["seller"]
    tell(do("bid.placed", world))
    address = stop_address(letter_to(seller))
    program = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = program.post(address, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert {each.kind: each.channel for each in Preference.objects.filter(person=seller)} == {"bid": "inbox"}
    before = Letter.objects.filter(person=seller).count()
    tell(do("bid.placed", world))
    assert Letter.objects.filter(person=seller).count() == before
    assert Notification.objects.filter(person=seller, kind="bid", channel="inbox").exists()


def test_link_of_a_letter_shows_a_button_and_does_nothing_by_itself(world: World) -> None:
    seller = world.people["seller"]
    tell(do("bid.placed", world))
    address = stop_address(letter_to(seller))
    page = Client().get(address).content.decode()
    assert "“Bid” will stand in your inbox only." in page
    assert "Stop them" in page
    assert not Preference.objects.exists()
    done = Client().post(address).content.decode()
    assert "“Bid” no longer comes by e-mail." in done


def test_digest_ends_as_a_whole(daily: World) -> None:
    seller = daily.people["seller"]
    write_digests(at("2026-01-14 06:00"))
    address = stop_address(Letter.objects.get(person=seller, key__startswith="digest"))
    assert "the daily letter" in Client().get(address).content.decode()
    Client().post(address)
    chosen = dict(Preference.objects.filter(person=seller).values_list("kind", "channel"))
    assert "daily" not in chosen.values()
    assert {kind for kind, channel in chosen.items() if channel == "inbox"} == {
        *("match", "document", "delivery", "expiry", "deal", "message"),
    }


@pytest.mark.parametrize("what", ["", "x", "spam"])
def test_token_that_we_did_not_sign_or_that_stops_nothing_answers_as_missing(seller: User, what: str) -> None:
    token = stop_token(seller, "bid")
    wrong = [f"{token}x", f"x{token}", token[:-3], stop_token(seller, what), "1:2:3"]
    for each in wrong:
        address = reverse("letters_stop", args=[each])
        assert Client().get(address).status_code == 404
        assert Client().post(address).status_code == 404
    assert not Preference.objects.exists()


# --- read on this machine -----------------------------------------------------------------------------------
def test_machine_without_a_mail_server_shows_each_their_own_letters(
    world: World, settings: Settings, client_of: Callable[[User], Client]
) -> None:
    settings.SHOW_LETTERS = True
    tell(do("bid.placed", world))
    seller, buyer = client_of(world.people["seller"]), client_of(world.people["buyer"])
    letter = letter_to(world.people["seller"])
    page = seller.get(reverse("letters")).content.decode()
    assert letter.subject in page
    assert "on its way" in page
    assert seller.get(reverse("letter", args=[letter.pk])).content.decode() == letter.html
    assert letter.subject not in buyer.get(reverse("letters")).content.decode()
    assert buyer.get(reverse("letter", args=[letter.pk])).status_code == 404
    settings.SHOW_LETTERS = False
    assert seller.get(reverse("letter", args=[letter.pk])).status_code == 404


def test_whoever_invited_reads_the_letter_to_a_guest_who_has_no_account(
    world: World, settings: Settings, client_of: Callable[[User], Client]
) -> None:
    settings.SHOW_LETTERS = True
    settings.EMAIL_BACKEND = "notifications.backend.QueueBackend"
    owner, other = client_of(world.people["seller"]), client_of(world.people["buyer"])
    owner.post(reverse("member_invite"), {"email": "Guest@example.org", "role": "viewer"})
    assert "/invitations/" in owner.get(reverse("letters")).content.decode()
    assert "/invitations/" not in other.get(reverse("letters")).content.decode()
    make_user("guest@example.org")
    assert "/invitations/" not in owner.get(reverse("letters")).content.decode()


def test_zone_of_the_reader_is_that_of_the_oldest_site(
    seller: User, asnaes_site: Site, asnaes: Organization
) -> None:
    details = SiteDetails("Yard", "New York", "US", 40.71, -74.0)
    create_site(actor=seller, organization=asnaes, details=details)
    assert zone_of_reader(seller).key == "Europe/Copenhagen"
