"""The facilitator's queue: narrowed, approved, dismissed, taken back."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Programme, User
from events.models import Event
from listings.services.listings import pause_listing
from matching.models import DismissReason, Match, MatchState
from matching.services.interests import note_interest
from matching.services.reviews import approve_match, dismiss_match
from matching.services.runs import refresh_all_matches, start_run
from tests.conftest import MakeListing
from tests.matching.pages import HTMX, ClientOf, text_of

pytestmark = pytest.mark.django_db


def names(client: Client, query: str = "") -> list[str]:
    page = client.get(reverse("review") + query).context["page"]
    return [f"{match.offer.name} → {match.request.name}" for match in page.object_list]


def test_queue_is_for_facilitators(seller: User, client_of: ClientOf) -> None:
    assert client_of(seller).get(reverse("review")).status_code == 403
    assert client_of(None).get(reverse("review"))["Location"].startswith(reverse("account_login"))


def test_queue_is_ordered_by_score_and_narrowed(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    facilitator: User,
    client_of: ClientOf,
) -> None:
    make_offer(title="ash")
    make_offer(title="gypsum", resource="fgd-gypsum")
    make_request(title="same ash")
    make_request(title="some ash", resource="fly-ash")
    make_request(title="any gypsum", resource="gypsum")
    refresh_all_matches()
    other = Programme.objects.create(name="Another", slug="another")
    other.facilitators.add(facilitator)
    client = client_of(facilitator)
    everything = names(client)
    assert everything[0] == "ash → same ash"
    assert sorted(everything) == ["ash → same ash", "ash → some ash", "gypsum → any gypsum"]
    assert names(client, "?resource=gypsum") == ["gypsum → any gypsum"]
    assert len(names(client, f"?programme={programme.slug}")) == 3
    assert names(client, "?programme=another") == []
    assert names(client, "?state=approved") == []
    assert len(names(client, "?state=junk")) == 3


def test_queue_says_why_a_resource_means_nothing(
    ash_match: Match, facilitator: User, client_of: ClientOf
) -> None:
    page = text_of(client_of(facilitator).get(reverse("review"), {"resource": "unobtainium"}))
    assert "We know no resource" in page


def test_approved_match_is_shown_to_both_and_leaves_the_queue(
    ash_match: Match, facilitator: User, seller: User, buyer: User, client_of: ClientOf
) -> None:
    answer = client_of(facilitator).post(reverse("match_approve", args=[ash_match.pk]))
    assert answer["Location"] == reverse("review")
    ash_match.refresh_from_db()
    assert (ash_match.state, ash_match.reviewed_by) == (MatchState.APPROVED, facilitator)
    assert names(client_of(facilitator)) == []
    assert "The queue is empty" in text_of(client_of(facilitator).get(reverse("review")))
    for user in (seller, buyer):
        assert "Approved" in text_of(client_of(user).get(reverse("match", args=[ash_match.pk])))


def test_dismissal_needs_its_reason(ash_match: Match, facilitator: User, client_of: ClientOf) -> None:
    client, dismiss = client_of(facilitator), reverse("match_dismiss", args=[ash_match.pk])
    assert "Choose a reason" in text_of(client.post(dismiss))
    assert "Say the reason" in text_of(client.post(dismiss, {"reason": "other"}, headers=HTMX))
    ash_match.refresh_from_db()
    assert ash_match.state == MatchState.PROPOSED
    client.post(dismiss, {"reason": "distance", "remark": "no bridge"})
    ash_match.refresh_from_db()
    assert (ash_match.state, ash_match.reason, ash_match.remark) == (
        MatchState.DISMISSED,
        DismissReason.DISTANCE,
        "no bridge",
    )


def test_dismissed_match_is_missing_for_the_parties(
    ash_match: Match, facilitator: User, seller: User, client_of: ClientOf
) -> None:
    dismiss_match(actor=facilitator, match=ash_match, reason=DismissReason.KNOWN)
    assert client_of(seller).get(reverse("match", args=[ash_match.pk])).status_code == 404
    assert client_of(facilitator).get(reverse("match", args=[ash_match.pk])).status_code == 200


def test_htmx_gets_the_row_as_it_is_now(ash_match: Match, facilitator: User, client_of: ClientOf) -> None:
    client = client_of(facilitator)
    row = text_of(client.post(reverse("match_approve", args=[ash_match.pk]), headers=HTMX, follow=True))
    assert f'id="match-{ash_match.pk}"' in row
    assert "<html" not in row
    assert "Approved" in row
    assert reverse("match_approve", args=[ash_match.pk]) not in row


def test_match_that_no_longer_fits_is_not_approved(
    ash_match: Match, facilitator: User, buyer: User, client_of: ClientOf
) -> None:
    pause_listing(actor=buyer, listing=ash_match.request)
    answer = client_of(facilitator).post(reverse("match_approve", args=[ash_match.pk]), follow=True)
    assert "no longer fits" in text_of(answer)
    ash_match.refresh_from_db()
    assert ash_match.state == MatchState.PROPOSED


def test_several_are_approved_at_once_and_taken_back_what_cannot_be_is_named(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    facilitator: User,
    buyer: User,
    client_of: ClientOf,
) -> None:
    for title in ("one", "two", "three"):
        make_offer(title=title)
    request = make_request(title="ash")
    refresh_all_matches()
    client, several = client_of(facilitator), reverse("review_several")
    by_name = {match.offer.name: match.pk for match in Match.objects.select_related("offer")}
    two = {"match": [by_name["one"], by_name["two"]], "back": "/review/?state=proposed"}
    answer = client.post(several, two, follow=True)
    assert answer.redirect_chain == [("/review/?state=proposed", 302)]
    assert "2 approved" in text_of(answer)
    assert names(client) == ["three → ash"]
    # One of them was approved already: the other still is.
    again = client.post(several, {"match": [by_name["one"], by_name["three"]]}, follow=True)
    assert "1 approved" in text_of(again)
    assert "one → ash: This match is approved already." in text_of(again)
    back = client.post(several, {"match": [*by_name.values()], "take_back": "on"}, follow=True)
    assert "3 taken back." in text_of(back)
    assert len(names(client)) == 3
    pause_listing(actor=buyer, listing=request)
    stale = client.post(several, {"match": [by_name["two"]]}, follow=True)
    assert "no longer fits" in text_of(stale)
    assert not Match.objects.filter(state=MatchState.APPROVED).exists()


@pytest.mark.parametrize("ticked", [[], ["x"], ["-1"], ["9" * 30]])
def test_nothing_ticked_is_said(
    ticked: list[str], facilitator: User, programme: Programme, client_of: ClientOf
) -> None:
    answer = client_of(facilitator).post(reverse("review_several"), {"match": ticked}, follow=True)
    assert answer.status_code in (200, 404)
    if answer.status_code == 200:
        assert "Tick the matches first." in text_of(answer)


def test_foreign_match_among_the_ticked_lets_none_be_approved(
    ash_match: Match, facilitator: User, make_offer: MakeListing, client_of: ClientOf
) -> None:
    body = {"match": [ash_match.pk, 987654]}
    assert client_of(facilitator).post(reverse("review_several"), body).status_code == 404
    ash_match.refresh_from_db()
    assert ash_match.state == MatchState.PROPOSED


def test_party_does_not_review(ash_match: Match, seller: User, stranger: User, client_of: ClientOf) -> None:
    for action in ("match_approve", "match_dismiss", "match_take_back"):
        address = reverse(action, args=[ash_match.pk])
        assert client_of(seller).post(address, {"reason": "known"}).status_code == 403
        assert client_of(stranger).post(address, {"reason": "known"}).status_code == 404
        assert client_of(seller).get(address).status_code == 405


@pytest.mark.parametrize(
    ("back", "target"),
    [("/matches/", "/matches/"), ("https://evil.example/", "/review/"), ("//evil.example/", "/review/")],
)
def test_review_goes_back_only_within_the_house(
    ash_match: Match, facilitator: User, client_of: ClientOf, back: str, target: str
) -> None:
    answer = client_of(facilitator).post(reverse("match_approve", args=[ash_match.pk]), {"back": back})
    assert answer["Location"] == target


def test_review_shows_how_far_the_full_run_at_work_is(
    ash_match: Match, facilitator: User, client_of: ClientOf
) -> None:
    refresh_all_matches()
    client = client_of(facilitator)
    assert "parts done" not in client.get(reverse("review")).content.decode()
    run = start_run(resume=False)
    html = client.get(reverse("review")).content.decode()
    assert f"parts done: 0 of {run.partitions.count()}." in html
    assert '<progress id="run-progress"' in html


# --- the count, and taking back -----------------------------------------------------------------------------
@pytest.fixture
def three(make_offer: MakeListing, make_request: MakeListing, programme: Programme) -> list[Match]:
    """Three matches, the best first; two are of gypsum."""
    make_offer(title="ash")
    make_offer(title="gypsum", resource="fgd-gypsum")
    for title in ("some gypsum", "more gypsum"):
        make_request(title=title, resource="gypsum")
    make_request(title="same ash")
    refresh_all_matches()
    return list(Match.objects.order_by("-score", "pk"))


def counted(page: str) -> int:
    found = re.search(r'id="queue-count".*?<b class="number">(\d+)</b>', page, re.DOTALL)
    assert found
    return int(found[1])


@pytest.mark.parametrize(
    ("query", "before", "after"),
    [
        ("", 3, 2),
        ("?page=1", 3, 2),
        ("?resource=gypsum", 2, 1),
        ("?state=approved", 0, 1),
        ("?state=junk", 3, 2),
    ],
)
def test_count_of_the_queue_follows_each_action(
    three: list[Match], facilitator: User, client_of: ClientOf, query: str, before: int, after: int
) -> None:
    client, address = client_of(facilitator), reverse("review")
    if before:
        assert counted(text_of(client.get(address + query))) == before
    gypsum = next(match for match in three if "gypsum" in match.offer.name)
    row = client.post(
        reverse("match_approve", args=[gypsum.pk]),
        headers=HTMX | {"HX-Current-URL": f"http://testserver{address}{query}"},
        follow=True,
    )
    assert counted(text_of(row)) == after
    assert 'hx-swap-oob="true"' in text_of(row)


@pytest.mark.parametrize("state", [MatchState.APPROVED, MatchState.DISMISSED])
def test_review_is_taken_back_from_its_row(
    ash_match: Match, facilitator: User, client_of: ClientOf, state: MatchState
) -> None:
    client, back = client_of(facilitator), reverse("match_take_back", args=[ash_match.pk])
    if state == MatchState.APPROVED:
        address, body = reverse("match_approve", args=[ash_match.pk]), {"remark": "yes"}
    else:
        address, body = reverse("match_dismiss", args=[ash_match.pk]), {"reason": "other", "remark": "no"}
    row = text_of(client.post(address, body, headers=HTMX, follow=True))
    assert back in row
    row = text_of(client.post(back, headers=HTMX, follow=True))
    assert address in row
    assert back not in row
    ash_match.refresh_from_db()
    assert (ash_match.state, ash_match.reviewed_by, ash_match.reason, ash_match.remark) == (
        MatchState.PROPOSED,
        None,
        "",
        "",
    )
    [event] = Event.objects.filter(kind="match.review_taken_back")
    assert event.data["before"] == state


def test_notice_without_scripts_leads_to_where_a_review_is_taken_back(
    ash_match: Match, facilitator: User, client_of: ClientOf
) -> None:
    client = client_of(facilitator)
    page = client.post(reverse("match_approve", args=[ash_match.pk]), follow=True).content.decode()
    assert f'<a href="{reverse("match", args=[ash_match.pk])}">' in page
    assert reverse("match_take_back", args=[ash_match.pk]) in text_of(
        client.get(reverse("match", args=[ash_match.pk]))
    )


def test_match_that_went_stale_does_not_come_back_into_the_queue(
    ash_match: Match, facilitator: User, buyer: User, client_of: ClientOf
) -> None:
    approve_match(actor=facilitator, match=ash_match)
    pause_listing(actor=buyer, listing=ash_match.request)
    refresh_all_matches()
    client_of(facilitator).post(reverse("match_take_back", args=[ash_match.pk]))
    ash_match.refresh_from_db()
    assert ash_match.state == MatchState.RETIRED


def test_what_nobody_reviewed_is_not_taken_back(
    ash_match: Match, facilitator: User, client_of: ClientOf
) -> None:
    back = reverse("match_take_back", args=[ash_match.pk])
    assert "nothing to take back" in text_of(client_of(facilitator).post(back, follow=True))


def test_second_press_of_a_button_changes_nothing_and_leads_to_the_same(
    ash_match: Match, facilitator: User, client_of: ClientOf
) -> None:
    client, address = client_of(facilitator), reverse("match_approve", args=[ash_match.pk])
    body = {"form_key": "a key of this form"}
    first = client.post(address, body, headers=HTMX)
    again = client.post(address, body, headers=HTMX)
    assert first["Location"] == again["Location"] == reverse("match_review_row", args=[ash_match.pk])
    assert Event.objects.filter(kind="match.approved").count() == 1


def test_refused_dismissal_keeps_what_was_typed_also_without_scripts(
    ash_match: Match, facilitator: User, client_of: ClientOf
) -> None:
    client, address = client_of(facilitator), reverse("match_dismiss", args=[ash_match.pk])
    for headers in ({}, HTMX):
        page = text_of(client.post(address, {"reason": "", "remark": "a bridge is out"}, headers=headers))
        assert "Choose a reason" in page
        assert "a bridge is out" in page


def test_queue_says_who_is_interested(
    ash_match: Match, facilitator: User, seller: User, client_of: ClientOf
) -> None:
    client = client_of(facilitator)
    assert "is interested" not in text_of(client.get(reverse("review")))
    note_interest(actor=seller, match=ash_match, organization=ash_match.offer.organization)
    assert "the seller is interested" in text_of(client.get(reverse("review")))
