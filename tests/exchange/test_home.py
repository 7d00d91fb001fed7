from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, Programme, Provenance, Site, User
from listings.models import Disclosure, Listing
from matching.models import Match
from matching.services.reviews import approve_match
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing, make_crowds
from trading.models import Synergy

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]
HOME = reverse("home")


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_empty_network_says_what_to_do(client: Client) -> None:
    page = text_of(client.get(HOME))
    assert "What one plant throws away" in page
    assert "Nothing is listed yet" in page


def test_figures_count_each_thing_once_and_only_what_is_public(
    client: Client, make_offer: MakeListing, make_request: MakeListing, programme: Programme
) -> None:
    make_offer(quantity=Decimal(1000), period="month")
    make_offer(quantity=Decimal(500), period="once")  # a lot is no yearly quantity
    make_offer(resource="cooling-water", quantity=Decimal(9), unit="m3")  # not a mass
    make_offer(disclosure=Disclosure.PROGRAMME)
    make_offer(publish=False)
    make_request(resource="fly-ash")
    refresh_all_matches()
    figures = client.get(HOME).context["figures"]
    assert figures == {
        "offers": 3,
        "requests": 1,
        "organizations": 2,
        "offered_t_per_year": Decimal(12_000),
        "matches": 2,
        "approved": 0,
    }


def test_line_is_drawn_between_open_listings_only(
    client: Client, make_offer: MakeListing, make_request: MakeListing, asnaes_site: Site
) -> None:
    make_crowds()
    make_offer(title="open")
    make_offer(title="hidden", resource="fgd-gypsum", disclosure=Disclosure.ANONYMOUS)
    make_request(resource="fly-ash")
    make_request(resource="gypsum")
    refresh_all_matches()
    assert Match.objects.count() == 2
    Listing.objects.update(provenance=Provenance.ILLUSTRATIVE, source="Made up.")
    [line] = client.get(HOME).context["map_data"]["flows"]
    assert (line["name"], line["from"], line["settled"]) == ("open", [55.66167, 11.08056], False)


def test_request_has_one_line_to_its_best_offer_and_those_approved(
    client: Client,
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    facilitator: User,
) -> None:
    for title, quantity in (("best", 12_000), ("good", 6_000), ("poor", 60)):
        make_offer(title=title, quantity=Decimal(quantity))
    make_request()
    refresh_all_matches()

    def lines() -> dict[str, bool]:
        return {line["name"]: line["settled"] for line in client.get(HOME).context["map_data"]["flows"]}

    # What nobody has reviewed is not told of two companies by name.
    assert lines() == {}
    approve_match(actor=facilitator, match=Match.objects.get(offer__title="poor"))
    assert lines() == {"poor": True}
    Listing.objects.update(provenance=Provenance.DOCUMENTED, source="A paper")
    assert lines() == {"best": True, "poor": True}


def test_bands_show_published_cases_only(
    client: Client, make_offer: MakeListing, make_request: MakeListing
) -> None:
    make_offer()
    make_request()
    refresh_all_matches()
    assert client.get(HOME).context["bands"]["links"] == []
    Listing.objects.update(provenance=Provenance.DOCUMENTED, source="A paper")
    [band] = client.get(HOME).context["bands"]["links"]
    assert (band["source"], band["resource"], band["target"], band["value"]) == (
        "Asnæs power station",
        "Coal fly ash",
        "Cement works",
        12_000.0,
    )


def test_illustrative_listings_do_not_crowd_out_what_is_new(client: Client, make_offer: MakeListing) -> None:
    make_offer(title="real")
    for _ in range(7):
        Listing.objects.filter(pk=make_offer().pk).update(
            provenance=Provenance.ILLUSTRATIVE,
            source="A register",
            published_at=timezone.now() + timedelta(days=1),
        )
    newest = client.get(HOME).context["newest"]
    assert len(newest) == 6
    assert newest[0].name == "real"


def test_who_is_signed_in_sees_what_waits(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    seller: User,
    facilitator: User,
    client_of: ClientOf,
) -> None:
    make_offer()
    make_offer(publish=False)
    make_request()
    refresh_all_matches()
    waiting = client_of(seller).get(HOME).context["waiting"]
    assert (waiting["published"], waiting["drafts"], waiting["proposed"], waiting["approved"]) == (1, 1, 1, 0)
    assert client_of(facilitator).get(HOME).context["waiting"]["to_review"] == 1


def first_of(client: Client) -> list[tuple[str, str, str]]:
    return [(todo.about, todo.do, todo.url) for todo in client.get(HOME).context["waiting"]["first"]]


def test_first_things_to_do_stand_by_name_in_the_order_in_which_somebody_waits(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    seller: User,
    buyer: User,
    viewer: User,
    facilitator: User,
    client_of: ClientOf,
) -> None:
    make_offer(title="Ash of boiler 5")
    draft = make_offer(title="Gypsum", publish=False)
    make_request(title="Ash for clinker")
    refresh_all_matches()
    match = Match.objects.get()
    page, to_finish = reverse("match", args=[match.pk]), ("Gypsum", "finish the draft and publish it")
    edit = reverse("listing_edit", args=[draft.pk])
    review = f"review the match, {round(match.score * 100)} %"
    assert first_of(client_of(seller)) == [(*to_finish, edit)]
    assert first_of(client_of(facilitator)) == [
        ("Ash of boiler 5: Asnæs power station → Cement works", review, page)
    ]
    approve_match(actor=facilitator, match=match)
    take_up = "approved: say whether you are interested"
    assert first_of(client_of(seller)) == [
        ("Ash of boiler 5 to Cement works", take_up, page),
        (*to_finish, edit),
    ]
    assert first_of(client_of(buyer)) == [("Ash for clinker from Asnæs power station", take_up, page)]
    assert first_of(client_of(facilitator)) == []
    client_of(seller).post(reverse("match_interest", args=[match.pk]))
    deal = reverse("synergy", args=[Synergy.objects.get().pk])
    assert first_of(client_of(seller)) == [(*to_finish, edit)]
    assert first_of(client_of(buyer)) == [
        ("Coal fly ash from Asnæs power station", "say whether you are interested", deal)
    ]
    assert first_of(client_of(viewer)) == []
    assert "Nothing waits for you" in text_of(client_of(viewer).get(HOME))


def test_no_more_than_three_things_come_first(
    make_offer: MakeListing, seller: User, client_of: ClientOf
) -> None:
    for number in range(5):
        make_offer(title=f"Draft {number}", publish=False)
    assert [about for about, _, _ in first_of(client_of(seller))] == ["Draft 4", "Draft 3", "Draft 2"]


def test_map_is_framed_by_own_sites_and_the_public_places_of_who_fits(
    client: Client,
    make_offer: MakeListing,
    make_request: MakeListing,
    seller: User,
    client_of: ClientOf,
) -> None:
    make_crowds()
    own = make_offer().site
    sought = make_request(disclosure=Disclosure.ANONYMOUS)
    refresh_all_matches()
    assert "focus" not in client.get(HOME).context["map_data"]
    assert client_of(seller).get(HOME).context["map_data"]["focus"] == [
        [own.latitude, own.longitude],
        [sought.latitude, sought.longitude],
    ]
    assert sought.site.latitude != sought.latitude


def test_first_morning_leads_to_the_organization_and_its_site(
    stranger: User, seller: User, asnaes: Organization, client_of: ClientOf
) -> None:
    assert f'href="{reverse("organization_new")}"' in text_of(client_of(stranger).get(HOME))
    assert f'href="{reverse("site_new")}"' in text_of(client_of(seller).get(HOME))


@pytest.mark.parametrize("user_name", [None, "seller", "stranger"])
def test_missing_page_tells_nothing_of_its_address(
    request: pytest.FixtureRequest, client_of: ClientOf, user_name: str | None
) -> None:
    client = client_of(request.getfixturevalue(user_name) if user_name else None)
    one, other = client.get("/nothing-here/?a=1"), client.get("/listings/987654/")
    assert one.status_code == other.status_code == 404
    assert one.content == other.content
    assert b"nothing-here" not in one.content
