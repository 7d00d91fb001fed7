"""Pictures and data sheets of a listing: what is kept, in which order, for whom, and what becomes of it."""

import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from PIL import Image

from accounts.access import AnyUser
from accounts.models import Organization, Programme, User
from common.errors import Conflict, Invalid, NotFound
from events.models import Event
from listings.access import files_seen, get_file_to_change, get_listing_file, mark_identities
from listings.models import Disclosure, Introduction, Listing, ListingFile
from listings.selectors.files import mark_pictures
from listings.services.files import (
    MOST_PICTURES,
    add_file,
    add_files,
    change_file,
    create_copy,
    remove_file,
    remove_strays,
)
from listings.services.listings import pause_listing, terms_of, withdraw_listing
from tests.common.files import samples
from tests.common.files.samples import photograph, picture, png_that_says, sent
from tests.conftest import MakeListing
from tests.listings.disclosure.test_rules import LADDER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def paths(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


def paths_of(*files: ListingFile) -> set[str]:
    return {str(each.name) for file in files for each in (file.file, file.small) if each.name}


def add(actor: User, listing: Listing, name: str = "heap.jpg", content: bytes = b"") -> ListingFile:
    return add_file(actor=actor, listing=listing, upload=sent(name, content or picture()))


# --- adding -------------------------------------------------------------------------------------------------
def test_picture_is_kept_anew_and_what_was_sent_is_not(
    make_offer: MakeListing, seller: User, own_media: Path
) -> None:
    offer = make_offer()
    file = add_file(
        actor=seller,
        listing=offer,
        upload=sent("gate.png", photograph(width=900, height=600)),
        caption=" The heap ",
    )
    assert (file.name, file.content_type, file.caption, file.position) == (
        "gate.jpg",
        "image/jpeg",
        "The heap",
        1,
    )
    assert (file.width_px, file.height_px) == (600, 900)
    assert paths(own_media) == paths_of(file)
    assert len(paths_of(file)) == 2
    for path in paths_of(file):
        assert "gate" not in path
        assert path.startswith("listings/")
        assert not Image.open(own_media / path).getexif()
    assert Event.objects.filter(kind="listing.file_added").get().data == {"file": file.pk}


def test_data_sheet_is_kept_as_it_was_sent(make_offer: MakeListing, seller: User, own_media: Path) -> None:
    file = add(seller, make_offer(), "Analysis.pdf", samples.PDF)
    assert (file.name, file.content_type, file.is_picture, file.size) == (
        "Analysis.pdf",
        "application/pdf",
        False,
        len(samples.PDF),
    )
    assert (own_media / str(file.file.name)).read_bytes() == samples.PDF


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("logo.svg", samples.SVG, "a web page or an SVG"),
        ("chimney.png", samples.HTML, "a web page or an SVG"),
        (
            "big.png",
            png_that_says(40_000, 40_000),
            "40,000 × 40,000 pixels. Save it smaller: at most 25 million",
        ),
        ("cut.jpg", picture()[:300], "damaged"),
        ("50.pdf", samples.PDF + bytes(50_000_000), "larger than 20 MB"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    make_offer: MakeListing, seller: User, own_media: Path, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        add(seller, make_offer(), name, content)
    assert words in refusal.value.fields["file"][0]
    assert paths(own_media) == set()
    assert not ListingFile.objects.exists()


def test_the_same_file_stands_once_and_no_listing_has_more_than_eight(
    make_offer: MakeListing, seller: User, own_media: Path
) -> None:
    offer = make_offer()
    for number in range(MOST_PICTURES):
        add(seller, offer, content=picture(40 + number, 40))
    with pytest.raises(Conflict) as refusal:
        add(seller, offer, content=picture(40, 40))
    assert refusal.value.code == "file_there"
    with pytest.raises(Conflict) as refusal:
        add(seller, offer, content=picture(90, 40))
    assert refusal.value.code == "too_many_files"
    assert add(seller, offer, "a.csv", b"loi;4.1").position == 1  # data sheets count by themselves
    assert paths(own_media) == paths_of(*offer.files.all())


def test_of_several_files_the_good_ones_are_kept_and_the_others_named(
    make_offer: MakeListing, seller: User
) -> None:
    uploads = [sent("a.jpg", picture()), sent("logo.svg", samples.SVG), sent("b.pdf", samples.PDF)]
    added, refused = add_files(actor=seller, listing=make_offer(), uploads=uploads)
    assert [each.name for each in added] == ["a.jpg", "b.pdf"]
    assert [text.partition(":")[0] for text in refused] == ["“logo.svg”"]
    with pytest.raises(Invalid) as refusal:
        add_files(actor=seller, listing=make_offer(), uploads=[sent("logo.svg", samples.SVG)])
    assert refusal.value.fields["file"][0].startswith("“logo.svg”: ")


def test_withdrawn_listing_takes_no_more(make_offer: MakeListing, seller: User) -> None:
    offer = make_offer()
    file = add(seller, offer)
    withdraw_listing(actor=seller, listing=offer)
    with pytest.raises(Conflict):
        add(seller, offer, content=picture(50, 50))
    with pytest.raises(Conflict):
        change_file(actor=seller, file=file, caption="Late")
    remove_file(actor=seller, file=file)  # what was shown can always be taken back


# --- order, caption, removal --------------------------------------------------------------------------------
def named(listing: Listing) -> list[str]:
    return [f"{each.position} {each.name}" for each in listing.files.all()]


def test_pictures_are_put_in_another_order_and_stay_numbered(make_offer: MakeListing, seller: User) -> None:
    offer = make_offer()
    a, b, c = (add(seller, offer, f"{name}.jpg", picture(50 + at, 40)) for at, name in enumerate("abc"))
    sheet = add(seller, offer, "d.csv", b"loi;4.1")
    change_file(actor=seller, file=c, position=1)
    assert named(offer) == ["1 c.jpg", "2 a.jpg", "3 b.jpg", "1 d.csv"]
    assert change_file(actor=seller, file=c, position=99, caption="The heap").position == 3
    remove_file(actor=seller, file=a)
    assert named(offer) == ["1 b.jpg", "2 c.jpg", "1 d.csv"]
    with pytest.raises(Invalid):
        change_file(actor=seller, file=b, position=0)
    with pytest.raises(Invalid):
        change_file(actor=seller, file=b, caption="x" * 201)
    with pytest.raises(Conflict):
        change_file(actor=seller, file=a, caption="Gone")
    assert sheet.position == 1


@pytest.mark.django_db(transaction=True)
def test_removed_file_is_gone_from_the_disk_once_that_is_certain(
    make_offer: MakeListing, seller: User, own_media: Path
) -> None:
    offer = make_offer()
    kept, gone = add(seller, offer), add(seller, offer, "a.pdf", samples.PDF)
    remove_file(actor=seller, file=gone)
    assert paths(own_media) == paths_of(kept)
    remove_file(actor=seller, file=kept)
    assert paths(own_media) == set()


def test_file_to_which_no_row_leads_is_removed_after_two_days(
    make_offer: MakeListing, seller: User, own_media: Path
) -> None:
    offer = make_offer()
    kept, gone = add(seller, offer), add(seller, offer, "a.pdf", samples.PDF)
    stray = str(gone.file.name)
    gone.delete()  # as an organization takes its listings and their rows along
    assert remove_strays() == 0
    for path in paths(own_media):
        os.utime(own_media / path, (time.time() - 3 * 86_400,) * 2)
    assert remove_strays() == 1
    assert paths(own_media) == paths_of(kept)
    assert not default_storage.exists(stray)


def test_copy_has_files_of_its_own(
    make_offer: MakeListing, seller: User, asnaes: Organization, own_media: Path
) -> None:
    offer = make_offer()
    first = add(seller, offer, "a.jpg")
    change_file(actor=seller, file=first, caption="The heap")
    add(seller, offer, "b.pdf", samples.PDF)
    copy = create_copy(actor=seller, organization=asnaes, terms=terms_of(offer), source=offer)
    assert [(each.name, each.caption) for each in copy.files.all()] == [("a.jpg", "The heap"), ("b.pdf", "")]
    assert paths(own_media) == paths_of(*offer.files.all(), *copy.files.all())
    assert len(paths(own_media)) == 6
    remove_file(actor=seller, file=offer.files.get(name="a.jpg"))
    with copy.files.get(name="a.jpg").file.open() as content:
        assert Image.open(io.BytesIO(content.read())).size == (120, 80)


# --- who sees them ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("level", Disclosure)
def test_picture_is_seen_by_those_who_know_whose_it_is(
    make_offer: MakeListing,
    seller: User,
    stranger: User,
    buyer: User,
    facilitator: User,
    viewer: User,
    programme: Programme,
    level: Disclosure,
) -> None:
    offer = make_offer(disclosure=level)
    file = add(seller, offer)
    people: dict[str, AnyUser] = {
        "nobody": AnonymousUser(),
        "stranger": stranger,
        "buyer": buyer,
        "facilitator": facilitator,
        "viewer": viewer,
    }
    opens, marked = [], []
    for name, user in people.items():
        assert (files_seen(user, offer) == [file]) == (name in LADDER[level][1].split())
        try:
            assert get_listing_file(user, file.pk) == file
            opens.append(name)
        except NotFound:
            pass
        [card] = mark_pictures(mark_identities(user, [Listing.objects.with_cards().get(pk=offer.pk)]))
        marked += [name] if card.picture == file else []
    assert " ".join(opens) == " ".join(marked) == LADDER[level][1]


def test_introduction_shows_the_files_of_the_one_listing(
    make_offer: MakeListing, seller: User, stranger: User, elsewhere: Organization
) -> None:
    first, second = (make_offer(disclosure=Disclosure.ANONYMOUS) for _ in range(2))
    files = [add(seller, first), add(seller, second)]
    Introduction.objects.create(organization=elsewhere, listing=first)
    assert get_listing_file(stranger, files[0].pk) == files[0]
    with pytest.raises(NotFound):
        get_listing_file(stranger, files[1].pk)


def test_what_is_off_the_market_shows_its_files_to_its_own_alone(
    make_offer: MakeListing, seller: User, buyer: User, viewer: User
) -> None:
    offer = make_offer()
    file = add(seller, offer)
    pause_listing(actor=seller, listing=offer)
    assert get_listing_file(viewer, file.pk) == file
    for user in (buyer, AnonymousUser()):
        with pytest.raises(NotFound):
            get_listing_file(user, file.pk)
    with pytest.raises(NotFound):
        get_file_to_change(buyer, file.pk)
