"""A newcomer's first page: what plants like theirs list, one click from a draft, and never twice."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organization, Role, Site, User
from accounts.services.organizations import OrganizationDetails, create_organization
from accounts.services.sites import SiteDetails, create_site
from common.errors import Invalid
from listings.models import Disclosure, Listing, Side, State
from listings.services.listings import pause_listing, withdraw_listing
from register.selectors.typical import activities_of, typical_rows
from register.services.typical import keep_typical
from tests.conftest import MakeListing, join, make_crowds, make_user

ClientOf = Callable[[User | None], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def brewer() -> User:
    return make_user("brewer@example.org")


@pytest.fixture
def brewery(brewer: User) -> Organization:
    details = OrganizationDetails(name="Harbour Brewery", nace_code="11.05")
    return create_organization(actor=brewer, details=details)


@pytest.fixture
def brewhouse(brewer: User, brewery: Organization) -> Site:
    details = SiteDetails("Brewhouse", "Kalundborg", "DK", 55.68, 11.09)
    return create_site(actor=brewer, organization=brewery, details=details)


def keep(client: Client, site: Site, *picks: str, one: str = "", activity: str = "brewery") -> Any:
    body: dict[str, Any] = {"activity": activity, "site": site.pk, "keep": picks}
    return client.post(reverse("typical_keep"), body | ({"one": one} if one else {}))


def kept(site: Site) -> list[tuple[str, str, str]]:
    rows = Listing.objects.filter(site=site).order_by("side", "resource__slug")
    return [(row.side, row.resource.slug, row.state) for row in rows]


def test_first_site_of_a_brewery_leads_to_what_breweries_list(
    brewer: User, brewery: Organization, client_of: ClientOf
) -> None:
    client = client_of(brewer)
    answer = client.post(reverse("site_new"), {"name": "Brewhouse", "town": "Kalundborg, Denmark"})
    assert answer["Location"] == reverse("typical")
    page = client.get(reverse("typical")).content.decode()
    for name in ("spent grain", "Carbon dioxide", "Low-grade heat", "Keep as a draft"):
        assert name in page.replace("&#x27;", "'").replace("’", "'"), name
    assert "Beer<" not in page
    assert "general process knowledge" in page


def test_one_click_keeps_one_draft_however_often(brewer: User, brewhouse: Site, client_of: ClientOf) -> None:
    client = client_of(brewer)
    # What is ticked beside the pressed row waits.
    answer = keep(client, brewhouse, "offer:trub", one="offer:brewers-spent-grain")
    assert answer["Location"].endswith("#offer-brewers-spent-grain")
    keep(client, brewhouse, one="offer:brewers-spent-grain")
    assert kept(brewhouse) == [("offer", "brewers-spent-grain", "draft")]
    draft = Listing.objects.get()
    assert (draft.quantity, draft.unit, draft.period, draft.price) == (None, "t", "year", None)
    page = client.get(reverse("typical")).content.decode()
    assert page.count("Draft · fill in") == 1
    assert reverse("listing_edit", args=[draft.pk]) in page


def test_all_that_is_ticked_is_kept_but_for_what_stands(
    brewer: User, brewhouse: Site, client_of: ClientOf
) -> None:
    client = client_of(brewer)
    keep(client, brewhouse, one="offer:trub")
    keep(
        client,
        brewhouse,
        "offer:trub",
        "offer:low-grade-heat",
        "request:process-steam",
        "offer:low-grade-heat",
    )
    assert kept(brewhouse) == [
        ("offer", "low-grade-heat", "draft"),
        ("offer", "trub", "draft"),
        ("request", "process-steam", "draft"),
    ]


def test_paused_one_stands_and_withdrawn_one_does_not(brewer: User, brewhouse: Site) -> None:
    [trub] = keep_typical(actor=brewer, site=brewhouse, activity="brewery", picks=[("offer", "trub")])
    Listing.objects.filter(pk=trub.pk).update(state=State.PUBLISHED, published_at=trub.created_at)
    pause_listing(actor=brewer, listing=trub)
    again = {"actor": brewer, "site": brewhouse, "activity": "brewery", "picks": [("offer", "trub")]}
    assert keep_typical(**again) == []  # type: ignore[arg-type]
    withdraw_listing(actor=brewer, listing=trub)
    assert len(keep_typical(**again)) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "picks", [[], [("offer", "coal-fly-ash")], [("offer", "trub"), ("lend", "trub")], [("", "")]]
)
def test_what_is_not_on_the_list_is_not_kept(
    picks: list[tuple[str, str]], brewer: User, brewhouse: Site
) -> None:
    with pytest.raises(Invalid):
        keep_typical(actor=brewer, site=brewhouse, activity="brewery", picks=picks)
    assert kept(brewhouse) == []


def test_viewer_reads_and_a_foreign_site_is_missing(
    brewer: User, brewery: Organization, brewhouse: Site, asnaes_site: Site, client_of: ClientOf
) -> None:
    viewer = client_of(join(make_user("reader@example.org"), brewery, Role.VIEWER))
    page = viewer.get(reverse("typical")).content.decode()
    assert "Keep as a draft" not in page
    assert keep(viewer, brewhouse, one="offer:trub").status_code == 403
    assert viewer.post(reverse("typical_nace"), {"activity": "brewery"}).status_code == 403
    assert keep(client_of(brewer), asnaes_site, one="offer:trub").status_code == 404
    assert keep(client_of(brewer), brewhouse, one="offer:trub", activity="pub").status_code == 404
    assert Listing.objects.count() == 0


def test_counts_are_of_others_within_reach_as_far_as_one_may_see(
    brewer: User,
    brewery: Organization,
    brewhouse: Site,
    cement_site: Site,
    make_request: MakeListing,
    make_offer: MakeListing,
) -> None:
    make_crowds()
    make_request(resource="brewers-spent-grain")
    make_request(resource="animal-feed-by-products", disclosure=Disclosure.ANONYMOUS)  # takes spent grain too
    make_request(resource="brewers-spent-grain", disclosure=Disclosure.PROGRAMME)
    make_request(resource="brewers-spent-grain", publish=False)
    make_offer(resource="brewers-spent-grain")
    make_offer(resource="process-steam", unit="MWh")
    keep_typical(actor=brewer, site=brewhouse, activity="brewery", picks=[("offer", "brewers-spent-grain")])

    def counts(site: Site) -> dict[str, int]:
        offers, requests = typical_rows(user=brewer, organization=brewery, site=site, activity="brewery")
        return {row.key: row.wanted for row in [*offers, *requests] if row.wanted}

    assert counts(brewhouse) == {
        "offer:brewers-spent-grain": 2,
        "offer:brewers-yeast": 1,  # animal feed too
        "request:process-steam": 1,
    }
    far = SiteDetails("Depot", "Linz", "AT", 48.3, 14.3)
    assert counts(create_site(actor=brewer, organization=brewery, details=far)) == {}


def test_queries_do_not_grow_with_rows_or_listings(
    brewer: User, brewhouse: Site, make_request: MakeListing, client_of: ClientOf
) -> None:
    client = client_of(brewer)

    def queries(activity: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(reverse("typical"), {"activity": activity}).status_code == 200
        return len(captured)

    few = queries("data-centre")
    make_request(resource="brewers-spent-grain")
    make_request(resource="coal-fly-ash")
    keep(client, brewhouse, "offer:trub", "offer:low-grade-heat")
    assert queries("coal-power-station") == few


def test_without_code_it_asks_and_sets_the_code_on_demand(
    stranger: User, elsewhere: Organization, elsewhere_site: Site, client_of: ClientOf
) -> None:
    client = client_of(stranger)
    assert activities_of(elsewhere) == []
    page = client.get(reverse("typical")).content.decode()
    assert "What do you make?" in page
    assert page.count("<option") == 226  # all kinds of plant, and "Choose"
    assert "What do you make?" in client.get(reverse("organization")).content.decode()

    page = client.get(reverse("typical"), {"activity": "tannery"}).content.decode()
    assert "Set 15.11" in page
    Organization.objects.filter(pk=elsewhere.pk).update(findable=True)
    client.post(reverse("typical_nace"), {"activity": "tannery"})
    elsewhere.refresh_from_db()
    assert elsewhere.nace_code == "15.11"
    assert elsewhere.findable, "the code alone is set"
    assert "Tannery" in client.get(reverse("organization")).content.decode()
    assert "We know no kind of plant" in client.get(reverse("typical"), {"activity": "zzzz"}).content.decode()


def test_newcomers_pages_lead_to_it_until_something_is_listed(
    brewer: User, brewhouse: Site, client_of: ClientOf
) -> None:
    client = client_of(brewer)
    pages = [reverse("organization"), reverse("my_listings")]
    for page in pages:
        assert "one click each" in client.get(page).content.decode(), page
    keep(client, brewhouse, one="offer:trub")
    for page in pages:
        assert "one click each" not in client.get(page).content.decode(), page
    assert reverse("typical") in client.get(reverse("organization")).content.decode()
    assert reverse("typical") in client.get(reverse("listing_new")).content.decode()


def test_drafts_stay_off_the_market(brewer: User, brewhouse: Site, client_of: ClientOf) -> None:
    keep(client_of(brewer), brewhouse, one="offer:trub")
    assert Listing.objects.published().count() == 0
    assert Listing.objects.get().side == Side.OFFER
    assert client_of(None).get(reverse("listing", args=[Listing.objects.get().pk])).status_code == 404


def test_api_answers_by_code_by_kind_and_by_words(client: Client) -> None:
    def ask(**query: str) -> Any:
        return client.get("/api/v1/usual-listings/", query)

    by_code = ask(nace="11.05").json()
    assert by_code["activity"] == {"slug": "brewery", "name": "Brewery", "nace_codes": ["11.05"]}
    assert by_code["offers"][0] == {
        "resource": "brewers-spent-grain",
        "resource_name": by_code["offers"][0]["resource_name"],
        "kind": "material",
        "strength": 0.95,
        "source": "general process knowledge, not reviewed",
    }
    assert ask(activity="brewery").json() == by_code
    by_words = ask(q="we brew beer, a brewery").json()
    assert [other["slug"] for other in by_words["others"]] == ["distillery"]
    assert by_words | {"others": []} == by_code
    assert ask().json() == {"activity": None, "others": [], "offers": [], "requests": []}
    assert ask(activity="zzzz").status_code == 400
    assert ask(nave="11.05").json()["errors"][0]["field"] == "nave"
