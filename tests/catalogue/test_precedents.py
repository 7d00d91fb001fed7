"""Documented exchanges: in their file, found for what one looks at, and added by facilitators."""

from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Programme, User
from catalogue.affinity.scoring import affinity
from catalogue.loading.services import load_catalogue
from catalogue.models import Precedent, Release, Resource
from catalogue.precedents.selectors import Nearness, precedents_for
from catalogue.precedents.services import PrecedentDetails, add_precedent, edit_precedent, remove_precedent
from catalogue.selectors.knowledge import read_knowledge
from common.errors import Invalid, NotFound
from common.reading.tables import TableError
from events.models import Event
from matching.models import Match
from matching.services.refresh import refresh_matches
from tests.api.conftest import Api, errors_of
from tests.catalogue.conftest import EditCell
from tests.conftest import MakeListing
from tests.proof import one_in

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], Client]


def the(slug: str) -> Resource:
    return Resource.objects.get(slug=slug)


def details(**changes: Any) -> PrecedentDetails:
    values: dict[str, Any] = {
        "place": "Aalborg",
        "country": "DK",
        "giver": "Nordjyllandsværket",
        "receiver": "Aalborg Portland",
        "resource": the("coal-fly-ash"),
        "source": "A report of 1999, p. 3",
    }
    return PrecedentDetails(**(values | changes))


def found(offered: str, requested: str = "") -> list[tuple[str | None, Nearness]]:
    near = precedents_for(the(offered), the(requested) if requested else None)
    return [(each.precedent.slug, each.nearness) for each in near]


# --- the file -----------------------------------------------------------------------------------------------
def test_published_flows_stand_with_year_source_and_unit() -> None:
    assert Precedent.objects.exclude(slug=None).count() == 33
    ash = Precedent.objects.select_related("resource", "serves_as").get(slug="kalundborg-coal-fly-ash")
    assert (ash.where, ash.since, ash.quantity, ash.unit, ash.per_year) == (
        "Kalundborg Symbiosis, Denmark",
        1979,
        Decimal(135_000),
        "t",
        True,
    )
    assert (ash.giver, ash.giver_activity, ash.receiver, ash.receiver_activity, ash.serves.slug) == (
        "Asnæs power station",
        "35.11",
        "Local cement company",
        "23.51",
        "fly-ash",
    )
    assert ash.source.startswith("Fiksel, Design for Environment")
    estimates = Precedent.objects.filter(resource__slug="fgd-gypsum").order_by("pk")
    assert [(row.quantity, row.quantity_year) for row in estimates] == [
        (Decimal(200_000), None),
        (Decimal(150_000), 2010),
    ]
    assert "not to be added" in estimates[1].note
    assert not Precedent.objects.filter(source__contains="unsourced").exists()


@pytest.mark.parametrize(
    ("cells", "words"),
    one_in(
        3,
        [
            ({"resource": "moon-dust"}, "column resource: there is no resource “moon-dust”"),
            ({"resource": "material"}, "column resource: there is no resource “material”"),
            ({"serves_as": "moon-dust"}, "column serves_as: there is no resource “moon-dust”"),
            ({"country": "Denmark"}, "column country: “Denmark” is not a code of two letters, like DK"),
            ({"giver": ""}, "column giver: is empty; it needs a text"),
            ({"source": ""}, "column source: is empty; it needs a text"),
            (
                {"giver_activity": "35.99"},
                "column giver_activity: “35.99” is neither a code of nace_rev2.csv",
            ),
            ({"since": "1979?"}, "column since: “1979?” is not a year from 1800 to 2100"),
            ({"quantity_year": "1066"}, "column quantity_year: “1066” is not a year from 1800 to 2100"),
            ({"quantity": "much"}, "column quantity: “much” is not a number"),
            ({"quantity": "0"}, "column quantity: 0 is out of range"),
            ({"unit": "kg"}, "column unit: “kg” is not one of MWh, h, m2, m3, t"),
            ({"per": "month"}, "column per: “month” is not one of year, once"),
            ({"quantity": ""}, "column unit: must be empty, as the quantity is"),
            ({"slug": "Fly ash"}, "column slug: “Fly ash” should be words of a–z"),
            (
                {"slug": "kalundborg-fgd-gypsum"},
                "column slug: “kalundborg-fgd-gypsum” stands in row 2 already",
            ),
        ],
    ),
)
def test_wrong_cell_is_named_by_file_row_and_column(
    edit_cell: EditCell, cells: dict[str, str], words: str
) -> None:
    with pytest.raises(TableError) as caught:
        load_catalogue(folder=edit_cell("precedents.csv", "kalundborg-coal-fly-ash", **cells))
    assert f"precedents.csv, row 4, {words}" in str(caught.value)


def test_load_follows_the_file_leaves_what_people_added_and_is_no_new_release(
    edit_cell: EditCell, drop_row: Any, facilitator: User, programme: Programme
) -> None:
    added = add_precedent(actor=facilitator, programme=programme, details=details())
    release = Release.objects.get().key
    edit_cell("precedents.csv", "kalundborg-coal-fly-ash", since="1980")
    folder = drop_row("precedents.csv", "guayama-process-water")
    [change] = [change for change in load_catalogue(folder=folder) if not change.is_none]
    assert (change.table, change.added, change.changed, change.removed) == ("precedents", 0, 1, 1)
    assert Precedent.objects.get(slug="kalundborg-coal-fly-ash").since == 1980
    assert Precedent.objects.filter(pk=added.pk).exists()
    assert Release.objects.get().key == release
    assert all(change.is_none for change in load_catalogue(folder=folder))


def test_resource_of_an_added_precedent_cannot_leave_the_files(
    drop_resource: Any, facilitator: User, programme: Programme
) -> None:
    taken = {"resource": the("titanogypsum")}
    add_precedent(actor=facilitator, programme=programme, details=details(**taken))
    with pytest.raises(TableError) as caught:
        load_catalogue(folder=drop_resource("material", "titanogypsum"))
    assert "“titanogypsum” is no longer in the files, but 1 precedents still use it" in str(caught.value)


def test_precedents_are_no_source_of_affinity(facilitator: User, programme: Programme) -> None:
    before = affinity("coal fly ash", "opera house", read_knowledge())
    add_precedent(actor=facilitator, programme=programme, details=details(receiver="Opera house"))
    read_knowledge.cache_clear()
    assert affinity("coal fly ash", "opera house", read_knowledge()) == before


@pytest.mark.parametrize(
    "change",
    [
        {"source": ""},
        {"country": "dk"},
        {"quantity": None},
        {"quantity": 0},
        {"unit": ""},
        {"unit": "kg"},
        {"since": 1200},
        {"quantity_year": 2999},
        {"slug": None},
    ],
)
def test_database_refuses_what_cannot_be(change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Precedent.objects.filter(slug="kalundborg-fgd-gypsum-2010").update(**change)


# --- found --------------------------------------------------------------------------------------------------
def test_nearest_come_first_and_say_how_near(django_assert_num_queries: Any) -> None:
    assert found("coal-fly-ash") == [("kalundborg-coal-fly-ash", Nearness.SAME)]
    assert found("fly-ash") == [("kalundborg-coal-fly-ash", Nearness.KIND)]
    steam = found("surplus-steam")
    assert steam == [("ulsan-surplus-steam", Nearness.SAME), ("ulsan-steam", Nearness.RELATED)]
    assert [near.words for near in Nearness] == ["same by-product", "a kind of it", "related"]
    assert found("fgd-gypsum") == [
        ("kalundborg-fgd-gypsum", Nearness.SAME),
        ("kalundborg-fgd-gypsum-2010", Nearness.SAME),
    ]
    assert found("lignite-fly-ash") == []
    ash = the("coal-fly-ash")
    with django_assert_num_queries(1):
        [only] = precedents_for(ash, ash)
        assert (only.precedent.resource.name, only.precedent.serves.slug) == ("Coal fly ash", "fly-ash")


def test_requested_resource_must_fit_the_receiving_side() -> None:
    assert found("fgd-gypsum", "gypsum")[0] == ("kalundborg-fgd-gypsum", Nearness.SAME)
    assert found("fgd-gypsum", "fgd-gypsum")[0] == ("kalundborg-fgd-gypsum", Nearness.SAME)
    assert found("fgd-gypsum", "steel-scrap") == []


# --- added --------------------------------------------------------------------------------------------------
def test_facilitator_adds_edits_and_removes_and_the_log_tells(
    facilitator: User, programme: Programme
) -> None:
    added = add_precedent(actor=facilitator, programme=programme, details=details(since=1990))
    assert found("coal-fly-ash") == [
        ("kalundborg-coal-fly-ash", Nearness.SAME),
        (None, Nearness.SAME),
    ]
    edit_precedent(actor=facilitator, precedent=added, details=details(since=1991, note="by ship"))
    added.refresh_from_db()
    assert (added.since, added.note, added.programme, added.added_by) == (
        1991,
        "by ship",
        programme,
        facilitator,
    )
    remove_precedent(actor=facilitator, precedent=added)
    with pytest.raises(NotFound):
        remove_precedent(actor=facilitator, precedent=added)
    log = Event.objects.filter(kind__startswith="precedent.").order_by("sequence")
    assert [(event.kind, event.actor_id) for event in log] == [
        ("precedent.added", facilitator.pk),
        ("precedent.changed", facilitator.pk),
        ("precedent.removed", facilitator.pk),
    ]
    assert sorted(log[1].data["fields"]) == ["note", "since"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"source": ""}, "source"),
        ({"giver": ""}, "giver"),
        ({"country": "XX"}, "country"),
        ({"since": 1700}, "since"),
        ({"since": 2099}, "since"),
        ({"quantity": Decimal(5)}, "unit"),
        ({"quantity": Decimal(-5), "unit": "t"}, "quantity"),
        ({"unit": "t"}, "quantity"),
        ({"quantity_year": 2000}, "quantity_year"),
        ({"giver_activity": "99.99"}, "giver_activity"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    change: dict[str, Any], field: str, facilitator: User, programme: Programme
) -> None:
    with pytest.raises(Invalid) as caught:
        add_precedent(actor=facilitator, programme=programme, details=details(**change))
    assert list(caught.value.fields) == [field]
    good = {
        "giver_activity": "coal-power-station",
        "quantity": Decimal(5),
        "unit": "t",
        "quantity_year": 2000,
    }
    assert "coal-power-station" in read_knowledge().activities
    add_precedent(actor=facilitator, programme=programme, details=details(**good))


def test_pages_list_filter_add_edit_and_remove(
    client_of: ClientOf, facilitator: User, programme: Programme
) -> None:
    anyone, editor = client_of(None), client_of(facilitator)
    page = unescape(anyone.get("/precedents/?q=fly+ash&country=DK").content.decode())
    assert '<span class="number">1</span> precedent' in page
    for words in ("Asnæs power station → Local cement company", "since <span", "135,000", "Fiksel"):
        assert words in page
    assert "No precedent is known here" in anyone.get("/precedents/?q=%00moon").content.decode()
    assert "Gyproc" in anyone.get("/precedents/?resource=gypsum").content.decode()
    assert "/precedents/new/" not in page

    form = {"resource": "fly ash", "giver": "Asnæs", "receiver": "Aalborg Portland", "place": "Aalborg"}
    form |= {"country": "DK", "per": "year", "programme": str(programme.pk), "quantity": "12000"}
    refused = editor.post("/precedents/new/", form)
    text = unescape(refused.content.decode())
    assert refused.status_code == 200
    assert 'value="Aalborg Portland"' in text
    assert refused.context["form"].errors.keys() == {"source"}
    refused = editor.post("/precedents/new/", form | {"source": "A report"})
    assert refused.context["form"].errors.keys() == {"unit"}
    assert editor.post("/precedents/new/", form | {"source": "A report", "unit": "t"}).status_code == 302
    added = Precedent.objects.get(slug=None)
    assert (added.quantity, added.unit, added.resource.slug) == (Decimal(12_000), "t", "fly-ash")
    edit = reverse("precedent_edit", args=[added.pk])
    assert edit in editor.get("/precedents/?q=Aalborg").content.decode()
    assert edit not in anyone.get("/precedents/?q=Aalborg").content.decode()
    assert 'value="12000"' in editor.get(edit).content.decode()
    editor.post(edit, form | {"source": "A report", "unit": "t", "per": "once", "since": "1988"})
    added.refresh_from_db()
    assert (added.per_year, added.since, added.programme) == (False, 1988, programme)
    editor.post(reverse("precedent_remove", args=[added.pk]))
    assert not Precedent.objects.filter(slug=None).exists()


def test_stranger_and_facilitator_of_another_programme_are_refused(
    client_of: ClientOf, facilitator: User, programme: Programme, stranger: User
) -> None:
    added = add_precedent(actor=facilitator, programme=programme, details=details())
    assert client_of(stranger).get("/precedents/new/").status_code == 403
    other = Programme.objects.create(name="Another", slug="another")
    other.facilitators.add(stranger)
    client = client_of(stranger)
    assert client.get("/precedents/new/").status_code == 200
    for address in (f"/precedents/{added.pk}/edit/", f"/precedents/{added.pk}/remove/"):
        assert client.post(address, {}).status_code == 403
    published = Precedent.objects.exclude(slug=None)[0]
    assert client_of(facilitator).post(f"/precedents/{published.pk}/remove/").status_code == 403
    assert client_of(facilitator).get("/precedents/999999/edit/").status_code == 404


# --- over REST ----------------------------------------------------------------------------------------------
def test_api_lists_filters_adds_changes_and_removes(
    facilitator: User, programme: Programme, stranger: User
) -> None:
    anyone, editor = Api(None), Api(facilitator)
    [ash] = anyone.get("precedents/?resource=fly-ash").json()["results"]
    assert (ash["slug"], ash["quantity"], ash["since"], ash["programme"]) == (
        "kalundborg-coal-fly-ash",
        "135000",
        1979,
        None,
    )
    assert anyone.get(f"precedents/{ash['id']}/").json() == ash
    assert {row["country"] for row in anyone.get("precedents/?country=KR").json()["results"]} == {"KR"}
    body = {"place": "Aalborg", "country": "DK", "giver": "A", "receiver": "B", "resource": "coal-fly-ash"}
    body |= {"source": "A report", "programme": programme.slug}
    assert Api(stranger).post("precedents/", body).status_code == 403
    refused = editor.post("precedents/", body | {"quantity": "5", "since": 2099})
    assert sorted(errors_of(refused)) == ["since", "unit"]
    answers = [editor.call("post", "precedents/", body, **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    address = f"precedents/{answers[0].json()['id']}/"
    changed = editor.patch(address, {"quantity": "5", "unit": "t"}).json()
    assert (changed["quantity"], changed["source"], changed["programme"]) == ("5", "A report", programme.slug)
    assert Api(stranger).delete(address).status_code == 403
    assert editor.delete(f"precedents/{ash['id']}/").status_code == 403
    assert editor.delete(address).status_code == 204
    assert editor.get(address).status_code == 404
    assert Precedent.objects.filter(slug=None).count() == 0


def test_match_shows_where_it_was_done(
    client_of: ClientOf,
    seller: User,
    make_offer: MakeListing,
    make_request: MakeListing,
) -> None:
    offer, request = make_offer(), make_request(resource="fly-ash")
    for listing in (offer, request):
        refresh_matches(listing_id=listing.pk)
    match = Match.objects.get(offer=offer, request=request)
    [near] = Api(seller).get(f"matches/{match.pk}/").json()["precedents"]
    assert (near["nearness"], near["words"]) == ("same", "same by-product")
    assert near["precedent"]["slug"] == "kalundborg-coal-fly-ash"
    assert "precedents" not in Api(seller).get("matches/").json()["results"][0]
    page = unescape(client_of(seller).get(f"/matches/{match.pk}/").content.decode())
    for words in (
        "Where it was done before",
        "Done at Kalundborg Symbiosis, Denmark, since",
        "Local cement company",
    ):
        assert words in page
